package org.domicile.cedar;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads policies: annotations, effect, scope, conditions. Policies are named {@code policy0},
 * {@code policy1} and so on by their order in the text, templates included.
 */
final class PolicyParser {
    private static final int MOST_CONDITIONS = 100;

    private final Tokens tokens;
    private final ExprParser expressions;

    /** Where the semicolon of the last policy stands. */
    private Place end = Place.UNKNOWN;

    private PolicyParser(String text) throws CedarException {
        tokens = new Tokens(text);
        expressions = new ExprParser(tokens);
    }

    static List<Template> parse(String text) throws CedarException {
        PolicyParser parser = new PolicyParser(text);
        List<Template> policies = new ArrayList<>();
        while (!parser.tokens.atEnd()) {
            policies.add(parser.policy("policy" + policies.size()));
        }
        return policies;
    }

    /** The policies of a text as texts of their own, without what stands between them. */
    static List<PolicySet.Source> sources(String text) throws CedarException {
        PolicyParser parser = new PolicyParser(text);
        List<PolicySet.Source> sources = new ArrayList<>();
        Place last = new Place(1, 1);
        int index = 0;
        while (!parser.tokens.atEnd()) {
            Template policy = parser.policy("policy" + sources.size());
            int from = offset(text, last, index, policy.at());
            index = offset(text, policy.at(), from, parser.end) + 1;
            last = new Place(parser.end.line(), parser.end.column() + 1);
            sources.add(
                    new PolicySet.Source(
                            policy.annotations().getOrDefault("id", ""),
                            policy.effect(),
                            policy.slots(),
                            text.substring(from, index),
                            policy.at().line(),
                            policy.at().column()));
        }
        return sources;
    }

    /** Where a place is, counted on from one whose index is known. */
    private static int offset(String text, Place known, int index, Place wanted) {
        int line = known.line();
        int column = known.column();
        int at = index;
        while (line < wanted.line()) {
            column = 1;
            at = text.indexOf('\n', at) + 1;
            line++;
        }
        return at + wanted.column() - column;
    }

    private Template policy(String id) throws CedarException {
        Place at = tokens.peek().at();
        Map<String, String> annotations = annotations();
        Token word = tokens.word("`permit` or `forbid`");
        Effect effect =
                switch (word.text()) {
                    case "permit" -> Effect.PERMIT;
                    case "forbid" -> Effect.FORBID;
                    default -> throw Tokens.unexpected(word, "`permit` or `forbid`");
                };
        tokens.expect("(");
        Constraint principal = constraint(Expr.Variable.PRINCIPAL, Slot.PRINCIPAL);
        tokens.expect(",");
        ActionConstraint action = action();
        tokens.expect(",");
        Constraint resource = constraint(Expr.Variable.RESOURCE, Slot.RESOURCE);
        tokens.skip(",");
        tokens.expect(")");
        Expr conditions = conditions(at);
        end = tokens.expect(";");
        return new Template(id, effect, annotations, principal, action, resource, conditions, at);
    }

    private Map<String, String> annotations() throws CedarException {
        Map<String, String> annotations = new TreeMap<>();
        while (tokens.skip("@")) {
            Token key = tokens.word("the name of an annotation");
            String value = "";
            if (tokens.skip("(")) {
                value = tokens.string("the annotation's value, a string");
                tokens.expect(")");
            }
            if (annotations.putIfAbsent(key.text(), value) != null) {
                throw new CedarException(
                        key.at(), "the annotation `@" + key.text() + "` stands here twice");
            }
        }
        return annotations;
    }

    private void variable(Expr.Variable variable) throws CedarException {
        Token token = tokens.next();
        if (!token.isWord(variable.word())) {
            throw Tokens.unexpected(
                    token, "`" + variable.word() + "` (a scope is `principal, action, resource`)");
        }
        if (tokens.peek().is(":")) {
            throw new CedarException(
                    tokens.peek().at(),
                    "a type is asked for with `is`, as in `" + variable.word() + " is User`");
        }
    }

    private Constraint constraint(Expr.Variable variable, Slot slot) throws CedarException {
        variable(variable);
        if (tokens.skipWord("is")) {
            String type = expressions.entityType();
            if (tokens.skipWord("in")) {
                return new Constraint.IsIn(type, reference(slot));
            }
            if (tokens.peek().is("==")) {
                throw new CedarException(
                        tokens.peek().at(),
                        "`is` and `==` do not go together; the name after `==` has its type");
            }
            return new Constraint.Is(type);
        }
        if (tokens.skip("==")) {
            return new Constraint.Equal(reference(slot));
        }
        if (tokens.skipWord("in")) {
            return new Constraint.In(reference(slot));
        }
        Token token = tokens.peek();
        if (!token.is(",") && !token.is(")")) {
            throw Tokens.unexpected(token, "`==`, `in`, `is` or the end of this part of the scope");
        }
        return new Constraint.Any();
    }

