package org.domicile.postgres;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Values as text and back, as PostgreSQL writes them with {@code DateStyle ISO}, {@code
 * IntervalStyle postgres}, {@code bytea_output hex} and the shortest floats.
 *
 * @param zone in which timestamptz is written
 */
public record TextFormat(ZoneId zone) {
    /** In UTC. */
    public static final TextFormat UTC = new TextFormat(ZoneOffset.UTC);

    private static final DateTimeFormatter TIME =
            new DateTimeFormatterBuilder()
                    .appendPattern("HH:mm:ss")
                    .appendFraction(ChronoField.NANO_OF_SECOND, 0, 6, true)
                    .toFormatter(Locale.ROOT);
    private static final Pattern MOMENT =
            Pattern.compile(
                    "(\\d{4,6}-\\d{1,2}-\\d{1,2})(?:[T"
                        + " ]+(\\d{1,2}:\\d{2}(?::\\d{2}(?:\\.\\d{1,9})?)?))?\\s*(Z|z|UTC|[+-]\\d{1,2}(?::?\\d{2})?(?::\\d{2})?)?("
                        + " BC)?");
    private static final Pattern SPAN =
            Pattern.compile(
                    "([+-]?\\d+(?:\\.\\d+)?)\\s*([a-zA-Z]+)|([+-]?)(\\d+):(\\d{2})(?::(\\d{2}(?:\\.\\d{1,6})?))?");

    /** Milliseconds of the year 294276, PostgreSQL's last; what lies behind is infinite. */
    private static final Instant LAST = Instant.parse("+294276-12-31T23:59:59.999999Z");

    // ---- writing ----

    /** A value as text. It is not NULL. */
    public String write(PgType type, Object value) {
        return switch (value) {
            case Boolean truth -> truth ? "t" : "f";
            case Double number -> type == PgType.FLOAT4 ? single(number) : floating(number);
            case BigDecimal number -> number.toPlainString();
            case byte[] bytes -> "\\x" + HexFormat.of().formatHex(bytes);
            case LocalDate date -> date(date) + era(date.getYear());
            case LocalTime time -> TIME.format(time);
            case OffsetTime time -> TIME.format(time.toLocalTime()) + offset(time.getOffset());
            case LocalDateTime moment ->
                    date(moment.toLocalDate())
                            + " "
                            + TIME.format(moment.toLocalTime())
                            + era(moment.getYear());
            case Instant instant -> instant(instant);
            case Reg reg -> reg.oid() == 0 && reg.name().isEmpty() ? "-" : reg.name();
            case List<?> list -> type.isVector() ? vector(list) : array(type.element(), list);
            case Composite row -> row(row);
            default -> value.toString();
        };
    }

    private static String date(LocalDate date) {
        int year = date.getYear() > 0 ? date.getYear() : 1 - date.getYear();
        return "%04d-%02d-%02d".formatted(year, date.getMonthValue(), date.getDayOfMonth());
    }

    private static String era(int year) {
        return year > 0 ? "" : " BC";
    }

    private String instant(Instant instant) {
        if (instant.isAfter(LAST)) {
            return "infinity";
        }
        if (instant.equals(Instant.MIN)) {
            return "-infinity";
        }
        OffsetDateTime there = instant.atZone(zone).toOffsetDateTime();
        return date(there.toLocalDate())
                + " "
                + TIME.format(there.toLocalTime())
                + offset(there.getOffset())
                + era(there.getYear());
    }

    private static String offset(ZoneOffset offset) {
        int seconds = Math.abs(offset.getTotalSeconds());
        String text = (offset.getTotalSeconds() < 0 ? "-" : "+") + "%02d".formatted(seconds / 3600);
        if (seconds % 3600 != 0) {
            text += ":%02d".formatted(seconds / 60 % 60);
        }
        return seconds % 60 == 0 ? text : text + ":%02d".formatted(seconds % 60);
    }

    private static String single(double number) {
        return shortest(Float.toString((float) number), 6);
    }

    private static String floating(double number) {
        return shortest(Double.toString(number), 15);
    }

    /** Java's shortest digits in the shape of C's {@code %g}. */
    private static String shortest(String java, int most) {
        if (java.equals("NaN") || java.endsWith("Infinity")) {
            return java;
        }
        BigDecimal number = new BigDecimal(java).stripTrailingZeros();
        if (number.signum() == 0) {
            return java.startsWith("-") ? "-0" : "0";
        }
        int exponent = number.precision() - number.scale() - 1;
        if (exponent >= -4 && exponent < most) {
            return number.toPlainString();
        }
        String digits = number.unscaledValue().abs().toString();
        return (number.signum() < 0 ? "-" : "")
                + digits.charAt(0)
                + (digits.length() > 1 ? "." + digits.substring(1) : "")
                + "e%s%02d".formatted(exponent < 0 ? "-" : "+", Math.abs(exponent));
    }

