package org.domicile.postgres;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.domicile.postgres.Syntax.Expr;

/** Functions that return sets. */
final class Sets {
    private Sets() {}

    /**
     * One of them.
     *
     * @param type of an element
     * @param list all elements, as a List
     * @param fields what an element's fields are called; empty for plain values
     */
    record Made(PgType type, Typed list, List<Field> fields) {}

    static Made of(Asked asked, Expressions expressions, Expr.Call call, Scope scope) {
        String name = call.name().getLast();
        List<Typed> arguments = new ArrayList<>();
        for (Expr each : call.arguments()) {
            Typed argument = expressions.compile(each, scope);
            arguments.add(
                    name.equals("generate_series")
                            ? expressions.fit(argument, each, PgType.INT4)
                            : name.equals("unnest") || name.equals("_pg_expandarray")
                                    ? expressions.fit(argument, each, PgType.TEXT_ARRAY)
                                    : expressions.fit(argument, each, PgType.TEXT));
        }
        Typed first = argument(arguments, 0, call);
        return switch (name) {
            case "unnest" ->
                    new Made(
                            first.type().element(),
                            new Typed(first.type(), env -> flat(first.at(env))),
                            List.of());
            case "generate_series" -> series(asked, arguments, call);
            case "generate_subscripts" ->
                    new Made(
                            PgType.INT4,
                            new Typed(
                                    PgType.INT4_ARRAY,
                                    env -> {
                                        List<Object> all = new ArrayList<>();
                                        if (first.at(env) instanceof List<?> list) {
                                            int base = first.type().isVector() ? 0 : 1;
                                            for (int i = 0; i < list.size(); i++) {
                                                all.add((long) i + base);
                                            }
                                        }
                                        return all;
                                    }),
                            List.of());
            case "_pg_expandarray" -> {
                List<String> names = List.of("x", "n");
                List<PgType> types = List.of(first.type().element(), PgType.INT4);
                yield new Made(
                        PgType.RECORD,
                        new Typed(
                                PgType.RECORD_ARRAY,
                                env -> {
                                    List<Object> all = new ArrayList<>();
                                    if (first.at(env) instanceof List<?> list) {
                                        for (int i = 0; i < list.size(); i++) {
                                            all.add(
                                                    new Composite(
                                                            names,
                                                            types,
                                                            List.of(list.get(i), i + 1L)));
                                        }
                                    }
                                    return all;
                                }),
                        List.of(new Field("x", types.getFirst()), new Field("n", PgType.INT4)));
            }
            case "string_to_table" -> {
                Typed by = argument(arguments, 1, call);
                yield new Made(
                        PgType.TEXT,
                        new Typed(
                                PgType.TEXT_ARRAY,
                                env ->
                                        first.at(env) instanceof String text
                                                        && by.at(env) instanceof String sign
                                                ? List.<Object>of(
                                                        (Object[])
                                                                text.split(
                                                                        java.util.regex.Pattern
                                                                                .quote(sign),
                                                                        -1))
                                                : List.of()),
                        List.of());
            }
            default -> throw SqlError.unknown("function " + name, call.at());
        };
    }

    private static Typed argument(List<Typed> arguments, int index, Expr.Call call) {
        if (arguments.size() <= index) {
            throw new SqlError(
                    "42883",
                    "function " + call.name().getLast() + " wants more arguments",
                    call.at());
        }
        return arguments.get(index);
    }

    private static List<?> flat(Object value) {
        if (!(value instanceof List<?> list)) {
            return List.of();
        }
        if (list.isEmpty() || !(list.getFirst() instanceof List<?>)) {
            return list;
        }
        List<Object> all = new ArrayList<>();
        list.forEach(each -> all.addAll(flat(each)));
        return all;
    }

    private static Made series(Asked asked, List<Typed> arguments, Expr.Call call) {
        Typed from = arguments.getFirst();
        Typed to = argument(arguments, 1, call);
        Optional<Typed> by =
                arguments.size() > 2 ? Optional.of(arguments.get(2)) : Optional.empty();
        PgType type = Values.common(from.type(), to.type());
        if (!type.isNumber()) {
            throw SqlError.unknown("generate_series of " + type.title(), call.at());
        }
        return new Made(
                type,
                new Typed(
                        type.array(),
                        env -> {
                            Object begin = from.at(env);
                            Object end = to.at(env);
                            Object step = by.isPresent() ? by.get().at(env) : (Object) 1L;
                            List<Object> all = new ArrayList<>();
                            if (!(begin instanceof Number first)
                                    || !(end instanceof Number last)
                                    || !(step instanceof Number wide)) {
                                return all;
                            }
                            BigDecimal at = Values.decimal(first);
                            BigDecimal stop = Values.decimal(last);
                            BigDecimal add = Values.decimal(wide);
                            if (add.signum() == 0) {
                                throw new SqlError("22023", "step size cannot equal zero");
                            }
                            while (Integer.signum(at.compareTo(stop)) * add.signum() <= 0) {
                                asked.step();
                                all.add(asked.values.cast(at, PgType.NUMERIC, type));
                                asked.bounded(all.size());
                                at = at.add(add);
                            }
                            return all;
                        }),
                List.of());
    }
}
