package org.domicile.postgres;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.domicile.postgres.Syntax.Body;
import org.domicile.postgres.Syntax.Expr;
import org.domicile.postgres.Syntax.From;
import org.domicile.postgres.Syntax.Item;
import org.domicile.postgres.Syntax.Query;

/** What a question names, anywhere in it. */
final class Mentions {
    private final List<List<String>> relations = new ArrayList<>();
    private final List<String> functions = new ArrayList<>();
    private final List<String> own = new ArrayList<>();
    private boolean constant;

    private Mentions() {}

    static Mentions of(Query query) {
        Mentions mentions = new Mentions();
        mentions.query(query);
        mentions.relations.removeIf(
                name -> name.size() == 1 && mentions.own.contains(name.getFirst()));
        mentions.constant =
                query.body() instanceof Body.Select select
                        && select.from().isEmpty()
                        && select.where().isEmpty()
                        && query.with().isEmpty()
                        && select.items().stream().allMatch(Mentions::constant);
        return mentions;
    }

    private static boolean constant(Item item) {
        return item.expr() instanceof Expr.Constant(PgType type, Object _)
                && type != PgType.NUMERIC;
    }

    List<List<String>> relations() {
        return relations;
    }

    List<String> functions() {
        return functions;
    }

    boolean constant() {
        return constant;
    }

    private void query(Query query) {
        query.with()
                .forEach(each -> {
                    own.add(each.name());
                    query(each.query());
                });
        body(query.body());
        query.order().forEach(each -> expr(each.by()));
        query.limit().ifPresent(this::expr);
        query.offset().ifPresent(this::expr);
    }

    private void body(Body body) {
        switch (body) {
            case Body.Select select -> {
                select.distinctOn().forEach(this::expr);
                select.items().forEach(item -> expr(item.expr()));
                select.from().forEach(this::from);
                select.where().ifPresent(this::expr);
                select.group().forEach(this::expr);
                select.having().ifPresent(this::expr);
            }
            case Body.Set set -> {
                body(set.left());
                body(set.right());
            }
            case Body.Values values -> values.rows().forEach(row -> row.forEach(this::expr));
            case Body.Nested nested -> query(nested.query());
        }
    }

    private void from(From from) {
        switch (from) {
            case From.Relation relation -> relations.add(relation.name());
            case From.Sub sub -> query(sub.query());
            case From.Function function -> expr(function.call());
            case From.Join join -> {
                from(join.left());
                from(join.right());
                join.on().ifPresent(this::expr);
            }
        }
    }

    private void each(Optional<Expr> expr) {
        expr.ifPresent(this::expr);
    }

    private void expr(Expr expr) {
        switch (expr) {
            case Expr.Constant _, Expr.Parameter _, Expr.Name _, Expr.Star _ -> {}
            case Expr.Unary unary -> expr(unary.operand());
            case Expr.Binary binary -> {
                expr(binary.left());
                expr(binary.right());
            }
            case Expr.Not not -> expr(not.operand());
            case Expr.Cast cast -> {
                PgType.named(cast.type())
                        .filter(PgType::isReg)
                        .ifPresent(type -> functions.add(type.label()));
                expr(cast.operand());
            }
            case Expr.Call call -> {
                functions.add(call.name().getLast());
                call.arguments().forEach(this::expr);
                call.order().forEach(each -> expr(each.by()));
                each(call.filter());
                call.over()
                        .ifPresent(window -> {
                            window.partition().forEach(this::expr);
                            window.order().forEach(each -> expr(each.by()));
                        });
            }
            case Expr.Case branches -> {
                each(branches.of());
                branches.when().forEach(this::expr);
                branches.then().forEach(this::expr);
                each(branches.otherwise());
            }
            case Expr.InList in -> {
                expr(in.operand());
                in.list().forEach(this::expr);
            }
            case Expr.InQuery in -> {
                expr(in.operand());
                query(in.query());
            }
            case Expr.Quantified quantified -> {
                expr(quantified.operand());
                expr(quantified.array());
            }
            case Expr.Exists exists -> query(exists.query());
            case Expr.Scalar scalar -> query(scalar.query());
            case Expr.ArrayOf array -> array.elements().forEach(this::expr);
            case Expr.ArrayQuery array -> query(array.query());
            case Expr.IsNull is -> expr(is.operand());
            case Expr.IsTruth is -> expr(is.operand());
            case Expr.Distinct distinct -> {
                expr(distinct.left());
                expr(distinct.right());
            }
            case Expr.Like like -> {
                expr(like.operand());
                expr(like.pattern());
                each(like.escape());
            }
            case Expr.Element element -> {
                expr(element.array());
                each(element.from());
                each(element.to());
            }
            case Expr.Field field -> expr(field.row());
            case Expr.Row row -> row.fields().forEach(this::expr);
        }
    }
}