    private static String vector(List<?> list) {
        StringBuilder text = new StringBuilder();
        for (Object each : list) {
            text.append(text.isEmpty() ? "" : " ").append(each);
        }
        return text.toString();
    }

    private String array(PgType element, List<?> list) {
        StringBuilder text = new StringBuilder("{");
        for (Object each : list) {
            if (text.length() > 1) {
                text.append(',');
            }
            if (each == Missing.NULL) {
                text.append("NULL");
            } else if (each instanceof List<?> inner) {
                text.append(array(element, inner));
            } else {
                quoted(text, write(element, each));
            }
        }
        return text.append('}').toString();
    }

    private static void quoted(StringBuilder text, String word) {
        boolean plain = !word.isEmpty() && !word.equalsIgnoreCase("NULL");
        for (int i = 0; plain && i < word.length(); i++) {
            plain = "{},\"\\ \t\n\r\u000b\f".indexOf(word.charAt(i)) < 0;
        }
        text.append(plain ? word : "\"" + word.replace("\\", "\\\\").replace("\"", "\\\"") + "\"");
    }

    private String row(Composite row) {
        StringBuilder text = new StringBuilder("(");
        for (int i = 0; i < row.values().size(); i++) {
            text.append(i > 0 ? "," : "");
            Object value = row.values().get(i);
            if (value != Missing.NULL) {
                String word = write(row.types().get(i), value);
                boolean plain = !word.isEmpty();
                for (int at = 0; plain && at < word.length(); at++) {
                    plain = "(),\"\\ \t\n\r".indexOf(word.charAt(at)) < 0;
                }
                text.append(
                        plain
                                ? word
                                : "\"" + word.replace("\\", "\\\\").replace("\"", "\"\"") + "\"");
            }
        }
        return text.append(')').toString();
    }

    // ---- reading ----

    /**
     * A value of what a client wrote.
     *
     * @throws SqlError 22P02 or 22007 when it is none of the type's
     */
    public Object read(PgType type, String text) {
        try {
            return readUnchecked(type, text);
        } catch (NumberFormatException e) {
            throw invalid(type, text);
        } catch (DateTimeException e) {
            throw new SqlError(
                    "22007",
                    "invalid input syntax for type " + type.title() + ": \"" + text + "\"");
        }
    }

    private Object readUnchecked(PgType type, String text) {
        if (type.isArray()) {
            return type.isVector() ? readVector(text) : new ArrayReader(type, text).read();
        }
        String word = text.strip();
        return switch (type) {
            case BOOL -> readBool(word);
            case INT2 -> whole(type, word, Short.MIN_VALUE, Short.MAX_VALUE);
            case INT4 -> whole(type, word, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case INT8 -> whole(type, word, Long.MIN_VALUE, Long.MAX_VALUE);
            case OID, XID -> whole(type, word, Integer.MIN_VALUE, 0xffff_ffffL) & 0xffff_ffffL;
            case FLOAT4, FLOAT8 -> readDouble(word);
            case NUMERIC -> readNumeric(word);
            case BYTEA -> readBytes(text);
            case DATE -> readMoment(word).toLocalDate();
            case TIME -> LocalTime.parse(word.length() == 7 ? "0" + word : word);
            case TIMETZ -> readTimeWithZone(word);
            case TIMESTAMP -> readMoment(word);
            case TIMESTAMPTZ -> readInstant(word);
            case INTERVAL -> readInterval(word);
            case UUID -> readUuid(word);
            case CHAR -> text.isEmpty() ? "" : text.substring(0, 1);
            default -> text;
        };
    }

    private static SqlError invalid(PgType type, String text) {
        return new SqlError(
                "22P02", "invalid input syntax for type " + type.title() + ": \"" + text + "\"");
    }

    private static long whole(PgType type, String word, long least, long most) {
        BigInteger number = new BigInteger(word.startsWith("+") ? word.substring(1) : word);
        if (number.compareTo(BigInteger.valueOf(least)) < 0
                || number.compareTo(BigInteger.valueOf(most)) > 0) {
            throw new SqlError(
                    "22003", "value \"" + word + "\" is out of range for type " + type.title());
        }
        return number.longValue();
    }

    private static Object readBool(String word) {
        String lower = word.toLowerCase(Locale.ROOT);
        if (!lower.isEmpty()
                && ("true".startsWith(lower)
                        || "yes".startsWith(lower)
                        || lower.equals("on")
                        || lower.equals("1"))) {
            return true;
        }
        if (!lower.isEmpty()
                && ("false".startsWith(lower)
                        || "no".startsWith(lower)
                        || lower.equals("off")
                        || lower.equals("of")
                        || lower.equals("0"))) {
            return false;
        }
        throw invalid(PgType.BOOL, word);
    }

    private static Object readDouble(String word) {
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "nan" -> Double.NaN;
            case "inf", "infinity" -> Double.POSITIVE_INFINITY;
            case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
            default -> {
                if (word.isEmpty() || Character.isLetter(word.charAt(word.length() - 1))) {
                    throw new NumberFormatException(); // Java's "1d"
                }
                yield Double.parseDouble(word);
            }
        };
    }

