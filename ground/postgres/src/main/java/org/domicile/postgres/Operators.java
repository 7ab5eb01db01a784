package org.domicile.postgres;

import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Operators, on values that are there and have been made to fit. */
final class Operators {
    private static final int LONGEST_PATTERN = 1_000;
    private static final int MOST_PATTERNS = 256;

    private final World world;
    private final Map<String, Pattern> patterns = new HashMap<>();

    Operators(World world) {
        this.world = world;
    }

    /** True of what makes a truth of two values of one type. */
    static boolean compares(String operator) {
        return switch (operator) {
            case "=", "<>", "<", ">", "<=", ">=" -> true;
            default -> false;
        };
    }

    static boolean matches(String operator) {
        return switch (operator) {
            case "~", "~*", "!~", "!~*", "~~", "~~*", "!~~", "!~~*", "^@" -> true;
            default -> false;
        };
    }

    boolean compare(String operator, Object left, Object right) {
        int order = Values.compare(left, right);
        return switch (operator) {
            case "=" -> order == 0;
            case "<>" -> order != 0;
            case "<" -> order < 0;
            case ">" -> order > 0;
            case "<=" -> order <= 0;
            case ">=" -> order >= 0;
            default -> throw new IllegalStateException(operator);
        };
    }

    boolean match(String operator, Object left, Object right) {
        String text = text(left);
        String pattern = text(right);
        return switch (operator) {
            case "~" -> regex(pattern, false).matcher(slowly(text)).find();
            case "!~" -> !regex(pattern, false).matcher(slowly(text)).find();
            case "~*" -> regex(pattern, true).matcher(slowly(text)).find();
            case "!~*" -> !regex(pattern, true).matcher(slowly(text)).find();
            case "~~" -> like(text, pattern, '\\', false);
            case "!~~" -> !like(text, pattern, '\\', false);
            case "~~*" -> like(text, pattern, '\\', true);
            case "!~~*" -> !like(text, pattern, '\\', true);
            case "^@" -> text.startsWith(pattern);
            default -> throw new IllegalStateException(operator);
        };
    }

    private String text(Object value) {
        return value instanceof String text ? text : world.format().write(PgType.TEXT, value);
    }

    boolean like(String text, String pattern, char escape, boolean anyCase) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (c == escape && i + 1 < pattern.length()) {
                regex.append(Pattern.quote(String.valueOf(pattern.charAt(++i))));
            } else if (c == '%') {
                regex.append(".*");
            } else if (c == '_') {
                regex.append('.');
            } else {
                regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        return compiled("(?s)" + regex, anyCase).matcher(slowly(text)).matches();
    }

    /** PostgreSQL's advanced regular expressions, as far as Java has them by another word. */
    Pattern regex(String pattern, boolean anyCase) {
        String java =
                pattern.replace("[[:space:]]", "\\s")
                        .replace("[:space:]", "\\s")
                        .replace("[:digit:]", "0-9")
                        .replace("[:alpha:]", "a-zA-Z")
                        .replace("[:alnum:]", "a-zA-Z0-9")
                        .replace("[:upper:]", "A-Z")
                        .replace("[:lower:]", "a-z")
                        .replace("\\m", "\\b(?=\\w)")
                        .replace("\\M", "\\b(?<=\\w)")
                        .replace("\\y", "\\b");
        if (java.startsWith("***:")) {
            java = java.substring(4);
        }
        return compiled(java, anyCase);
    }

    private Pattern compiled(String pattern, boolean anyCase) {
        if (pattern.length() > 10 * LONGEST_PATTERN) {
            throw new SqlError("2201B", "the regular expression is too long");
        }
        if (patterns.size() > MOST_PATTERNS) {
            patterns.clear();
        }
        try {
            return patterns.computeIfAbsent(
                    (anyCase ? "i" : "c") + pattern,
                    key ->
                            Pattern.compile(
                                    pattern,
                                    Pattern.DOTALL
                                            | (anyCase
                                                    ? Pattern.CASE_INSENSITIVE
                                                            | Pattern.UNICODE_CASE
                                                    : 0)));
        } catch (PatternSyntaxException e) {
            throw new SqlError("2201B", "invalid regular expression: " + e.getDescription());
        }
    }

