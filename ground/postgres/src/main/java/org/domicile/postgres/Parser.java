package org.domicile.postgres;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.domicile.postgres.Syntax.Body;
import org.domicile.postgres.Syntax.Common;
import org.domicile.postgres.Syntax.Expr;
import org.domicile.postgres.Syntax.From;
import org.domicile.postgres.Syntax.Item;
import org.domicile.postgres.Syntax.Order;
import org.domicile.postgres.Syntax.Query;
import org.domicile.postgres.Syntax.Window;

/** One question, by recursive descent with PostgreSQL's precedences (its manual, table 4.2). */
final class Parser {
    private static final int DEEPEST = 200;

    /** Words that end an expression or a name that may be left out. */
    private static final Set<String> RESERVED =
            Set.of(
                    "select",
                    "from",
                    "where",
                    "group",
                    "having",
                    "order",
                    "limit",
                    "offset",
                    "fetch",
                    "union",
                    "intersect",
                    "except",
                    "on",
                    "using",
                    "join",
                    "inner",
                    "left",
                    "right",
                    "full",
                    "cross",
                    "natural",
                    "and",
                    "or",
                    "not",
                    "as",
                    "when",
                    "then",
                    "else",
                    "end",
                    "with",
                    "window",
                    "for",
                    "asc",
                    "desc",
                    "nulls",
                    "in",
                    "is",
                    "isnull",
                    "notnull",
                    "like",
                    "ilike",
                    "similar",
                    "between",
                    "collate",
                    "lateral",
                    "case",
                    "distinct",
                    "all",
                    "into",
                    "operator");

    private final String text;
    private final List<Token> words;
    private int at;
    private int depth;

    private Parser(String text) {
        this.text = text;
        this.words = Lexer.words(text);
    }

    /** The whole of a statement. */
    static Query parse(String text) {
        Parser parser = new Parser(text);
        Query query = parser.query();
        parser.take(";");
        if (parser.now().kind() != Token.Kind.END) {
            throw parser.wrong();
        }
        return query;
    }

    // ---- words ----

    private Token now() {
        return words.get(at);
    }

    private Token ahead(int distance) {
        return words.get(Math.min(at + distance, words.size() - 1));
    }

    private SqlError wrong() {
        Token token = now();
        return token.kind() == Token.Kind.END
                ? new SqlError("42601", "syntax error at end of input", token.start() + 1)
                : new SqlError(
                        "42601",
                        "syntax error at or near \""
                                + text.substring(token.start(), token.end())
                                + "\"",
                        token.start() + 1);
    }

    private boolean is(String word) {
        return now().is(word);
    }

    private boolean accept(String word) {
        if (now().is(word)) {
            at++;
            return true;
        }
        return false;
    }

    private boolean accept(String first, String second) {
        if (now().is(first) && ahead(1).is(second)) {
            at += 2;
            return true;
        }
        return false;
    }

    private void expect(String word) {
        if (!accept(word)) {
            throw wrong();
        }
    }

    private boolean take(String sign) {
        if (now().sign(sign)) {
            at++;
            return true;
        }
        return false;
    }

    private void demand(String sign) {
        if (!take(sign)) {
            throw wrong();
        }
    }

    private String name() {
        Token token = now();
        if (!token.name()) {
            throw wrong();
        }
        at++;
        return token.text();
    }

    private int place() {
        return now().start() + 1;
    }

    private void deeper() {
        if (++depth > DEEPEST) {
            throw new SqlError("54001", "the statement is nested too deep", place());
        }
    }

    // ---- questions ----

    private Query query() {
        deeper();
        List<Common> with = new ArrayList<>();
        boolean recursive = false;
        if (accept("with")) {
            recursive = accept("recursive");
            do {
                String name = name();
                List<String> columns = columns();
                expect("as");
                if (accept("not")) {
                    expect("materialized");
                } else {
                    accept("materialized");
                }
                demand("(");
                with.add(new Common(name, columns, query()));
                demand(")");
            } while (take(","));
        }
        Body body = union();
        List<Order> order = order();
        Optional<Expr> limit = Optional.empty();
        Optional<Expr> offset = Optional.empty();
        while (true) {
            if (accept("limit")) {
                limit = accept("all") ? Optional.empty() : Optional.of(expr());
            } else if (accept("offset")) {
                offset = Optional.of(expr());
                if (!accept("rows")) {
                    accept("row");
                }
            } else if (accept("fetch")) {
                if (!accept("first")) {
                    expect("next");
                }
                limit =
                        Optional.of(
                                is("row") || is("rows")
                                        ? new Expr.Constant(PgType.INT8, 1L)
                                        : expr());
                if (!accept("rows")) {
                    expect("row");
                }
                expect("only");
            } else {
                break;
            }
        }
        depth--;
        return new Query(with, recursive, body, order, limit, offset);
    }

