package org.domicile.postgres;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import org.domicile.postgres.Syntax.Expr;
import org.domicile.postgres.Syntax.From;
import org.jspecify.annotations.Nullable;

/**
 * Where rows come from: relations, questions, functions, and their joins. A join is by hashing
 * where an equality lets it, and each condition is asked as early as its columns are there.
 */
final class Sources {
    private final Asked asked;
    private final Planner planner;
    private final Expressions expressions;

    Sources(Asked asked, Planner planner, Expressions expressions) {
        this.asked = asked;
        this.planner = planner;
        this.expressions = expressions;
    }

    /** What brings rows. @see Source */
    interface Bringing {
        List<Object[]> rows(Env beside);
    }

    /**
     * Rows with their columns.
     *
     * @param bringing is given what stands beside: a row of the items before it, above which is
     *     what the whole clause stands in
     */
    record Source(List<Scope.Column> columns, Bringing bringing) {
        List<Object[]> rows(Env beside) {
            return bringing.rows(beside);
        }
    }

    /** A condition, and which columns it needs. */
    private record Condition(Typed test, Set<Integer> used, Optional<Equality> equality) {}

    /** One side of an equality, and which columns it needs. @param bare a column itself */
    private record Side(Typed typed, Set<Integer> used, boolean bare) {}

    /** Both sides of one. */
    private record Equality(Side left, Side right) {
        Equality turned() {
            return new Equality(right, left);
        }
    }

    private static final Object[] NONE = {};

    /** All of a FROM clause, and its WHERE. */
    Planner.Answering all(List<From> from, List<Expr> where, Scope above, List<Scope.Column> made) {
        if (from.isEmpty()) {
            List<Condition> conditions = conditions(where, List.of(), above);
            return env -> filtered(List.<Object[]>of(NONE), conditions, env);
        }
        Source source = source(from.getFirst(), above, List.of());
        made.addAll(source.columns());
        List<Source> items = new ArrayList<>(List.of(source));
        for (From each : from.subList(1, from.size())) {
            Source item = source(each, above, List.copyOf(made));
            items.add(item);
            made.addAll(item.columns());
        }
        List<Condition> conditions = conditions(where, made, above);
        Source joined = first(from.getFirst(), source, conditions);
        int width = source.columns().size();
        Set<Condition> done = new HashSet<>(within(conditions, width, Set.of()));
        for (Source item : items.subList(1, items.size())) {
            int wide = width + item.columns().size();
            List<Condition> now = within(conditions, wide, done);
            done.addAll(now);
            joined = join("inner", joined, item, now, List.copyOf(made.subList(0, wide)));
            width = wide;
        }
        Source whole = joined;
        return env -> whole.rows(Env.of(env, NONE));
    }

    /** Those that need no more than the first columns and were not asked yet. */
    private static List<Condition> within(
            List<Condition> conditions, int width, Set<Condition> done) {
        return conditions.stream()
                .filter(each -> !done.contains(each))
                .filter(each -> each.used().stream().allMatch(index -> index < width))
                .toList();
    }

    private List<Condition> conditions(
            List<Expr> exprs, List<Scope.Column> columns, @Nullable Scope above) {
        Scope scope = new Scope(above, List.copyOf(columns));
        List<Condition> conditions = new ArrayList<>();
        for (Expr each : exprs) {
            scope.used.clear();
            Typed test = expressions.truth(each, scope);
            Set<Integer> used = Set.copyOf(scope.used);
            conditions.add(new Condition(test, used, equality(each, scope)));
        }
        return conditions;
    }

    private Optional<Equality> equality(Expr expr, Scope scope) {
        if (!(expr instanceof Expr.Binary(String operator, Expr left, Expr right, int _))
                || !operator.equals("=")) {
            return Optional.empty();
        }
        Typed[] both = expressions.fitted(left, right, scope);
        return Optional.of(new Equality(side(left, both[0], scope), side(right, both[1], scope)));
    }

    private Side side(Expr expr, Typed fitted, Scope scope) {
        scope.used.clear();
        Typed plain = expressions.compile(expr, scope);
        Set<Integer> used = Set.copyOf(scope.used);
        return new Side(fitted, used, expr instanceof Expr.Name && plain.type() == fitted.type());
    }