    /** A text on which a pattern cannot go on for ever. */
    CharSequence slowly(String text) {
        return new Slow(text, new Watch(world));
    }

    /** Looks at the time now and then. */
    private static final class Watch {
        private final World world;
        private int count;

        Watch(World world) {
            this.world = world;
        }

        void look() {
            if ((++count & 0xffff) == 0 && world.clock().instant().isAfter(world.deadline())) {
                throw new SqlError("57014", "the question takes too long");
            }
        }
    }

    private record Slow(String text, Watch watch) implements CharSequence {
        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            watch.look();
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.substring(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** The type of what an operator makes. @throws SqlError 42883 where there is none */
    static PgType type(String operator, PgType left, PgType right, int at) {
        switch (operator) {
            case "||" -> {
                if (left.isArray() && !left.isVector()) {
                    return left;
                }
                return right.isArray() && !right.isVector() ? right : PgType.TEXT;
            }
            case "+", "-", "*", "/", "%", "^", "&", "|", "#", "<<", ">>" -> {
                if (left.isNumber() && right.isNumber()) {
                    return operator.equals("^") ? PgType.FLOAT8 : Values.common(left, right);
                }
                PgType time = times(operator, left, right);
                if (time != PgType.UNKNOWN) {
                    return time;
                }
            }
            case "@>", "<@", "&&" -> {
                if (left.isArray() || right.isArray()) {
                    return PgType.BOOL;
                }
            }
            default -> {}
        }
        throw new SqlError(
                "42883",
                "operator does not exist: " + left.title() + " " + operator + " " + right.title(),
                at);
    }

    private static PgType times(String operator, PgType left, PgType right) {
        boolean sum = operator.equals("+") || operator.equals("-");
        boolean moment =
                left == PgType.TIMESTAMP || left == PgType.TIMESTAMPTZ || left == PgType.DATE;
        if (sum && moment && right == PgType.INTERVAL) {
            return left == PgType.DATE ? PgType.TIMESTAMP : left;
        }
        if (sum && left == PgType.DATE && right.isWhole()) {
            return PgType.DATE;
        }
        if (operator.equals("-") && left == PgType.DATE && right == PgType.DATE) {
            return PgType.INT4;
        }
        if (operator.equals("-") && moment && left == right) {
            return PgType.INTERVAL;
        }
        return PgType.UNKNOWN;
    }

    Object calculate(String operator, PgType type, Object left, Object right) {
        if (operator.equals("||")) {
            return joined(type, left, right);
        }
        if (operator.equals("@>") || operator.equals("<@") || operator.equals("&&")) {
            return sets(operator, left, right);
        }
        if (left instanceof Long one && right instanceof Long other && type.isWhole()) {
            return whole(operator, one, other);
        }
        if (left instanceof Number one && right instanceof Number other) {
            return type == PgType.NUMERIC
                    ? exact(operator, Values.decimal(one), Values.decimal(other))
                    : floating(operator, one.doubleValue(), other.doubleValue());
        }
        return time(operator, left, right);
    }

    private Object joined(PgType type, Object left, Object right) {
        if (!type.isArray()) {
            return text(left) + text(right);
        }
        List<Object> all = new ArrayList<>();
        add(all, left);
        add(all, right);
        return all;
    }

    private static void add(List<Object> all, Object value) {
        if (value instanceof List<?> list) {
            all.addAll(list);
        } else {
            all.add(value);
        }
    }

    private static Object sets(String operator, Object left, Object right) {
        List<?> one = (List<?>) left;
        List<?> other = (List<?>) right;
        return switch (operator) {
            case "@>" -> other.stream().allMatch(each -> within(each, one));
            case "<@" -> one.stream().allMatch(each -> within(each, other));
            default -> one.stream().anyMatch(each -> within(each, other));
        };
    }

    private static boolean within(Object value, List<?> list) {
        return list.stream()
                .anyMatch(each ->
                        !Values.missing(each)
                                && !Values.missing(value)
                                && Values.compare(each, value) == 0);
    }

    private static Object whole(String operator, long left, long right) {
        try {
            return switch (operator) {
                case "+" -> Math.addExact(left, right);
                case "-" -> Math.subtractExact(left, right);
                case "*" -> Math.multiplyExact(left, right);
                case "/" -> left / right;
                case "%" -> left % right;
                case "&" -> left & right;
                case "|" -> left | right;
                case "#" -> left ^ right;
                case "<<" -> left << right;
                case ">>" -> left >> right;
                default -> throw new IllegalStateException(operator);
            };
        } catch (ArithmeticException e) {
            throw right == 0
                    ? new SqlError("22012", "division by zero")
                    : new SqlError("22003", "bigint out of range");
        }
    }

    private static Object exact(String operator, BigDecimal left, BigDecimal right) {
        if (right.signum() == 0 && (operator.equals("/") || operator.equals("%"))) {
            throw new SqlError("22012", "division by zero");
        }
        return switch (operator) {
            case "+" -> left.add(right);
            case "-" -> left.subtract(right);
            case "*" -> left.multiply(right);
            case "/" -> left.divide(right, MathContext.DECIMAL64);
            case "%" -> left.remainder(right);
            default -> throw new SqlError("42883", "operator does not exist: numeric " + operator);
        };
    }

    private static Object floating(String operator, double left, double right) {
        return switch (operator) {
            case "+" -> left + right;
            case "-" -> left - right;
            case "*" -> left * right;
            case "/" -> {
                if (right == 0) {
                    throw new SqlError("22012", "division by zero");
                }
                yield left / right;
            }
            case "%" -> left % right;
            case "^" -> Math.pow(left, right);
            default ->
                    throw new SqlError(
                            "42883", "operator does not exist: double precision " + operator);
        };
    }

    private Object time(String operator, Object left, Object right) {
        boolean minus = operator.equals("-");
        if (left instanceof LocalDate date && right instanceof Long days) {
            return date.plusDays(minus ? -days : days);
        }
        if (left instanceof LocalDate date && right instanceof LocalDate other) {
            return ChronoUnit.DAYS.between(other, date);
        }
        if (right instanceof Interval span) {
            int sign = minus ? -1 : 1;
            return switch (left) {
                case LocalDate date -> moved(date.atStartOfDay(), span, sign);
                case LocalDateTime moment -> moved(moment, span, sign);
                case Instant instant ->
                        moved(instant.atZone(world.format().zone()).toLocalDateTime(), span, sign)
                                .atZone(world.format().zone())
                                .toInstant();
                default -> throw new SqlError("42883", "operator does not exist");
            };
        }
        if (left instanceof LocalDateTime one && right instanceof LocalDateTime other) {
            return span(ChronoUnit.MICROS.between(other, one));
        }
        if (left instanceof Instant one && right instanceof Instant other) {
            return span(ChronoUnit.MICROS.between(other, one));
        }
        throw new SqlError("42883", "operator does not exist: " + operator);
    }

    private static LocalDateTime moved(LocalDateTime moment, Interval span, int sign) {
        return moment.atOffset(ZoneOffset.UTC)
                .toLocalDateTime()
                .plusMonths((long) sign * span.months())
                .plusDays((long) sign * span.days())
                .plus(sign * span.micros(), ChronoUnit.MICROS);
    }

    private static Interval span(long micros) {
        long day = 86_400_000_000L;
        return new Interval(0, (int) (micros / day), micros % day);
    }
}