    private List<String> columns() {
        List<String> columns = new ArrayList<>();
        if (take("(")) {
            do {
                columns.add(name());
                // a function's columns may name their types
                while (now().name() || now().sign("[")) {
                    at++;
                    take("]");
                }
            } while (take(","));
            demand(")");
        }
        return columns;
    }

    private Body union() {
        Body left = intersect();
        while (is("union") || is("except")) {
            String kind = name();
            boolean all = accept("all");
            accept("distinct");
            left = new Body.Set(kind, all, left, intersect());
        }
        return left;
    }

    private Body intersect() {
        Body left = primaryBody();
        while (accept("intersect")) {
            boolean all = accept("all");
            accept("distinct");
            left = new Body.Set("intersect", all, left, primaryBody());
        }
        return left;
    }

    private Body primaryBody() {
        if (take("(")) {
            Query query = query();
            demand(")");
            return new Body.Nested(query);
        }
        if (accept("values")) {
            List<List<Expr>> rows = new ArrayList<>();
            do {
                demand("(");
                rows.add(list());
                demand(")");
            } while (take(","));
            return new Body.Values(rows);
        }
        if (accept("table")) {
            int place = place();
            List<String> name = path();
            return new Body.Select(
                    false,
                    List.of(),
                    List.of(new Item(new Expr.Star(List.of()), Optional.empty())),
                    List.of(new From.Relation(name, name.getLast(), List.of(), place)),
                    Optional.empty(),
                    List.of(),
                    Optional.empty());
        }
        return select();
    }

    private Body select() {
        expect("select");
        boolean distinct = false;
        List<Expr> on = List.of();
        if (accept("distinct")) {
            if (accept("on")) {
                demand("(");
                on = list();
                demand(")");
            } else {
                distinct = true;
            }
        } else {
            accept("all");
        }
        List<Item> items = new ArrayList<>();
        if (!is("from") && !is("where") && now().kind() != Token.Kind.END && !now().sign(")")) {
            do {
                items.add(item());
            } while (take(","));
        }
        List<From> from = new ArrayList<>();
        if (accept("from")) {
            do {
                from.add(from());
            } while (take(","));
        }
        Optional<Expr> where = accept("where") ? Optional.of(expr()) : Optional.empty();
        List<Expr> group = new ArrayList<>();
        if (accept("group")) {
            expect("by");
            group = list();
        }
        Optional<Expr> having = accept("having") ? Optional.of(expr()) : Optional.empty();
        return new Body.Select(distinct, on, items, from, where, group, having);
    }

    private Item item() {
        if (take("*")) {
            return new Item(new Expr.Star(List.of()), Optional.empty());
        }
        Expr expr = expr();
        if (accept("as")) {
            return new Item(expr, Optional.of(name()));
        }
        if (now().kind() == Token.Kind.QUOTED
                || now().kind() == Token.Kind.WORD && !RESERVED.contains(now().text())) {
            return new Item(expr, Optional.of(name()));
        }
        return new Item(expr, Optional.empty());
    }

    private List<Order> order() {
        List<Order> order = new ArrayList<>();
        if (is("order") && ahead(1).is("by")) {
            at += 2;
            do {
                Expr by = expr();
                boolean descending = accept("desc");
                if (!descending) {
                    accept("asc");
                }
                if (accept("using")) {
                    descending = take(">");
                    if (!descending) {
                        demand("<");
                    }
                }
                Optional<Boolean> first = Optional.empty();
                if (accept("nulls")) {
                    first = Optional.of(accept("first"));
                    if (!first.get()) {
                        expect("last");
                    }
                }
                order.add(new Order(by, descending, first));
            } while (take(","));
        }
        return order;
    }