    /** The first item, by an index of one of its columns where that is enough. */
    private Source first(From from, Source source, List<Condition> conditions) {
        List<Condition> own = within(conditions, source.columns().size(), Set.of());
        if (from instanceof From.Relation(List<String> name, String _, List<String> _, int _)
                && !(name.size() == 1 && planner.commonTable(name.getFirst()).isPresent())) {
            for (Condition each : own) {
                Optional<Equality> equality =
                        each.equality()
                                .map(e ->
                                        e.left().bare() && e.right().used().isEmpty()
                                                ? e
                                                : e.turned())
                                .filter(e -> e.left().bare() && e.right().used().isEmpty())
                                .filter(e -> e.left().used().size() == 1);
                if (equality.isPresent()) {
                    return indexed(source, equality.get(), own);
                }
            }
        }
        return new Source(source.columns(), env -> filtered(source.rows(env), own, env.above()));
    }

    private Source indexed(Source source, Equality equality, List<Condition> conditions) {
        int column = equality.left().used().iterator().next();
        int width = source.columns().size();
        Typed wanted = equality.right().typed();
        return new Source(
                source.columns(),
                env -> {
                    Object value = wanted.at(Env.of(env.above(), Planner.nothing(width)));
                    if (Values.missing(value)) {
                        return List.of();
                    }
                    List<Object[]> found =
                            asked.index(source.rows(env), column)
                                    .getOrDefault(Values.key(value), List.of());
                    return filtered(found, conditions, env.above());
                });
    }

    private List<Object[]> filtered(
            List<Object[]> rows, List<Condition> conditions, @Nullable Env above) {
        if (conditions.isEmpty()) {
            return rows;
        }
        List<Object[]> kept = new ArrayList<>();
        for (Object[] row : rows) {
            asked.step();
            if (all(conditions, Env.of(above, row))) {
                kept.add(row);
            }
        }
        return kept;
    }

    private static boolean all(List<Condition> conditions, Env env) {
        for (Condition each : conditions) {
            if (!(each.test().at(env) instanceof Boolean truth) || !truth) {
                return false;
            }
        }
        return true;
    }

    // ---- items ----

    /** One item. @param beside columns of those before it, which it may use */
    private Source source(From from, Scope above, List<Scope.Column> beside) {
        return switch (from) {
            case From.Relation relation -> relation(relation);
            case From.Sub(var query, String alias, List<String> names) -> {
                Scope scope = new Scope(above, List.copyOf(beside));
                Planner.Plan plan = planner.query(query, scope);
                yield named("", alias, plan.fields(), names, plan::rows);
            }
            case From.Function function -> function(function, above, beside);
            case From.Join join -> joined(join, above, beside);
        };
    }

    private static Source named(
            String schema,
            String alias,
            List<Field> fields,
            List<String> names,
            Bringing answering) {
        List<Scope.Column> columns = new ArrayList<>();
        for (int i = 0; i < fields.size(); i++) {
            String name = i < names.size() ? names.get(i) : fields.get(i).name();
            columns.add(new Scope.Column(schema, alias, name, fields.get(i).type(), false));
        }
        return new Source(columns, answering);
    }

    private Source relation(From.Relation from) {
        String name = from.name().getLast();
        if (from.name().size() == 1) {
            Optional<Planner.Plan> common = planner.commonTable(name);
            if (common.isPresent()) {
                Planner.Plan plan = common.get();
                return named("", from.alias(), plan.fields(), from.columns(), plan::rows);
            }
        }
        String schema = from.name().size() > 1 ? from.name().get(from.name().size() - 2) : "";
        Relation relation =
                asked.world
                        .relation(schema, name)
                        .orElseThrow(() ->
                                new SqlError(
                                        "42P01",
                                        "relation \""
                                                + String.join(".", from.name())
                                                + "\" does not exist",
                                        from.at()));
        return named(
                schema, from.alias(), relation.fields(), from.columns(), env -> relation.rows());
    }

