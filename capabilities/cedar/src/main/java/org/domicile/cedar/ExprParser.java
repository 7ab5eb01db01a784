package org.domicile.cedar;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Reads expressions. The tree is at most {@link #DEEPEST} deep, so that whoever walks it later can
 * do so by recursion.
 */
final class ExprParser {
    /** The deepest tree and the deepest nesting of brackets. */
    static final int DEEPEST = 200;

    private static final Set<String> METHODS =
            Set.of("contains", "containsAll", "containsAny", "isEmpty", "getTag", "hasTag");

    private final Tokens tokens;
    private final IdentityHashMap<Expr, Integer> depths = new IdentityHashMap<>();
    private int nesting;

    ExprParser(Tokens tokens) {
        this.tokens = tokens;
    }

    /** What has been read: most forms are expressions, some could still be a name or a key. */
    private sealed interface Part {
        Place at();

        record Whole(Expr expr, Place at) implements Part {}

        record Variable(Expr.Variable variable, Place at) implements Part {}

        record Name(String name, Place at) implements Part {}

        record Text(String raw, Place at) implements Part {}

        record Flag(boolean value, Place at) implements Part {}
    }

    Expr expression() throws CedarException {
        depths.clear();
        return toExpr(part());
    }

    private Expr inner() throws CedarException {
        return toExpr(part());
    }

    private Expr toExpr(Part part) throws CedarException {
        return switch (part) {
            case Part.Whole(Expr expr, _) -> expr;
            case Part.Variable(Expr.Variable variable, Place at) -> new Expr.Var(variable, at);
            case Part.Name(String name, Place at) ->
                    throw new CedarException(
                            at,
                            "found the name `"
                                    + name
                                    + "`, expected an expression (the variables are principal,"
                                    + " action, resource, context)");
            case Part.Text(String raw, Place at) ->
                    new Expr.Literal(new Value.Text(Escapes.unescape(raw, at)), at);
            case Part.Flag(boolean value, Place at) -> new Expr.Literal(Value.of(value), at);
        };
    }

    /** Remembers how deep an expression is, by the parts of it that the tree holds. */
    private Part.Whole made(Expr expr) throws CedarException {
        int deepest = 0;
        for (Expr part : expr.parts()) {
            deepest = Math.max(deepest, depths.getOrDefault(part, 1));
        }
        if (deepest >= DEEPEST) {
            throw tooDeep(expr.at());
        }
        depths.put(expr, deepest + 1);
        return new Part.Whole(expr, expr.at());
    }

    private static CedarException tooDeep(Place at) {
        return new CedarException(
                at, "the expression is nested more than " + DEEPEST + " levels deep");
    }

    private Part part() throws CedarException {
        Token token = tokens.peek();
        if (++nesting > DEEPEST) {
            throw tooDeep(token.at());
        }
        Part part;
        if (tokens.skipWord("if")) {
            Expr test = inner();
            expectWord("then");
            Expr then = inner();
            expectWord("else");
            part = made(new Expr.If(test, then, inner(), token.at()));
        } else {
            part = or();
        }
        nesting--;
        return part;
    }

    private void expectWord(String word) throws CedarException {
        if (!tokens.skipWord(word)) {
            throw Tokens.unexpected(tokens.peek(), "`" + word + "`");
        }
    }

    private Part or() throws CedarException {
        Part first = and();
        if (!tokens.peek().is("||")) {
            return first;
        }
        List<Expr> operands = new ArrayList<>();
        Expr left = toExpr(first);
        // a || b || c leans to the left, and so (a || b) || c is the same expression.
        if (left instanceof Expr.Or(List<Expr> inner, _)) {
            operands.addAll(inner);
        } else {
            operands.add(left);
        }
        while (tokens.skip("||")) {
            add(operands, toExpr(and()), (a, b) -> a || b);
        }
        return operands.size() == 1
                ? new Part.Whole(operands.getFirst(), first.at())
                : made(new Expr.Or(operands, first.at()));
    }

    private Part and() throws CedarException {
        Part first = relation();
        if (!tokens.peek().is("&&")) {
            return first;
        }
        List<Expr> operands = new ArrayList<>();
        flatten(toExpr(first), operands);
        while (tokens.skip("&&")) {
            add(operands, toExpr(relation()), (a, b) -> a && b);
        }
        return operands.size() == 1
                ? new Part.Whole(operands.getFirst(), first.at())
                : made(new Expr.And(operands, first.at()));
    }

    private interface Fold {
        boolean fold(boolean left, boolean right);
    }

    /**
     * Two literals that are joined are a literal: that is how the reference reads them, and its
     * validator knows more of a literal than of what has one's value.
     */
    private static void add(List<Expr> operands, Expr right, Fold fold) {
        if (operands.size() == 1
                && operands.getFirst() instanceof Expr.Literal(Value.Bool(boolean one), Place at)
                && right instanceof Expr.Literal(Value.Bool(boolean other), _)) {
            operands.set(0, new Expr.Literal(Value.of(fold.fold(one, other)), at));
        } else {
            operands.add(right);
        }
    }

    /** Both, as {@code &&} joins them. */
    static Expr both(Expr left, Expr right, Place at) {
        List<Expr> operands = new ArrayList<>(List.of(left));
        add(operands, right, (a, b) -> a && b);
        return operands.size() == 1 ? operands.getFirst() : new Expr.And(operands, at);
    }

    private static void flatten(Expr left, List<Expr> operands) {
        if (left instanceof Expr.And(List<Expr> inner, _)) {
            operands.addAll(inner);
        } else {
            operands.add(left);
        }
    }

    private Part relation() throws CedarException {
        Part left = sum();
        Token token = tokens.peek();
        if (tokens.skipWord("has")) {
            return has(toExpr(left), token.at());
        }
        if (tokens.skipWord("like")) {
            return like(toExpr(left), token.at());
        }
        if (tokens.skipWord("is")) {
            return is(toExpr(left), token.at());
        }
        if (tokens.skipWord("in")) {
            return compared(binary(Expr.Operator.IN, left, sum(), token.at()));
        }
        if (token.kind() != Token.Kind.PUNCTUATION) {
            return left;
        }
        Expr.Operator operator =
                switch (token.text()) {
                    case "==", "!=" -> Expr.Operator.EQUAL;
                    case "<", ">=" -> Expr.Operator.LESS;
                    case "<=", ">" -> Expr.Operator.LESS_OR_EQUAL;
                    default -> null;
                };
        if (operator == null) {
            if (token.is("=")) {
                throw new CedarException(token.at(), "found `=`, expected `==`");
            }
            return left;
        }
        tokens.next();
        Part.Whole compared = binary(operator, left, sum(), token.at());
        boolean negated = token.is("!=") || token.is(">=") || token.is(">");
        return compared(negated ? made(new Expr.Not(compared.expr(), token.at())) : compared);
    }

    private Part compared(Part part) throws CedarException {
        Token token = tokens.peek();
        if (token.isWord("in")
                || (token.kind() == Token.Kind.PUNCTUATION
                        && Set.of("==", "!=", "<", "<=", ">", ">=", "=").contains(token.text()))) {
            throw new CedarException(
                    token.at(), "comparisons cannot be chained; put one of them in parentheses");
        }
        return part;
    }

    private Part.Whole binary(Expr.Operator operator, Part left, Part right, Place at)
            throws CedarException {
        return made(new Expr.Binary(operator, toExpr(left), toExpr(right), at));
    }

    private Part has(Expr of, Place at) throws CedarException {
        Token token = tokens.next();
        if (token.kind() == Token.Kind.STRING) {
            return made(new Expr.Has(of, Escapes.unescape(token.text(), token.at()), at));
        }
        String expected = "the name of an attribute, a string or a path like a.b.c after `has`";
        if (token.kind() != Token.Kind.IDENTIFIER) {
            throw Tokens.unexpected(token, expected);
        }
        Tokens.checkName(token);
        if (tokens.peek().is("::") || tokens.peek().is("(") || tokens.peek().is("[")) {
            throw Tokens.unexpected(tokens.peek(), expected);
        }
        List<Expr> checks = new ArrayList<>();
        checks.add(made(new Expr.Has(of, token.text(), at)).expr());
        Expr reached = of;
        String name = token.text();
        while (tokens.skip(".")) {
            reached = made(new Expr.Attribute(reached, name, at)).expr();
            name = tokens.name(expected).text();
            if (tokens.peek().is("(") || tokens.peek().is("[")) {
                throw Tokens.unexpected(tokens.peek(), expected);
            }
            checks.add(made(new Expr.Has(reached, name, at)).expr());
        }
        return checks.size() == 1
                ? new Part.Whole(checks.getFirst(), at)
                : made(new Expr.And(checks, at));
    }

    private Part like(Expr text, Place at) throws CedarException {
        Token token = tokens.next();
        if (token.kind() != Token.Kind.STRING) {
            throw Tokens.unexpected(token, "a pattern in quotes after `like`");
        }
        return made(new Expr.Like(text, Escapes.pattern(token.text(), token.at()), at));
    }

    private Part is(Expr entity, Place at) throws CedarException {
        Expr.Is check = new Expr.Is(entity, entityType(), at);
        Part.Whole part = made(check);
        if (!tokens.skipWord("in")) {
            return part;
        }
        Expr in = binary(Expr.Operator.IN, new Part.Whole(entity, at), sum(), at).expr();
        return made(new Expr.And(List.of(check, in), at));
    }

    private Part sum() throws CedarException {
        Part left = product();
        while (tokens.peek().is("+") || tokens.peek().is("-")) {
            Token operator = tokens.next();
            left =
                    binary(
                            operator.is("+") ? Expr.Operator.ADD : Expr.Operator.SUBTRACT,
                            left,
                            product(),
                            operator.at());
        }
        return left;
    }

    private Part product() throws CedarException {
        Part left = unary();
        while (true) {
            Token operator = tokens.peek();
            if (operator.is("/") || operator.is("%")) {
                throw new CedarException(
                        operator.at(), "`" + operator.text() + "` is not an operator of Cedar");
            }
            if (!tokens.skip("*")) {
                return left;
            }
            left = binary(Expr.Operator.MULTIPLY, left, unary(), operator.at());
        }
    }

    private Part unary() throws CedarException {
        Token first = tokens.peek();
        if (!first.is("!") && !first.is("-")) {
            return member();
        }
        int count = 0;
        while (tokens.skip(first.text())) {
            if (++count > 4) {
                throw new CedarException(
                        first.at(), "`" + first.text() + "` stands here more than four times");
            }
        }
        if (first.is("!")) {
            Expr expr = toExpr(member());
            for (int i = 0; i < count; i++) {
                expr = made(new Expr.Not(expr, first.at())).expr();
            }
            return new Part.Whole(expr, first.at());
        }
        Expr expr;
        Token number = tokens.peek();
        Token after = tokens.peekSecond();
        if (number.kind() == Token.Kind.NUMBER
                && !after.is(".")
                && !after.is("(")
                && !after.is("[")) {
            // The sign belongs to the number: the least number has no positive counterpart.
            tokens.next();
            expr = number("-" + number.text(), first.at());
            count--;
        } else {
            expr = toExpr(member());
        }
        for (int i = 0; i < count; i++) {
            expr = made(new Expr.Negate(expr, first.at())).expr();
        }
        return new Part.Whole(expr, first.at());
    }

    private static Expr number(String digits, Place at) throws CedarException {
        try {
            return new Expr.Literal(new Value.Whole(Long.parseLong(digits)), at);
        } catch (NumberFormatException e) {
            throw new CedarException(
                    at,
                    "the number "
                            + digits
                            + " is out of range, which is -9223372036854775808 to"
                            + " 9223372036854775807");
        }
    }

    private Part member() throws CedarException {
        Part part = primary();
        if (part instanceof Part.Name(String name, Place at)) {
            Token token = tokens.peek();
            if (token.is("(")) {
                part = function(name, at);
            } else if (token.is(".") || token.is("[")) {
                throw new CedarException(at, "`" + name + "` is neither a variable nor a value");
            }
        }
        while (true) {
            Token token = tokens.peek();
            if (token.is("(")) {
                throw new CedarException(token.at(), "this is not a function, and is called");
            }
            if (tokens.skip(".")) {
                Token name = tokens.name("the name of an attribute or method after `.`");
                part =
                        tokens.peek().is("(")
                                ? method(toExpr(part), name)
                                : made(new Expr.Attribute(toExpr(part), name.text(), name.at()));
            } else if (tokens.skip("[")) {
                Token key = tokens.next();
                if (key.kind() != Token.Kind.STRING || !tokens.peek().is("]")) {
                    throw Tokens.unexpected(key, "the name of an attribute in quotes");
                }
                tokens.next();
                String name = Escapes.unescape(key.text(), key.at());
                part = made(new Expr.Attribute(toExpr(part), name, key.at()));
            } else {
                return part;
            }
        }
    }

    private List<Expr> arguments() throws CedarException {
        tokens.expect("(");
        return list(")");
    }

    private List<Expr> list(String end) throws CedarException {
        List<Expr> elements = new ArrayList<>();
        while (!tokens.skip(end)) {
            elements.add(inner());
            if (!tokens.skip(",")) {
                if (!tokens.peek().is(end)) {
                    throw Tokens.unexpected(tokens.peek(), "`,` or `" + end + "`");
                }
                tokens.next();
                break;
            }
        }
        return elements;
    }

    private Part function(String name, Place at) throws CedarException {
        ExtensionFunction function = ExtensionFunction.named(name);
        if (METHODS.contains(name) || (function != null && !function.isConstructor())) {
            throw new CedarException(
                    at, "`" + name + "` is a method and is called as in `value." + name + "(…)`");
        }
        if (function == null) {
            throw new CedarException(
                    at,
                    "there is no function `"
                            + name
                            + "`; the functions are ip, decimal, datetime, duration");
        }
        return made(new Expr.Call(function, arguments(), at));
    }

    private Part method(Expr of, Token name) throws CedarException {
        Place at = name.at();
        if (!METHODS.contains(name.text())) {
            ExtensionFunction function = ExtensionFunction.named(name.text());
            if (function == null) {
                throw new CedarException(at, "there is no method `" + name.text() + "`");
            }
            if (function.isConstructor()) {
                throw new CedarException(
                        at,
                        "`"
                                + name.text()
                                + "` is a function and is called as in `"
                                + name.text()
                                + "(…)`");
            }
            List<Expr> arguments = new ArrayList<>();
            arguments.add(of);
            arguments.addAll(arguments());
            return made(new Expr.Call(function, arguments, at));
        }
        List<Expr> arguments = arguments();
        int expected = name.text().equals("isEmpty") ? 0 : 1;
        if (arguments.size() != expected) {
            throw new CedarException(
                    at,
                    "`%s` takes %d arguments, found %d"
                            .formatted(name.text(), expected, arguments.size()));
        }
        if (expected == 0) {
            return made(new Expr.IsEmpty(of, at));
        }
        Expr.Operator operator =
                switch (name.text()) {
                    case "contains" -> Expr.Operator.CONTAINS;
                    case "containsAll" -> Expr.Operator.CONTAINS_ALL;
                    case "containsAny" -> Expr.Operator.CONTAINS_ANY;
                    case "getTag" -> Expr.Operator.GET_TAG;
                    default -> Expr.Operator.HAS_TAG;
                };
        return made(new Expr.Binary(operator, of, arguments.getFirst(), at));
    }

    private Part primary() throws CedarException {
        Token token = tokens.next();
        Place at = token.at();
        return switch (token.kind()) {
            case NUMBER -> new Part.Whole(number(token.text(), at), at);
            case STRING -> new Part.Text(token.text(), at);
            case SLOT ->
                    throw new CedarException(
                            at,
                            "found the slot `"
                                    + token.text()
                                    + "`; slots stand in the scope only, as in `principal =="
                                    + " ?principal`");
            case IDENTIFIER -> named(token);
            case END -> throw Tokens.unexpected(token, "an expression");
            case PUNCTUATION ->
                    switch (token.text()) {
                        case "(" -> {
                            Expr expr = inner();
                            tokens.expect(")");
                            yield new Part.Whole(expr, at);
                        }
                        case "[" -> made(new Expr.SetOf(list("]"), at));
                        case "{" -> record(at);
                        default -> throw Tokens.unexpected(token, "an expression");
                    };
        };
    }

    private Part record(Place at) throws CedarException {
        Map<String, Expr> fields = new TreeMap<>();
        while (!tokens.skip("}")) {
            Part key = part();
            String name =
                    switch (key) {
                        case Part.Text(String raw, Place place) -> Escapes.unescape(raw, place);
                        case Part.Variable(Expr.Variable variable, _) -> variable.word();
                        case Part.Name(String path, _) when !Names.isQualified(path) -> path;
                        case Part.Name _, Part.Flag _, Part.Whole _ ->
                                throw new CedarException(
                                        key.at(), "expected the name of a field before `:`");
                    };
            tokens.expect(":");
            if (fields.put(name, inner()) != null) {
                throw new CedarException(
                        key.at(), "the field " + Escapes.quoted(name) + " stands here twice");
            }
            if (!tokens.skip(",")) {
                if (!tokens.peek().is("}")) {
                    throw Tokens.unexpected(tokens.peek(), "`,` or `}`");
                }
                tokens.next();
                break;
            }
        }
        return made(new Expr.RecordOf(fields, at));
    }

    /** A word: a boolean, a variable, a name, or the name of an entity. */
    private Part named(Token first) throws CedarException {
        Place at = first.at();
        if (!tokens.peek().is("::")) {
            switch (first.text()) {
                case "true", "false" -> {
                    return new Part.Flag(first.isWord("true"), at);
                }
                case "principal", "action", "resource", "context" -> {
                    for (Expr.Variable variable : Expr.Variable.values()) {
                        if (first.isWord(variable.word())) {
                            return new Part.Variable(variable, at);
                        }
                    }
                }
                default -> {
                    Tokens.checkName(first);
                    return new Part.Name(first.text(), at);
                }
            }
        }
        String path = path(first);
        if (tokens.skip("::")) {
            String id = tokens.string("an entity's id in quotes");
            return new Part.Whole(new Expr.Literal(EntityUid.known(path, id), at), at);
        }
        return new Part.Name(path, at);
    }

    /** A name with its namespaces; stops before a {@code ::} that no name follows. */
    private String path(Token first) throws CedarException {
        Tokens.checkName(first);
        StringBuilder path = new StringBuilder(first.text());
        while (tokens.peek().is("::") && tokens.peekSecond().kind() == Token.Kind.IDENTIFIER) {
            tokens.next();
            path.append("::").append(tokens.name("a name").text());
        }
        return path.toString();
    }

    /** The name of an entity type. */
    String entityType() throws CedarException {
        Token first = tokens.word("the name of an entity type after `is`");
        String type = path(first);
        Token token = tokens.peek();
        if (token.is("::") || token.is("(") || token.is(".") || token.is("[")) {
            throw Tokens.unexpected(token, "the end of the entity type");
        }
        return type;
    }

    /** The name of an entity. */
    EntityUid uid() throws CedarException {
        String expected = "the name of an entity, as in User::\"alice\"";
        Token first = tokens.word(expected);
        String type = path(first);
        if (!tokens.skip("::")) {
            throw Tokens.unexpected(tokens.peek(), "`::` and an id in quotes (" + expected + ")");
        }
        return EntityUid.known(type, tokens.string("an entity's id in quotes"));
    }
}
