package org.domicile.postgres;

import org.domicile.postgres.Syntax.Body;
import org.domicile.postgres.Syntax.Expr;

/** What a column is called that was given no name: as PostgreSQL's FigureColname has it. */
final class Titles {
    private static final String NONE = "?column?";

    private Titles() {}

    static String of(Expr expr) {
        return switch (expr) {
            case Expr.Name(var parts, int _) -> parts.getLast();
            case Expr.Call call ->
                    switch (call.name().getLast()) {
                        case "trim" -> "btrim";
                        default -> call.name().getLast();
                    };
            case Expr.Field field -> field.name();
            case Expr.Cast(Expr operand, String type, int _) -> {
                String inner = of(operand);
                yield inner.equals(NONE)
                        ? PgType.named(type)
                                .map(each ->
                                        each.isArray() && !each.isVector()
                                                ? each.element().label()
                                                : each.label())
                                .orElse(type)
                        : inner;
            }
            case Expr.Case(var _, var _, var _, var otherwise) -> {
                String inner = otherwise.map(Titles::of).orElse(NONE);
                yield inner.equals(NONE) ? "case" : inner;
            }
            case Expr.Exists _ -> "exists";
            case Expr.ArrayOf _, Expr.ArrayQuery _ -> "array";
            case Expr.Element element -> of(element.array());
            case Expr.Row _ -> "row";
            case Expr.Scalar(var query) ->
                    query.body() instanceof Body.Select select && select.items().size() == 1
                            ? select.items()
                                    .getFirst()
                                    .alias()
                                    .orElseGet(() -> of(select.items().getFirst().expr()))
                            : NONE;
            case Expr.Constant(PgType type, Object _) -> type == PgType.BOOL ? "bool" : NONE;
            default -> NONE;
        };
    }
}