    // ---- from ----

    private From from() {
        deeper();
        From left = primaryFrom();
        while (true) {
            boolean natural = accept("natural");
            String kind;
            if (accept("cross")) {
                kind = "cross";
            } else if (accept("inner")) {
                kind = "inner";
            } else if (is("left") || is("right") || is("full")) {
                kind = name();
                accept("outer");
            } else if (is("join")) {
                kind = "inner";
            } else {
                if (natural) {
                    throw wrong();
                }
                depth--;
                return left;
            }
            expect("join");
            From right = primaryFrom();
            Optional<Expr> on = Optional.empty();
            List<String> using = List.of();
            if (!kind.equals("cross") && !natural) {
                if (!is("on") && !is("using")) {
                    // a JOIN b JOIN c ON … ON …: the inner one first
                    right = joined(right);
                }
                if (accept("on")) {
                    on = Optional.of(expr());
                } else {
                    expect("using");
                    using = columns();
                }
            }
            left = new From.Join(kind, left, right, on, using, natural);
        }
    }

    private From joined(From left) {
        String kind = "inner";
        if (is("left") || is("right") || is("full")) {
            kind = name();
            accept("outer");
        } else {
            accept("inner");
        }
        expect("join");
        From right = primaryFrom();
        if (!is("on") && !is("using")) {
            right = joined(right);
        }
        if (accept("on")) {
            return new From.Join(kind, left, right, Optional.of(expr()), List.of(), false);
        }
        expect("using");
        return new From.Join(kind, left, right, Optional.empty(), columns(), false);
    }

    private From primaryFrom() {
        accept("lateral");
        accept("only");
        if (now().sign("(")) {
            if (subquery()) {
                demand("(");
                Query query = query();
                demand(")");
                Alias alias = alias("");
                return new From.Sub(query, alias.name(), alias.columns());
            }
            demand("(");
            From inside = from();
            demand(")");
            return inside;
        }
        int place = place();
        if (is("rows") && ahead(1).is("from")) {
            throw SqlError.unknown("ROWS FROM", place);
        }
        List<String> name = path();
        if (now().sign("(")) {
            Expr.Call call = call(name, place);
            boolean ordinality = accept("with", "ordinality");
            Alias alias = alias(name.getLast());
            return new From.Function(call, alias.name(), alias.columns(), ordinality);
        }
        take("*");
        Alias alias = alias(name.getLast());
        return new From.Relation(name, alias.name(), alias.columns(), place);
    }

    /** Whether what is in the parentheses here is a question and no join. */
    private boolean subquery() {
        int distance = 0;
        while (ahead(distance).sign("(")) {
            distance++;
        }
        Token token = ahead(distance);
        return token.is("select") || token.is("with") || token.is("values");
    }

    private record Alias(String name, List<String> columns) {}

    private Alias alias(String usual) {
        boolean as = accept("as");
        if (as && now().sign("(")) {
            return new Alias(usual, columns());
        }
        if (as
                || now().kind() == Token.Kind.QUOTED
                || now().kind() == Token.Kind.WORD && !RESERVED.contains(now().text())) {
            String name = name();
            return new Alias(name, columns());
        }
        return new Alias(usual, List.of());
    }

    private List<String> path() {
        List<String> path = new ArrayList<>();
        path.add(name());
        while (now().sign(".") && ahead(1).name()) {
            at++;
            path.add(name());
        }
        return path;
    }

    // ---- expressions ----

    private List<Expr> list() {
        List<Expr> list = new ArrayList<>();
        if (now().sign(")") || now().sign("]")) {
            return list;
        }
        do {
            list.add(expr());
        } while (take(","));
        return list;
    }

    private Expr expr() {
        deeper();
        Expr left = and();
        while (is("or")) {
            int place = place();
            at++;
            left = new Expr.Binary("or", left, and(), place);
        }
        depth--;
        return left;
    }

    private Expr and() {
        Expr left = not();
        while (is("and")) {
            int place = place();
            at++;
            left = new Expr.Binary("and", left, not(), place);
        }
        return left;
    }

    private Expr not() {
        if (accept("not")) {
            deeper();
            Expr operand = not();
            depth--;
            return new Expr.Not(operand);
        }
        return is_();
    }

