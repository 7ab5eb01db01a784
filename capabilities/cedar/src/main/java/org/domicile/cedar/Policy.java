package org.domicile.cedar;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A policy that can decide: one without slots, or a link of a template. */
public final class Policy {
    private final Template template;
    private final int order;
    private final ScopeTest principal;
    private final ScopeTest action;
    private final ScopeTest resource;
    private final @Nullable Node conditions;
    private final Map<Slot, EntityUid> links;

    Policy(Template template, int order) {
        this(template, order, Map.of());
    }

    /** A link of a template whose slots have been filled with these. */
    Policy(Template template, int order, Map<Slot, EntityUid> links) {
        this.template = template;
        this.links = Map.copyOf(links);
        this.order = order;
        principal = ScopeTest.of(template.principal());
        action = ScopeTest.of(template.action());
        resource = ScopeTest.of(template.resource());
        Node node = Compilation.node(template.conditions());
        boolean always =
                node instanceof Node.Constant constant && constant.constant.equals(Value.Bool.TRUE);
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

    /** What a link put into the slots of its template; empty of a policy that is no link. */
    Map<Slot, EntityUid> links() {
        return links;
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
        return principal.test(frame.principal, frame.principalEntity)
                && action.test(frame.action, frame.actionEntity)
                && resource.test(frame.resource, frame.resourceEntity)
                && (conditions == null || conditions.test(frame));
    }
}
