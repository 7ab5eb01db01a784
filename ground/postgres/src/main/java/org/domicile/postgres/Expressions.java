package org.domicile.postgres;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.domicile.postgres.Syntax.Expr;
import org.domicile.postgres.Syntax.Query;

/** Compiles expressions. */
final class Expressions {
    private static final Set<String> SETS =
            Set.of(
                    "unnest",
                    "generate_series",
                    "generate_subscripts",
                    "_pg_expandarray",
                    "regexp_split_to_table",
                    "string_to_table",
                    "jsonb_array_elements_text",
                    "json_array_elements_text");

    private final Asked asked;
    private final Planner planner;

    Expressions(Asked asked, Planner planner) {
        this.asked = asked;
        this.planner = planner;
    }

    /** An expression, where names mean what a scope says. */
    Typed compile(Expr expr, Scope scope) {
        return switch (expr) {
            case Expr.Constant(PgType type, Object value) -> Typed.constant(type, value);
            case Expr.Parameter(int number) ->
                    new Typed(asked.parameter(number), env -> asked.given(number));
            case Expr.Name name -> name(name, scope);
            case Expr.Star star -> throw new SqlError("42601", "* stands where a value is wanted");
            case Expr.Unary unary -> unary(unary, scope);
            case Expr.Binary binary -> binary(binary, scope);
            case Expr.Not(Expr operand) -> {
                Typed of = truth(operand, scope);
                yield new Typed(
                        PgType.BOOL,
                        env -> of.at(env) instanceof Boolean truth ? !truth : Missing.NULL);
            }
            case Expr.Cast cast -> cast(cast, scope);
            case Expr.Call call -> call(call, scope);
            case Expr.Case branches -> branches(branches, scope);
            case Expr.InList(Expr operand, List<Expr> list) -> inList(operand, list, scope);
            case Expr.InQuery in -> inQuery(in, scope);
            case Expr.Quantified quantified -> quantified(quantified, scope);
            case Expr.Exists(Query query) -> {
                Planner.Plan plan = planner.query(query, scope);
                yield new Typed(PgType.BOOL, env -> !plan.rows(env).isEmpty());
            }
            case Expr.Scalar(Query query) -> scalar(query, scope);
            case Expr.ArrayOf(List<Expr> elements) -> arrayOf(elements, scope);
            case Expr.ArrayQuery(Query query) -> {
                Planner.Plan plan = planner.query(query, scope);
                PgType element = plan.fields().getFirst().type();
                yield new Typed(
                        (element == PgType.UNKNOWN ? PgType.TEXT : element).array(),
                        env -> {
                            List<Object> all = new ArrayList<>();
                            plan.rows(env).forEach(row -> all.add(row[0]));
                            return all;
                        });
            }
            case Expr.IsNull(Expr operand) -> {
                Typed of = compile(operand, scope);
                yield new Typed(PgType.BOOL, env -> nothing(of.at(env)));
            }
            case Expr.IsTruth(Expr operand, boolean truth) -> {
                Typed of = truth(operand, scope);
                yield new Typed(
                        PgType.BOOL, env -> of.at(env) instanceof Boolean is && is == truth);
            }
            case Expr.Distinct(Expr left, Expr right) -> {
                Typed[] both = fitted(left, right, scope);
                yield new Typed(
                        PgType.BOOL,
                        env -> {
                            Object one = both[0].at(env);
                            Object other = both[1].at(env);
                            return Values.missing(one) || Values.missing(other)
                                    ? one != other
                                    : Values.compare(one, other) != 0;
                        });
            }
            case Expr.Like like -> like(like, scope);
            case Expr.Element element -> element(element, scope);
            case Expr.Field field -> field(field, scope);
            case Expr.Row(List<Expr> fields) -> {
                List<Typed> all = fields.stream().map(each -> compile(each, scope)).toList();
                List<PgType> types = all.stream().map(Typed::type).toList();
                List<String> names = new ArrayList<>();
                for (int i = 1; i <= all.size(); i++) {
                    names.add("f" + i);
                }
                yield new Typed(
                        PgType.RECORD,
                        env ->
                                new Composite(
                                        names,
                                        types,
                                        all.stream().map(each -> each.at(env)).toList()));
            }
        };
    }