    /** IS and its kind, which bind less than comparisons. */
    private Expr is_() {
        Expr left = comparison();
        while (true) {
            if (accept("isnull")) {
                left = new Expr.IsNull(left);
            } else if (accept("notnull")) {
                left = new Expr.Not(new Expr.IsNull(left));
            } else if (accept("is")) {
                boolean not = accept("not");
                Expr test;
                if (accept("null") || accept("unknown")) {
                    test = new Expr.IsNull(left);
                } else if (accept("true")) {
                    test = new Expr.IsTruth(left, true);
                } else if (accept("false")) {
                    test = new Expr.IsTruth(left, false);
                } else if (accept("distinct", "from")) {
                    test = new Expr.Distinct(left, comparison());
                } else {
                    throw wrong();
                }
                left = not ? new Expr.Not(test) : test;
            } else {
                return left;
            }
        }
    }

    private Expr comparison() {
        Expr left = between();
        while (true) {
            String operator =
                    switch (now().kind() == Token.Kind.SIGN ? now().text() : "") {
                        case "=", "<", ">", "<=", ">=", "<>" -> now().text();
                        case "!=" -> "<>";
                        default -> "";
                    };
            if (operator.isEmpty()) {
                return left;
            }
            int place = place();
            at++;
            left = operated(left, operator, place, false);
        }
    }

    /** BETWEEN, IN, LIKE. */
    private Expr between() {
        Expr left = other();
        while (true) {
            boolean not =
                    is("not")
                            && (ahead(1).is("between")
                                    || ahead(1).is("in")
                                    || ahead(1).is("like")
                                    || ahead(1).is("ilike")
                                    || ahead(1).is("similar"));
            if (not) {
                at++;
            }
            int place = place();
            Expr test;
            if (accept("between")) {
                accept("symmetric");
                Expr low = other();
                expect("and");
                Expr high = other();
                test =
                        new Expr.Binary(
                                "and",
                                new Expr.Binary(">=", left, low, place),
                                new Expr.Binary("<=", left, high, place),
                                place);
            } else if (accept("in")) {
                test = in(left);
            } else if (is("like") || is("ilike")) {
                boolean any = name().equals("ilike");
                if (is("any") || is("some") || is("all")) {
                    test = quantified(left, any ? "~~*" : "~~", place);
                } else {
                    Expr pattern = other();
                    Optional<Expr> escape =
                            accept("escape") ? Optional.of(other()) : Optional.empty();
                    test = new Expr.Like(left, pattern, escape, any);
                }
            } else if (is("similar")) {
                throw SqlError.unknown("SIMILAR TO", place);
            } else {
                return left;
            }
            left = not ? new Expr.Not(test) : test;
        }
    }

    private Expr in(Expr left) {
        boolean query = subquery();
        demand("(");
        Expr test =
                query ? new Expr.InQuery(left, "=", false, query()) : new Expr.InList(left, list());
        demand(")");
        return test;
    }

    /** All operators that have no place of their own. */
    private Expr other() {
        Expr left = sum();
        while (true) {
            int place = place();
            String operator = "";
            if (is("operator") && ahead(1).sign("(")) {
                at += 2;
                while (now().name()) {
                    at++;
                    demand(".");
                }
                operator = now().text();
                at++;
                demand(")");
                operator = operator.equals("!=") ? "<>" : operator;
            } else if (now().kind() == Token.Kind.SIGN && special(now().text())) {
                operator = now().text();
                at++;
            }
            if (operator.isEmpty()) {
                return left;
            }
            left = operated(left, operator, place, true);
        }
    }

    private static boolean special(String sign) {
        return switch (sign) {
            case "||",
                    "~",
                    "~*",
                    "!~",
                    "!~*",
                    "~~",
                    "~~*",
                    "!~~",
                    "!~~*",
                    "&",
                    "|",
                    "#",
                    "<<",
                    ">>",
                    "->",
                    "->>",
                    "#>",
                    "#>>",
                    "@>",
                    "<@",
                    "&&",
                    "^@",
                    "?" ->
                    true;
            default -> false;
        };
    }

