package org.domicile.postgres;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.domicile.postgres.Syntax.Body;
import org.domicile.postgres.Syntax.Common;
import org.domicile.postgres.Syntax.Expr;
import org.domicile.postgres.Syntax.Item;
import org.domicile.postgres.Syntax.Order;
import org.domicile.postgres.Syntax.Query;
import org.jspecify.annotations.Nullable;

/** Compiles questions: what {@link Sources} brings, filtered, grouped, windowed, sorted. */
final class Planner {
    private static final int MOST_ROUNDS = 100_000;

    private final Asked asked;
    private final Expressions expressions;
    private final Sources sources;
    private final Map<String, Plan> common = new HashMap<>();

    Planner(Asked asked) {
        this.asked = asked;
        this.expressions = new Expressions(asked, this);
        this.sources = new Sources(asked, this, expressions);
    }

    /** What brings rows. */
    interface Answering {
        List<Object[]> rows(@Nullable Env above);
    }

    /** A compiled question. */
    record Plan(List<Field> fields, Answering answering) {
        List<Object[]> rows(@Nullable Env above) {
            return answering.rows(above);
        }
    }

    /** A common table of that name that can be seen here. */
    Optional<Plan> commonTable(String name) {
        return Optional.ofNullable(common.get(name));
    }

    /** Compiles a question that stands somewhere. @param above what it stands in */
    Plan query(Query query, @Nullable Scope above) {
        Map<String, Plan> before = Map.copyOf(common);
        try {
            for (Common each : query.with()) {
                common.put(each.name(), with(each, query.recursive(), above));
            }
            Scope root = new Scope(above, List.of());
            Plan plan = body(query.body(), query.order(), root);
            plan = limited(plan, query, root);
            Plan inner = plan;
            Plan whole = new Plan(plan.fields(), env -> inner.rows(Env.of(env, new Object[0])));
            return root.correlated ? whole : once(whole);
        } finally {
            common.clear();
            common.putAll(before);
        }
    }

    /** What needs nothing of the rows around it is answered once. */
    private Plan once(Plan plan) {
        return new Plan(
                plan.fields(),
                new Answering() {
                    private long run = -1;
                    private List<Object[]> kept = List.of();

                    @Override
                    public List<Object[]> rows(@Nullable Env above) {
                        if (run != asked.run()) {
                            kept = plan.rows(above);
                            run = asked.run();
                        }
                        return kept;
                    }
                });
    }

    private Plan with(Common each, boolean recursive, @Nullable Scope above) {
        if (recursive
                && each.query().body() instanceof Body.Set set
                && set.kind().equals("union")) {
            return recursive(each, set, above);
        }
        return renamed(query(each.query(), above), each.columns());
    }

    private Plan recursive(Common each, Body.Set set, @Nullable Scope above) {
        Plan start =
                renamed(body(set.left(), List.of(), new Scope(above, List.of())), each.columns());
        List<List<Object[]>> working = new ArrayList<>(List.of(List.of()));
        common.put(each.name(), new Plan(start.fields(), env -> working.getFirst()));
        Plan step = body(set.right(), List.of(), new Scope(above, List.of()));
        return new Plan(
                start.fields(),
                env -> {
                    Set<Object> seen = new HashSet<>();
                    List<Object[]> all = new ArrayList<>();
                    List<Object[]> fresh = fresh(start.rows(env), set.all(), seen);
                    for (int round = 0; !fresh.isEmpty(); round++) {
                        all.addAll(fresh);
                        asked.bounded(all.size() + round * (Asked.MOST_ROWS / MOST_ROUNDS));
                        working.set(0, fresh);
                        fresh = fresh(step.rows(env), set.all(), seen);
                    }
                    return all;
                });
    }

    private List<Object[]> fresh(List<Object[]> rows, boolean all, Set<Object> seen) {
        List<Object[]> fresh = new ArrayList<>();
        for (Object[] row : rows) {
            asked.step();
            if (all || seen.add(key(row))) {
                fresh.add(row);
            }
        }
        return fresh;
    }