    private static boolean nothing(Object value) {
        return Values.missing(value)
                || value instanceof Composite row
                        && row.values().stream().allMatch(Values::missing);
    }

    Typed truth(Expr expr, Scope scope) {
        Typed of = fit(compile(expr, scope), expr, PgType.BOOL);
        if (of.type() != PgType.BOOL) {
            throw new SqlError(
                    "42804", "argument must be type boolean, not type " + of.type().title());
        }
        return of;
    }

    private Typed name(Expr.Name name, Scope scope) {
        if (name.parts().size() == 1 && scope.hasTable(name.parts().getFirst())) {
            Optional<Typed> column = column(name, scope, false);
            return column.orElseGet(() -> whole(name.parts().getFirst(), scope));
        }
        return column(name, scope, true).orElseThrow();
    }

    private static Optional<Typed> column(Expr.Name name, Scope scope, boolean must) {
        try {
            Scope.Found found = scope.find(name.parts(), name.at());
            int index = found.index();
            return Optional.of(
                    new Typed(
                            found.type(),
                            switch (found.depth()) {
                                case 0 -> env -> env.row()[index];
                                case 1 -> env -> env.upper().row()[index];
                                default -> {
                                    int depth = found.depth();
                                    yield env -> {
                                        Env at = env;
                                        for (int i = 0; i < depth; i++) {
                                            at = at.upper();
                                        }
                                        return at.row()[index];
                                    };
                                }
                            }));
        } catch (SqlError e) {
            if (must || !e.state().equals("42703")) {
                throw e;
            }
            return Optional.empty();
        }
    }

    /** A table's name as a value: its row. */
    private static Typed whole(String table, Scope scope) {
        List<Integer> indices = new ArrayList<>();
        List<String> names = new ArrayList<>();
        List<PgType> types = new ArrayList<>();
        for (int i = 0; i < scope.columns.size(); i++) {
            Scope.Column column = scope.columns.get(i);
            if (column.table().equals(table)) {
                indices.add(i);
                names.add(column.name());
                types.add(column.type());
                scope.used.add(i);
            }
        }
        if (indices.size() == 1) {
            // a function that returns plain values is its only column
            int only = indices.getFirst();
            return new Typed(types.getFirst(), env -> env.row()[only]);
        }
        return new Typed(
                PgType.RECORD,
                env ->
                        new Composite(
                                names,
                                types,
                                indices.stream().map(each -> env.row()[each]).toList()));
    }

    private Typed unary(Expr.Unary unary, Scope scope) {
        Typed of = compile(unary.operand(), scope);
        if (of.type() == PgType.UNKNOWN) {
            of = fit(of, unary.operand(), PgType.FLOAT8);
        }
        Typed operand = of;
        if (unary.operator().equals("+")) {
            return operand;
        }
        return new Typed(
                operand.type(),
                env ->
                        switch (operand.at(env)) {
                            case Long number ->
                                    unary.operator().equals("~")
                                            ? (Object) ~number
                                            : (Object) (-number);
                            case Double number -> -number;
                            case java.math.BigDecimal number -> number.negate();
                            case Interval span ->
                                    new Interval(-span.months(), -span.days(), -span.micros());
                            case Missing missing -> missing;
                            default ->
                                    throw new SqlError(
                                            "42883", "operator does not exist", unary.at());
                        });
    }

    // ---- fitting ----

    /** Makes an expression one of a type, as PostgreSQL does by itself. */
    Typed fit(Typed of, Expr expr, PgType to) {
        if (of.type() != PgType.UNKNOWN || to == PgType.UNKNOWN) {
            return of;
        }
        if (expr instanceof Expr.Parameter(int number)) {
            asked.infer(number, to);
            PgType type = asked.parameter(number);
            return to.isReg()
                    ? new Typed(to, env -> asked.values.cast(of.at(env), type, to))
                    : new Typed(type, of.fn());
        }
        if (expr instanceof Expr.Constant(PgType _, Object value)) {
            return Typed.constant(to, asked.values.cast(value, PgType.UNKNOWN, to));
        }
        return new Typed(to, env -> asked.values.cast(of.at(env), PgType.UNKNOWN, to));
    }

