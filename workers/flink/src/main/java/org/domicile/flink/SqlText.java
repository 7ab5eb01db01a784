package org.domicile.flink;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The letters of a query. Names are quoted with double quotes, as in standard SQL, where Flink has
 * backquotes; comments go; hints are refused, because they change how a table is read, and what
 * names a class of Java, because Flink loads it.
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

    /** What makes a value of a class that the query names. */
    private static final Set<String> MADE = Set.of("raw", "object_of", "object_update");

    /** The column that says when a table is looked into; it is in no result. */
    static final String LOOKED = "looked into";

    private static final Pattern NUMBER = Pattern.compile("[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?");

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
     * @param tables names of tables that it may join what streams have with
     * @throws Wrong when it cannot be one
     */
    static SqlText of(String sql, Set<String> columns, Set<String> tables) throws Wrong {
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
        Joins joins = Joins.of(pieces, tables);
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
                namesNoClass(piece, next);
            }
            if (name
                    && i >= 2
                    && pieces.get(i - 1).is("(")
                    && pieces.get(i - 2).says("descriptor")) {
                times.add(piece.text());
            }
            flink.append(joins.before(i));
            flink.append(written(piece, next, columns)).append(' ');
            flink.append(joins.behind(i));
        }
        return new SqlText(flink.toString().strip(), names, times);
    }

    /**
     * Joins with tables. What Flink wants said of one, that a table is looked into when a record
     * comes, is said for it: {@code from S s join T t on …} becomes {@code from (select *,
     * proctime() … from S) s join T for system_time as of s.… t on …}.
     *
     * @param beforePieces what is written before pieces @param behindPieces and behind them, by
     *     their place
     */
    private record Joins(Map<Integer, String> beforePieces, Map<Integer, String> behindPieces) {
        private static final Set<String> NO_ALIAS =
                Set.of(
                        "join",
                        "left",
                        "right",
                        "full",
                        "inner",
                        "cross",
                        "natural",
                        "where",
                        "on",
                        "for",
                        "outer",
                        "match_recognize",
                        "tablesample",
                        "group",
                        "using");

        String before(int place) {
            return beforePieces.getOrDefault(place, "");
        }

        String behind(int place) {
            return behindPieces.getOrDefault(place, "");
        }

        static Joins of(List<Piece> pieces, Set<String> tables) throws Wrong {
            Joins joins = new Joins(new HashMap<>(), new HashMap<>());
            for (int i = 1; i < pieces.size(); i++) {
                Piece piece = pieces.get(i);
                boolean table = piece.kind() == Kind.QUOTED && tables.contains(piece.text());
                boolean column = i + 1 < pieces.size() && pieces.get(i + 1).is(".");
                if (table
                        && (pieces.get(i - 1).says("from")
                                || (pieces.get(i - 1).is(",") && !column))) {
                    throw first(piece.text());
                }
                if (table && pieces.get(i - 1).says("join")) {
                    String left = joins.left(pieces, i - 1, tables);
                    joins.behindPieces.put(
                            i, "FOR SYSTEM_TIME AS OF " + left + "." + quoted(LOOKED) + " ");
                }
            }
            return joins;
        }

        private static Wrong first(String table) {
            return new Wrong(
                    "A table stands behind JOIN, and a stream before it: FROM \"stream\" AS s JOIN"
                            + " \""
                            + table
                            + "\" AS t ON s.… = t.….");
        }

        /** What stands first behind the FROM that a JOIN belongs to, by its name. */
        private String left(List<Piece> pieces, int join, Set<String> tables) throws Wrong {
            int from = join - 1;
            for (int depth = 0; from >= 0; from--) {
                Piece piece = pieces.get(from);
                if (piece.is(")")) {
                    depth++;
                } else if (piece.is("(") && --depth < 0) {
                    from = 0;
                } else if (depth == 0
                        && piece.says("from")
                        && !(from > 0 && pieces.get(from - 1).says("distinct"))) {
                    break;
                }
            }
            if (from < 0 || from + 1 >= join) {
                throw first(pieces.get(join + 1).text());
            }
            int end = from + 1;
            if (pieces.get(end + 1).is("(")) {
                end++; // table(…)
            }
            if (pieces.get(end).is("(")) {
                int depth = 1;
                while (depth > 0 && end + 1 < join) {
                    end++;
                    depth += pieces.get(end).is("(") ? 1 : pieces.get(end).is(")") ? -1 : 0;
                }
            }
            Piece first = pieces.get(from + 1);
            if (first.kind() == Kind.QUOTED && tables.contains(first.text())) {
                throw first(first.text());
            }
            int alias = pieces.get(end + 1).says("as") ? end + 2 : end + 1;
            boolean named =
                    alias > end + 1
                            || ((pieces.get(alias).kind() == Kind.NAME
                                            || pieces.get(alias).kind() == Kind.QUOTED)
                                    && !NO_ALIAS.contains(
                                            pieces.get(alias).text().toLowerCase(Locale.ROOT)));
            if (!named && end > from + 1) {
                throw new Wrong(
                        "Name what stands before the JOIN with a table: FROM (…) AS s JOIN …");
            }
            String name = named ? pieces.get(alias).text() : first.text();
            beforePieces.put(from + 1, "( SELECT * , PROCTIME() AS " + quoted(LOOKED) + " FROM ");
            behindPieces.put(end, named ? ") " : ") AS " + quoted(name) + " ");
            return quoted(name);
        }
    }

    /**
     * Flink makes a value of a class from the text of a query: {@code RAW('class', 'bytes')} is
     * Java's deserialization of these bytes while the query is parsed, with all that is on the
     * class path. See {@link Planning#settings}, too.
     */
    private static void namesNoClass(Piece piece, Optional<Piece> next) throws Wrong {
        String word = piece.text().toLowerCase(Locale.ROOT);
        boolean called = next.filter(each -> each.is("(")).isPresent();
        if ((called && MADE.contains(word))
                || (word.equals("structured")
                        && piece.kind() == Kind.NAME
                        && next.filter(each -> each.is("<")).isPresent())) {
            throw new Wrong(
                    word.toUpperCase(Locale.ROOT)
                            + " names a class of Java, which is not for watches; use ROW(…), ARRAY,"
                            + " MAP and plain types.");
        }
        if (called && word.startsWith("$")) {
            throw new Wrong(
                    "\"" + piece.text() + "\" is a function of Flink's inside; leave it out.");
        }
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
                String number = sql.substring(at, end);
                if (!NUMBER.matcher(number).matches()) {
                    // of which Flink reads the letters as a word
                    throw new Wrong("Write a space between a number and letters: " + number + ".");
                }
                pieces.add(new Piece(Kind.NUMBER, number));
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
