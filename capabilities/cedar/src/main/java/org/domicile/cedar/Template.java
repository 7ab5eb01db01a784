package org.domicile.cedar;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A policy as it is written, with or without slots.
 *
 * @param conditions what its {@code when} and {@code unless} say together
 */
record Template(
        String id,
        Effect effect,
        Map<String, String> annotations,
        Constraint principal,
        ActionConstraint action,
        Constraint resource,
        Expr conditions,
        Place at) {

    Set<Slot> slots() {
        Set<Slot> slots = EnumSet.noneOf(Slot.class);
        if (principal.isOpen()) {
            slots.add(Slot.PRINCIPAL);
        }
        if (resource.isOpen()) {
            slots.add(Slot.RESOURCE);
        }
        return slots;
    }

    Template named(String name) {
        return new Template(name, effect, annotations, principal, action, resource, conditions, at);
    }

    /**
     * The same with one object for each name in the scope, however many policies say it: a decision
     * then compares with few objects, which stay near.
     */
    Template sharing(UnaryOperator<EntityUid> names) {
        return new Template(
                id,
                effect,
                annotations,
                principal.sharing(names),
                action.sharing(names),
                resource.sharing(names),
                conditions,
                at);
    }

    Template linked(String name, Map<Slot, EntityUid> links) {
        return new Template(
                name,
                effect,
                annotations,
                principal.linked(links),
                action,
                resource.linked(links),
                conditions,
                at);
    }

    /** Scope and conditions as one expression, in the order in which they are evaluated. */
    Expr whole() {
        // Nested to the right, as the language defines it: (p && (a && (r && conditions))).
        Expr last = both(resource.expression(Expr.Variable.RESOURCE, at), conditions);
        return both(
                principal.expression(Expr.Variable.PRINCIPAL, at),
                both(action.expression(at), last));
    }

    private Expr both(Expr left, Expr right) {
        return new Expr.And(List.of(left, right), at);
    }
}
