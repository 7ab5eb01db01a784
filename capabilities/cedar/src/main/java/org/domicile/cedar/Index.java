package org.domicile.cedar;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the policies whose scopes could let them apply. Each policy is filed once, under the part
 * of its scope that the fewest other policies share: the principal, the action or the resource that
 * it names, a group of one of these, or a type. A request looks under its own names, their groups
 * and their types. What is found is evaluated whole, scope included, so the index can only leave
 * out policies whose scope is false; and a scope never errs.
 */
final class Index {
    private static final Policy[] NOTHING = {};

    private final Map<EntityUid, Policy[]> byPrincipal;
    private final Map<EntityUid, Policy[]> byAction;
    private final Map<EntityUid, Policy[]> byResource;
    private final Map<String, Policy[]> byPrincipalType;
    private final Map<String, Policy[]> byResourceType;
    private final Policy[] rest;

    /** What a policy can be filed under. */
    private record Key(Part part, Object value) {}

    private enum Part {
        PRINCIPAL,
        ACTION,
        RESOURCE,
        PRINCIPAL_TYPE,
        RESOURCE_TYPE,
        NONE
    }

    Index(Collection<Policy> policies) {
        Map<Key, Integer> counts = new HashMap<>();
        for (Policy policy : policies) {
            for (List<Key> choice : choices(policy.template())) {
                choice.forEach(key -> counts.merge(key, 1, Integer::sum));
            }
        }
        Map<Key, List<Policy>> files = new HashMap<>();
        for (Policy policy : policies) {
            for (Key key : rarest(choices(policy.template()), counts)) {
                files.computeIfAbsent(key, _ -> new ArrayList<>()).add(policy);
            }
        }
        byPrincipal = drawer(files, Part.PRINCIPAL, EntityUid.class);
        byAction = drawer(files, Part.ACTION, EntityUid.class);
        byResource = drawer(files, Part.RESOURCE, EntityUid.class);
        byPrincipalType = drawer(files, Part.PRINCIPAL_TYPE, String.class);
        byResourceType = drawer(files, Part.RESOURCE_TYPE, String.class);
        rest = files.getOrDefault(new Key(Part.NONE, ""), List.of()).toArray(NOTHING);
    }

    /** Each choice is a way to file the policy: under one key, or under several for its actions. */
    private static List<List<Key>> choices(Template template) {
        List<List<Key>> choices = new ArrayList<>();
        add(choices, template.principal(), Part.PRINCIPAL, Part.PRINCIPAL_TYPE);
        if (!(template.action() instanceof ActionConstraint.Any)) {
            choices.add(
                    template.action().uids().stream()
                            .distinct()
                            .map(uid -> new Key(Part.ACTION, uid))
                            .toList());
        }
        add(choices, template.resource(), Part.RESOURCE, Part.RESOURCE_TYPE);
        return choices;
    }

    private static void add(
            List<List<Key>> choices, Constraint constraint, Part byName, Part byType) {
        EntityUid uid = constraint.uid();
        String type = constraint.type();
        if (uid != null) {
            choices.add(List.of(new Key(byName, uid)));
        } else if (type != null) {
            choices.add(List.of(new Key(byType, type)));
        }
    }

    private static List<Key> rarest(List<List<Key>> choices, Map<Key, Integer> counts) {
        List<Key> best = List.of(new Key(Part.NONE, ""));
        int fewest = Integer.MAX_VALUE;
        for (List<Key> choice : choices) {
            int most = 0;
            for (Key key : choice) {
                most = Math.max(most, counts.getOrDefault(key, 0));
            }
            if (most < fewest) {
                fewest = most;
                best = choice;
            }
        }
        return best;
    }

    private static <K> Map<K, Policy[]> drawer(
            Map<Key, List<Policy>> files, Part part, Class<K> kind) {
        Map<K, Policy[]> drawer = new HashMap<>();
        files.forEach((key, policies) -> {
            if (key.part() == part) {
                drawer.put(kind.cast(key.value()), policies.toArray(NOTHING));
            }
        });
        // Not an immutable copy: a miss, which is the rule here, is cheaper in a HashMap.
        return drawer;
    }

    /** Shows the evaluation each policy that could apply, once. */
    void visit(Authorizer.Evaluation evaluation) {
        Frame frame = evaluation.frame;
        for (Policy policy : rest) {
            evaluation.meet(policy);
        }
        visit(byPrincipal, frame.principal, frame.principalEntity, evaluation);
        visit(byResource, frame.resource, frame.resourceEntity, evaluation);
        visitActions(evaluation);
        visit(byPrincipalType.get(frame.principal.type()), evaluation);
        visit(byResourceType.get(frame.resource.type()), evaluation);
    }

    private static void visit(
            Map<EntityUid, Policy[]> drawer,
            EntityUid uid,
            @Nullable Entity entity,
            Authorizer.Evaluation evaluation) {
        if (drawer.isEmpty()) {
            return;
        }
        visit(drawer.get(uid), evaluation);
        if (entity == null) {
            return;
        }
        for (EntityUid group : entity.ancestors()) {
            visit(drawer.get(group), evaluation);
        }
    }

    private static void visit(Policy @Nullable [] policies, Authorizer.Evaluation evaluation) {
        if (policies != null) {
            for (Policy policy : policies) {
                evaluation.meet(policy);
            }
        }
    }

    /** A policy may be filed under several actions that all match; it is met under the first. */
    private void visitActions(Authorizer.Evaluation evaluation) {
        if (byAction.isEmpty()) {
            return;
        }
        Frame frame = evaluation.frame;
        visit(byAction.get(frame.action), evaluation);
        Entity entity = frame.actionEntity;
        if (entity == null) {
            return;
        }
        for (EntityUid group : entity.ancestors()) {
            Policy[] policies = byAction.get(group);
            if (policies == null) {
                continue;
            }
            for (Policy policy : policies) {
                List<EntityUid> groups = policy.template().action().uids();
                if (isFirst(group, groups, frame.action, entity.ancestors())) {
                    evaluation.meet(policy);
                }
            }
        }
    }

    /** Whether the policy, filed under these, has not been met under the action or another. */
    private static boolean isFirst(
            EntityUid met, List<EntityUid> groups, EntityUid action, Set<EntityUid> ancestors) {
        if (groups.size() == 1) {
            return true;
        }
        if (groups.contains(action)) {
            return false;
        }
        for (EntityUid group : groups) {
            if (ancestors.contains(group)) {
                return group.equals(met);
            }
        }
        return false;
    }
}
