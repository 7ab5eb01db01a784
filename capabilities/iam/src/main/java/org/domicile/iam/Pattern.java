package org.domicile.iam;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/** A text of a document in which some parts are not what they look like. */
record Pattern(List<Piece> pieces) {
    /** A part. */
    sealed interface Piece {
        /** These characters. */
        record Literal(String text) implements Piece {}

        /** {@code *}: any characters, none too. */
        record Run() implements Piece {}

        /** {@code ?}: one character, which is a code point. */
        record One() implements Piece {}

        /** What a key of the request holds; where it has none, the default if there is one. */
        record Variable(ConditionKey.Named key, @Nullable String otherwise) implements Piece {}
    }

    private static final int RUN = -1;
    private static final int ONE = -2;

    Pattern {
        pieces = List.copyOf(pieces);
    }

    static Pattern literal(String text) {
        return new Pattern(text.isEmpty() ? List.of() : List.of(new Piece.Literal(text)));
    }

    /** Stars and question marks are wildcards, and everything else is what it is. */
    static Pattern wild(String text) {
        return new Pattern(wildPieces(text));
    }

    static List<Piece> wildPieces(String text) {
        List<Piece> pieces = new ArrayList<>();
        int from = 0;
        for (int i = 0; i <= text.length(); i++) {
            boolean end = i == text.length();
            if (end || text.charAt(i) == '*' || text.charAt(i) == '?') {
                if (i > from) {
                    pieces.add(new Piece.Literal(text.substring(from, i)));
                }
                if (!end) {
                    pieces.add(text.charAt(i) == '*' ? new Piece.Run() : new Piece.One());
                }
                from = i + 1;
            }
        }
        return pieces;
    }

    /** Whether it is one text. */
    boolean isLiteral() {
        return pieces.stream().allMatch(Piece.Literal.class::isInstance);
    }

    /** Whether Cedar's {@code like} can say it. */
    boolean isLike() {
        return pieces.stream()
                .allMatch(piece -> piece instanceof Piece.Literal || piece instanceof Piece.Run);
    }

    /** The text that it is, if it is one. */
    String text() {
        StringBuilder text = new StringBuilder();
        for (Piece piece : pieces) {
            if (piece instanceof Piece.Literal(String part)) {
                text.append(part);
            }
        }
        return text.toString();
    }

    /** As a document of version 2012-10-17 would write it. */
    String canonical() {
        StringBuilder text = new StringBuilder();
        for (Piece piece : pieces) {
            switch (piece) {
                case Piece.Literal(String part) ->
                        text.append(
                                part.replace("${", "${$}{")
                                        .replace("*", "${*}")
                                        .replace("?", "${?}"));
                case Piece.Run _ -> text.append('*');
                case Piece.One _ -> text.append('?');
                case Piece.Variable(ConditionKey.Named key, String otherwise) ->
                        text.append("${")
                                .append(key.iamName())
                                .append(otherwise == null ? "" : ", '" + otherwise + "'")
                                .append('}');
            }
        }
        return text.toString();
    }

    /** As a literal of Cedar's {@code like}. */
    String like() {
        StringBuilder text = new StringBuilder("\"");
        for (Piece piece : pieces) {
            if (piece instanceof Piece.Literal(String part)) {
                text.append(CedarText.inside(part).replace("*", "\\*"));
            } else {
                text.append('*');
            }
        }
        return text.append('"').toString();
    }

    /**
     * Whether a text is of this shape. A variable without a value and without a default makes it
     * match nothing. Takes at most the product of both lengths.
     */
    boolean matches(String text, Variables values) {
        return matches(text, values, c -> c);
    }

    /** The same whatever the case of letters. */
    boolean matchesIgnoringCase(String text, Variables values) {
        return matches(text, values, Pattern::folded);
    }

    static int folded(int c) {
        return Character.toLowerCase(Character.toUpperCase(c));
    }

    private boolean matches(String text, Variables values, IntUnaryOperator fold) {
        List<Integer> wanted = new ArrayList<>();
        for (Piece piece : pieces) {
            switch (piece) {
                case Piece.Literal(String part) -> part.codePoints().map(fold).forEach(wanted::add);
                case Piece.Run _ -> wanted.add(RUN);
                case Piece.One _ -> wanted.add(ONE);
                case Piece.Variable(ConditionKey.Named key, String otherwise) -> {
                    String found = values.value(key);
                    String value = found == null ? otherwise : found;
                    if (value == null) {
                        return false;
                    }
                    value.codePoints().map(fold).forEach(wanted::add);
                }
            }
        }
        return matches(
                wanted.stream().mapToInt(Integer::intValue).toArray(),
                text.codePoints().map(fold).toArray());
    }

    /** Goes back to the last star only: what an earlier one could take, the last one can too. */
    private static boolean matches(int[] wanted, int[] text) {
        int w = 0;
        int t = 0;
        int star = -1;
        int resume = 0;
        while (t < text.length) {
            if (w < wanted.length && wanted[w] == RUN) {
                star = w++;
                resume = t;
            } else if (w < wanted.length && (wanted[w] == ONE || wanted[w] == text[t])) {
                w++;
                t++;
            } else if (star >= 0) {
                w = star + 1;
                t = ++resume;
            } else {
                return false;
            }
        }
        while (w < wanted.length && wanted[w] == RUN) {
            w++;
        }
        return w == wanted.length;
    }

    /** Its parts at the first colons, at most so many. */
    List<Pattern> split(int most) {
        List<Pattern> parts = new ArrayList<>();
        List<Piece> part = new ArrayList<>();
        for (Piece piece : pieces) {
            if (!(piece instanceof Piece.Literal(String text))) {
                part.add(piece);
                continue;
            }
            String rest = text;
            while (parts.size() < most - 1 && rest.indexOf(':') >= 0) {
                int colon = rest.indexOf(':');
                if (colon > 0) {
                    part.add(new Piece.Literal(rest.substring(0, colon)));
                }
                parts.add(new Pattern(part));
                part = new ArrayList<>();
                rest = rest.substring(colon + 1);
            }
            if (!rest.isEmpty()) {
                part.add(new Piece.Literal(rest));
            }
        }
        parts.add(new Pattern(part));
        return parts;
    }
}
