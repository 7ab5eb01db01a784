package org.domicile.postgres;

import java.util.List;
import java.util.Optional;

/** What a question is made of, as it was written. */
final class Syntax {
    private Syntax() {}

    /** An expression. @param at char of the statement, from 1 */
    sealed interface Expr {
        /** A value that stands there. */
        record Constant(PgType type, Object value) implements Expr {}

        /** {@code $1}. */
        record Parameter(int number) implements Expr {}

        /** A column, with what stands before it. */
        record Name(List<String> parts, int at) implements Expr {}

        /** {@code *} or {@code t.*}. */
        record Star(List<String> of) implements Expr {}

        /** One operand. */
        record Unary(String operator, Expr operand, int at) implements Expr {}

        /** Two operands; AND and OR too. */
        record Binary(String operator, Expr left, Expr right, int at) implements Expr {}

        /** NOT. */
        record Not(Expr operand) implements Expr {}

        /** A cast. @param type as written */
        record Cast(Expr operand, String type, int at) implements Expr {}

        /** A function. */
        record Call(
                List<String> name,
                List<Expr> arguments,
                boolean star,
                boolean distinct,
                List<Order> order,
                Optional<Expr> filter,
                Optional<Window> over,
                int at)
                implements Expr {}

        /** CASE. */
        record Case(Optional<Expr> of, List<Expr> when, List<Expr> then, Optional<Expr> otherwise)
                implements Expr {}

        /** IN a list. */
        record InList(Expr operand, List<Expr> list) implements Expr {}

        /** IN a question, or an operator with ANY or ALL of one. */
        record InQuery(Expr operand, String operator, boolean all, Query query) implements Expr {}

        /** An operator with ANY or ALL of an array. */
        record Quantified(Expr operand, String operator, boolean all, Expr array, int at)
                implements Expr {}

        /** EXISTS. */
        record Exists(Query query) implements Expr {}

        /** A question as a value. */
        record Scalar(Query query) implements Expr {}

        /** ARRAY[…]. */
        record ArrayOf(List<Expr> elements) implements Expr {}

        /** ARRAY(…). */
        record ArrayQuery(Query query) implements Expr {}

        /** IS NULL. */
        record IsNull(Expr operand) implements Expr {}

        /** IS TRUE, IS FALSE. */
        record IsTruth(Expr operand, boolean truth) implements Expr {}

        /** IS DISTINCT FROM. */
        record Distinct(Expr left, Expr right) implements Expr {}

        /** LIKE and ILIKE. */
        record Like(Expr operand, Expr pattern, Optional<Expr> escape, boolean anyCase)
                implements Expr {}

        /** {@code a[1]}, {@code a[1:2]}. */
        record Element(Expr array, Optional<Expr> from, Optional<Expr> to, boolean slice)
                implements Expr {}

        /** {@code (row).field}. */
        record Field(Expr row, String name, int at) implements Expr {}

        /** ROW(…), or several in parentheses. */
        record Row(List<Expr> fields) implements Expr {}
    }

    /** One key of an order. */
    record Order(Expr by, boolean descending, Optional<Boolean> nullsFirst) {}

    /** OVER (…). */
    record Window(List<Expr> partition, List<Order> order) {}

    /** An expression of a select list, with its name. */
    record Item(Expr expr, Optional<String> alias) {}

    /** A common table. */
    record Common(String name, List<String> columns, Query query) {}

    /** A question. */
    record Query(
            List<Common> with,
            boolean recursive,
            Body body,
            List<Order> order,
            Optional<Expr> limit,
            Optional<Expr> offset) {}

    /** What it is of. */
    sealed interface Body {
        /** SELECT. */
        record Select(
                boolean distinct,
                List<Expr> distinctOn,
                List<Item> items,
                List<From> from,
                Optional<Expr> where,
                List<Expr> group,
                Optional<Expr> having)
                implements Body {}

        /** UNION, INTERSECT, EXCEPT. */
        record Set(String kind, boolean all, Body left, Body right) implements Body {}

        /** VALUES. */
        record Values(List<List<Expr>> rows) implements Body {}

        /** In parentheses. */
        record Nested(Query query) implements Body {}
    }

    /** Where rows come from. */
    sealed interface From {
        /** A relation. */
        record Relation(List<String> name, String alias, List<String> columns, int at)
                implements From {}

        /** A question. */
        record Sub(Query query, String alias, List<String> columns) implements From {}

        /** A function. */
        record Function(Expr.Call call, String alias, List<String> columns, boolean ordinality)
                implements From {}

        /** Two of them. @param kind inner, left, right, full or cross */
        record Join(
                String kind,
                From left,
                From right,
                Optional<Expr> on,
                List<String> using,
                boolean natural)
                implements From {}
    }
}
