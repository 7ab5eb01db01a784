package org.domicile.cedar;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Policies, templates and their links, indexed by what their scopes ask for, so that a decision
 * costs what the policies cost that could apply, and not what the set is big.
 */
public final class PolicySet {
    private final Map<String, Template> templates;
    private final Map<String, Policy> policies;
    private final Index index;

    private PolicySet(Map<String, Template> templates, Map<String, Policy> policies) {
        this.templates = templates;
        this.policies = policies;
        index = new Index(policies.values());
    }

    /**
     * The policies and templates of a text, named {@code policy0}, {@code policy1} and so on in
     * their order.
     */
    public static PolicySet parse(String text) throws CedarException {
        return of(PolicyParser.parse(text));
    }

    /**
     * Policies that have names of their own: each text is one policy or template.
     *
     * @throws CedarException that begins with the name of the policy that is wrong
     */
    public static PolicySet parse(Map<String, String> texts) throws CedarException {
        List<Template> parsed = new ArrayList<>();
        for (Map.Entry<String, String> text : texts.entrySet()) {
            List<Template> one = PolicyParser.parse(text.getValue());
            if (one.size() != 1) {
                throw new CedarException(
                        "policy %s: found %d policies, expected one"
                                .formatted(text.getKey(), one.size()));
            }
            parsed.add(one.getFirst().named(text.getKey()));
        }
        return of(parsed);
    }

    private static PolicySet of(List<Template> parsed) {
        Map<String, Template> templates = new LinkedHashMap<>();
        Map<String, Policy> policies = new LinkedHashMap<>();
        for (Template template : parsed) {
            if (template.slots().isEmpty()) {
                policies.put(template.id(), new Policy(template, policies.size()));
            } else {
                templates.put(template.id(), template);
            }
        }
        return new PolicySet(templates, policies);
    }

    /**
     * A policy or template as it stands in a text.
     *
     * @param id what its annotation {@code @id} says; empty without one
     * @param text from its first annotation to its semicolon
     * @param line where it begins, from 1
     * @param column where it begins, from 1
     */
    public record Source(
            String id, Effect effect, Set<Slot> slots, String text, int line, int column) {
        public Source {
            slots = Set.copyOf(slots);
        }
    }

    /** The policies and templates of a text as texts of their own, in their order. */
    public static List<Source> sources(String text) throws CedarException {
        return PolicyParser.sources(text);
    }

    /** A policy made of a template by filling its slots. */
    public record Link(String template, String id, Map<Slot, EntityUid> values) {
        public Link {
            values = Map.copyOf(values);
        }
    }

    /**
     * This set and these links.
     *
     * @throws CedarException if there is no such template, a name is taken, or the values are not
     *     for the slots of the template
     */
    public PolicySet plus(Collection<Link> links) throws CedarException {
        Map<String, Policy> more = new LinkedHashMap<>(policies);
        for (Link link : links) {
            Template template = templates.get(link.template());
            if (template == null) {
                throw new CedarException("there is no template " + link.template());
            }
            if (templates.containsKey(link.id()) || more.containsKey(link.id())) {
                throw new CedarException("there is a policy " + link.id() + " already");
            }
            Map<Slot, EntityUid> values = PolicyParser.checkedLinks(template, link.values());
            more.put(link.id(), new Policy(template.linked(link.id(), values), more.size()));
        }
        return new PolicySet(templates, more);
    }

    /** The policies that can decide. */
    public Collection<Policy> policies() {
        return List.copyOf(policies.values());
    }

    public Optional<Policy> policy(String id) {
        return Optional.ofNullable(policies.get(id));
    }

    /** The ids of the templates. */
    public Collection<String> templates() {
        return List.copyOf(templates.keySet());
    }

    /** The entities that the policies that can decide name, actions included. */
    public Set<EntityUid> mentioned() {
        Set<EntityUid> uids = new HashSet<>();
        for (Policy policy : policies.values()) {
            Template template = policy.template();
            for (Constraint constraint : List.of(template.principal(), template.resource())) {
                EntityUid uid = constraint.uid();
                if (uid != null) {
                    uids.add(uid);
                }
            }
            uids.addAll(template.action().uids());
            mentioned(template.conditions(), uids);
        }
        return uids;
    }

    private static void mentioned(Expr expr, Set<EntityUid> uids) {
        if (expr instanceof Expr.Literal(EntityUid uid, _)) {
            uids.add(uid);
        }
        for (Expr part : expr.parts()) {
            mentioned(part, uids);
        }
    }

    Collection<Template> openTemplates() {
        return templates.values();
    }

    Index index() {
        return index;
    }
}
