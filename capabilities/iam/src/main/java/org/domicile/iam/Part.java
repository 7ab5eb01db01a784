package org.domicile.iam;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A statement while it is read: its name for messages, and what all of its elements share. */
record Part(Source source, String name, boolean variables) {
    /** Of one pattern: an ARN has at most 2,048 characters. */
    private static final int LONGEST = 2048;

    IamException wrong(int at, String problem) {
        return source.wrong(at, name + ": " + problem);
    }

    /** Which of two elements there is. */
    String oneOf(Map<String, Json.Member> members, int at, String element, String not)
            throws IamException {
        Json.Member one = members.get(element);
        Json.Member other = members.get(not);
        if (one == null && other == null) {
            throw wrong(at, "it needs " + element);
        }
        if (one != null && other != null) {
            throw wrong(other.at(), "it has " + element + " or " + not + ", not both");
        }
        return one == null ? not : element;
    }

    Json element(Map<String, Json.Member> members, String name) throws IamException {
        Json.Member member = members.get(name);
        if (member == null) {
            throw new IllegalStateException(name + " was found before");
        }
        return member.value();
    }

    /** A string or an array of strings, at least one. */
    List<Json.Text> texts(Json json, String what) throws IamException {
        List<Json> written =
                json instanceof Json.Many(List<Json> elements, _) ? elements : List.of(json);
        if (written.isEmpty()) {
            throw wrong(json.at(), "expected " + what + ", found an empty array");
        }
        List<Json.Text> texts = new ArrayList<>();
        for (Json each : written) {
            if (!(each instanceof Json.Text text)) {
                throw wrong(
                        each.at(), "expected " + what + ", a string, found " + each.described());
            }
            if (text.value().length() > LONGEST) {
                throw wrong(text.at(), what + " has at most " + LONGEST + " characters");
            }
            texts.add(text);
        }
        return texts;
    }

    /** How stars and question marks are read. */
    enum Wildcards {
        YES,
        NO
    }

    /**
     * A text in which variables stand for what the request holds: {@code ${key}}, {@code ${key,
     * 'default'}}, and {@code ${*}}, {@code ${?}}, {@code ${$}} for these characters. In version
     * 2008-10-17 there are none, and all of it is what it is.
     */
    Pattern pattern(Json.Text json, Wildcards wildcards) throws IamException {
        String text = json.value();
        List<Pattern.Piece> pieces = new ArrayList<>();
        int from = 0;
        int dollar = variables ? text.indexOf("${") : -1;
        while (dollar >= 0) {
            pieces.addAll(plain(text.substring(from, dollar), wildcards));
            int end = text.indexOf('}', dollar);
            if (end < 0) {
                throw wrong(json.at(), "\"" + text + "\" has a variable without `}`");
            }
            pieces.add(variable(json, text.substring(dollar + 2, end)));
            from = end + 1;
            dollar = text.indexOf("${", from);
        }
        pieces.addAll(plain(text.substring(from), wildcards));
        return new Pattern(joined(pieces));
    }

    private static List<Pattern.Piece> plain(String text, Wildcards wildcards) {
        return wildcards == Wildcards.YES
                ? Pattern.wildPieces(text)
                : Pattern.literal(text).pieces();
    }

    private static List<Pattern.Piece> joined(List<Pattern.Piece> pieces) {
        List<Pattern.Piece> joined = new ArrayList<>();
        for (Pattern.Piece piece : pieces) {
            if (piece instanceof Pattern.Piece.Literal(String text)
                    && !joined.isEmpty()
                    && joined.getLast() instanceof Pattern.Piece.Literal(String before)) {
                joined.set(joined.size() - 1, new Pattern.Piece.Literal(before + text));
            } else {
                joined.add(piece);
            }
        }
        return joined;
    }

    private Pattern.Piece variable(Json.Text json, String inside) throws IamException {
        if (inside.equals("*") || inside.equals("?") || inside.equals("$")) {
            return new Pattern.Piece.Literal(inside);
        }
        int comma = inside.indexOf(',');
        String name = (comma < 0 ? inside : inside.substring(0, comma)).strip();
        @Nullable String otherwise = null;
        if (comma >= 0) {
            String quoted = inside.substring(comma + 1).strip();
            if (quoted.length() < 2 || !quoted.startsWith("'") || !quoted.endsWith("'")) {
                throw wrong(json.at(), "the default in \"${" + inside + "}\" stands in '…'");
            }
            otherwise = quoted.substring(1, quoted.length() - 1);
        }
        ConditionKey.Named key = ConditionKey.named(name);
        if (key == null) {
            throw wrong(
                    json.at(), "there is no variable \"${" + name + "}\"" + Conditions.like(name));
        }
        if (key.key().kind() == ConditionKey.Kind.TEXTS) {
            throw wrong(json.at(), "\"${" + name + "}\" has several values and stands for none");
        }
        return new Pattern.Piece.Variable(key, otherwise);
    }
}
