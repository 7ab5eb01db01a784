package org.domicile.duckdb;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.domicile.query.Wanted;
import org.jspecify.annotations.Nullable;

/**
 * Which rows of the tables of a SELECT its WHERE can use, as far as that is plain to see: a column
 * of one table against constants. Only what a null does not fulfil counts, so that the other sides
 * of outer joins lose nothing.
 */
final class Conditions {
    /** Joins whose result loses no row when a side loses rows that WHERE drops anyway. */
    private static final Set<String> JOINS = Set.of("INNER", "LEFT", "RIGHT", "OUTER", "FULL");

    private static final Set<String> PLAIN = Set.of("REGULAR", "CROSS", "NATURAL");

    /** Types that a text is cast to and that are compared as it is written. */
    private static final Map<String, Wanted.Kind> CASTS =
            Map.of("DATE", Wanted.Kind.DAY, "TIMESTAMP", Wanted.Kind.MOMENT);

    /** Functions that say how a text begins. */
    private static final Set<String> BEGINS = Set.of("starts_with", "prefix", "^@");

    /** What LIKE does not take for itself; a backslash may be one that escapes. */
    private static final Pattern SIGNS = Pattern.compile("[%_\\\\]");

    private static final int MOST_CONSTANTS = 1_000;

    private Conditions() {}

    /** A table in FROM. @param alone whether columns without a table are its own */
    private record From(Map<?, ?> node, String name, boolean alone) {}

    /** What is wanted of each table of a SELECT, by its node. */
    static Map<Object, Wanted> of(Map<?, ?> select) {
        Map<Object, Wanted> wanted = new IdentityHashMap<>();
        if (!(select.get("where_clause") instanceof Map<?, ?> where)) {
            return wanted;
        }
        List<From> tables = new ArrayList<>();
        tables(select.get("from_table"), true, tables);
        for (From each : tables) {
            wanted.put(each.node(), condition(where, each, 0));
        }
        return wanted;
    }

    private static void tables(@Nullable Object from, boolean alone, List<From> tables) {
        if (!(from instanceof Map<?, ?> node)) {
            return;
        }
        switch (text(node, "type")) {
            case "BASE_TABLE" -> {
                boolean sampled = node.get("sample") instanceof Map<?, ?>;
                boolean renamed =
                        node.get("column_name_alias") instanceof List<?> names && !names.isEmpty();
                if (!sampled && !renamed) {
                    String alias = text(node, "alias");
                    String name = alias.isEmpty() ? last(Parsing.path(node)) : alias;
                    tables.add(new From(node, name.toLowerCase(Locale.ROOT), alone));
                }
            }
            case "JOIN" -> {
                if (JOINS.contains(text(node, "join_type"))
                        && PLAIN.contains(text(node, "ref_type"))) {
                    tables(node.get("left"), false, tables);
                    tables(node.get("right"), false, tables);
                }
            }
            default -> {
                // what is in it has a WHERE of its own
            }
        }
    }

    private static String last(List<String> parts) {
        return parts.isEmpty() ? "" : parts.getLast();
    }

    private static Wanted condition(@Nullable Object node, From table, int depth) {
        if (!(node instanceof Map<?, ?> object) || depth > 100) {
            return Wanted.ALL;
        }
        return switch (text(object, "type")) {
            case "CONJUNCTION_AND" -> {
                List<Wanted> of =
                        children(object).stream()
                                .map(each -> condition(each, table, depth + 1))
                                .filter(each -> !(each instanceof Wanted.All))
                                .toList();
                yield of.isEmpty()
                        ? Wanted.ALL
                        : of.size() == 1 ? of.getFirst() : new Wanted.And(of);
            }
            case "CONJUNCTION_OR" -> {
                List<Wanted> of =
                        children(object).stream()
                                .map(each -> condition(each, table, depth + 1))
                                .toList();
                yield of.isEmpty() || of.stream().anyMatch(Wanted.All.class::isInstance)
                        ? Wanted.ALL
                        : new Wanted.Or(of);
            }
            case "COMPARE_EQUAL", "COMPARE_EQUALTO" ->
                    compare(object, Wanted.Operator.EQUAL, Wanted.Operator.EQUAL, table);
            case "COMPARE_LESSTHAN" ->
                    compare(object, Wanted.Operator.LESS, Wanted.Operator.GREATER, table);
            case "COMPARE_GREATERTHAN" ->
                    compare(object, Wanted.Operator.GREATER, Wanted.Operator.LESS, table);
            case "COMPARE_LESSTHANOREQUALTO" ->
                    compare(object, Wanted.Operator.AT_MOST, Wanted.Operator.AT_LEAST, table);
            case "COMPARE_GREATERTHANOREQUALTO" ->
                    compare(object, Wanted.Operator.AT_LEAST, Wanted.Operator.AT_MOST, table);
            case "COMPARE_BETWEEN" -> between(object, table);
            case "COMPARE_IN" -> in(object, table);
            case "FUNCTION" -> begins(object, table);
            default -> Wanted.ALL;
        };
    }

    private static List<?> children(Map<?, ?> object) {
        return object.get("children") instanceof List<?> children ? children : List.of();
    }

