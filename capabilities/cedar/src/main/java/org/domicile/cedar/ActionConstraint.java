package org.domicile.cedar;

import java.util.List;
import java.util.function.UnaryOperator;

/** What a scope says of the action. */
sealed interface ActionConstraint {
    record Any() implements ActionConstraint {}

    record Equal(EntityUid action) implements ActionConstraint {}

    record In(List<EntityUid> groups) implements ActionConstraint {
        public In {
            groups = List.copyOf(groups);
        }
    }

    default List<EntityUid> uids() {
        return switch (this) {
            case Any _ -> List.of();
            case Equal(EntityUid action) -> List.of(action);
            case In(List<EntityUid> groups) -> groups;
        };
    }

    /** The same as an expression, for the validator. */
    default Expr expression(Place at) {
        Expr subject = new Expr.Var(Expr.Variable.ACTION, at);
        return switch (this) {
            case Any _ -> new Expr.Literal(Value.Bool.TRUE, at);
            case Equal(EntityUid action) ->
                    new Expr.Binary(Expr.Operator.EQUAL, subject, new Expr.Literal(action, at), at);
            case In(List<EntityUid> groups) -> {
                List<Expr> elements =
                        groups.stream().<Expr>map(uid -> new Expr.Literal(uid, at)).toList();
                yield new Expr.Binary(Expr.Operator.IN, subject, new Expr.SetOf(elements, at), at);
            }
        };
    }

    /** The same with the one object that stands for each name. */
    default ActionConstraint sharing(UnaryOperator<EntityUid> names) {
        return switch (this) {
            case Any _ -> this;
            case Equal(EntityUid action) -> new Equal(names.apply(action));
            case In(List<EntityUid> groups) -> new In(groups.stream().map(names).toList());
        };
    }
}