    /** Two operands of an operator that wants one type. */
    Typed[] fitted(Expr left, Expr right, Scope scope) {
        Typed one = compile(left, scope);
        Typed other = compile(right, scope);
        if (one.type() == PgType.UNKNOWN && other.type() == PgType.UNKNOWN) {
            return new Typed[] {fit(one, left, PgType.TEXT), fit(other, right, PgType.TEXT)};
        }
        one = fit(one, left, other.type());
        other = fit(other, right, one.type());
        return new Typed[] {apart(one, other), apart(other, one)};
    }

    private Typed apart(Typed one, Typed other) {
        if (one.type().isReg() && other.type().isText() && other.type() != PgType.UNKNOWN) {
            // regclass = text compares texts
            return new Typed(
                    PgType.TEXT, env -> asked.values.cast(one.at(env), one.type(), PgType.TEXT));
        }
        boolean times =
                one.type() == PgType.DATE
                        && (other.type() == PgType.TIMESTAMP || other.type() == PgType.TIMESTAMPTZ);
        boolean zoned = one.type() == PgType.TIMESTAMP && other.type() == PgType.TIMESTAMPTZ;
        return times || zoned
                ? new Typed(
                        other.type(),
                        env -> asked.values.cast(one.at(env), one.type(), other.type()))
                : one;
    }

    // ---- operators ----

    private Typed binary(Expr.Binary binary, Scope scope) {
        String operator = binary.operator();
        if (operator.equals("and") || operator.equals("or")) {
            Typed left = truth(binary.left(), scope);
            Typed right = truth(binary.right(), scope);
            boolean end = operator.equals("or");
            return new Typed(
                    PgType.BOOL,
                    env -> {
                        Object one = left.at(env);
                        if (one instanceof Boolean truth && truth == end) {
                            return end;
                        }
                        Object other = right.at(env);
                        if (other instanceof Boolean truth && truth == end) {
                            return end;
                        }
                        return Values.missing(one) || Values.missing(other) ? Missing.NULL : !end;
                    });
        }
        if (Operators.compares(operator)) {
            Typed[] both = fitted(binary.left(), binary.right(), scope);
            return strict(
                    PgType.BOOL,
                    both,
                    (one, other) -> asked.operators.compare(operator, one, other));
        }
        if (Operators.matches(operator)) {
            Typed[] both = {
                fit(compile(binary.left(), scope), binary.left(), PgType.TEXT),
                fit(compile(binary.right(), scope), binary.right(), PgType.TEXT)
            };
            return strict(
                    PgType.BOOL, both, (one, other) -> asked.operators.match(operator, one, other));
        }
        if (operator.startsWith("->") || operator.startsWith("#>")) {
            throw SqlError.unknown("operator " + operator, binary.at());
        }
        Typed left = compile(binary.left(), scope);
        Typed right = compile(binary.right(), scope);
        boolean moments = left.type().category() == 'D' || right.type().category() == 'D';
        left = fit(left, binary.left(), moments ? PgType.INTERVAL : operandType(operator, right));
        right = fit(right, binary.right(), moments ? PgType.INTERVAL : operandType(operator, left));
        PgType type =
                Operators.type(operator, vector(left.type()), vector(right.type()), binary.at());
        return strict(
                type,
                new Typed[] {left, right},
                (one, other) -> asked.operators.calculate(operator, type, one, other));
    }

    /** The two vectors calculate as the arrays that they are. */
    private static PgType vector(PgType type) {
        return type.isVector() ? type.element().array() : type;
    }

    private static PgType operandType(String operator, Typed beside) {
        if (operator.equals("||") && !beside.type().isArray()) {
            return PgType.TEXT;
        }
        return beside.type() == PgType.UNKNOWN ? PgType.TEXT : beside.type();
    }

