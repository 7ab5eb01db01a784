package org.domicile.policy;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A condition over the columns of one table, in a small part of SQL: columns and constants that are
 * compared (=, &lt;&gt;, &lt;, &lt;=, &gt;, &gt;=), IN, BETWEEN, LIKE, IS NULL, AND, OR, NOT,
 * parentheses, TRUE, FALSE. No functions, no subqueries, nothing that is not the same each time.
 * What it is of a row that it is neither true nor false of, as SQL has it, is not true.
 *
 * <p>It is kept with its columns as {@code #ID}, by their fields.
 *
 * @param text as it is kept
 */
public record Condition(String text) {
    /** True of every row. */
    public static final String ALL = "TRUE";

    /** The longest text. */
    public static final int LONGEST = 4_096;

    private static final int DEEPEST = 64;

    private static final Pattern TOKEN =
            Pattern.compile(
                    "\\s*(?:(?<text>'(?:[^']++|'')*+')|(?<name>\"(?:[^\"]++|\"\")++\")"
                            + "|(?<field>#[0-9]{1,9})"
                            + "|(?<number>-?(?:[0-9]{1,30}(?:\\.[0-9]{1,30})?))"
                            + "|(?<word>[\\p{L}_][\\p{L}\\p{N}_$]*)"
                            + "|(?<sign><>|!=|<=|>=|[=<>(),]))");

    /** What a column holds, as far as constants are compared with it. */
    public enum Kind {
        TEXT,
        NUMBER,
        TRUTH,
        DAY,
        /** With or without a zone; a constant without one means UTC. */
        MOMENT,
        UUID,
        /** What is compared with nothing, but may be null. */
        OTHER
    }

    /** A column that it may name. @param field its id */
    public record Column(int field, String name, Kind kind) {}

    /** It is no condition that can be kept. */
    public static final class Unclear extends Exception {
        private static final long serialVersionUID = 1L;

        Unclear(String sentence) {
            super(sentence, null, false, false);
        }

        /** Why, as one sentence without an end. */
        public String sentence() {
            return String.valueOf(getMessage());
        }
    }

    /** Reads what somebody wrote. */
    public static Condition of(String sql, List<Column> columns) throws Unclear {
        return new Reading(sql, columns).whole();
    }

    /** Ids of the fields that it names. */
    public Set<Integer> fields() {
        Set<Integer> fields = new TreeSet<>();
        for (Token each : tokens(text)) {
            if (each.kind() == What.FIELD) {
                fields.add(each.field());
            }
        }
        return fields;
    }

    /** As SQL. @param names by a field's id, in quotes where they need them */
    public String sql(IntFunction<String> names) {
        StringBuilder sql = new StringBuilder();
        String before = "(";
        for (Token each : tokens(text)) {
            boolean tight =
                    before.equals("(") || each.text().equals(")") || each.text().equals(",");
            sql.append(tight ? "" : " ")
                    .append(each.kind() == What.FIELD ? names.apply(each.field()) : each.text());
            before = each.text();
        }
        return sql.toString();
    }

    /** Whether it is in the form in which conditions are kept. */
    boolean isKept() {
        try {
            tokens(text);
            return !text.isBlank() && text.length() <= 2 * LONGEST;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    private enum What {
        TEXT,
        NAME,
        FIELD,
        NUMBER,
        WORD,
        SIGN
    }

    private record Token(What kind, String text) {
        int field() {
            return Integer.parseInt(text.substring(1));
        }

        boolean is(String word) {
            return (kind == What.WORD || kind == What.SIGN) && text.equalsIgnoreCase(word);
        }
    }

    private static List<Token> tokens(String text) {
        List<Token> tokens = new ArrayList<>();
        Matcher matcher = TOKEN.matcher(text);
        int at = 0;
        int end = text.stripTrailing().length();
        while (at < end) {
            if (!matcher.region(at, end).lookingAt()) {
                throw new IllegalArgumentException(
                        "what stands at character "
                                + (at + 1)
                                + " is not understood: "
                                + text.substring(at, Math.min(end, at + 20)).strip());
            }
            for (What each : What.values()) {
                String found = matcher.group(each.name().toLowerCase(Locale.ROOT));
                if (found != null) {
                    tokens.add(new Token(each, found));
                }
            }
            at = matcher.end();
        }
        return tokens;
    }

    /** One text that is read. */
    private static final class Reading {
        private static final Set<String> COMPARISONS =
                Set.of("=", "<>", "!=", "<", "<=", ">", ">=");

        private final List<Column> columns;
        private final List<Token> tokens;
        private final StringBuilder out = new StringBuilder();
        private int at;

        Reading(String sql, List<Column> columns) throws Unclear {
            this.columns = columns;
            if (sql.length() > LONGEST) {
                throw new Unclear("a condition has at most " + LONGEST + " characters");
            }
            try {
                this.tokens = Condition.tokens(sql);
            } catch (IllegalArgumentException e) {
                throw new Unclear(String.valueOf(e.getMessage()));
            }
        }

        Condition whole() throws Unclear {
            if (tokens.isEmpty()) {
                throw new Unclear("a condition says something: --where \"region = 'north'\"");
            }
            any(0);
            if (at < tokens.size()) {
                throw new Unclear("'" + tokens.get(at).text() + "' is not expected there");
            }
            return new Condition(out.toString());
        }

        private void add(String word) {
            out.append(out.isEmpty() ? "" : " ").append(word);
        }

        private boolean isNext(String word) {
            return at < tokens.size() && tokens.get(at).is(word);
        }

        private boolean taken(String word) {
            if (isNext(word)) {
                at++;
                add(word);
                return true;
            }
            return false;
        }

        private void expect(String word) throws Unclear {
            if (!taken(word)) {
                throw new Unclear("'" + word + "' is missing " + place());
            }
        }

        private String place() {
            return at < tokens.size()
                    ? "before '" + tokens.get(at).text() + "'"
                    : "at the end of the condition";
        }

        private void any(int depth) throws Unclear {
            all(depth);
            while (taken("OR")) {
                all(depth);
            }
        }

        private void all(int depth) throws Unclear {
            one(depth);
            while (taken("AND")) {
                one(depth);
            }
        }

        private void one(int depth) throws Unclear {
            if (depth > DEEPEST) {
                throw new Unclear("it is nested more than " + DEEPEST + " deep");
            }
            if (taken("NOT")) {
                one(depth + 1);
            } else if (taken("(")) {
                any(depth + 1);
                expect(")");
            } else if ((isNext("TRUE") || isNext("FALSE")) && column().isEmpty()) {
                add(tokens.get(at++).text().toUpperCase(Locale.ROOT));
            } else {
                compared();
            }
        }

        private void compared() throws Unclear {
            Operand left = operand();
            if (isNext("(")) {
                throw new Unclear("functions are not possible in a rule, " + place());
            }
            if (taken("IS")) {
                taken("NOT");
                expect("NULL");
                if (left.column().isEmpty()) {
                    throw noColumn();
                }
                return;
            }
            if (at < tokens.size() && COMPARISONS.contains(tokens.get(at).text())) {
                add(tokens.get(at++).text());
                alike(left, operand());
                return;
            }
            boolean not = taken("NOT");
            if (taken("IN")) {
                expect("(");
                do {
                    alike(left, operand());
                } while (taken(","));
                expect(")");
            } else if (taken("BETWEEN")) {
                alike(left, operand());
                expect("AND");
                alike(left, operand());
            } else if (taken("LIKE")) {
                if (left.kind() != Kind.TEXT) {
                    throw new Unclear("LIKE is for columns of text");
                }
                alike(left, operand());
            } else if (not || left.kind() != Kind.TRUTH) {
                throw new Unclear("a comparison is missing " + place());
            }
        }

        /** What is compared. @param constant empty for a column */
        private record Operand(Optional<Column> column, Kind kind, String constant) {}

        private Operand operand() throws Unclear {
            if (at >= tokens.size()) {
                throw new Unclear("a column or a constant is missing at the end");
            }
            Optional<Column> column = column();
            Token token = tokens.get(at++);
            if (column.isPresent()) {
                add("#" + column.get().field());
                return new Operand(column, column.get().kind(), "");
            }
            return switch (token.kind()) {
                case TEXT -> {
                    add(token.text());
                    String inner = token.text().substring(1, token.text().length() - 1);
                    yield new Operand(Optional.empty(), Kind.TEXT, inner.replace("''", "'"));
                }
                case NUMBER -> {
                    add(token.text());
                    yield new Operand(Optional.empty(), Kind.NUMBER, token.text());
                }
                case WORD -> {
                    if (token.is("TRUE") || token.is("FALSE")) {
                        add(token.text().toUpperCase(Locale.ROOT));
                        yield new Operand(Optional.empty(), Kind.TRUTH, token.text());
                    }
                    throw new Unclear(
                            isNext("(")
                                    ? "functions are not possible in a rule: " + token.text()
                                    : "the table has no column " + token.text());
                }
                case NAME -> throw new Unclear("the table has no column " + token.text());
                case FIELD, SIGN ->
                        throw new Unclear("'" + token.text() + "' is not expected there");
            };
        }

        /** The one that the next word names. */
        private Optional<Column> column() {
            Token token = tokens.get(at);
            if (token.kind() == What.NAME) {
                String name = token.text().substring(1, token.text().length() - 1);
                return named(name.replace("\"\"", "\""));
            }
            if (token.kind() != What.WORD) {
                return Optional.empty();
            }
            return named(token.text())
                    .or(() ->
                            columns.stream()
                                    .filter(each -> each.name().equalsIgnoreCase(token.text()))
                                    .findFirst());
        }

        private Optional<Column> named(String name) {
            return columns.stream().filter(each -> each.name().equals(name)).findFirst();
        }

        private static Unclear noColumn() {
            return new Unclear("what is compared is a column, on one side at least");
        }

        private static void alike(Operand left, Operand right) throws Unclear {
            if (left.column().isEmpty() && right.column().isEmpty()) {
                throw noColumn();
            }
            boolean both = left.column().isPresent() && right.column().isPresent();
            Operand column = left.column().isPresent() ? left : right;
            Operand other = left.column().isPresent() ? right : left;
            Column named = column.column().orElseThrow();
            if (named.kind() == Kind.OTHER || (both && column.kind() != other.kind())) {
                throw new Unclear(
                        "the column " + named.name() + " is not compared with that; IS NULL is");
            }
            if (!both && !fits(named.kind(), other)) {
                throw new Unclear(
                        "%s is no value that the column %s could have"
                                .formatted(
                                        other.kind() == Kind.TEXT
                                                ? "'" + other.constant() + "'"
                                                : other.constant(),
                                        named.name()));
            }
        }

        private static boolean fits(Kind kind, Operand constant) {
            try {
                return switch (kind) {
                    case TEXT, NUMBER, TRUTH -> constant.kind() == kind;
                    case DAY ->
                            constant.kind() == Kind.TEXT
                                    && LocalDate.parse(constant.constant()).getYear() < 10_000;
                    case MOMENT ->
                            constant.kind() == Kind.TEXT && moment(constant.constant()) < 10_000;
                    case UUID ->
                            constant.kind() == Kind.TEXT
                                    && java.util
                                            .UUID
                                            .fromString(constant.constant())
                                            .toString()
                                            .equalsIgnoreCase(constant.constant());
                    case OTHER -> false;
                };
            } catch (DateTimeException | IllegalArgumentException _) {
                return false;
            }
        }

        /** Its year. */
        private static int moment(String text) {
            String iso = text.strip().replace(' ', 'T');
            if (iso.indexOf('T') < 0) {
                return LocalDate.parse(iso).getYear();
            }
            return iso.substring(iso.indexOf('T')).matches(".*(Z|[+-][0-9:]+)")
                    ? OffsetDateTime.parse(iso).getYear()
                    : LocalDateTime.parse(iso).getYear();
        }
    }
}
