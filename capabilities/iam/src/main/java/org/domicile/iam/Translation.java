package org.domicile.iam;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.domicile.cedar.Effect;
import org.jspecify.annotations.Nullable;

/** Writes a statement as a policy of Cedar. */
final class Translation {
    private final Attachment to;
    private final Set<Question> questions;

    /**
     * @param questions grows by what the policies ask
     */
    Translation(Attachment to, Set<Question> questions) {
        this.to = to;
        this.questions = questions;
    }

    String policy(Statement statement) {
        List<String> conditions = new ArrayList<>();
        String principal = "principal";
        switch (statement.principals()) {
            case Statement.Principals.Everybody _ -> {}
            case Statement.Principals.In(List<String> groups) -> {
                if (groups.size() == 1) {
                    principal = "principal in " + groups.getFirst();
                } else {
                    conditions.add(membership(groups));
                }
            }
            case Statement.Principals.Outside(List<String> groups) ->
                    conditions.add("!(" + membership(groups) + ")");
        }
        String action = "action";
        List<String> actions = statement.actions();
        boolean all = actions.size() == S3Actions.names().size();
        if (statement.actionChoice() == Statement.Choice.ALL_BUT_THESE) {
            conditions.add(
                    all ? "false" : actions.isEmpty() ? "true" : "!(" + anyOf(actions) + ")");
        } else if (actions.isEmpty()) {
            conditions.add("false");
        } else if (!all) {
            action = actions.size() == 1 ? "action == " + uid(actions.getFirst()) : anyOf(actions);
        }
        String resource =
                to instanceof Attachment.Bucket(String name)
                        ? "resource in " + S3Schema.BUCKET + "::" + CedarText.quoted(name)
                        : "resource";
        String resources =
                any(statement.resources().stream().map(this::resource).distinct().toList());
        conditions.add(
                statement.resourceChoice() == Statement.Choice.THESE
                        ? resources
                        : "!(" + resources + ")");
        for (Statement.Line line : statement.conditions()) {
            conditions.add(line(line));
        }
        conditions.removeIf("true"::equals);
        return "%s(%s, %s, %s)%s;"
                .formatted(
                        statement.effect() == Effect.PERMIT ? "permit" : "forbid",
                        principal,
                        action,
                        resource,
                        conditions.isEmpty()
                                ? ""
                                : "\nwhen {\n  " + String.join(" &&\n  ", conditions) + "\n}");
    }

    private static String uid(String action) {
        return S3Schema.ACTION + "::" + CedarText.quoted(action);
    }

    private static String anyOf(List<String> actions) {
        return actions.stream()
                .map(Translation::uid)
                .collect(Collectors.joining(", ", "action in [", "]"));
    }

    private static String membership(List<String> groups) {
        return any(groups.stream().map(group -> "principal in " + group).toList());
    }

    /** In parentheses when there are several. */
    private static String any(List<String> terms) {
        if (terms.contains("true")) {
            return "true";
        }
        return terms.size() == 1 ? terms.getFirst() : "(" + String.join(" || ", terms) + ")";
    }

    private String resource(Pattern pattern) {
        if (pattern.pieces().equals(List.of(new Pattern.Piece.Run()))) {
            return "true";
        }
        String like = like("resource.arn", pattern);
        return like == null
                ? ask(
                        new Question(
                                Question.Quantifier.ANY,
                                null,
                                Operator.STRING_LIKE,
                                List.of(pattern)))
                : like;
    }

    private String ask(Question question) {
        questions.add(question);
        return "context.%s.contains(%s)"
                .formatted(S3Schema.ANSWERS, CedarText.quoted(question.name()));
    }

    /** Null when Cedar has no such pattern. */
    private static @Nullable String like(String text, Pattern pattern) {
        if (pattern.isLiteral()) {
            return text + " == " + CedarText.quoted(pattern.text());
        }
        return pattern.isLike() ? text + " like " + pattern.like() : null;
    }

    private String line(Statement.Line line) {
        ConditionKey.Named key = line.key();
        String present = present(key);
        if (line.operator() == Operator.NULL) {
            return any(
                    line.values().stream()
                            .map(value ->
                                    Boolean.TRUE.equals(Scalars.truth(value.text()))
                                            ? "!(" + present + ")"
                                            : "(" + present + ")")
                            .distinct()
                            .toList());
        }
        String matches =
                key.key().kind() == ConditionKey.Kind.TEXTS ? ofSeveral(line) : ofOne(line);
        return "(if %s then %s else %s)"
                .formatted(
                        present,
                        matches,
                        line.absence() == Statement.Absence.HOLDS ? "true" : "false");
    }

