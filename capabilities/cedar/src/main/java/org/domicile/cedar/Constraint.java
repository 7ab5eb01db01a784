package org.domicile.cedar;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What a scope says of the principal or of the resource. */
sealed interface Constraint {
    record Any() implements Constraint {}

    record Equal(Reference to) implements Constraint {}

    record In(Reference group) implements Constraint {}

    record Is(String type) implements Constraint {}

    record IsIn(String type, Reference group) implements Constraint {}

    /** A name, or the slot that a link fills with one. */
    sealed interface Reference {
        record Uid(EntityUid uid) implements Reference {}

        record Open(Slot slot) implements Reference {}

        default @Nullable EntityUid uid() {
            return switch (this) {
                case Uid(EntityUid uid) -> uid;
                case Open _ -> null;
            };
        }
    }

    default @Nullable Reference reference() {
        return switch (this) {
            case Any _, Is _ -> null;
            case Equal(Reference to) -> to;
            case In(Reference group) -> group;
            case IsIn(_, Reference group) -> group;
        };
    }

    default boolean isOpen() {
        return reference() instanceof Reference.Open;
    }

    /** The name that it compares with, if it does and no slot stands there. */
    default @Nullable EntityUid uid() {
        Reference reference = reference();
        return reference == null ? null : reference.uid();
    }

    /** The type that it asks for with {@code is}. */
    default @Nullable String type() {
        return switch (this) {
            case Any _, Equal _, In _ -> null;
            case Is(String type) -> type;
            case IsIn(String type, _) -> type;
        };
    }

    default Constraint linked(Map<Slot, EntityUid> links) {
        if (!(reference() instanceof Reference.Open(Slot slot))) {
            return this;
        }
        EntityUid uid = links.get(slot);
        if (uid == null) {
            return this;
        }
        Reference filled = new Reference.Uid(uid);
        return switch (this) {
            case Any _, Is _ -> this;
            case Equal _ -> new Equal(filled);
            case In _ -> new In(filled);
            case IsIn(String type, _) -> new IsIn(type, filled);
        };
    }

    /** The same with the one object that stands for each name. */
    default Constraint sharing(UnaryOperator<EntityUid> names) {
        if (!(reference() instanceof Reference.Uid(EntityUid uid))) {
            return this;
        }
        Reference shared = new Reference.Uid(names.apply(uid));
        return switch (this) {
            case Any _, Is _ -> this;
            case Equal _ -> new Equal(shared);
            case In _ -> new In(shared);
            case IsIn(String type, _) -> new IsIn(type, shared);
        };
    }

    /** The same as an expression, for the validator. */
    default Expr expression(Expr.Variable variable, Place at) {
        Expr subject = new Expr.Var(variable, at);
        return switch (this) {
            case Any _ -> new Expr.Literal(Value.Bool.TRUE, at);
            case Equal(Reference to) ->
                    new Expr.Binary(Expr.Operator.EQUAL, subject, expression(to, at), at);
            case In(Reference group) ->
                    new Expr.Binary(Expr.Operator.IN, subject, expression(group, at), at);
            case Is(String type) -> new Expr.Is(subject, type, at);
            case IsIn(String type, Reference group) ->
                    new Expr.And(
                            List.of(
                                    new Expr.Is(subject, type, at),
                                    new Expr.Binary(
                                            Expr.Operator.IN, subject, expression(group, at), at)),
                            at);
        };
    }

    private static Expr expression(Reference reference, Place at) {
        return switch (reference) {
            case Reference.Uid(EntityUid uid) -> new Expr.Literal(uid, at);
            case Reference.Open(Slot slot) -> new Expr.Slot(slot, at);
        };
    }
}