    private Source function(From.Function from, Scope above, List<Scope.Column> beside) {
        Scope scope = new Scope(above, List.copyOf(beside));
        String name = from.call().name().getLast();
        List<Field> fields = new ArrayList<>();
        Bringing answering;
        if (sets(name)) {
            Sets.Made made = Sets.of(asked, expressions, from.call(), scope);
            fields.addAll(
                    made.fields().isEmpty()
                            ? List.of(new Field(from.alias(), made.type()))
                            : made.fields());
            answering =
                    env -> {
                        List<Object[]> rows = new ArrayList<>();
                        if (made.list().at(env) instanceof List<?> list) {
                            list.forEach(each ->
                                    rows.add(
                                            each instanceof Composite row
                                                    ? row.values().toArray()
                                                    : new Object[] {each}));
                        }
                        return rows;
                    };
        } else {
            Optional<Relation> relation = asked.world.relation("", name + "()");
            if (relation.isPresent()) {
                fields.addAll(relation.get().fields());
                answering = env -> relation.get().rows();
            } else {
                Typed value = expressions.compile(from.call(), scope);
                fields.add(new Field(from.alias(), value.type()));
                answering = env -> List.<Object[]>of(new Object[] {value.at(env)});
            }
        }
        Bringing plain = answering;
        if (from.ordinality()) {
            fields.add(new Field("ordinality", PgType.INT8));
            answering =
                    env -> {
                        List<Object[]> rows = new ArrayList<>();
                        for (Object[] row : plain.rows(env)) {
                            Object[] numbered = java.util.Arrays.copyOf(row, row.length + 1);
                            numbered[row.length] = rows.size() + 1L;
                            rows.add(numbered);
                        }
                        return rows;
                    };
        }
        return named("", from.alias(), fields, from.columns(), answering);
    }

    private static boolean sets(String name) {
        return switch (name) {
            case "unnest",
                    "generate_series",
                    "generate_subscripts",
                    "_pg_expandarray",
                    "string_to_table" ->
                    true;
            default -> false;
        };
    }

    // ---- joins ----

    private Source joined(From.Join join, Scope above, List<Scope.Column> beside) {
        Source left = source(join.left(), above, beside);
        List<Scope.Column> before = new ArrayList<>(beside);
        before.addAll(left.columns());
        Source right = source(join.right(), above, before);
        List<Scope.Column> columns = new ArrayList<>(left.columns());
        List<String> using = join.using();
        if (join.natural()) {
            using =
                    left.columns().stream()
                            .map(Scope.Column::name)
                            .filter(name ->
                                    right.columns().stream()
                                            .anyMatch(each -> each.name().equals(name)))
                            .toList();
        }
        List<String> shared = using;
        right.columns()
                .forEach(each ->
                        columns.add(
                                shared.contains(each.name())
                                        ? new Scope.Column(
                                                each.schema(),
                                                each.table(),
                                                each.name(),
                                                each.type(),
                                                true)
                                        : each));
        List<Expr> on = new ArrayList<>();
        join.on().ifPresent(expr -> Planner.conjuncts(expr, on));
        List<Condition> conditions = new ArrayList<>(conditions(on, columns, above));
        for (String name : shared) {
            conditions.add(shared(name, left.columns(), right.columns()));
        }
        return join(join.kind(), left, right, conditions, columns);
    }

    private Condition shared(String name, List<Scope.Column> left, List<Scope.Column> right) {
        int one = index(name, left);
        int other = left.size() + index(name, right);
        Typed first = new Typed(left.get(one).type(), env -> env.row()[one]);
        Typed second = new Typed(right.get(other - left.size()).type(), env -> env.row()[other]);
        return new Condition(
                new Typed(
                        PgType.BOOL,
                        env ->
                                !Values.missing(first.at(env))
                                        && !Values.missing(second.at(env))
                                        && Values.compare(first.at(env), second.at(env)) == 0),
                Set.of(one, other),
                Optional.of(
                        new Equality(
                                new Side(first, Set.of(one), true),
                                new Side(second, Set.of(other), true))));
    }