    private static Plan renamed(Plan plan, List<String> columns) {
        List<Field> fields = new ArrayList<>(plan.fields());
        for (int i = 0; i < Math.min(columns.size(), fields.size()); i++) {
            Field old = fields.get(i);
            fields.set(i, new Field(columns.get(i), old.type(), old.modifier()));
        }
        return new Plan(fields, plan.answering());
    }

    static Object key(Object[] row) {
        List<Object> key = new ArrayList<>(row.length);
        for (Object each : row) {
            key.add(Values.key(each));
        }
        return key;
    }

    private Plan limited(Plan plan, Query query, Scope scope) {
        if (query.limit().isEmpty() && query.offset().isEmpty()) {
            return plan;
        }
        Optional<Typed> limit = query.limit().map(each -> bound(each, scope));
        Optional<Typed> offset = query.offset().map(each -> bound(each, scope));
        return new Plan(
                plan.fields(),
                env -> {
                    Env here = env == null ? Env.of(null, new Object[0]) : env;
                    List<Object[]> rows = plan.rows(env);
                    long from = offset.isPresent() ? count(offset.get().at(here), 0) : 0;
                    long most =
                            limit.isPresent()
                                    ? count(limit.get().at(here), rows.size())
                                    : rows.size();
                    int begin = (int) Math.min(from, rows.size());
                    return rows.subList(begin, (int) Math.min(begin + most, rows.size()));
                });
    }

    private Typed bound(Expr expr, Scope scope) {
        return expressions.fit(expressions.compile(expr, scope), expr, PgType.INT8);
    }

    private static long count(Object value, long usual) {
        if (Values.missing(value)) {
            return usual;
        }
        long count = value instanceof Number number ? number.longValue() : usual;
        if (count < 0) {
            throw new SqlError("2201W", "LIMIT must not be negative");
        }
        return count;
    }

    // ---- bodies ----

    private Plan body(Body body, List<Order> order, Scope above) {
        return switch (body) {
            case Body.Select select -> select(select, order, above);
            case Body.Set set -> sorted(set(set, above), order, above);
            case Body.Values(List<List<Expr>> rows) -> sorted(values(rows, above), order, above);
            case Body.Nested(Query query) -> sorted(query(query, above), order, above);
        };
    }

    private Plan values(List<List<Expr>> rows, Scope above) {
        Scope scope = new Scope(above, List.of());
        int width = rows.getFirst().size();
        List<List<Typed>> columns = new ArrayList<>();
        List<Field> fields = new ArrayList<>();
        for (int i = 0; i < width; i++) {
            int column = i;
            List<Expr> all =
                    rows.stream()
                            .map(row -> {
                                if (row.size() != width) {
                                    throw new SqlError(
                                            "42601", "VALUES lists must all be the same length");
                                }
                                return row.get(column);
                            })
                            .toList();
            columns.add(expressions.common(all, scope));
            fields.add(new Field("column" + (i + 1), columns.get(i).getFirst().type()));
        }
        return new Plan(
                fields,
                env -> {
                    Env here = Env.of(env, new Object[0]);
                    List<Object[]> all = new ArrayList<>();
                    for (int i = 0; i < rows.size(); i++) {
                        Object[] row = new Object[width];
                        for (int at = 0; at < width; at++) {
                            row[at] = columns.get(at).get(i).at(here);
                        }
                        all.add(row);
                    }
                    return all;
                });
    }

    private Plan set(Body.Set set, Scope above) {
        Plan left = body(set.left(), List.of(), above);
        Plan right = body(set.right(), List.of(), above);
        if (left.fields().size() != right.fields().size()) {
            throw new SqlError("42601", "each UNION query must have the same number of columns");
        }
        List<Field> fields = new ArrayList<>();
        for (int i = 0; i < left.fields().size(); i++) {
            Field one = left.fields().get(i);
            PgType type = Values.common(one.type(), right.fields().get(i).type());
            fields.add(new Field(one.name(), type));
        }
        return new Plan(
                fields,
                env -> {
                    List<Object[]> one = fitted(left, fields, env);
                    List<Object[]> other = fitted(right, fields, env);
                    List<Object[]> all = new ArrayList<>();
                    switch (set.kind()) {
                        case "union" -> {
                            all.addAll(one);
                            all.addAll(other);
                        }
                        case "intersect" -> {
                            Set<Object> keys = keys(other);
                            one.stream().filter(row -> keys.contains(key(row))).forEach(all::add);
                        }
                        default -> {
                            Set<Object> keys = keys(other);
                            one.stream().filter(row -> !keys.contains(key(row))).forEach(all::add);
                        }
                    }
                    asked.bounded(all.size());
                    return set.all() ? all : fresh(all, false, new HashSet<>());
                });
    }

