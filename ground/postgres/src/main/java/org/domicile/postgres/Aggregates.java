package org.domicile.postgres;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Functions of many rows. */
final class Aggregates {
    private static final Set<String> KNOWN =
            Set.of(
                    "count",
                    "sum",
                    "avg",
                    "min",
                    "max",
                    "bool_and",
                    "bool_or",
                    "every",
                    "array_agg",
                    "string_agg",
                    "json_agg",
                    "jsonb_agg",
                    "json_object_agg",
                    "jsonb_object_agg");

    private Aggregates() {}

    /** One of them, for arguments of some types. */
    record Kind(PgType type, Body body) {
        Object of(List<List<Object>> rows) {
            return body.of(rows);
        }
    }

    /** What it makes of the arguments of all rows. */
    interface Body {
        Object of(List<List<Object>> rows);
    }

    static boolean known(String name, int arguments, boolean star) {
        return KNOWN.contains(name) && (star ? name.equals("count") : arguments > 0);
    }

    static Kind of(Asked asked, String name, List<Typed> arguments, boolean distinct) {
        Kind kind = plain(asked, name, arguments);
        if (!distinct) {
            return kind;
        }
        return new Kind(
                kind.type(),
                rows -> {
                    Set<Object> seen = new HashSet<>();
                    List<List<Object>> once = new ArrayList<>();
                    for (List<Object> row : rows) {
                        if (seen.add(row.stream().map(Values::key).toList())) {
                            once.add(row);
                        }
                    }
                    return kind.of(once);
                });
    }

    private static Kind plain(Asked asked, String name, List<Typed> arguments) {
        PgType first = arguments.isEmpty() ? PgType.UNKNOWN : arguments.getFirst().type();
        PgType known = first == PgType.UNKNOWN ? PgType.TEXT : first;
        return switch (name) {
            case "count" ->
                    new Kind(
                            PgType.INT8,
                            rows ->
                                    rows.stream()
                                            .filter(row ->
                                                    row.isEmpty()
                                                            || !Values.missing(row.getFirst()))
                                            .count());
            case "min" -> new Kind(known, rows -> extreme(rows, -1));
            case "max" -> new Kind(known, rows -> extreme(rows, 1));
            case "sum" -> {
                PgType type =
                        switch (first) {
                            case INT2, INT4 -> PgType.INT8;
                            case INT8 -> PgType.NUMERIC;
                            default -> known;
                        };
                yield new Kind(type, rows -> sum(asked, rows, type));
            }
            case "avg" ->
                    new Kind(
                            PgType.NUMERIC,
                            rows -> {
                                List<Object> there = there(rows);
                                return there.isEmpty()
                                        ? Missing.NULL
                                        : total(there)
                                                .divide(
                                                        BigDecimal.valueOf(there.size()),
                                                        MathContext.DECIMAL64);
                            });
            case "bool_and", "every" ->
                    new Kind(
                            PgType.BOOL,
                            rows ->
                                    there(rows).isEmpty()
                                            ? Missing.NULL
                                            : !there(rows).contains(false));
            case "bool_or" ->
                    new Kind(
                            PgType.BOOL,
                            rows ->
                                    there(rows).isEmpty()
                                            ? Missing.NULL
                                            : there(rows).contains(true));
            case "array_agg" ->
                    new Kind(
                            known.array(),
                            rows -> {
                                List<Object> all = new ArrayList<>();
                                rows.forEach(row -> all.add(row.getFirst()));
                                return all.isEmpty() ? Missing.NULL : all;
                            });
            case "string_agg" ->
                    new Kind(
                            PgType.TEXT,
                            rows -> {
                                StringBuilder text = new StringBuilder();
                                boolean any = false;
                                for (List<Object> row : rows) {
                                    if (!Values.missing(row.getFirst())) {
                                        if (any && row.size() > 1 && !Values.missing(row.get(1))) {
                                            text.append(row.get(1));
                                        }
                                        text.append(
                                                asked.world.format().write(known, row.getFirst()));
                                        any = true;
                                    }
                                }
                                return any ? text.toString() : Missing.NULL;
                            });
            case "json_agg", "jsonb_agg" ->
                    new Kind(
                            name.startsWith("jsonb") ? PgType.JSONB : PgType.JSON,
                            rows ->
                                    rows.isEmpty()
                                            ? Missing.NULL
                                            : rows.stream()
                                                    .map(row ->
                                                            Json.of(
                                                                    asked.world.format(),
                                                                    known,
                                                                    row.getFirst()))
                                                    .collect(Collectors.joining(", ", "[", "]")));
            case "json_object_agg", "jsonb_object_agg" ->
                    new Kind(
                            name.startsWith("jsonb") ? PgType.JSONB : PgType.JSON,
                            rows ->
                                    rows.isEmpty()
                                            ? Missing.NULL
                                            : rows.stream()
                                                    .map(row ->
                                                            Json.quoted(
                                                                            String.valueOf(
                                                                                    row.getFirst()))
                                                                    + " : "
                                                                    + Json.of(
                                                                            asked.world.format(),
                                                                            arguments
                                                                                    .getLast()
                                                                                    .type(),
                                                                            row.getLast()))
                                                    .collect(Collectors.joining(", ", "{ ", " }")));
            default -> throw SqlError.unknown("function " + name + " OVER", 0);
        };
    }

    private static List<Object> there(List<List<Object>> rows) {
        List<Object> there = new ArrayList<>();
        for (List<Object> row : rows) {
            if (!Values.missing(row.getFirst())) {
                there.add(row.getFirst());
            }
        }
        return there;
    }

    private static Object extreme(List<List<Object>> rows, int sign) {
        Object best = Missing.NULL;
        for (Object value : there(rows)) {
            if (Values.missing(best) || sign * Values.compare(value, best) > 0) {
                best = value;
            }
        }
        return best;
    }

    private static BigDecimal total(List<Object> values) {
        BigDecimal total = BigDecimal.ZERO;
        for (Object value : values) {
            if (!(value instanceof Number number)) {
                throw new SqlError("42883", "only numbers can be added up");
            }
            total = total.add(Values.decimal(number));
        }
        return total;
    }

    private static Object sum(Asked asked, List<List<Object>> rows, PgType type) {
        List<Object> there = there(rows);
        return there.isEmpty()
                ? Missing.NULL
                : asked.values.cast(total(there), PgType.NUMERIC, type);
    }
}