    private Constraint.Reference reference(Slot slot) throws CedarException {
        int parentheses = open();
        Token token = tokens.peek();
        Constraint.Reference reference;
        if (token.kind() == Token.Kind.SLOT) {
            if (!token.text().equals(slot.toString())) {
                throw Tokens.unexpected(token, "`" + slot + "` or the name of an entity");
            }
            tokens.next();
            reference = new Constraint.Reference.Open(slot);
        } else {
            reference = new Constraint.Reference.Uid(expressions.uid());
        }
        close(parentheses);
        return reference;
    }

    private ActionConstraint action() throws CedarException {
        variable(Expr.Variable.ACTION);
        if (tokens.skip("==")) {
            int parentheses = open();
            ActionConstraint constraint = new ActionConstraint.Equal(actionUid());
            close(parentheses);
            return constraint;
        }
        if (tokens.skipWord("in")) {
            int parentheses = open();
            List<EntityUid> groups = new ArrayList<>();
            if (tokens.skip("[")) {
                while (!tokens.skip("]")) {
                    int inner = open();
                    groups.add(actionUid());
                    close(inner);
                    if (!tokens.skip(",")) {
                        tokens.expect("]");
                        break;
                    }
                }
            } else {
                groups.add(actionUid());
            }
            close(parentheses);
            return new ActionConstraint.In(groups);
        }
        Token token = tokens.peek();
        if (!token.is(",")) {
            throw Tokens.unexpected(token, "`==`, `in` or `,` after `action`");
        }
        return new ActionConstraint.Any();
    }

    private EntityUid actionUid() throws CedarException {
        Token token = tokens.peek();
        EntityUid uid = expressions.uid();
        if (!uid.isAction()) {
            throw new CedarException(
                    token.at(),
                    "found an entity of type "
                            + uid.type()
                            + ", expected an action, whose type is Action or ends in ::Action");
        }
        return uid;
    }

    private int open() {
        int count = 0;
        while (tokens.skip("(")) {
            count++;
        }
        return count;
    }

    private void close(int count) throws CedarException {
        for (int i = 0; i < count; i++) {
            tokens.expect(")");
        }
    }

    private Expr conditions(Place at) throws CedarException {
        List<Expr> conditions = new ArrayList<>();
        while (!tokens.peek().is(";")) {
            Token word = tokens.word("`when`, `unless` or `;`");
            if (!word.text().equals("when") && !word.text().equals("unless")) {
                throw Tokens.unexpected(word, "`when`, `unless` or `;`");
            }
            tokens.expect("{");
            if (tokens.peek().is("}")) {
                throw new CedarException(
                        tokens.peek().at(), "a condition is empty; leave it out or write `true`");
            }
            Expr condition = expressions.expression();
            tokens.expect("}");
            conditions.add(
                    word.text().equals("when") ? condition : new Expr.Not(condition, word.at()));
        }
        if (conditions.size() > MOST_CONDITIONS) {
            throw new CedarException(
                    at,
                    "the policy has %d conditions; at most %d are read"
                            .formatted(conditions.size(), MOST_CONDITIONS));
        }
        if (conditions.isEmpty()) {
            return new Expr.Literal(Value.Bool.TRUE, at);
        }
        // The language joins them to the right: c1 && (c2 && c3).
        Expr joined = conditions.getLast();
        for (Expr condition : conditions.reversed().subList(1, conditions.size())) {
            joined = ExprParser.both(condition, joined, at);
        }
        return joined;
    }

    /** The slots of a link, checked against what the template has open. */
    static Map<Slot, EntityUid> checkedLinks(Template template, Map<Slot, EntityUid> links)
            throws CedarException {
        Map<Slot, EntityUid> checked = new EnumMap<>(Slot.class);
        checked.putAll(links);
        if (!checked.keySet().equals(template.slots())) {
            throw new CedarException(
                    "template "
                            + template.id()
                            + " has the slots "
                            + template.slots()
                            + ", found values for "
                            + checked.keySet());
        }
        return checked;
    }
}