    /** What two values make. */
    private interface Two {
        Object of(Object one, Object other);
    }

    private Typed strict(PgType type, Typed[] both, Two two) {
        Typed left = both[0];
        Typed right = both[1];
        return new Typed(
                type,
                env -> {
                    Object one = left.at(env);
                    if (Values.missing(one)) {
                        return one;
                    }
                    Object other = right.at(env);
                    return Values.missing(other) ? other : two.of(one, other);
                });
    }

    private Typed like(Expr.Like like, Scope scope) {
        Typed[] both = {
            fit(compile(like.operand(), scope), like.operand(), PgType.TEXT),
            fit(compile(like.pattern(), scope), like.pattern(), PgType.TEXT)
        };
        char escape =
                like.escape()
                        .map(each ->
                                each instanceof Expr.Constant(PgType _, String text)
                                                && text.length() <= 1
                                        ? text
                                        : "?")
                        .map(text -> text.isEmpty() ? '\0' : text.charAt(0))
                        .orElse('\\');
        return strict(
                PgType.BOOL,
                both,
                (one, other) ->
                        asked.operators.like(
                                String.valueOf(asked.values.cast(one, both[0].type(), PgType.TEXT)),
                                String.valueOf(other),
                                escape,
                                like.anyCase()));
    }

    private Typed cast(Expr.Cast cast, Scope scope) {
        PgType to =
                PgType.named(cast.type())
                        .orElseGet(() ->
                                domain(cast.type())
                                        .orElseThrow(() ->
                                                new SqlError(
                                                        "42704",
                                                        "type \""
                                                                + cast.type()
                                                                + "\" does not exist",
                                                        cast.at())));
        Typed of = compile(cast.operand(), scope);
        if (of.type() == PgType.UNKNOWN) {
            return fit(of, cast.operand(), to);
        }
        if (of.type() == to) {
            return of;
        }
        return new Typed(to, env -> asked.values.cast(of.at(env), of.type(), to));
    }

    /** The domains of information_schema. */
    private static Optional<PgType> domain(String name) {
        return switch (name) {
            case "sql_identifier" -> Optional.of(PgType.NAME);
            case "character_data", "yes_or_no" -> Optional.of(PgType.VARCHAR);
            case "cardinal_number" -> Optional.of(PgType.INT4);
            case "regprocedure" -> Optional.of(PgType.REGPROC);
            case "regoper", "regconfig", "regdictionary", "cid", "tid" -> Optional.of(PgType.OID);
            default -> Optional.empty();
        };
    }

    // ---- sets and arrays ----

    private Typed inList(Expr operand, List<Expr> list, Scope scope) {
        List<Typed[]> pairs = new ArrayList<>();
        for (Expr each : list) {
            if (operand instanceof Expr.Row(List<Expr> fields)
                    && each instanceof Expr.Row(List<Expr> other)
                    && fields.size() == other.size()) {
                pairs.add(rows(fields, other, scope));
            } else {
                pairs.add(fitted(operand, each, scope));
            }
        }
        return new Typed(
                PgType.BOOL,
                env -> {
                    boolean unknown = false;
                    for (Typed[] pair : pairs) {
                        Object one = pair[0].at(env);
                        Object other = pair[1].at(env);
                        if (Values.missing(one) || Values.missing(other)) {
                            unknown = true;
                        } else if (Values.compare(one, other) == 0) {
                            return true;
                        }
                    }
                    return unknown ? Missing.NULL : false;
                });
    }

    private Typed[] rows(List<Expr> left, List<Expr> right, Scope scope) {
        List<Typed> one = new ArrayList<>();
        List<Typed> other = new ArrayList<>();
        for (int i = 0; i < left.size(); i++) {
            Typed[] pair = fitted(left.get(i), right.get(i), scope);
            one.add(pair[0]);
            other.add(pair[1]);
        }
        return new Typed[] {row(one), row(other)};
    }