    private static String present(ConditionKey.Named key) {
        return switch (key.key()) {
            case EXISTING_OBJECT_TAG ->
                    "resource is %s && resource.hasTag(%s)"
                            .formatted(S3Schema.OBJECT, CedarText.quoted(key.tag()));
            case REQUEST_OBJECT_TAG ->
                    "context has %1$s && context.%1$s.hasTag(%2$s)"
                            .formatted(key.key().attribute(), CedarText.quoted(key.tag()));
            default -> "context has " + key.key().attribute();
        };
    }

    /** The text of a key that is present. */
    private static String text(ConditionKey.Named key) {
        String attribute = "context." + key.key().attribute();
        return switch (key.key().kind()) {
            case TEXT, TEXTS -> attribute;
            case TRUTH, NUMBER, MOMENT, ADDRESS -> attribute + ".text";
            case TAG ->
                    (key.key() == ConditionKey.EXISTING_OBJECT_TAG ? "resource" : attribute)
                            + ".getTag("
                            + CedarText.quoted(key.tag())
                            + ")";
        };
    }

    private String ofOne(Statement.Line line) {
        Operator operator = line.operator().positive();
        List<String> terms = new ArrayList<>();
        for (Pattern value : line.values()) {
            String term = term(operator, line.key(), value);
            if (term == null) {
                terms.clear();
                break;
            }
            terms.add(term);
        }
        String matches =
                terms.isEmpty()
                        ? ask(
                                new Question(
                                        Question.Quantifier.ANY,
                                        line.key(),
                                        operator,
                                        line.values()))
                        : "(" + String.join(" || ", terms) + ")";
        return line.operator().isNegated() ? "!" + parenthesised(matches) : matches;
    }

    private static String parenthesised(String term) {
        return term.startsWith("(") ? term : "(" + term + ")";
    }

    /** One value by Cedar's own means; null where it has none. */
    private static @Nullable String term(Operator operator, ConditionKey.Named key, Pattern value) {
        ConditionKey.Kind kind = key.key().kind();
        String of = "context." + key.key().attribute();
        return switch (operator.family()) {
            case TEXT ->
                    operator == Operator.STRING_EQUALS_IGNORE_CASE ? null : like(text(key), value);
            case ARN -> Arns.isLike(value) ? like(text(key), value) : null;
            case NUMBER ->
                    kind == ConditionKey.Kind.NUMBER || kind == ConditionKey.Kind.MOMENT
                            ? of
                                    + " has number && "
                                    + Scalars.comparison(
                                            operator.order(), of + ".number", value.text())
                            : null;
            case MOMENT ->
                    kind == ConditionKey.Kind.MOMENT
                            ? of + " has moment && " + moment(operator.order(), of, value.text())
                            : null;
            case TRUTH ->
                    kind == ConditionKey.Kind.TRUTH
                            ? of
                                    + " has truth && "
                                    + of
                                    + ".truth == "
                                    + Scalars.truth(value.text())
                            : null;
            case ADDRESS ->
                    kind == ConditionKey.Kind.ADDRESS
                            ? of
                                    + " has address && "
                                    + of
                                    + ".address.isInRange("
                                    + Addresses.range(value.text())
                                    + ")"
                            : null;
            case BINARY -> null;
            case PRESENCE -> throw new IllegalStateException("Null compares nothing");
        };
    }

    private static String moment(Operator.Order order, String of, String value) {
        Long bound = Scalars.moment(value);
        if (bound == null) {
            throw new IllegalStateException(value + " was checked");
        }
        String sign =
                switch (order) {
                    case NONE -> throw new IllegalStateException("no order was asked for");
                    case EQUAL -> "==";
                    case LESS -> "<";
                    case LESS_OR_EQUAL -> "<=";
                    case GREATER -> ">";
                    case GREATER_OR_EQUAL -> ">=";
                };
        return "%s.moment %s datetime(\"%s\")".formatted(of, sign, Scalars.iso(bound));
    }

    /**
     * Of a key with several values: with a negation each value of the request is asked whether it
     * matches none of the document's.
     */
    private String ofSeveral(Statement.Line line) {
        Operator operator = line.operator().positive();
        boolean any = line.set() == Statement.Set.FOR_ANY_VALUE;
        boolean negated = line.operator().isNegated();
        // any value that matches none = not each matches; each matches none = not any matches
        boolean askAny = any != negated;
        String of = "context." + line.key().key().attribute();
        String matches;
        if (operator == Operator.STRING_EQUALS
                && line.values().stream().allMatch(Pattern::isLiteral)) {
            String values =
                    line.values().stream()
                            .map(value -> CedarText.quoted(value.text()))
                            .distinct()
                            .collect(Collectors.joining(", ", "[", "]"));
            matches =
                    askAny
                            ? of + ".containsAny(" + values + ")"
                            : values + ".containsAll(" + of + ")";
        } else {
            matches =
                    ask(
                            new Question(
                                    askAny ? Question.Quantifier.ANY : Question.Quantifier.EACH,
                                    line.key(),
                                    operator,
                                    line.values()));
        }
        return negated ? "!(" + matches + ")" : matches;
    }
}
