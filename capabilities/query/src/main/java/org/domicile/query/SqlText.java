package org.domicile.query;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Words of a statement with their places, as far as they have to be found to put others there. It
 * parses nothing: that is the engine's.
 */
final class SqlText {
    /** What has neither of these has no clause. */
    private static final Pattern CLAUSE =
            Pattern.compile("\\bas\\s+of\\b|\\bat\\s*\\(", Pattern.CASE_INSENSITIVE);

    private static final Pattern AT = Pattern.compile("\\bat\\b", Pattern.CASE_INSENSITIVE);

    private final String sql;
    private int at;

    private SqlText(String sql) {
        this.sql = sql;
    }

    /** What a word is. */
    enum Kind {
        /** A name or a keyword. */
        NAME,
        /** A name in double quotes. */
        QUOTED,
        /** A text in single quotes, or in dollars. */
        STRING,
        NUMBER,
        SIGN
    }

    /**
     * A word.
     *
     * @param text a name or text without its quotes
     */
    record Word(Kind kind, String text, int from, int to) {
        boolean is(String keyword) {
            return kind == Kind.NAME && text.equalsIgnoreCase(keyword);
        }

        boolean sign(char sign) {
            return kind == Kind.SIGN && text.charAt(0) == sign;
        }
    }

    /** All of them from a place on. */
    static List<Word> words(String sql, int from) {
        SqlText text = new SqlText(sql);
        text.at = from;
        List<Word> words = new ArrayList<>();
        text.space();
        while (text.at < sql.length()) {
            words.add(text.word());
            text.space();
        }
        return words;
    }

    // ---- a name that the engine keeps for itself ----

    /**
     * A statement as the engine takes it.
     *
     * @param quotes where a quote was put in, in characters of {@code sql}, in their order
     */
    record Named(String sql, List<Integer> quotes) {
        /** A failure with its place in the text as it was written. */
        Failure placed(Failure failure) {
            int before =
                    (int) quotes.stream().filter(each -> each < failure.position() - 1).count();
            return before == 0
                    ? failure
                    : new Failure(
                            failure.state(),
                            failure.message(),
                            failure.position() - before,
                            failure.hint());
        }
    }

    /**
     * Quotes {@code at} where it is a name: PostgreSQL leaves the word to columns, the engine keeps
     * it for {@code AT (VERSION => 1)}. Before {@code TIME ZONE} and a bracket it is left alone.
     */
    static Named named(String sql) {
        if (!AT.matcher(sql).find()) {
            return new Named(sql, List.of());
        }
        StringBuilder out = new StringBuilder();
        List<Integer> quotes = new ArrayList<>();
        List<Word> words = words(sql, 0);
        int copied = 0;
        for (int i = 0; i < words.size(); i++) {
            Word word = words.get(i);
            boolean kept =
                    i + 1 < words.size() && words.get(i + 1).sign('(')
                            || i + 2 < words.size()
                                    && words.get(i + 1).is("time")
                                    && words.get(i + 2).is("zone");
            if (word.is("at") && !kept) {
                out.append(sql, copied, word.from());
                quotes.add(out.length());
                out.append('"').append(word.text());
                quotes.add(out.length());
                out.append('"');
                copied = word.to();
            }
        }
        return new Named(out.append(sql, copied, sql.length()).toString(), List.copyOf(quotes));
    }

    // ---- as of when ----

    /**
     * What a table is read as of, where it stands in a statement.
     *
     * @param at where it begins, in characters
     * @param version whether it is a version, or else a time
     * @param text the version or the time
     */
    record Clause(int at, Unit unit, String text) {}

    /** What a clause says. */
    enum Unit {
        VERSION,
        TIME
    }

    /** A statement without its clauses, in whose places are blanks. */
    record Timed(String sql, List<Clause> clauses) {}