    private static Set<Object> keys(List<Object[]> rows) {
        Set<Object> keys = new HashSet<>();
        rows.forEach(row -> keys.add(key(row)));
        return keys;
    }

    private List<Object[]> fitted(Plan plan, List<Field> fields, @Nullable Env env) {
        List<Object[]> all = new ArrayList<>();
        for (Object[] row : plan.rows(env)) {
            Object[] cast = row.clone();
            for (int i = 0; i < cast.length; i++) {
                cast[i] =
                        asked.values.cast(
                                cast[i], plan.fields().get(i).type(), fields.get(i).type());
            }
            all.add(cast);
        }
        return all;
    }

    /** Sorts by columns of the answer. */
    private Plan sorted(Plan plan, List<Order> order, Scope above) {
        if (order.isEmpty()) {
            return plan;
        }
        Scope scope =
                new Scope(
                        above,
                        plan.fields().stream()
                                .map(each ->
                                        new Scope.Column("", "", each.name(), each.type(), false))
                                .toList());
        List<Scope.Key> keys = new ArrayList<>();
        for (Order each : order) {
            Optional<Integer> ordinal = ordinal(each.by(), plan.fields().size());
            Typed by =
                    ordinal.isPresent()
                            ? output(ordinal.get(), plan.fields())
                            : expressions.compile(each.by(), scope);
            keys.add(
                    new Scope.Key(
                            by, each.descending(), each.nullsFirst().orElse(each.descending())));
        }
        return new Plan(
                plan.fields(),
                env -> {
                    List<Object[]> rows = new ArrayList<>(plan.rows(env));
                    rows.sort((a, b) -> compare(keys, Env.of(env, a), Env.of(env, b)));
                    return rows;
                });
    }

    private static Typed output(int index, List<Field> fields) {
        return new Typed(fields.get(index).type(), env -> env.row()[index]);
    }

    private static Optional<Integer> ordinal(Expr expr, int count) {
        if (expr instanceof Expr.Constant(PgType type, Object value)
                && type == PgType.INT4
                && value instanceof Long number) {
            if (number < 1 || number > count) {
                throw new SqlError(
                        "42P10", "ORDER BY position " + number + " is not in select list");
            }
            return Optional.of((int) (number - 1));
        }
        return Optional.empty();
    }