    private static Object readNumeric(String word) {
        if (word.length() > 2_000) {
            throw new NumberFormatException();
        }
        BigDecimal number = new BigDecimal(word);
        if (Math.abs((long) number.scale()) > 16_383) {
            throw new SqlError("22003", "value overflows numeric format");
        }
        return number;
    }

    private static Object readBytes(String text) {
        if (text.startsWith("\\x")) {
            try {
                return HexFormat.of().parseHex(text.substring(2).replaceAll("\\s", ""));
            } catch (IllegalArgumentException e) {
                throw invalid(PgType.BYTEA, text);
            }
        }
        var bytes = new java.io.ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\\') {
                bytes.writeBytes(
                        String.valueOf(c).getBytes(java.nio.charset.StandardCharsets.UTF_8));
            } else if (text.startsWith("\\", i + 1)) {
                bytes.write('\\');
                i++;
            } else if (i + 3 < text.length()
                    && text.substring(i + 1, i + 4).matches("[0-3][0-7]{2}")) {
                bytes.write(Integer.parseInt(text.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                throw invalid(PgType.BYTEA, text);
            }
        }
        return bytes.toByteArray();
    }

    private static Object readUuid(String word) {
        String plain = word.replaceAll("[{}-]", "").toLowerCase(Locale.ROOT);
        if (!plain.matches("[0-9a-f]{32}")) {
            throw invalid(PgType.UUID, word);
        }
        return new UUID(
                Long.parseUnsignedLong(plain, 0, 16, 16),
                Long.parseUnsignedLong(plain, 16, 32, 16));
    }

    private static LocalDateTime readMoment(String word) {
        Matcher matcher = moment(word);
        LocalDate date = date(matcher);
        String time = matcher.group(2);
        return time == null ? date.atStartOfDay() : date.atTime(time(time));
    }

    private static Matcher moment(String word) {
        Matcher matcher = MOMENT.matcher(word);
        if (!matcher.matches()) {
            throw new DateTimeException(word);
        }
        return matcher;
    }

    private static LocalDate date(Matcher matcher) {
        String[] parts = matcher.group(1).split("-");
        int year = Integer.parseInt(parts[0]);
        return LocalDate.of(
                matcher.group(4) == null ? year : 1 - year,
                Integer.parseInt(parts[1]),
                Integer.parseInt(parts[2]));
    }

    private static LocalTime time(String time) {
        String padded = time.indexOf(':') == 1 ? "0" + time : time;
        LocalTime read = LocalTime.parse(padded);
        // PostgreSQL keeps microseconds, rounded
        return read.truncatedTo(java.time.temporal.ChronoUnit.MICROS)
                .plusNanos(read.getNano() % 1_000 >= 500 ? 1_000 : 0);
    }

    private Instant readInstant(String word) {
        if (word.equalsIgnoreCase("infinity")) {
            return Instant.MAX;
        }
        if (word.equalsIgnoreCase("-infinity")) {
            return Instant.MIN;
        }
        String offset = moment(word).group(3);
        LocalDateTime local = readMoment(word);
        return offset == null ? local.atZone(zone).toInstant() : local.toInstant(offset(offset));
    }

    private static ZoneOffset offset(String text) {
        if (text.equalsIgnoreCase("z") || text.equals("UTC")) {
            return ZoneOffset.UTC;
        }
        String digits = text.substring(1).replace(":", "");
        if (digits.length() % 2 == 1) {
            digits = "0" + digits;
        }
        int seconds = 0;
        int unit = 3600;
        for (int i = 0; i + 1 < digits.length(); i += 2, unit /= 60) {
            seconds += Integer.parseInt(digits.substring(i, i + 2)) * unit;
        }
        return ZoneOffset.ofTotalSeconds(text.charAt(0) == '-' ? -seconds : seconds);
    }

