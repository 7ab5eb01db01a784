package org.domicile.cedar;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A policy that can decide: one without slots, or a link of a template. */
public final class Policy {
    private final Template template;
    private final int order;
    private final @Nullable Node conditions;

    Policy(Template template, int order) {
        this.template = template;
        this.order = order;
        Node node = Compilation.node(template.conditions());
        boolean always =
                node instanceof Node.Constant constant
                        && constant.constant.equals(Value.Bool.TRUE);
        conditions = always ? null : node;
    }

    public String id() {
        return template.id();
    }

    public Effect effect() {
        return template.effect();
    }

    /** Its annotations; one without a value has the empty string. */
    public Map<String, String> annotations() {
        return template.annotations();
    }

    Template template() {
        return template;
    }

    /** Its place in the set. */
    int order() {
        return order;
    }

    /**
     * Whether it applies.
     *
     * @throws EvaluationFailure if it errs
     */
    boolean applies(Frame frame) {
        return isIn(template.principal(), frame.principal, frame.principalEntity)
                && isIn(template.action(), frame.action, frame.actionEntity)
                && isIn(template.resource(), frame.resource, frame.resourceEntity)
                && (conditions == null || conditions.test(frame));
    }

    private static boolean isIn(Constraint constraint, EntityUid uid, @Nullable Entity entity) {
        return switch (constraint) {
            case Constraint.Any _ -> true;
            case Constraint.Equal(Constraint.Reference to) -> uid.equals(to.uid());
            case Constraint.In(Constraint.Reference group) -> isIn(group.uid(), uid, entity);
            case Constraint.Is(String type) -> uid.type().equals(type);
            case Constraint.IsIn(String type, Constraint.Reference group) ->
                    uid.type().equals(type) && isIn(group.uid(), uid, entity);
        };
    }

    private static boolean isIn(
            ActionConstraint constraint, EntityUid uid, @Nullable Entity entity) {
        return switch (constraint) {
            case ActionConstraint.Any _ -> true;
            case ActionConstraint.Equal(EntityUid action) -> uid.equals(action);
            case ActionConstraint.In in -> {
                boolean found = false;
                for (EntityUid group : in.groups()) {
                    found = found || isIn(group, uid, entity);
                }
                yield found;
            }
        };
    }

    private static boolean isIn(
            @Nullable EntityUid group, EntityUid uid, @Nullable Entity entity) {
        return group != null
                && (uid.equals(group) || (entity != null && entity.ancestors().contains(group)));
    }
}
