package org.domicile.flink;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The letters of a query. Names are quoted with double quotes, as in standard SQL, where Flink has
 * backquotes; comments go; hints are refused, because they change how a table is read.
 *
 * @param flink as Flink's parser reads it
 * @param names all that may be names of something, quoted or not, in their order
 * @param times columns that a descriptor names
 */
record SqlText(String flink, List<String> names, List<String> times) {
    /**
     * Words that Flink keeps for itself and streams have as columns: read as names where they can.
     */
    private static final Set<String> OFTEN = Set.of("at", "value", "position", "time", "timestamp");

    private enum Kind {
        NAME,
        QUOTED,
        TEXT,
        NUMBER,
        SIGN
    }

    /**
     * @param text as it is written; of a quoted name what is in the quotes
     */
    private record Piece(Kind kind, String text) {
        boolean is(String sign) {
            return kind == Kind.SIGN && text.equals(sign);
        }

        boolean says(String word) {
            return kind == Kind.NAME && text.equalsIgnoreCase(word);
        }
    }

    /**
     * Reads a query.
     *
     * @param columns names of columns that it may mean
     * @throws Wrong when it cannot be one
     */
    static SqlText of(String sql, Set<String> columns) throws Wrong {
        List<Piece> pieces = pieces(sql);
        while (!pieces.isEmpty() && pieces.getLast().is(";")) {
            pieces.removeLast();
        }
        if (pieces.isEmpty()) {
            throw new Wrong("The query is empty; write a SELECT.");
        }
        if (!Set.of("select", "with", "(", "values", "table")
                .contains(pieces.getFirst().text().toLowerCase(Locale.ROOT))) {
            throw new Wrong(
                    "A watch is one query; begin it with SELECT or WITH. "
                            + pieces.getFirst().text().toUpperCase(Locale.ROOT)
                            + " is not for watches.");
        }
        StringBuilder flink = new StringBuilder();
        List<String> names = new ArrayList<>();
        List<String> times = new ArrayList<>();
        for (int i = 0; i < pieces.size(); i++) {
            Piece piece = pieces.get(i);
            Optional<Piece> next =
                    i + 1 < pieces.size() ? Optional.of(pieces.get(i + 1)) : Optional.empty();
            if (piece.is(";")) {
                throw new Wrong("A watch is one query; there is something after a ';'.");
            }
            boolean name = piece.kind() == Kind.NAME || piece.kind() == Kind.QUOTED;
            if (name) {
                names.add(piece.text());
            }
            if (name
                    && i >= 2
                    && pieces.get(i - 1).is("(")
                    && pieces.get(i - 2).says("descriptor")) {
                times.add(piece.text());
            }
            flink.append(written(piece, next, columns)).append(' ');
        }
        return new SqlText(flink.toString().strip(), names, times);
    }

    private static String written(Piece piece, Optional<Piece> next, Set<String> columns) {
        return switch (piece.kind()) {
            case QUOTED -> quoted(piece.text());
            case TEXT -> "'" + piece.text().replace("'", "''") + "'";
            case NUMBER, SIGN -> piece.text();
            case NAME -> meant(piece, next, columns) ? quoted(piece.text()) : piece.text();
        };
    }

    /** Whether a word that Flink keeps is a column here. */
    private static boolean meant(Piece piece, Optional<Piece> next, Set<String> columns) {
        String word = piece.text().toLowerCase(Locale.ROOT);
        boolean begins =
                next.filter(each ->
                                each.is("(")
                                        || each.kind() == Kind.TEXT
                                        || each.says("zone")
                                        || (word.equals("at") && each.says("time")))
                        .isPresent();
        return OFTEN.contains(word) && columns.contains(piece.text()) && !begins;
    }

    static String quoted(String name) {
        return "`" + name.replace("`", "``") + "`";
    }

    /** All names, as a set. */
    Set<String> all() {
        return new HashSet<>(names);
    }

    private static List<Piece> pieces(String sql) throws Wrong {
        List<Piece> pieces = new ArrayList<>();
        int at = 0;
        while (at < sql.length()) {
            char c = sql.charAt(at);
            if (Character.isWhitespace(c)) {
                at++;
            } else if (sql.startsWith("--", at)) {
                int end = sql.indexOf('\n', at);
                at = end < 0 ? sql.length() : end;
            } else if (sql.startsWith("/*", at)) {
                at = comment(sql, at);
            } else if (c == '\'' || c == '"' || c == '`') {
                at = quotes(sql, at, pieces);
            } else if (Character.isLetter(c) || c == '_') {
                int end = at;
                while (end < sql.length() && isPart(sql.charAt(end))) {
                    end++;
                }
                String word = sql.substring(at, end);
                if (end < sql.length() && sql.charAt(end) == '\'' && word.length() <= 2) {
                    throw new Wrong("Write texts in plain quotes, and not as " + word + "'…'.");
                }
                pieces.add(new Piece(Kind.NAME, word));
                at = end;
            } else if (Character.isDigit(c)) {
                int end = at;
                while (end < sql.length()
                        && (isPart(sql.charAt(end))
                                || (sql.charAt(end) == '.'
                                        && end + 1 < sql.length()
                                        && Character.isDigit(sql.charAt(end + 1)))
                                || ("+-".indexOf(sql.charAt(end)) >= 0
                                        && "eE".indexOf(sql.charAt(end - 1)) >= 0))) {
                    end++;
                }
                pieces.add(new Piece(Kind.NUMBER, sql.substring(at, end)));
                at = end;
            } else if (c == '\\' || c == '#' || c == '@' || Character.isISOControl(c)) {
                throw new Wrong("There is a '" + c + "' in the query, which SQL does not have.");
            } else {
                int length = at + 1 < sql.length() && isPair(sql.substring(at, at + 2)) ? 2 : 1;
                pieces.add(new Piece(Kind.SIGN, sql.substring(at, at + length)));
                at += length;
            }
        }
        return pieces;
    }

    private static boolean isPart(char c) {
        return Character.isLetterOrDigit(c) || c == '_';
    }

    private static boolean isPair(String two) {
        return Set.of("<>", "<=", ">=", "!=", "||", "=>", "->").contains(two);
    }

    private static int comment(String sql, int at) throws Wrong {
        if (sql.startsWith("/*+", at)) {
            throw new Wrong("Hints (/*+ … */) are not for watches; leave them out.");
        }
        int end = sql.indexOf("*/", at + 2);
        if (end < 0) {
            throw new Wrong("A comment has no end; write */ behind it.");
        }
        return end + 2;
    }

    private static int quotes(String sql, int from, List<Piece> pieces) throws Wrong {
        char quote = sql.charAt(from);
        StringBuilder text = new StringBuilder();
        int at = from + 1;
        while (true) {
            int end = sql.indexOf(quote, at);
            if (end < 0) {
                throw new Wrong("A quote is open: " + sql.substring(from) + "; close it.");
            }
            text.append(sql, at, end);
            at = end + 1;
            if (at < sql.length() && sql.charAt(at) == quote) {
                text.append(quote);
                at++;
            } else {
                break;
            }
        }
        if (quote != '\'' && (text.isEmpty() || text.chars().anyMatch(Character::isISOControl))) {
            throw new Wrong("A quoted name is empty or has characters that no name has.");
        }
        pieces.add(new Piece(quote == '\'' ? Kind.TEXT : Kind.QUOTED, text.toString()));
        return at;
    }
}