    private Expr operated(Expr left, String operator, int place, boolean sum) {
        if (is("any") || is("some") || is("all")) {
            return quantified(left, operator, place);
        }
        return new Expr.Binary(operator, left, sum ? sum() : between(), place);
    }

    private Expr quantified(Expr left, String operator, int place) {
        boolean all = name().equals("all");
        boolean query = subquery();
        demand("(");
        Expr test =
                query
                        ? new Expr.InQuery(left, operator, all, query())
                        : new Expr.Quantified(left, operator, all, expr(), place);
        demand(")");
        return test;
    }

    private Expr sum() {
        Expr left = product();
        while (now().sign("+") || now().sign("-")) {
            int place = place();
            String operator = now().text();
            at++;
            left = new Expr.Binary(operator, left, product(), place);
        }
        return left;
    }

    private Expr product() {
        Expr left = power();
        while (now().sign("*") || now().sign("/") || now().sign("%")) {
            int place = place();
            String operator = now().text();
            at++;
            left = new Expr.Binary(operator, left, power(), place);
        }
        return left;
    }

    private Expr power() {
        Expr left = unary();
        while (now().sign("^")) {
            int place = place();
            at++;
            left = new Expr.Binary("^", left, unary(), place);
        }
        return left;
    }

    private Expr unary() {
        int place = place();
        if (now().sign("-") || now().sign("+") || now().sign("~")) {
            String operator = now().text();
            at++;
            deeper();
            Expr operand = unary();
            depth--;
            return new Expr.Unary(operator, operand, place);
        }
        return postfix(primary());
    }

    private Expr postfix(Expr start) {
        Expr left = start;
        while (true) {
            int place = place();
            if (take("::")) {
                left = new Expr.Cast(left, type(), place);
            } else if (take("[")) {
                boolean open = now().sign(":");
                Optional<Expr> from = open ? Optional.empty() : Optional.of(expr());
                boolean slice = take(":");
                Optional<Expr> to =
                        slice && !now().sign("]") ? Optional.of(expr()) : Optional.empty();
                demand("]");
                left = new Expr.Element(left, from, to, slice);
            } else if (accept("collate")) {
                path(); // names are compared byte by byte, whatever is asked
            } else if (now().is("at") && ahead(1).is("time") && ahead(2).is("zone")) {
                at += 3;
                Expr zone = unary();
                left = plainCall("timezone", List.of(zone, left), place);
            } else if (now().sign(".") && ahead(1).name() && fielded(left)) {
                at++;
                left = new Expr.Field(left, name(), place);
            } else if (now().sign(".") && ahead(1).sign("*") && fielded(left)) {
                throw SqlError.unknown("(row).*", place);
            } else {
                return left;
            }
        }
    }

    private static boolean fielded(Expr left) {
        return !(left instanceof Expr.Name);
    }

    private static Expr.Call plainCall(String name, List<Expr> arguments, int place) {
        return new Expr.Call(
                List.of(name),
                arguments,
                false,
                false,
                List.of(),
                Optional.empty(),
                Optional.empty(),
                place);
    }

    private Expr primary() {
        Token token = now();
        int place = place();
        switch (token.kind()) {
            case STRING -> {
                at++;
                return new Expr.Constant(PgType.UNKNOWN, token.text());
            }
            case NUMBER -> {
                at++;
                return number(token.text());
            }
            case PARAMETER -> {
                at++;
                if (token.text().length() > 5) {
                    throw wrong();
                }
                return new Expr.Parameter(Integer.parseInt(token.text()));
            }
            case SIGN -> {
                if (token.text().equals("(")) {
                    return parenthesis();
                }
                throw wrong();
            }
            case QUOTED -> {
                return named(place);
            }
            case WORD -> {
                return word(token, place);
            }
            case END -> throw wrong();
        }
        throw wrong();
    }

    private static Expr number(String text) {
        String plain = text.replace("_", "");
        if (plain.chars().allMatch(c -> c >= '0' && c <= '9') && plain.length() <= 18) {
            long number = Long.parseLong(plain);
            return new Expr.Constant(
                    number <= Integer.MAX_VALUE ? PgType.INT4 : PgType.INT8, number);
        }
        if (plain.length() > 1_000) {
            throw new SqlError("22003", "the number has too many digits");
        }
        return new Expr.Constant(PgType.NUMERIC, new BigDecimal(plain));
    }