    private static Typed row(List<Typed> fields) {
        return new Typed(
                PgType.RECORD,
                env ->
                        new Composite(
                                List.of(),
                                fields.stream().map(Typed::type).toList(),
                                fields.stream().map(each -> each.at(env)).toList()));
    }

    private Typed inQuery(Expr.InQuery in, Scope scope) {
        Planner.Plan plan = planner.query(in.query(), scope);
        Typed left = compile(in.operand(), scope);
        boolean row = in.operand() instanceof Expr.Row;
        PgType type = row ? PgType.RECORD : plan.fields().getFirst().type();
        Typed one = row ? left : fit(left, in.operand(), type);
        boolean texts = !row && one.type().isReg() && type.isText();
        return new Typed(
                PgType.BOOL,
                env -> {
                    Object value = one.at(env);
                    if (texts) {
                        value = asked.values.cast(value, one.type(), PgType.TEXT);
                    }
                    boolean unknown = false;
                    for (Object[] each : plan.rows(env)) {
                        asked.step();
                        Object other =
                                row ? new Composite(List.of(), List.of(), List.of(each)) : each[0];
                        if (Values.missing(value) || Values.missing(other)) {
                            unknown = true;
                        } else if (asked.operators.compare(in.operator(), value, other)
                                != in.all()) {
                            return !in.all();
                        }
                    }
                    return unknown ? Missing.NULL : in.all();
                });
    }

    private Typed quantified(Expr.Quantified quantified, Scope scope) {
        Typed left = compile(quantified.operand(), scope);
        Typed right = compile(quantified.array(), scope);
        if (right.type() == PgType.UNKNOWN) {
            PgType of = left.type() == PgType.UNKNOWN ? PgType.TEXT : left.type();
            right = fit(right, quantified.array(), (of.isReg() ? PgType.OID : of).array());
        }
        if (!right.type().isArray()) {
            throw new SqlError(
                    "42809", "op ANY/ALL (array) requires array on right side", quantified.at());
        }
        Typed one = fit(left, quantified.operand(), right.type().element());
        Typed array = right;
        String operator = quantified.operator();
        boolean matches = Operators.matches(operator);
        boolean all = quantified.all();
        return new Typed(
                PgType.BOOL,
                env -> {
                    Object value = one.at(env);
                    if (!(array.at(env) instanceof List<?> list)) {
                        return Missing.NULL;
                    }
                    boolean unknown = false;
                    for (Object other : list) {
                        if (Values.missing(value) || Values.missing(other)) {
                            unknown = true;
                        } else if ((matches
                                        ? asked.operators.match(operator, value, other)
                                        : asked.operators.compare(operator, value, other))
                                != all) {
                            return !all;
                        }
                    }
                    return unknown ? Missing.NULL : all;
                });
    }

    private Typed scalar(Query query, Scope scope) {
        Planner.Plan plan = planner.query(query, scope);
        if (plan.fields().size() != 1) {
            throw new SqlError("42601", "subquery must return only one column");
        }
        return new Typed(
                plan.fields().getFirst().type(),
                env -> {
                    List<Object[]> rows = plan.rows(env);
                    if (rows.size() > 1) {
                        throw new SqlError(
                                "21000",
                                "more than one row returned by a subquery used as an expression");
                    }
                    return rows.isEmpty() ? Missing.NULL : rows.getFirst()[0];
                });
    }