    /**
     * Finds {@code FOR VERSION AS OF 1}, {@code FOR TIMESTAMP AS OF '…'}, and {@code AT (VERSION =>
     * 1)}, {@code AT (TIMESTAMP => '…')}.
     */
    static Timed timed(String sql) {
        if (!CLAUSE.matcher(sql).find()) {
            return new Timed(sql, List.of());
        }
        StringBuilder out = new StringBuilder(sql);
        List<Clause> clauses = new ArrayList<>();
        List<Word> words = words(sql, 0);
        for (int i = 0; i + 4 < words.size(); i++) {
            boolean asOf =
                    words.get(i).is("for")
                            && words.get(i + 2).is("as")
                            && words.get(i + 3).is("of");
            boolean at =
                    words.get(i).is("at")
                            && words.get(i + 1).sign('(')
                            && words.get(i + 3).sign('=')
                            && words.get(i + 4).sign('>');
            Optional<Unit> unit =
                    asOf ? unit(words.get(i + 1)) : at ? unit(words.get(i + 2)) : Optional.empty();
            int value = value(words, asOf ? i + 4 : i + 5);
            if (unit.isEmpty() || value < 0) {
                continue;
            }
            int last = at ? close(words, value + 1) : value;
            if (last < 0) {
                continue;
            }
            int from = words.get(i).from();
            int to = words.get(last).to();
            clauses.add(new Clause(from, unit.get(), words.get(value).text()));
            out.replace(from, to, " ".repeat(to - from));
            i = last;
        }
        return new Timed(out.toString(), List.copyOf(clauses));
    }

    private static Optional<Unit> unit(Word word) {
        return word.kind() != Kind.NAME
                ? Optional.empty()
                : switch (word.text().toLowerCase(Locale.ROOT)) {
                    case "version", "system_version" -> Optional.of(Unit.VERSION);
                    case "timestamp", "system_time" -> Optional.of(Unit.TIME);
                    default -> Optional.empty();
                };
    }

    /** The word with a number or a text, perhaps behind the name of its type; -1 for none. */
    private static int value(List<Word> words, int at) {
        int value = at;
        if (value < words.size()
                && (words.get(value).is("timestamp")
                        || words.get(value).is("timestamptz")
                        || words.get(value).is("date"))) {
            value++;
        }
        boolean there =
                value < words.size()
                        && (words.get(value).kind() == Kind.NUMBER
                                || words.get(value).kind() == Kind.STRING);
        return there ? value : -1;
    }

    /** The bracket that closes a clause, perhaps behind a cast; -1 for none. */
    private static int close(List<Word> words, int at) {
        int close = at;
        if (close + 2 < words.size()
                && words.get(close).sign(':')
                && words.get(close + 1).sign(':')
                && words.get(close + 2).kind() == Kind.NAME) {
            close += 3;
        }
        return close < words.size() && words.get(close).sign(')') ? close : -1;
    }

    /**
     * Which clause belongs to a name: it stands right behind it, or behind its alias.
     *
     * @param sql without clauses @param at where the name begins
     */
    static Optional<Clause> of(String sql, int at, TableName name, List<Clause> clauses) {
        List<Word> words = words(sql, at);
        int next = name(words, name.parts());
        if (next < 0) {
            return Optional.empty();
        }
        for (Clause clause : clauses) {
            if (clause.at() < words.get(next - 1).to()) {
                continue;
            }
            int between = next;
            while (between < words.size() && words.get(between).from() < clause.at()) {
                between++;
            }
            List<Word> alias = words.subList(next, between);
            boolean behind =
                    alias.isEmpty()
                            || alias.size() == 1 && isName(alias.getFirst())
                            || alias.size() == 2
                                    && alias.getFirst().is("as")
                                    && isName(alias.getLast());
            return behind ? Optional.of(clause) : Optional.empty();
        }
        return Optional.empty();
    }

    private static boolean isName(Word word) {
        return word.kind() == Kind.NAME || word.kind() == Kind.QUOTED;
    }

    // ---- one name for another ----

    /**
     * A name in a statement.
     *
     * @param at where it begins, in characters
     * @param target what is to stand there
     * @param alias what else it is called by in the statement; empty where an alias stands there
     */
    record Place(int at, Reference reference, TableName target, String alias) {}