    private static Wanted compare(
            Map<?, ?> object, Wanted.Operator operator, Wanted.Operator turned, From table) {
        return one(object.get("left"), operator, object.get("right"), table)
                .or(() -> one(object.get("right"), turned, object.get("left"), table))
                .orElse(Wanted.ALL);
    }

    private static Optional<Wanted> one(
            @Nullable Object column,
            Wanted.Operator operator,
            @Nullable Object constant,
            From table) {
        return column(column, table)
                .flatMap(name ->
                        constant(constant).map(value -> new Wanted.Compare(name, operator, value)));
    }

    private static Wanted between(Map<?, ?> object, From table) {
        Optional<Wanted> lower =
                one(object.get("input"), Wanted.Operator.AT_LEAST, object.get("lower"), table);
        Optional<Wanted> upper =
                one(object.get("input"), Wanted.Operator.AT_MOST, object.get("upper"), table);
        return lower.isPresent() && upper.isPresent()
                ? new Wanted.And(List.of(lower.get(), upper.get()))
                : Wanted.ALL;
    }

    private static Wanted in(Map<?, ?> object, From table) {
        List<?> children = children(object);
        if (children.size() < 2 || children.size() > MOST_CONSTANTS) {
            return Wanted.ALL;
        }
        Optional<String> column = column(children.getFirst(), table);
        List<Wanted.Constant> constants = new ArrayList<>();
        for (Object each : children.subList(1, children.size())) {
            constant(each).ifPresent(constants::add);
        }
        return column.isPresent() && constants.size() == children.size() - 1
                ? new Wanted.In(column.get(), constants)
                : Wanted.ALL;
    }

    /** {@code column LIKE 'a%'}, as far as its first sign that means something else. */
    private static Wanted begins(Map<?, ?> object, From table) {
        String name = text(object, "function_name").toLowerCase(Locale.ROOT);
        boolean like = name.equals("~~");
        if (!like && !BEGINS.contains(name)
                || !text(object, "schema").isEmpty()
                || !(object.get("arguments") instanceof List<?> arguments)
                || arguments.size() != 2
                || !(arguments.getFirst() instanceof Map<?, ?> first)
                || !(arguments.getLast() instanceof Map<?, ?> last)) {
            return Wanted.ALL;
        }
        Optional<String> column = column(first.get("expression"), table);
        Optional<String> prefix =
                constant(last.get("expression"))
                        .filter(each -> each.kind() == Wanted.Kind.TEXT)
                        .map(Wanted.Constant::text)
                        .map(text -> like ? SIGNS.split(text, 2)[0] : text)
                        .filter(text -> !text.isEmpty());
        return column.isPresent() && prefix.isPresent()
                ? new Wanted.StartsWith(column.get(), prefix.get())
                : Wanted.ALL;
    }

    private static Optional<String> column(@Nullable Object node, From table) {
        if (!(node instanceof Map<?, ?> object)
                || !text(object, "class").equals("COLUMN_REF")
                || !(object.get("column_names") instanceof List<?> names)) {
            return Optional.empty();
        }
        boolean own =
                names.size() == 1 && table.alone()
                        || names.size() == 2
                                && String.valueOf(names.getFirst())
                                        .toLowerCase(Locale.ROOT)
                                        .equals(table.name());
        return own ? Optional.of(String.valueOf(names.getLast())) : Optional.empty();
    }

    /** A constant, or a text that is cast to a day or a moment. */
    private static Optional<Wanted.Constant> constant(@Nullable Object node) {
        if (!(node instanceof Map<?, ?> object)) {
            return Optional.empty();
        }
        if (text(object, "class").equals("CAST")
                && object.get("type_expr") instanceof Map<?, ?> type
                && CASTS.get(text(type, "type_name").toUpperCase(Locale.ROOT))
                        instanceof Wanted.Kind kind) {
            return constant(object.get("child"))
                    .filter(inner -> inner.kind() == Wanted.Kind.TEXT)
                    .map(inner -> new Wanted.Constant(kind, inner.text()));
        }
        if (!text(object, "class").equals("CONSTANT")
                || !(object.get("literal") instanceof Map<?, ?> literal)) {
            return Optional.empty();
        }
        String text = text(literal, "text");
        return switch (text(literal, "kind")) {
            case "BOOLEAN" -> Optional.of(new Wanted.Constant(Wanted.Kind.TRUTH, text));
            case "INTEGER" ->
                    text.matches("-?[0-9]{1,20}")
                            ? Optional.of(new Wanted.Constant(Wanted.Kind.WHOLE, text))
                            : Optional.empty();
            // with an exponent it is a floating-point number
            case "NUMERIC" ->
                    text.matches("-?[0-9]{1,18}\\.[0-9]{1,18}")
                            ? Optional.of(new Wanted.Constant(Wanted.Kind.EXACT, text))
                            : Optional.empty();
            case "STRING" -> Optional.of(new Wanted.Constant(Wanted.Kind.TEXT, text));
            default -> Optional.empty();
        };
    }

    private static String text(Map<?, ?> object, String name) {
        return object.get(name) instanceof String text ? text : "";
    }
}