    private Expr parenthesis() {
        boolean query = subquery();
        demand("(");
        if (query) {
            // a question, unless its parentheses go on as an expression
            int before = at;
            int deep = depth;
            try {
                Query inside = query();
                demand(")");
                return new Expr.Scalar(inside);
            } catch (SqlError e) {
                if (!words.get(before).sign("(")) {
                    throw e;
                }
                at = before;
                depth = deep;
            }
        }
        Expr first = expr();
        if (take(",")) {
            List<Expr> fields = new ArrayList<>(List.of(first));
            fields.addAll(list());
            demand(")");
            return new Expr.Row(fields);
        }
        demand(")");
        return first instanceof Expr.Name name && now().sign(".")
                ? new Expr.Row(List.of(name)) // (t).column of a row, below
                : first;
    }

    private Expr word(Token token, int place) {
        switch (token.text()) {
            case "null" -> {
                at++;
                return new Expr.Constant(PgType.UNKNOWN, Missing.NULL);
            }
            case "true", "false" -> {
                at++;
                return new Expr.Constant(PgType.BOOL, token.text().equals("true"));
            }
            case "case" -> {
                return case_();
            }
            case "exists" -> {
                at++;
                demand("(");
                Query query = query();
                demand(")");
                return new Expr.Exists(query);
            }
            case "array" -> {
                at++;
                return array();
            }
            case "row" -> {
                if (ahead(1).sign("(")) {
                    at += 2;
                    List<Expr> fields = list();
                    demand(")");
                    return new Expr.Row(fields);
                }
                return named(place);
            }
            case "cast" -> {
                at++;
                demand("(");
                Expr operand = expr();
                expect("as");
                String type = type();
                demand(")");
                return new Expr.Cast(operand, type, place);
            }
            case "current_user",
                    "session_user",
                    "user",
                    "current_role",
                    "current_catalog",
                    "current_schema",
                    "current_date",
                    "current_timestamp",
                    "current_time",
                    "localtimestamp",
                    "localtime" -> {
                at++;
                if (take("(")) { // current_timestamp(3)
                    list();
                    demand(")");
                }
                return plainCall(token.text(), List.of(), place);
            }
            case "interval", "date", "timestamp", "timestamptz", "time" -> {
                if (ahead(1).kind() == Token.Kind.STRING) {
                    at += 2;
                    return new Expr.Cast(
                            new Expr.Constant(PgType.UNKNOWN, ahead(-1).text()),
                            token.text(),
                            place);
                }
                return named(place);
            }
            case "not",
                    "select",
                    "from",
                    "where",
                    "group",
                    "order",
                    "having",
                    "union",
                    "limit",
                    "as",
                    "on",
                    "and",
                    "or",
                    "when",
                    "then",
                    "else",
                    "end",
                    "with" ->
                    throw wrong();
            default -> {
                return named(place);
            }
        }
    }

    private Expr case_() {
        expect("case");
        Optional<Expr> of = is("when") ? Optional.empty() : Optional.of(expr());
        List<Expr> when = new ArrayList<>();
        List<Expr> then = new ArrayList<>();
        while (accept("when")) {
            when.add(expr());
            expect("then");
            then.add(expr());
        }
        if (when.isEmpty()) {
            throw wrong();
        }
        Optional<Expr> otherwise = accept("else") ? Optional.of(expr()) : Optional.empty();
        expect("end");
        return new Expr.Case(of, when, then, otherwise);
    }

    private Expr array() {
        if (now().sign("(")) {
            demand("(");
            Query query = query();
            demand(")");
            return new Expr.ArrayQuery(query);
        }
        demand("[");
        List<Expr> elements = new ArrayList<>();
        if (!now().sign("]")) {
            do {
                elements.add(now().sign("[") ? array() : expr());
            } while (take(","));
        }
        demand("]");
        return new Expr.ArrayOf(elements);
    }

    /** A column, a function, or a value with its type before it. */
    private Expr named(int place) {
        List<String> path = path();
        if (now().sign(".") && ahead(1).sign("*")) {
            at += 2;
            return new Expr.Star(path);
        }
        if (now().sign("(")) {
            return call(path, place);
        }
        if (now().kind() == Token.Kind.STRING && PgType.named(path.getLast()).isPresent()) {
            at++;
            return new Expr.Cast(
                    new Expr.Constant(PgType.UNKNOWN, ahead(-1).text()), path.getLast(), place);
        }
        return new Expr.Name(path, place);
    }