    /** The statement with other names; empty when one does not stand where it should. */
    static Optional<String> renamed(String sql, List<Place> places) {
        StringBuilder out = new StringBuilder(sql);
        List<Place> backwards =
                places.stream()
                        .sorted((one, other) -> Integer.compare(other.at(), one.at()))
                        .toList();
        for (Place place : backwards) {
            if (place.at() < 0 || place.at() >= sql.length()) {
                return Optional.empty();
            }
            List<Word> words = words(sql, place.at());
            List<String> parts = place.reference().name().parts();
            int next = name(words, parts);
            if (next < 0) {
                return Optional.empty();
            }
            int end = words.get(next - 1).to();
            out.replace(
                    place.at(),
                    end,
                    place.target().quoted()
                            + (place.alias().isEmpty()
                                    ? ""
                                    : " AS " + new TableName(List.of(place.alias())).quoted()));
        }
        return Optional.of(out.toString());
    }

    /** The word behind a name; -1 when it does not stand there. */
    private static int name(List<Word> words, List<String> parts) {
        int next = 0;
        for (int i = 0; i < parts.size(); i++) {
            if (i > 0) {
                if (next >= words.size() || !words.get(next).sign('.')) {
                    return -1;
                }
                next++;
            }
            if (next >= words.size() || !spells(words.get(next), parts.get(i))) {
                return -1;
            }
            next++;
        }
        return next;
    }

    private static boolean spells(Word word, String part) {
        return switch (word.kind()) {
            case NAME -> word.text().equalsIgnoreCase(part);
            case QUOTED, STRING -> word.text().equals(part);
            case NUMBER, SIGN -> false;
        };
    }

    // ---- words ----

    private char peek(int ahead) {
        return at + ahead < sql.length() ? sql.charAt(at + ahead) : '\0';
    }

    private void space() {
        while (at < sql.length()) {
            if (Character.isWhitespace(sql.charAt(at))) {
                at++;
            } else if (peek(0) == '-' && peek(1) == '-') {
                int end = sql.indexOf('\n', at);
                at = end < 0 ? sql.length() : end + 1;
            } else if (peek(0) == '/' && peek(1) == '*') {
                int end = sql.indexOf("*/", at + 2);
                at = end < 0 ? sql.length() : end + 2;
            } else {
                return;
            }
        }
    }

    private Word word() {
        int from = at;
        char first = peek(0);
        if (first == '"') {
            return new Word(Kind.QUOTED, quoted('"'), from, at);
        }
        if (first == '\'') {
            return new Word(Kind.STRING, quoted('\''), from, at);
        }
        if ((first == 'e' || first == 'E') && peek(1) == '\'') {
            at++;
            return new Word(Kind.STRING, escaped(), from, at);
        }
        if (first == '$' && !Character.isDigit(peek(1))) {
            int tag = sql.indexOf('$', at + 1);
            int end = tag < 0 ? -1 : sql.indexOf(sql.substring(at, tag + 1), tag + 1);
            if (end > 0) {
                String text = sql.substring(tag + 1, end);
                at = end + tag + 1 - from;
                return new Word(Kind.STRING, text, from, at);
            }
        }
        if (Character.isDigit(first)) {
            while (Character.isLetterOrDigit(peek(0)) || peek(0) == '.' || peek(0) == '_') {
                at++;
            }
            return new Word(Kind.NUMBER, sql.substring(from, at), from, at);
        }
        if (isNamed(first)) {
            while (isNamed(peek(0)) || Character.isDigit(peek(0)) || peek(0) == '$') {
                at++;
            }
            return new Word(Kind.NAME, sql.substring(from, at), from, at);
        }
        at++;
        return new Word(Kind.SIGN, sql.substring(from, at), from, at);
    }

    private static boolean isNamed(char c) {
        return Character.isLetter(c) || c == '_' || c >= 0x80;
    }

    private String quoted(char quote) {
        StringBuilder text = new StringBuilder();
        at++;
        while (at < sql.length()) {
            char each = sql.charAt(at++);
            if (each != quote) {
                text.append(each);
            } else if (peek(0) == quote) {
                text.append(quote);
                at++;
            } else {
                break;
            }
        }
        return text.toString();
    }

    /** Its value is not asked for. */
    private String escaped() {
        int from = ++at;
        while (at < sql.length()) {
            char each = sql.charAt(at++);
            if (each == '\\') {
                at++;
            } else if (each == '\'') {
                if (peek(0) != '\'') {
                    return sql.substring(from, at - 1);
                }
                at++;
            }
        }
        at = Math.min(at, sql.length());
        return sql.substring(Math.min(from, at), at);
    }
}
