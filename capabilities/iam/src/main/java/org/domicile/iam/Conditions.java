package org.domicile.iam;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads Condition: lines of an operator, a key and values, all of which have to hold. */
record Conditions(Part part) {
    private static final String IF_EXISTS = "IfExists";
    private static final String ANY = "ForAnyValue:";
    private static final String ALL = "ForAllValues:";

    List<Statement.Line> lines(Json json) throws IamException {
        if (!(json instanceof Json.Fields(Map<String, Json.Member> operators, _))) {
            throw part.wrong(json.at(), "Condition is an object, found " + json.described());
        }
        List<Statement.Line> lines = new ArrayList<>();
        for (Map.Entry<String, Json.Member> operator : operators.entrySet()) {
            Json.Member member = operator.getValue();
            if (!(member.value() instanceof Json.Fields(Map<String, Json.Member> keys, int at))
                    || keys.isEmpty()) {
                throw part.wrong(
                        member.value().at(),
                        operator.getKey() + " has an object with at least one condition key");
            }
            Set<ConditionKey.Named> seen = new HashSet<>();
            for (Map.Entry<String, Json.Member> key : keys.entrySet()) {
                Statement.Line line = line(operator.getKey(), member.at(), key);
                if (!seen.add(line.key())) {
                    throw part.wrong(
                            key.getValue().at(), "the key " + key.getKey() + " stands here twice");
                }
                lines.add(line);
            }
        }
        return lines;
    }

    private Statement.Line line(String written, int at, Map.Entry<String, Json.Member> entry)
            throws IamException {
        Statement.Set set =
                written.startsWith(ANY)
                        ? Statement.Set.FOR_ANY_VALUE
                        : written.startsWith(ALL)
                                ? Statement.Set.FOR_ALL_VALUES
                                : Statement.Set.NONE;
        String word =
                set == Statement.Set.NONE ? written : written.substring(written.indexOf(':') + 1);
        boolean ifExists = word.endsWith(IF_EXISTS);
        if (ifExists) {
            word = word.substring(0, word.length() - IF_EXISTS.length());
        }
        Operator operator = Operator.named(word);
        if (operator == null
                || (operator == Operator.NULL && (ifExists || set != Statement.Set.NONE))) {
            throw part.wrong(at, "there is no condition operator \"" + written + "\"");
        }
        ConditionKey.Named key = ConditionKey.named(entry.getKey());
        Json.Member member = entry.getValue();
        if (key == null) {
            throw part.wrong(
                    member.at(),
                    "nothing here says what \""
                            + entry.getKey()
                            + "\" is of a request"
                            + like(entry.getKey()));
        }
        if (key.key().kind() == ConditionKey.Kind.TEXTS
                && set == Statement.Set.NONE
                && operator != Operator.NULL) {
            throw part.wrong(
                    at,
                    key.iamName()
                            + " has several values: say \"ForAnyValue:"
                            + written
                            + "\" or \"ForAllValues:"
                            + written
                            + "\"");
        }
        return new Statement.Line(
                set, operator, absence(set, operator, ifExists), key, values(operator, member));
    }

    static String like(String name) {
        List<String> near = ConditionKey.like(name);
        return near.isEmpty() ? "" : "; there is " + String.join(", ", near);
    }

    private static Statement.Absence absence(
            Statement.Set set, Operator operator, boolean ifExists) {
        boolean holds =
                ifExists
                        || switch (set) {
                            case NONE -> operator.isNegated();
                            case FOR_ANY_VALUE -> false;
                            case FOR_ALL_VALUES -> true;
                        };
        return holds ? Statement.Absence.HOLDS : Statement.Absence.FAILS;
    }

    private List<Pattern> values(Operator operator, Json.Member member) throws IamException {
        Json json = member.value();
        List<Json> written =
                json instanceof Json.Many(List<Json> elements, _) ? elements : List.of(json);
        if (written.isEmpty()) {
            throw part.wrong(json.at(), "a condition key has at least one value");
        }
        List<Pattern> values = new ArrayList<>();
        for (Json each : written) {
            Json.Text text =
                    switch (each) {
                        case Json.Text found -> found;
                        case Json.Number(String number, int at) -> new Json.Text(number, at);
                        case Json.Flag(boolean flag, int at) ->
                                new Json.Text(Boolean.toString(flag), at);
                        case Json.Nothing _, Json.Many _, Json.Fields _ ->
                                throw part.wrong(
                                        each.at(),
                                        "a value is a string, a number or a boolean, found "
                                                + each.described());
                    };
            values.add(value(operator, text));
        }
        return values;
    }

    private Pattern value(Operator operator, Json.Text json) throws IamException {
        String text = part.texts(json, "a value").getFirst().value();
        if (operator.takesVariables()) {
            Pattern pattern =
                    part.pattern(json, operator.isWild() ? Part.Wildcards.YES : Part.Wildcards.NO);
            if (operator.family() == Operator.Family.ARN && !Arns.isArn(pattern)) {
                throw part.wrong(
                        json.at(),
                        "\""
                                + text
                                + "\" is no ARN, which has six parts:"
                                + " arn:partition:service:region:account:resource");
            }
            return pattern;
        }
        if (!isRight(operator.family(), text)) {
            throw part.wrong(
                    json.at(),
                    "\""
                            + text
                            + "\" is nothing that "
                            + operator.word()
                            + " compares with; expected "
                            + expected(operator.family()));
        }
        return Pattern.literal(text);
    }

    private static boolean isRight(Operator.Family family, String text) {
        return switch (family) {
            case TEXT, ARN -> true;
            case NUMBER -> Scalars.number(text) != null;
            case MOMENT -> Scalars.moment(text) != null;
            case TRUTH, PRESENCE -> Scalars.truth(text) != null;
            case BINARY -> Scalars.bytes(text) != null;
            case ADDRESS -> Addresses.range(text) != null;
        };
    }

    private static String expected(Operator.Family family) {
        return switch (family) {
            case TEXT -> "a text";
            case ARN -> "an ARN";
            case NUMBER -> "a number of at most 18 digits and 9 decimals";
            case MOMENT -> "a moment like 2026-11-24T18:00:00Z, or seconds since 1970";
            case TRUTH, PRESENCE -> "true or false";
            case BINARY -> "Base64";
            case ADDRESS ->
                    "an address or a range like 203.0.113.0/24 or 2001:db8::/32; it has no"
                            + " wildcards and no variables";
        };
    }
}