    static int compare(List<Scope.Key> keys, Env one, Env other) {
        for (Scope.Key key : keys) {
            int order = compare(key, key.by().at(one), key.by().at(other));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private static int compare(Scope.Key key, Object left, Object right) {
        if (Values.missing(left) || Values.missing(right)) {
            int order = Boolean.compare(Values.missing(left), Values.missing(right));
            return key.nullsFirst() ? -order : order;
        }
        int order = Values.compare(left, right);
        return key.descending() ? -order : order;
    }

    // ---- SELECT ----

    /** A select list. */
    private record Output(List<Field> fields, List<Typed> values, List<Expr> exprs) {}

    private Plan select(Body.Select select, List<Order> order, Scope above) {
        List<Expr> conditions = new ArrayList<>();
        select.where().ifPresent(where -> conjuncts(where, conditions));
        List<Scope.Column> columns = new ArrayList<>();
        Answering from = sources.all(select.from(), conditions, above, columns);
        Scope scope = new Scope(above, List.copyOf(columns));
        scope.grouping = true;
        scope.sets = true;
        Output output = output(select.items(), scope);
        List<Typed> group =
                select.group().stream()
                        .map(each -> groupKey(each, select.items(), output, scope))
                        .toList();
        Optional<Typed> having = select.having().map(each -> expressions.truth(each, scope));
        List<Scope.Key> keys = new ArrayList<>();
        for (Order each : order) {
            keys.add(
                    new Scope.Key(
                            sortKey(each.by(), select.items(), output, scope),
                            each.descending(),
                            each.nullsFirst().orElse(each.descending())));
        }
        List<Typed> on =
                select.distinctOn().stream()
                        .map(each -> sortKey(each, select.items(), output, scope))
                        .toList();
        boolean grouped = scope.grouped || !group.isEmpty() || having.isPresent();
        int width = columns.size();
        return new Plan(
                output.fields(),
                env -> {
                    List<Env> rows = new ArrayList<>();
                    List<Object[]> brought = from.rows(env);
                    if (grouped) {
                        rows = grouped(brought, group, env, width, scope.extras.size());
                        Optional<Typed> condition = having;
                        if (condition.isPresent()) {
                            rows.removeIf(row ->
                                    !(condition.get().at(row) instanceof Boolean truth && truth));
                        }
                    } else {
                        for (Object[] row : brought) {
                            rows.add(new Env(env, row, List.of(), new Object[scope.extras.size()]));
                        }
                    }
                    rows = extended(rows, scope);
                    return projected(rows, output, keys, on, select.distinct());
                });
    }

    static void conjuncts(Expr expr, List<Expr> into) {
        if (expr instanceof Expr.Binary(String operator, Expr left, Expr right, int _)
                && operator.equals("and")) {
            conjuncts(left, into);
            conjuncts(right, into);
        } else {
            into.add(expr);
        }
    }

    private Output output(List<Item> items, Scope scope) {
        List<Field> fields = new ArrayList<>();
        List<Typed> values = new ArrayList<>();
        List<Expr> exprs = new ArrayList<>();
        for (Item item : items) {
            if (item.expr() instanceof Expr.Star(List<String> of)) {
                String table = of.isEmpty() ? "" : of.getLast();
                boolean any = false;
                for (int i = 0; i < scope.columns.size(); i++) {
                    Scope.Column column = scope.columns.get(i);
                    if (table.isEmpty() ? !column.hidden() : column.table().equals(table)) {
                        int index = i;
                        any = true;
                        fields.add(new Field(column.name(), column.type()));
                        values.add(new Typed(column.type(), env -> env.row()[index]));
                        exprs.add(item.expr());
                    }
                }
                if (!any && !table.isEmpty()) {
                    throw new SqlError(
                            "42P01", "missing FROM-clause entry for table \"" + table + "\"");
                }
                continue;
            }
            Typed value = expressions.compile(item.expr(), scope);
            if (value.type() == PgType.UNKNOWN) {
                value = expressions.fit(value, item.expr(), PgType.TEXT);
            }
            fields.add(
                    new Field(item.alias().orElseGet(() -> Titles.of(item.expr())), value.type()));
            values.add(value);
            exprs.add(item.expr());
        }
        return new Output(fields, values, exprs);
    }

    private Typed groupKey(Expr expr, List<Item> items, Output output, Scope scope) {
        Optional<Integer> ordinal = ordinal(expr, output.values().size());
        if (ordinal.isPresent()) {
            return output.values().get(ordinal.get());
        }
        try {
            return expressions.compile(expr, scope);
        } catch (SqlError e) {
            Optional<Integer> alias = alias(expr, items, output);
            if (alias.isEmpty() || !e.state().equals("42703")) {
                throw e;
            }
            return output.values().get(alias.get());
        }
    }

    private Typed sortKey(Expr expr, List<Item> items, Output output, Scope scope) {
        Optional<Integer> place =
                ordinal(expr, output.values().size()).or(() -> alias(expr, items, output));
        if (place.isPresent()) {
            return output.values().get(place.get());
        }
        int same = output.exprs().indexOf(expr);
        return same >= 0 ? output.values().get(same) : expressions.compile(expr, scope);
    }

    /** The column of the answer that a name means. */
    private static Optional<Integer> alias(Expr expr, List<Item> items, Output output) {
        if (expr instanceof Expr.Name(List<String> parts, int _) && parts.size() == 1) {
            for (int i = 0; i < output.fields().size(); i++) {
                boolean named =
                        i < items.size() && output.fields().size() == items.size()
                                ? items.get(i).alias().isPresent()
                                : true;
                if (named && output.fields().get(i).name().equals(parts.getFirst())) {
                    return Optional.of(i);
                }
            }
        }
        return Optional.empty();
    }

    private List<Env> grouped(
            List<Object[]> rows, List<Typed> group, @Nullable Env above, int width, int extras) {
        Map<Object, List<Object[]>> groups = new LinkedHashMap<>();
        for (Object[] row : rows) {
            asked.step();
            Env env = Env.of(above, row);
            List<Object> key = new ArrayList<>(group.size());
            for (Typed each : group) {
                key.add(Values.key(each.at(env)));
            }
            groups.computeIfAbsent(key, k -> new ArrayList<>()).add(row);
        }
        if (groups.isEmpty() && group.isEmpty()) {
            groups.put(List.of(), List.of());
        }
        List<Env> all = new ArrayList<>();
        groups.values()
                .forEach(members ->
                        all.add(
                                new Env(
                                        above,
                                        members.isEmpty() ? nothing(width) : members.getFirst(),
                                        members,
                                        new Object[extras])));
        return all;
    }

    static Object[] nothing(int width) {
        Object[] row = new Object[width];
        java.util.Arrays.fill(row, Missing.NULL);
        return row;
    }

    /** Works out windows, and puts a row for each element of a set. */
    private List<Env> extended(List<Env> rows, Scope scope) {
        boolean sets = false;
        for (int i = 0; i < scope.extras.size(); i++) {
            switch (scope.extras.get(i)) {
                case Scope.Extra.Windowed windowed -> new Windows(asked, windowed, i).fill(rows);
                case Scope.Extra.SetOf _ -> sets = true;
            }
        }
        if (!sets) {
            return rows;
        }
        List<Env> all = new ArrayList<>();
        for (Env row : rows) {
            Map<Integer, List<?>> lists = new HashMap<>();
            int longest = 0;
            for (int i = 0; i < scope.extras.size(); i++) {
                if (scope.extras.get(i) instanceof Scope.Extra.SetOf(Typed list)) {
                    List<?> found = list.at(row) instanceof List<?> some ? some : List.of();
                    lists.put(i, found);
                    longest = Math.max(longest, found.size());
                }
            }
            asked.bounded(all.size() + longest);
            for (int at = 0; at < longest; at++) {
                Object[] extras = row.extras().clone();
                for (Map.Entry<Integer, List<?>> each : lists.entrySet()) {
                    extras[each.getKey()] =
                            at < each.getValue().size() ? each.getValue().get(at) : Missing.NULL;
                }
                all.add(new Env(row.above(), row.row(), row.group(), extras));
            }
        }
        return all;
    }

    /** An answer's row with what it is sorted by. */
    private record Made(Object[] row, List<Object> keys, Object distinct) {}

    private List<Object[]> projected(
            List<Env> rows, Output output, List<Scope.Key> keys, List<Typed> on, boolean distinct) {
        List<Made> made = new ArrayList<>(rows.size());
        for (Env env : rows) {
            asked.step();
            Object[] row = new Object[output.values().size()];
            for (int i = 0; i < row.length; i++) {
                row[i] = output.values().get(i).at(env);
            }
            List<Object> by = new ArrayList<>(keys.size());
            keys.forEach(key -> by.add(key.by().at(env)));
            Object once =
                    distinct
                            ? key(row)
                            : on.stream().map(each -> Values.key(each.at(env))).toList();
            made.add(new Made(row, by, once));
        }
        if (!keys.isEmpty()) {
            made.sort((a, b) -> {
                for (int i = 0; i < keys.size(); i++) {
                    int order = compare(keys.get(i), a.keys().get(i), b.keys().get(i));
                    if (order != 0) {
                        return order;
                    }
                }
                return 0;
            });
        }
        List<Object[]> all = new ArrayList<>(made.size());
        Set<Object> seen = new HashSet<>();
        for (Made each : made) {
            if (!distinct && on.isEmpty() || seen.add(each.distinct())) {
                all.add(each.row());
            }
        }
        return all;
    }
}