    private OffsetTime readTimeWithZone(String word) {
        Matcher matcher = Pattern.compile("([0-9:.]+)\\s*(Z|[+-].*)?").matcher(word);
        if (!matcher.matches()) {
            throw new DateTimeException(word);
        }
        String offset = matcher.group(2);
        ZoneOffset at = offset == null ? zone.getRules().getOffset(Instant.EPOCH) : offset(offset);
        return time(matcher.group(1)).atOffset(at);
    }

    private static Interval readInterval(String word) {
        Matcher matcher = SPAN.matcher(word);
        long months = 0;
        long days = 0;
        double micros = 0;
        int end = 0;
        while (matcher.find()) {
            if (!word.substring(end, matcher.start()).isBlank()) {
                throw new DateTimeException(word);
            }
            end = matcher.end();
            if (matcher.group(1) == null) {
                double seconds =
                        Integer.parseInt(matcher.group(4)) * 3600.0
                                + Integer.parseInt(matcher.group(5)) * 60.0
                                + (matcher.group(6) == null
                                        ? 0
                                        : Double.parseDouble(matcher.group(6)));
                micros += ("-".equals(matcher.group(3)) ? -seconds : seconds) * 1e6;
                continue;
            }
            double count = Double.parseDouble(matcher.group(1));
            String unit = matcher.group(2).toLowerCase(Locale.ROOT).replaceAll("s$", "");
            switch (unit) {
                case "year", "yr", "y" -> months += (long) (count * 12);
                case "mon", "month" -> months += (long) count;
                case "week", "w" -> days += (long) (count * 7);
                case "day", "d" -> days += (long) count;
                case "hour", "h", "hr" -> micros += count * 3.6e9;
                case "minute", "min", "m" -> micros += count * 6e7;
                case "second", "sec", "", "s" -> micros += count * 1e6;
                case "millisecond", "msec" -> micros += count * 1e3;
                case "microsecond" -> micros += count;
                default -> throw new DateTimeException(word);
            }
        }
        if (end == 0 || !word.substring(end).isBlank()) {
            throw new DateTimeException(word);
        }
        return new Interval((int) months, (int) days, Math.round(micros));
    }

    private static List<Object> readVector(String text) {
        List<Object> all = new ArrayList<>();
        for (String each : text.strip().split("\\s+", -1)) {
            if (!each.isEmpty()) {
                all.add(Long.valueOf(each));
            }
        }
        return all;
    }

    /** {@code {1,NULL,"a b",{2,3}}}. Used once. */
    private final class ArrayReader {
        private static final int DEEPEST = 6;
        private final PgType type;
        private final String text;
        private int at;

        ArrayReader(PgType type, String text) {
            this.type = type;
            this.text = text;
        }

        List<Object> read() {
            skip();
            if (at < text.length() && text.charAt(at) == '[') { // bounds: [1:3]={…}
                at = Math.max(at, text.indexOf('=', at) + 1);
            }
            List<Object> all = list(0);
            skip();
            if (at != text.length()) {
                throw malformed();
            }
            return all;
        }

        private void skip() {
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
        }

        private SqlError malformed() {
            return new SqlError("22P02", "malformed array literal: \"" + text + "\"");
        }

        private char next() {
            if (at >= text.length()) {
                throw malformed();
            }
            return text.charAt(at++);
        }

        private List<Object> list(int depth) {
            if (next() != '{' || depth == DEEPEST) {
                throw malformed();
            }
            List<Object> all = new ArrayList<>();
            skip();
            if (at < text.length() && text.charAt(at) == '}') {
                at++;
                return all;
            }
            while (true) {
                skip();
                all.add(element(depth));
                skip();
                char c = next();
                if (c == '}') {
                    return all;
                }
                if (c != ',') {
                    throw malformed();
                }
            }
        }

        private Object element(int depth) {
            if (at < text.length() && text.charAt(at) == '{') {
                return list(depth + 1);
            }
            StringBuilder word = new StringBuilder();
            if (at < text.length() && text.charAt(at) == '"') {
                at++;
                for (char c = next(); c != '"'; c = next()) {
                    word.append(c == '\\' ? next() : c);
                }
                return TextFormat.this.read(type.element(), word.toString());
            }
            boolean escaped = false;
            while (at < text.length() && "{},\"".indexOf(text.charAt(at)) < 0) {
                char c = next();
                escaped |= c == '\\';
                word.append(c == '\\' ? next() : c);
            }
            String bare = word.toString().strip();
            if (bare.isEmpty()) {
                throw malformed();
            }
            return !escaped && bare.equalsIgnoreCase("NULL")
                    ? Missing.NULL
                    : TextFormat.this.read(type.element(), bare);
        }
    }
}