    private Typed arrayOf(List<Expr> elements, Scope scope) {
        List<Typed> all = elements.stream().map(each -> compile(each, scope)).toList();
        PgType common = PgType.UNKNOWN;
        for (Typed each : all) {
            common = common == PgType.UNKNOWN ? each.type() : Values.common(common, each.type());
        }
        PgType type = common == PgType.UNKNOWN ? PgType.TEXT : common;
        List<Typed> fitted = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            Typed each = fit(all.get(i), elements.get(i), type);
            fitted.add(
                    each.type() == type
                            ? each
                            : new Typed(
                                    type,
                                    env -> asked.values.cast(each.at(env), each.type(), type)));
        }
        return new Typed(
                type.isArray() ? type : type.array(),
                env -> {
                    List<Object> list = new ArrayList<>();
                    fitted.forEach(each -> list.add(each.at(env)));
                    return list;
                });
    }

    private Typed element(Expr.Element element, Scope scope) {
        Typed array = compile(element.array(), scope);
        if (!array.type().isArray()) {
            throw new SqlError(
                    "42804",
                    "cannot subscript type "
                            + array.type().title()
                            + " because it does not support subscripting");
        }
        int base = array.type().isVector() ? 0 : 1;
        Optional<Typed> from = element.from().map(each -> compile(each, scope));
        Optional<Typed> to = element.to().map(each -> compile(each, scope));
        if (element.slice()) {
            return new Typed(
                    array.type(),
                    env -> {
                        if (!(array.at(env) instanceof List<?> list)) {
                            return Missing.NULL;
                        }
                        int begin = index(from, env, base) - base;
                        int end = index(to, env, list.size() - 1 + base) - base + 1;
                        begin = Math.clamp(begin, 0, list.size());
                        end = Math.clamp(end, begin, list.size());
                        return new ArrayList<Object>(list.subList(begin, end));
                    });
        }
        return new Typed(
                array.type().element(),
                env -> {
                    int index = index(from, env, Integer.MIN_VALUE) - base;
                    return array.at(env) instanceof List<?> list
                                    && index >= 0
                                    && index < list.size()
                                    && !(list.get(index) instanceof List<?>)
                            ? list.get(index)
                            : Missing.NULL;
                });
    }

    private static int index(Optional<Typed> of, Env env, int usual) {
        if (of.isEmpty()) {
            return usual;
        }
        Object value = of.get().at(env);
        return value instanceof Long number
                ? (int) Math.clamp(number, -1_000_000L, 1_000_000_000L)
                : -1_000_000;
    }

    private Typed field(Expr.Field field, Scope scope) {
        Expr of =
                field.row() instanceof Expr.Row(List<Expr> fields) && fields.size() == 1
                        ? fields.getFirst()
                        : field.row();
        if (of instanceof Expr.Name(List<String> parts, int _)
                && parts.size() == 1
                && scope.hasTable(parts.getFirst())) {
            // (table).column
            try {
                return compile(
                        new Expr.Name(List.of(parts.getFirst(), field.name()), field.at()), scope);
            } catch (SqlError e) {
                if (!e.state().equals("42703")) {
                    throw e;
                }
            }
        }
        Typed row = compile(of, scope);
        PgType type =
                field.name().equals("n")
                        ? PgType.INT4
                        : element(of, scope, row).orElse(PgType.TEXT);
        return new Typed(
                type,
                env -> {
                    Object value = row.at(env);
                    if (value instanceof Composite composite) {
                        int index = composite.names().indexOf(field.name());
                        if (index >= 0) {
                            return composite.values().get(index);
                        }
                        throw new SqlError(
                                "42703",
                                "column \"" + field.name() + "\" not found in data type record",
                                field.at());
                    }
                    return Missing.NULL;
                });
    }

    /** Type of x of _pg_expandarray, as far as one can see it. */
    private Optional<PgType> element(Expr of, Scope scope, Typed row) {
        if (of instanceof Expr.Call call
                && call.name().getLast().equals("_pg_expandarray")
                && !call.arguments().isEmpty()) {
            return Optional.of(compile(call.arguments().getFirst(), scope).type().element());
        }
        return row.type() == PgType.RECORD ? Optional.of(PgType.INT2) : Optional.empty();
    }

    // ---- CASE and calls ----

    private Typed branches(Expr.Case branches, Scope scope) {
        List<Typed> when = new ArrayList<>();
        for (Expr each : branches.when()) {
            when.add(
                    branches.of().isPresent()
                            ? compile(new Expr.Binary("=", branches.of().get(), each, 0), scope)
                            : truth(each, scope));
        }
        List<Expr> results = new ArrayList<>(branches.then());
        branches.otherwise().ifPresent(results::add);
        List<Typed> then = common(results, scope);
        PgType type = then.getFirst().type();
        boolean otherwise = branches.otherwise().isPresent();
        return new Typed(
                type,
                env -> {
                    for (int i = 0; i < when.size(); i++) {
                        if (when.get(i).at(env) instanceof Boolean truth && truth) {
                            return then.get(i).at(env);
                        }
                    }
                    return otherwise ? then.getLast().at(env) : Missing.NULL;
                });
    }

    /** Several expressions as values of one type. */
    List<Typed> common(List<Expr> all, Scope scope) {
        List<Typed> compiled = all.stream().map(each -> compile(each, scope)).toList();
        PgType common = PgType.UNKNOWN;
        for (Typed each : compiled) {
            if (each.type() != PgType.UNKNOWN) {
                common =
                        common == PgType.UNKNOWN ? each.type() : Values.common(common, each.type());
            }
        }
        PgType type = common == PgType.UNKNOWN ? PgType.TEXT : common;
        List<Typed> fitted = new ArrayList<>();
        for (int i = 0; i < compiled.size(); i++) {
            Typed each = fit(compiled.get(i), all.get(i), type);
            fitted.add(
                    each.type() == type
                            ? each
                            : new Typed(
                                    type,
                                    env -> asked.values.cast(each.at(env), each.type(), type)));
        }
        return fitted;
    }

    private Typed call(Expr.Call call, Scope scope) {
        String name = call.name().getLast();
        int count = call.arguments().size();
        if (call.over().isPresent()) {
            return windowed(call, scope);
        }
        if (Aggregates.known(name, count, call.star())) {
            return aggregate(call, scope);
        }
        if (SETS.contains(name)) {
            return setOf(call, scope);
        }
        switch (name) {
            case "coalesce" -> {
                List<Typed> all = common(call.arguments(), scope);
                return new Typed(
                        all.getFirst().type(),
                        env -> {
                            for (Typed each : all) {
                                Object value = each.at(env);
                                if (!Values.missing(value)) {
                                    return value;
                                }
                            }
                            return Missing.NULL;
                        });
            }
            case "greatest", "least" -> {
                List<Typed> all = common(call.arguments(), scope);
                int sign = name.equals("greatest") ? 1 : -1;
                return new Typed(
                        all.getFirst().type(),
                        env -> {
                            Object best = Missing.NULL;
                            for (Typed each : all) {
                                Object value = each.at(env);
                                if (!Values.missing(value)
                                        && (Values.missing(best)
                                                || sign * Values.compare(value, best) > 0)) {
                                    best = value;
                                }
                            }
                            return best;
                        });
            }
            case "nullif" -> {
                if (count == 2) {
                    Typed[] both = fitted(call.arguments().get(0), call.arguments().get(1), scope);
                    return new Typed(
                            both[0].type(),
                            env -> {
                                Object one = both[0].at(env);
                                Object other = both[1].at(env);
                                return !Values.missing(one)
                                                && !Values.missing(other)
                                                && Values.compare(one, other) == 0
                                        ? Missing.NULL
                                        : one;
                            });
                }
            }
            default -> {}
        }
        List<Typed> arguments = new ArrayList<>();
        for (Expr each : call.arguments()) {
            Typed argument = compile(each, scope);
            arguments.add(
                    each instanceof Expr.Parameter && argument.type() == PgType.UNKNOWN
                            ? fit(argument, each, parameterType(name))
                            : argument);
        }
        // a type's name is a function that casts
        Optional<PgType> type = count == 1 ? PgType.named(name) : Optional.empty();
        Optional<World.Function> found =
                asked.functions.find(name, arguments.stream().map(Typed::type).toList());
        if (found.isEmpty() && type.isPresent()) {
            Typed of = arguments.getFirst();
            return new Typed(
                    type.get(), env -> asked.values.cast(of.at(env), of.type(), type.get()));
        }
        World.Function function =
                found.orElseThrow(() ->
                        new SqlError(
                                "42883",
                                "function "
                                        + String.join(".", call.name())
                                        + "("
                                        + String.join(
                                                ", ",
                                                arguments.stream()
                                                        .map(each -> each.type().title())
                                                        .toList())
                                        + ") does not exist",
                                call.at(),
                                "Questions about the catalogue know the functions that tools ask"
                                        + " for; ask about data without naming a relation of the"
                                        + " catalogue."));
        return new Typed(
                function.type(),
                env -> {
                    List<Object> values = new ArrayList<>(arguments.size());
                    for (Typed each : arguments) {
                        Object value = each.at(env);
                        if (function.strict() && Values.missing(value)) {
                            return value;
                        }
                        values.add(value);
                    }
                    return function.body().of(values);
                });
    }

    private static PgType parameterType(String function) {
        return switch (function) {
            case "obj_description",
                    "col_description",
                    "pg_get_indexdef",
                    "pg_get_constraintdef",
                    "pg_get_viewdef",
                    "format_type" ->
                    PgType.OID;
            default -> PgType.TEXT;
        };
    }

    private Typed aggregate(Expr.Call call, Scope scope) {
        if (!scope.grouping) {
            throw new SqlError(
                    "42803",
                    "aggregate functions are not allowed here: " + call.name().getLast(),
                    call.at());
        }
        scope.grouped = true;
        List<Typed> arguments =
                call.arguments().stream().map(each -> compile(each, scope)).toList();
        Optional<Typed> filter = call.filter().map(each -> truth(each, scope));
        List<Scope.Key> order = keys(call.order(), scope);
        Aggregates.Kind kind =
                Aggregates.of(asked, call.name().getLast(), arguments, call.distinct());
        return new Typed(
                kind.type(),
                env -> {
                    List<Object[]> rows = new ArrayList<>();
                    for (Object[] row : env.group()) {
                        asked.step();
                        Env one = Env.of(env.above(), row);
                        if (filter.isEmpty()
                                || filter.get().at(one) instanceof Boolean truth && truth) {
                            rows.add(row);
                        }
                    }
                    if (!order.isEmpty()) {
                        rows.sort((a, b) ->
                                Planner.compare(
                                        order, Env.of(env.above(), a), Env.of(env.above(), b)));
                    }
                    List<List<Object>> values = new ArrayList<>(rows.size());
                    for (Object[] row : rows) {
                        Env one = Env.of(env.above(), row);
                        values.add(arguments.stream().map(each -> each.at(one)).toList());
                    }
                    return kind.of(values);
                });
    }

    List<Scope.Key> keys(List<Syntax.Order> order, Scope scope) {
        return order.stream()
                .map(each ->
                        new Scope.Key(
                                compile(each.by(), scope),
                                each.descending(),
                                each.nullsFirst().orElse(each.descending())))
                .toList();
    }

    private Typed windowed(Expr.Call call, Scope scope) {
        Syntax.Window window = call.over().orElseThrow();
        List<Typed> arguments =
                call.arguments().stream().map(each -> compile(each, scope)).toList();
        List<Typed> partition =
                window.partition().stream().map(each -> compile(each, scope)).toList();
        int place = scope.extras.size();
        scope.extras.add(
                new Scope.Extra.Windowed(call, arguments, partition, keys(window.order(), scope)));
        String name = call.name().getLast();
        PgType type =
                switch (name) {
                    case "row_number", "rank", "dense_rank" -> PgType.INT8;
                    case "lag", "lead", "first_value", "last_value" -> arguments.getFirst().type();
                    default -> Aggregates.of(asked, name, arguments, call.distinct()).type();
                };
        return new Typed(type, env -> env.extras()[place]);
    }

    private Typed setOf(Expr.Call call, Scope scope) {
        Sets.Made made = Sets.of(asked, this, call, scope);
        if (!scope.sets) {
            throw new SqlError("0A000", "set-returning functions are not allowed here", call.at());
        }
        int place = scope.extras.size();
        scope.extras.add(new Scope.Extra.SetOf(made.list()));
        return new Typed(made.type(), env -> env.extras()[place]);
    }
}
