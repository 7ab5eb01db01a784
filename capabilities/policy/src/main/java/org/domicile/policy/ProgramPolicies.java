package org.domicile.policy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.domicile.cedar.CedarException;
import org.domicile.cedar.Entities;
import org.domicile.cedar.EntityUid;
import org.domicile.cedar.PolicySet;
import org.domicile.cedar.Schema;

/**
 * The policies that come with the program, and the schema of all policies: the files {@code
 * fixed.cedar} and {@code schema.cedarschema} beside this class. Their order is the order in which
 * reasons are said.
 */
final class ProgramPolicies {
    static final String TEXT = resource("fixed.cedar");
    static final String SCHEMA_TEXT = resource("schema.cedarschema");

    /** The name under which they stand in the register, in the organisation of the installation. */
    static final String NAME = "program";

    static final Schema SCHEMA;

    /** Actions and groups of actions, which decisions find beside everything else. */
    static final Entities ACTIONS;

    static final DecidingSet SET;

    static {
        try {
            SCHEMA = Schema.parse(SCHEMA_TEXT);
            ACTIONS = Entities.conforming(List.of(), SCHEMA);
            SET = DecidingSet.of(SCHEMA_TEXT, TEXT, List.of());
        } catch (CedarException e) {
            throw new IllegalStateException("the program's own policies: " + e.getMessage(), e);
        }
    }

    private ProgramPolicies() {}

    /** The names of all actions that policies can name, groups included. */
    static Set<String> actions() {
        Set<String> names = new TreeSet<>();
        for (EntityUid uid : ACTIONS.uids()) {
            names.add(uid.id());
        }
        return names;
    }

    /** The policies of a text by id: what {@code @id} says, else {@code policyN} by its place. */
    static Map<String, PolicySet.Source> byId(String prefix, String text) throws CedarException {
        Map<String, PolicySet.Source> byId = new LinkedHashMap<>();
        for (PolicySet.Source source : PolicySet.sources(text)) {
            String own = source.id().isEmpty() ? "policy" + byId.size() : source.id();
            byId.put(prefix + own, source);
        }
        return byId;
    }

    private static String resource(String name) {
        try (InputStream file = ProgramPolicies.class.getResourceAsStream(name)) {
            if (file == null) {
                throw new IllegalStateException(name + " is not in the jar");
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(name + " cannot be read", e);
        }
    }
}