    private static int index(String name, List<Scope.Column> columns) {
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).name().equals(name)) {
                return i;
            }
        }
        throw new SqlError(
                "42703",
                "column \"" + name + "\" specified in USING clause does not exist in a table");
    }

    private Source join(
            String kind,
            Source left,
            Source right,
            List<Condition> conditions,
            List<Scope.Column> columns) {
        int wide = left.columns().size();
        int width = columns.size();
        IntPredicate isLeft = index -> index < wide;
        List<Equality> keys = new ArrayList<>();
        List<Condition> rest = new ArrayList<>();
        for (Condition each : conditions) {
            Optional<Equality> key =
                    each.equality()
                            .map(e ->
                                    e.left().used().stream().allMatch(isLeft::test)
                                            ? e
                                            : e.turned())
                            .filter(e -> !e.left().used().isEmpty() && !e.right().used().isEmpty())
                            .filter(e -> e.left().used().stream().allMatch(isLeft::test))
                            .filter(e -> e.right().used().stream().noneMatch(isLeft::test));
            if (key.isPresent()) {
                keys.add(key.get());
            } else {
                rest.add(each);
            }
        }
        boolean outerLeft = kind.equals("left") || kind.equals("full");
        boolean outerRight = kind.equals("right") || kind.equals("full");
        return new Source(
                List.copyOf(columns),
                env ->
                        new Joining(wide, width, keys, rest, outerLeft, outerRight)
                                .rows(left.rows(env), right, env));
    }

    /** One join at work. Used once. */
    private final class Joining {
        private final int wide;
        private final int width;
        private final List<Equality> keys;
        private final List<Condition> rest;
        private final boolean outerLeft;
        private final boolean outerRight;

        Joining(
                int wide,
                int width,
                List<Equality> keys,
                List<Condition> rest,
                boolean outerLeft,
                boolean outerRight) {
            this.wide = wide;
            this.width = width;
            this.keys = keys;
            this.rest = rest;
            this.outerLeft = outerLeft;
            this.outerRight = outerRight;
        }

        List<Object[]> rows(List<Object[]> left, Source right, Env beside) {
            Env above = beside.above();
            List<Object[]> all = new ArrayList<>();
            Map<Object, List<Object[]>> table = new HashMap<>();
            List<Object[]> others = List.of();
            Set<Object[]> matched =
                    java.util.Collections.newSetFromMap(new java.util.IdentityHashMap<>());
            boolean first = true;
            List<Object[]> seen = List.of();
            for (Object[] row : left) {
                asked.step();
                // a question or function beside may use this row; most give the same list again
                others = right.rows(Env.of(above, behind(beside.row(), row)));
                if (first || others != seen) {
                    table = keys.isEmpty() ? table : table(others, above);
                    seen = others;
                    first = false;
                }
                List<Object[]> candidates =
                        keys.isEmpty()
                                ? others
                                : table.getOrDefault(key(row, above, true), List.of());
                boolean any = false;
                for (Object[] other : candidates) {
                    asked.step();
                    Object[] both = java.util.Arrays.copyOf(row, width);
                    System.arraycopy(other, 0, both, wide, other.length);
                    if (rest.isEmpty() || all(rest, Env.of(above, both))) {
                        all.add(both);
                        any = true;
                        if (outerRight) {
                            matched.add(other);
                        }
                    }
                }
                if (!any && outerLeft) {
                    Object[] both = Planner.nothing(width);
                    System.arraycopy(row, 0, both, 0, wide);
                    all.add(both);
                }
                asked.bounded(all.size());
            }
            if (outerRight) {
                List<Object[]> unmatched =
                        first
                                ? right.rows(
                                        Env.of(above, behind(beside.row(), Planner.nothing(wide))))
                                : others;
                for (Object[] other : unmatched) {
                    if (!matched.contains(other)) {
                        Object[] both = Planner.nothing(width);
                        System.arraycopy(other, 0, both, wide, other.length);
                        all.add(both);
                    }
                }
            }
            return all;
        }

        private static Object[] behind(Object[] first, Object[] second) {
            if (first.length == 0) {
                return second;
            }
            Object[] both = java.util.Arrays.copyOf(first, first.length + second.length);
            System.arraycopy(second, 0, both, first.length, second.length);
            return both;
        }

        private Map<Object, List<Object[]>> table(List<Object[]> rows, @Nullable Env above) {
            Map<Object, List<Object[]>> table = new HashMap<>();
            for (Object[] row : rows) {
                Object[] padded = Planner.nothing(width);
                System.arraycopy(row, 0, padded, wide, row.length);
                Object key = key(padded, above, false);
                if (key != Missing.NULL) {
                    table.computeIfAbsent(key, k -> new ArrayList<>()).add(row);
                }
            }
            return table;
        }

        private Object key(Object[] row, @Nullable Env above, boolean left) {
            Env env = Env.of(above, row);
            List<Object> key = new ArrayList<>(keys.size());
            for (Equality each : keys) {
                Object value = (left ? each.left() : each.right()).typed().at(env);
                if (Values.missing(value)) {
                    return Missing.NULL;
                }
                key.add(Values.key(value));
            }
            return key;
        }
    }
}