    private Expr.Call call(List<String> name, int place) {
        demand("(");
        boolean star = false;
        boolean distinct = false;
        List<Expr> arguments = new ArrayList<>();
        List<Order> order = List.of();
        if (take("*")) {
            star = true;
        } else if (!now().sign(")")) {
            distinct = accept("distinct");
            if (!distinct) {
                accept("all");
            }
            accept("variadic");
            if (name.size() == 1 && special(name.getFirst(), arguments)) {
                demand(")");
                return plainCall(name.getFirst(), arguments, place);
            }
            arguments.addAll(list());
            order = order();
        }
        demand(")");
        if (accept("within")) {
            throw SqlError.unknown("WITHIN GROUP", place);
        }
        Optional<Expr> filter = Optional.empty();
        if (is("filter") && ahead(1).sign("(")) {
            at += 2;
            expect("where");
            filter = Optional.of(expr());
            demand(")");
        }
        Optional<Window> over = Optional.empty();
        if (is("over") && ahead(1).sign("(")) {
            at += 2;
            List<Expr> partition = List.of();
            if (accept("partition")) {
                expect("by");
                partition = list();
            }
            List<Order> by = order();
            while (!now().sign(")")) { // the frame: those that are here are whole or run along
                if (now().kind() == Token.Kind.END) {
                    throw wrong();
                }
                at++;
            }
            demand(")");
            over = Optional.of(new Window(partition, by));
        }
        return new Expr.Call(name, arguments, star, distinct, order, filter, over, place);
    }

    /** Functions whose arguments are set apart by words. */
    private boolean special(String name, List<Expr> arguments) {
        switch (name) {
            case "extract" -> {
                if (now().name() && ahead(1).is("from")) {
                    arguments.add(new Expr.Constant(PgType.TEXT, name().toLowerCase(Locale.ROOT)));
                    expect("from");
                    arguments.add(expr());
                    return true;
                }
                return false;
            }
            case "position" -> {
                arguments.add(other());
                expect("in");
                arguments.add(other());
                return true;
            }
            case "substring" -> {
                arguments.add(expr());
                if (accept("from")) {
                    arguments.add(expr());
                    if (accept("for")) {
                        arguments.add(expr());
                    }
                } else if (accept("for")) {
                    arguments.add(new Expr.Constant(PgType.INT4, 1L));
                    arguments.add(expr());
                } else if (take(",")) {
                    arguments.addAll(list());
                }
                return true;
            }
            case "trim" -> {
                String side = is("leading") || is("trailing") || is("both") ? name() : "both";
                if (!is("from")) {
                    arguments.add(expr());
                }
                if (accept("from")) {
                    arguments.add(0, expr());
                } else if (take(",")) {
                    arguments.add(expr());
                }
                arguments.add(0, new Expr.Constant(PgType.TEXT, side));
                return true;
            }
            default -> {
                return false;
            }
        }
    }

    /** A type's name as written, without what stands in its parentheses. */
    private String type() {
        StringBuilder type = new StringBuilder();
        List<String> path = path();
        type.append(path.getLast());
        String first = path.getLast();
        if (path.size() == 1) {
            if (first.equals("double")) {
                expect("precision");
                type.append(" precision");
            } else if ((first.equals("character")
                            || first.equals("bit")
                            || first.equals("national"))
                    && accept("varying")) {
                type.append(" varying");
            }
        }
        if (take("(")) {
            list();
            demand(")");
        }
        if (first.equals("timestamp") || first.equals("time")) {
            if (is("with") && ahead(1).is("time")) {
                at += 2;
                expect("zone");
                type.append(" with time zone");
            } else if (is("without") && ahead(1).is("time")) {
                at += 2;
                expect("zone");
            }
        }
        while (now().sign("[")) {
            at++;
            if (now().kind() == Token.Kind.NUMBER) {
                at++;
            }
            demand("]");
            if (!type.toString().endsWith("[]")) {
                type.append("[]");
            }
        }
        return type.toString();
    }
}
