package org.domicile.proof;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.domicile.cedar.Authorizer;
import org.domicile.cedar.CedarException;
import org.domicile.cedar.Decision;
import org.domicile.cedar.Entities;
import org.domicile.cedar.EntityUid;
import org.domicile.cedar.PolicySet;
import org.domicile.cedar.Request;
import org.domicile.cedar.Schema;
import org.domicile.cedar.Slot;
import org.domicile.cedar.Validator;
import org.jspecify.annotations.Nullable;

/**
 * Policies, and requests that they decide, in one world of a schema and entities.
 *
 * @param schema in Cedar's syntax
 * @param entities each in Cedar's JSON
 */
record CedarCase(
        String schema,
        List<String> entities,
        Map<String, Term> policies,
        Map<String, Term> templates,
        List<Linked> links,
        List<Asked> requests) {
    /** A link of a template; a slot without a value is not there. */
    record Linked(String template, String id, Map<String, EntityUid> values) {
        Linked {
            values = Map.copyOf(values);
        }
    }

    /** A request; its context in Cedar's JSON. */
    record Asked(EntityUid principal, EntityUid action, EntityUid resource, String context) {}

    static final String REFUSED = "refused";

    CedarCase {
        entities = List.copyOf(entities);
        links = List.copyOf(links);
        requests = List.copyOf(requests);
    }

    /**
     * What our engine says, as {@code proof/clients/cedar/decide.cjs} says it: the policies with
     * errors of validation, then for each request the decision, its reasons and the policies that
     * erred, with tabs between.
     */
    String ours() {
        List<String> said = new ArrayList<>();
        try {
            Schema read = Schema.parse(schema);
            PolicySet set = policySet();
            said.add(
                    "invalid "
                            + sorted(
                                    Validator.validate(set, read).errors().stream()
                                            .map(Validator.Finding::policy)
                                            .toList()));
            @Nullable Entities known = known(read);
            for (Asked asked : requests) {
                said.add(known == null ? REFUSED : decided(asked, set, read, known));
            }
        } catch (CedarException e) {
            return REFUSED;
        }
        return String.join("\t", said);
    }

    private PolicySet policySet() throws CedarException {
        Map<String, String> texts = new LinkedHashMap<>();
        policies.forEach((id, term) -> texts.put(id, term.text()));
        templates.forEach((id, term) -> texts.put(id, term.text()));
        List<PolicySet.Link> made = new ArrayList<>();
        for (Linked link : links) {
            Map<Slot, EntityUid> values = new LinkedHashMap<>();
            link.values()
                    .forEach((slot, uid) ->
                            values.put(
                                    slot.equals("?principal") ? Slot.PRINCIPAL : Slot.RESOURCE,
                                    uid));
            made.add(new PolicySet.Link(link.template(), link.id(), values));
        }
        return PolicySet.parse(texts).plus(made);
    }

    private @Nullable Entities known(Schema read) {
        try {
            return Entities.parse("[" + String.join(",", entities) + "]", read);
        } catch (CedarException e) {
            return null;
        }
    }

    private static String decided(Asked asked, PolicySet set, Schema read, Entities known) {
        try {
            Request request =
                    Request.of(
                            asked.principal(),
                            asked.action(),
                            asked.resource(),
                            asked.context(),
                            read);
            Decision decision = Authorizer.decide(request, known, set);
            return (decision.isAllowed() ? "allow " : "deny ")
                    + sorted(decision.reasons())
                    + " "
                    + sorted(decision.errors().stream().map(Decision.Failure::policy).toList());
        } catch (CedarException e) {
            return REFUSED;
        }
    }

    private static String sorted(List<String> ids) {
        return new TreeSet<>(ids).toString().replace(" ", "");
    }

    /** One object of JSON in one line. */
    String json() {
        List<String> made = new ArrayList<>();
        for (Linked link : links) {
            List<String> values = new ArrayList<>();
            link.values().forEach((slot, uid) -> values.add(quoted(slot) + ":" + json(uid)));
            made.add(
                    "{\"templateId\":%s,\"newId\":%s,\"values\":{%s}}"
                            .formatted(
                                    quoted(link.template()),
                                    quoted(link.id()),
                                    String.join(",", values)));
        }
        List<String> asked = new ArrayList<>();
        for (Asked each : requests) {
            asked.add(
                    "{\"principal\":%s,\"action\":%s,\"resource\":%s,\"context\":%s}"
                            .formatted(
                                    json(each.principal()),
                                    json(each.action()),
                                    json(each.resource()),
                                    each.context()));
        }
        return "{\"schema\":%s,\"entities\":[%s],\"policies\":{\"staticPolicies\":{%s},\"templates\":{%s},\"templateLinks\":[%s]},\"requests\":[%s]}"
                .formatted(
                        quoted(schema),
                        String.join(",", entities),
                        json(policies),
                        json(templates),
                        String.join(",", made),
                        String.join(",", asked));
    }

    private static String json(Map<String, Term> terms) {
        List<String> members = new ArrayList<>();
        terms.forEach((id, term) -> members.add(quoted(id) + ":" + quoted(term.text())));
        return String.join(",", members);
    }

    static String json(EntityUid uid) {
        return "{\"type\":" + quoted(uid.type()) + ",\"id\":" + quoted(uid.id()) + "}";
    }

    static String quoted(String text) {
        return '"'
                + new String(
                        com.fasterxml.jackson.core.io.JsonStringEncoder.getInstance()
                                .quoteAsString(text))
                + '"';
    }

    /** Cases with something less. */
    List<CedarCase> smaller() {
        List<CedarCase> smaller = new ArrayList<>();
        for (int i = 0; i < requests.size() && requests.size() > 1; i++) {
            smaller.add(withRequests(List.of(requests.get(i))));
        }
        if (!requests.isEmpty()) {
            smaller.add(withRequests(List.of()));
        }
        for (int i = 0; i < links.size(); i++) {
            List<Linked> fewer = new ArrayList<>(links);
            fewer.remove(i);
            smaller.add(new CedarCase(schema, entities, policies, templates, fewer, requests));
        }
        for (String id : policies.keySet()) {
            smaller.add(withPolicies(without(policies, id)));
        }
        for (String id : templates.keySet()) {
            if (links.stream().noneMatch(link -> link.template().equals(id))) {
                smaller.add(
                        new CedarCase(
                                schema,
                                entities,
                                policies,
                                without(templates, id),
                                links,
                                requests));
            }
        }
        for (int i = 0; i < entities.size(); i++) {
            List<String> fewer = new ArrayList<>(entities);
            fewer.remove(i);
            smaller.add(new CedarCase(schema, fewer, policies, templates, links, requests));
        }
        policies.forEach((id, term) -> {
            for (Term less : term.smaller()) {
                Map<String, Term> changed = new LinkedHashMap<>(policies);
                changed.put(id, less);
                smaller.add(withPolicies(changed));
            }
        });
        return smaller;
    }

    private static Map<String, Term> without(Map<String, Term> terms, String id) {
        Map<String, Term> fewer = new LinkedHashMap<>(terms);
        fewer.remove(id);
        return fewer;
    }

    private CedarCase withRequests(List<Asked> changed) {
        return new CedarCase(schema, entities, policies, templates, links, changed);
    }

    private CedarCase withPolicies(Map<String, Term> changed) {
        return new CedarCase(schema, entities, changed, templates, links, requests);
    }

    /** For a person: all of it. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(schema);
        policies.forEach((id, term) ->
                text.append("// ").append(id).append('\n').append(term.text()).append('\n'));
        templates.forEach((id, term) ->
                text.append("// ").append(id).append('\n').append(term.text()).append('\n'));
        links.forEach(link -> text.append("// ").append(link).append('\n'));
        entities.forEach(entity -> text.append("// ").append(entity).append('\n'));
        requests.forEach(request -> text.append("// ").append(request).append('\n'));
        return text.toString();
    }
}
