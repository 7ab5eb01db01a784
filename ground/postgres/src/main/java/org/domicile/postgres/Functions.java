package org.domicile.postgres;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import org.domicile.postgres.World.Function;

/** Functions that need nothing but their arguments. */
final class Functions {
    private static final int LONGEST = 10_000_000;

    private final World world;
    private final Operators operators;

    Functions(World world, Operators operators) {
        this.world = world;
        this.operators = operators;
    }

    /**
     * One by its name.
     *
     * @param types of its arguments
     */
    Optional<Function> find(String name, List<PgType> types) {
        Optional<Function> own = world.function(name, types.size());
        if (own.isPresent() || !takes(name, types.size())) {
            return own;
        }
        return text(name, types).or(() -> other(name, types));
    }

    private static Optional<Function> of(PgType type, World.Body body) {
        return Optional.of(new Function(type, true, body));
    }

    private static Optional<Function> lax(PgType type, World.Body body) {
        return Optional.of(new Function(type, false, body));
    }

    private String string(Object value) {
        return value instanceof String text ? text : world.format().write(PgType.TEXT, value);
    }

    private String string(List<Object> arguments, int index) {
        return string(arguments.get(index));
    }

    private static int number(List<Object> arguments, int index) {
        Object value = arguments.get(index);
        if (value instanceof Long number) {
            return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, number));
        }
        if (value instanceof String text && text.matches("-?\\d{1,9}")) {
            return Integer.parseInt(text);
        }
        throw new SqlError("42883", "a whole number is wanted where something else stands");
    }

    /** Whether a name takes so many arguments. */
    private static boolean takes(String name, int count) {
        return switch (name) {
            case "now",
                    "current_timestamp",
                    "transaction_timestamp",
                    "statement_timestamp",
                    "clock_timestamp",
                    "localtimestamp",
                    "current_date",
                    "current_time",
                    "localtime" ->
                    count == 0;
            case "json_build_object", "jsonb_build_object", "concat" -> count >= 0;
            case "lower",
                    "upper",
                    "length",
                    "char_length",
                    "character_length",
                    "quote_ident",
                    "parse_ident",
                    "quote_literal",
                    "reverse",
                    "ascii",
                    "chr",
                    "abs",
                    "ceil",
                    "ceiling",
                    "floor",
                    "cardinality",
                    "to_timestamp",
                    "pg_typeof",
                    "to_json",
                    "to_jsonb",
                    "row_to_json" ->
                    count == 1;
            case "btrim", "ltrim", "rtrim", "round" -> count >= 1 && count <= 2;
            case "concat_ws", "format" -> count >= 1;
            case "left",
                    "right",
                    "strpos",
                    "position",
                    "starts_with",
                    "repeat",
                    "string_to_array",
                    "mod",
                    "array_length",
                    "array_upper",
                    "array_lower",
                    "array_append",
                    "array_cat",
                    "array_position",
                    "extract",
                    "date_part",
                    "timezone",
                    "format_type" ->
                    count == 2;
            case "substr", "substring", "trim", "regexp_match", "array_to_string" ->
                    count >= 2 && count <= 3;
            case "replace", "split_part" -> count == 3;
            case "regexp_replace" -> count >= 3 && count <= 4;
            default -> false;
        };
    }

    private Optional<Function> text(String name, List<PgType> types) {
        int count = types.size();
        return switch (name) {
            case "lower" -> of(PgType.TEXT, a -> string(a, 0).toLowerCase(Locale.ROOT));
            case "upper" -> of(PgType.TEXT, a -> string(a, 0).toUpperCase(Locale.ROOT));
            case "length", "char_length", "character_length" ->
                    of(
                            PgType.INT4,
                            a -> {
                                String text = string(a, 0);
                                return (long) text.codePointCount(0, text.length());
                            });
            case "substr", "substring" ->
                    types.get(1).isText() && count == 2
                            ? of(
                                    PgType.TEXT,
                                    a -> {
                                        Matcher found =
                                                operators
                                                        .regex(string(a, 1), false)
                                                        .matcher(operators.slowly(string(a, 0)));
                                        return found.find()
                                                ? found.group(Math.min(1, found.groupCount()))
                                                : Missing.NULL;
                                    })
                            : of(PgType.TEXT, this::substring);
            case "replace" ->
                    of(
                            PgType.TEXT,
                            a ->
                                    string(a, 1).isEmpty()
                                            ? string(a, 0)
                                            : bounded(
                                                    string(a, 0)
                                                            .replace(string(a, 1), string(a, 2))));
            case "trim" ->
                    of(
                            PgType.TEXT,
                            a ->
                                    trimmed(
                                            string(a, 1),
                                            count == 3 ? string(a, 2) : " ",
                                            string(a, 0)));
            case "btrim" -> trim("both", count);
            case "ltrim" -> trim("leading", count);
            case "rtrim" -> trim("trailing", count);
            case "concat" ->
                    lax(
                            PgType.TEXT,
                            a -> {
                                StringBuilder text = new StringBuilder();
                                for (int i = 0; i < a.size(); i++) {
                                    if (!Values.missing(a.get(i))) {
                                        text.append(world.format().write(types.get(i), a.get(i)));
                                    }
                                }
                                return text.toString();
                            });
            case "concat_ws" ->
                    lax(
                            PgType.TEXT,
                            a -> {
                                if (Values.missing(a.getFirst())) {
                                    return Missing.NULL;
                                }
                                List<String> parts = new ArrayList<>();
                                for (int i = 1; i < a.size(); i++) {
                                    if (!Values.missing(a.get(i))) {
                                        parts.add(world.format().write(types.get(i), a.get(i)));
                                    }
                                }
                                return String.join(string(a, 0), parts);
                            });
            case "left" ->
                    of(
                            PgType.TEXT,
                            a -> {
                                String text = string(a, 0);
                                int wanted = number(a, 1);
                                int end = wanted >= 0 ? wanted : text.length() + wanted;
                                return text.substring(0, Math.clamp(end, 0, text.length()));
                            });
            case "right" ->
                    of(
                            PgType.TEXT,
                            a -> {
                                String text = string(a, 0);
                                int wanted = number(a, 1);
                                int from = wanted >= 0 ? text.length() - wanted : -wanted;
                                return text.substring(Math.clamp(from, 0, text.length()));
                            });
            case "split_part" ->
                    of(
                            PgType.TEXT,
                            a -> {
                                String[] parts =
                                        string(a, 0)
                                                .split(
                                                        java.util.regex.Pattern.quote(string(a, 1)),
                                                        -1);
                                int part = number(a, 2);
                                return part >= 1 && part <= parts.length ? parts[part - 1] : "";
                            });
            case "strpos" -> of(PgType.INT4, a -> (long) string(a, 0).indexOf(string(a, 1)) + 1);
            case "position" -> of(PgType.INT4, a -> (long) string(a, 1).indexOf(string(a, 0)) + 1);
            case "starts_with" -> of(PgType.BOOL, a -> string(a, 0).startsWith(string(a, 1)));
            case "quote_ident" -> of(PgType.TEXT, a -> quotedName(string(a, 0)));
            case "parse_ident" ->
                    of(PgType.TEXT_ARRAY, a -> new ArrayList<Object>(identifiers(string(a, 0))));
            case "quote_literal" ->
                    of(PgType.TEXT, a -> "'" + string(a, 0).replace("'", "''") + "'");
            case "format" -> lax(PgType.TEXT, a -> format(types, a));
            case "regexp_replace" ->
                    of(
                            PgType.TEXT,
                            a -> {
                                String flags = count == 4 ? string(a, 3) : "";
                                Matcher matcher =
                                        operators
                                                .regex(string(a, 1), flags.contains("i"))
                                                .matcher(operators.slowly(string(a, 0)));
                                String by =
                                        Matcher.quoteReplacement(string(a, 2))
                                                .replaceAll(
                                                        "\\\\\\\\([1-9])",
                                                        Matcher.quoteReplacement("$") + "$1")
                                                .replace("\\\\&", "$0");
                                try {
                                    return flags.contains("g")
                                            ? matcher.replaceAll(by)
                                            : matcher.replaceFirst(by);
                                } catch (IndexOutOfBoundsException e) {
                                    throw new SqlError(
                                            "2201B", "invalid regular expression: no such group");
                                }
                            });
            case "regexp_match" ->
                    of(
                            PgType.TEXT_ARRAY,
                            a -> {
                                Matcher matcher =
                                        operators
                                                .regex(
                                                        string(a, 1),
                                                        count == 3 && string(a, 2).contains("i"))
                                                .matcher(operators.slowly(string(a, 0)));
                                if (!matcher.find()) {
                                    return Missing.NULL;
                                }
                                List<Object> groups = new ArrayList<>();
                                for (int i = Math.min(1, matcher.groupCount());
                                        i <= matcher.groupCount();
                                        i++) {
                                    String group = matcher.group(i);
                                    groups.add(group == null ? Missing.NULL : group);
                                }
                                return groups;
                            });
            case "repeat" ->
                    of(
                            PgType.TEXT,
                            a -> {
                                int times = Math.max(0, number(a, 1));
                                if ((long) times * string(a, 0).length() > LONGEST) {
                                    throw new SqlError("54000", "requested length too large");
                                }
                                return string(a, 0).repeat(times);
                            });
            case "reverse" ->
                    of(PgType.TEXT, a -> new StringBuilder(string(a, 0)).reverse().toString());
            case "ascii" ->
                    of(
                            PgType.INT4,
                            a -> string(a, 0).isEmpty() ? 0L : (long) string(a, 0).codePointAt(0));
            case "chr" ->
                    of(PgType.TEXT, a -> Character.toString(Math.clamp(number(a, 0), 1, 0x10ffff)));
            case "string_to_array" ->
                    of(
                            PgType.TEXT_ARRAY,
                            a -> {
                                List<Object> parts = new ArrayList<>();
                                if (!string(a, 0).isEmpty()) {
                                    parts.addAll(
                                            List.of(
                                                    string(a, 0)
                                                            .split(
                                                                    java.util.regex.Pattern.quote(
                                                                            string(a, 1)),
                                                                    -1)));
                                }
                                return parts;
                            });
            case "array_to_string" ->
                    lax(
                            PgType.TEXT,
                            a -> {
                                if (!(a.getFirst() instanceof List<?> list)
                                        || Values.missing(a.get(1))) {
                                    return Missing.NULL;
                                }
                                List<String> parts = new ArrayList<>();
                                for (Object each : list) {
                                    if (!Values.missing(each)) {
                                        parts.add(
                                                world.format()
                                                        .write(types.getFirst().element(), each));
                                    } else if (count == 3 && !Values.missing(a.get(2))) {
                                        parts.add(string(a, 2));
                                    }
                                }
                                return String.join(string(a, 1), parts);
                            });
            default -> Optional.empty();
        };
    }

    private static String bounded(String text) {
        if (text.length() > LONGEST) {
            throw new SqlError("54000", "the text gets too long");
        }
        return text;
    }

    private Optional<Function> trim(String side, int count) {
        return of(PgType.TEXT, a -> trimmed(string(a, 0), count == 2 ? string(a, 1) : " ", side));
    }

    private static String trimmed(String text, String of, String side) {
        int from = 0;
        int to = text.length();
        while (!side.equals("trailing") && from < to && of.indexOf(text.charAt(from)) >= 0) {
            from++;
        }
        while (!side.equals("leading") && to > from && of.indexOf(text.charAt(to - 1)) >= 0) {
            to--;
        }
        return text.substring(from, to);
    }

    private Object substring(List<Object> a) {
        String text = string(a, 0);
        long from = number(a, 1);
        long to = a.size() == 3 ? from + number(a, 2) : Integer.MAX_VALUE;
        if (to < from) {
            throw new SqlError("22011", "negative substring length not allowed");
        }
        int begin = (int) Math.clamp(from - 1, 0L, text.length());
        int end = (int) Math.clamp(to - 1, begin, text.length());
        return text.substring(begin, end);
    }

    /** The parts of a name that may have several. */
    private static List<String> identifiers(String name) {
        List<Token> words = Lexer.words(name);
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            boolean wanted = i % 2 == 0 ? words.get(i).name() : words.get(i).sign(".");
            if (i > 0 && i % 2 == 1 && words.get(i).kind() == Token.Kind.END) {
                return parts;
            }
            if (!wanted) {
                break;
            }
            if (i % 2 == 0) {
                parts.add(words.get(i).text());
            }
        }
        throw new SqlError("22023", "string is not a valid identifier: \"" + name + "\"");
    }

    /** A name as one writes it: in quotes where it needs them. */
    static String quotedName(String name) {
        return name.matches("[a-z_][a-z0-9_$]*") ? name : '"' + name.replace("\"", "\"\"") + '"';
    }

    private Object format(List<PgType> types, List<Object> a) {
        if (Values.missing(a.getFirst())) {
            return Missing.NULL;
        }
        String pattern = string(a, 0);
        StringBuilder text = new StringBuilder();
        int next = 1;
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (c != '%' || i + 1 == pattern.length()) {
                text.append(c);
                continue;
            }
            char kind = pattern.charAt(++i);
            if (kind == '%') {
                text.append('%');
                continue;
            }
            if (next >= a.size()) {
                throw new SqlError("22023", "too few arguments for format()");
            }
            Object value = a.get(next);
            String word = Values.missing(value) ? "" : world.format().write(types.get(next), value);
            next++;
            switch (kind) {
                case 's' -> text.append(word);
                case 'I' -> text.append(quotedName(word));
                case 'L' ->
                        text.append(
                                Values.missing(value)
                                        ? "NULL"
                                        : "'" + word.replace("'", "''") + "'");
                default ->
                        throw new SqlError(
                                "22023", "unrecognized format() type specifier \"" + kind + "\"");
            }
        }
        return text.toString();
    }

    private Optional<Function> other(String name, List<PgType> types) {
        int count = types.size();
        PgType first = types.isEmpty() ? PgType.UNKNOWN : types.getFirst();
        return switch (name) {
            case "abs" ->
                    of(
                            first,
                            a ->
                                    switch (a.getFirst()) {
                                        case Long number -> Math.abs(number);
                                        case BigDecimal number -> number.abs();
                                        case Double number -> Math.abs(number);
                                        default -> a.getFirst();
                                    });
            case "ceil", "ceiling" ->
                    of(
                            first == PgType.FLOAT8 ? first : PgType.NUMERIC,
                            a -> round(a, RoundingMode.CEILING));
            case "floor" ->
                    of(
                            first == PgType.FLOAT8 ? first : PgType.NUMERIC,
                            a -> round(a, RoundingMode.FLOOR));
            case "round" ->
                    of(
                            first == PgType.FLOAT8 ? first : PgType.NUMERIC,
                            a ->
                                    count == 1
                                            ? round(a, RoundingMode.HALF_UP)
                                            : decimal(a)
                                                    .setScale(
                                                            Math.clamp(number(a, 1), -100, 100),
                                                            RoundingMode.HALF_UP));
            case "mod" ->
                    of(
                            Values.common(first, types.get(1)),
                            a -> operators.calculate("%", first, a.getFirst(), a.get(1)));
            case "array_length", "array_upper" ->
                    of(
                            PgType.INT4,
                            a ->
                                    a.getFirst() instanceof List<?> list
                                                    && !list.isEmpty()
                                                    && number(a, 1) == 1
                                            ? (Object)
                                                    (first.isVector() && name.equals("array_upper")
                                                            ? list.size() - 1L
                                                            : (long) list.size())
                                            : Missing.NULL);
            case "array_lower" ->
                    of(
                            PgType.INT4,
                            a ->
                                    a.getFirst() instanceof List<?> list && !list.isEmpty()
                                            ? (Object) (first.isVector() ? 0L : 1L)
                                            : Missing.NULL);
            case "cardinality" ->
                    of(PgType.INT4, a -> a.getFirst() instanceof List<?> l ? l.size() : 0L);
            case "array_append" ->
                    lax(first, a -> operators.calculate("||", first, list(a.getFirst()), a.get(1)));
            case "array_cat" ->
                    lax(
                            first,
                            a ->
                                    operators.calculate(
                                            "||", first, list(a.getFirst()), list(a.get(1))));
            case "array_position" ->
                    of(
                            PgType.INT4,
                            a -> {
                                List<?> list = list(a.getFirst());
                                for (int i = 0; i < list.size(); i++) {
                                    if (!Values.missing(list.get(i))
                                            && Values.compare(list.get(i), a.get(1)) == 0) {
                                        return first.isVector() ? (long) i : i + 1L;
                                    }
                                }
                                return Missing.NULL;
                            });
            case "now",
                    "current_timestamp",
                    "transaction_timestamp",
                    "statement_timestamp",
                    "clock_timestamp" ->
                    of(
                            PgType.TIMESTAMPTZ,
                            a -> world.clock().instant().truncatedTo(ChronoUnit.MICROS));
            case "localtimestamp" ->
                    of(
                            PgType.TIMESTAMP,
                            a -> here().toLocalDateTime().truncatedTo(ChronoUnit.MICROS));
            case "current_date" -> of(PgType.DATE, a -> here().toLocalDate());
            case "current_time" ->
                    of(
                            PgType.TIMETZ,
                            a ->
                                    here().toOffsetDateTime()
                                            .toOffsetTime()
                                            .truncatedTo(ChronoUnit.MICROS));
            case "localtime" ->
                    of(PgType.TIME, a -> here().toLocalTime().truncatedTo(ChronoUnit.MICROS));
            case "extract", "date_part" ->
                    of(
                            name.equals("extract") ? PgType.NUMERIC : PgType.FLOAT8,
                            a -> {
                                BigDecimal part =
                                        part(string(a, 0).toLowerCase(Locale.ROOT), a.get(1));
                                return name.equals("extract")
                                        ? (Object) part
                                        : (Object) part.doubleValue();
                            });
            case "timezone" ->
                    of(
                            types.get(1) == PgType.TIMESTAMP
                                    ? PgType.TIMESTAMPTZ
                                    : PgType.TIMESTAMP,
                            a -> zoned(string(a, 0), a.get(1)));
            case "to_timestamp" ->
                    of(
                            PgType.TIMESTAMPTZ,
                            a ->
                                    Instant.EPOCH.plus(
                                            Math.round(decimal(a).doubleValue() * 1e6),
                                            ChronoUnit.MICROS));
            case "pg_typeof" -> lax(PgType.REGTYPE, a -> world.reg(PgType.REGTYPE, first.oid()));
            case "format_type" ->
                    lax(
                            PgType.TEXT,
                            a -> {
                                if (Values.missing(a.getFirst())) {
                                    return Missing.NULL;
                                }
                                int modifier = Values.missing(a.get(1)) ? -1 : number(a, 1);
                                int oid = (int) Values.oid(a.getFirst());
                                return oid == 0
                                        ? "-"
                                        : PgType.of(oid)
                                                .map(type -> type.title(modifier))
                                                .orElse("???");
                            });
            case "json_build_object", "jsonb_build_object" ->
                    lax(
                            name.startsWith("jsonb") ? PgType.JSONB : PgType.JSON,
                            a -> {
                                StringBuilder json = new StringBuilder("{");
                                for (int i = 0; i < a.size(); i += 2) {
                                    json.append(i > 0 ? ", " : "");
                                    json.append(Json.quoted(string(a, i))).append(" : ");
                                    json.append(
                                            Json.of(
                                                    world.format(),
                                                    types.get(i + 1),
                                                    a.get(i + 1)));
                                }
                                return json.append('}').toString();
                            });
            case "to_json", "to_jsonb", "row_to_json" ->
                    of(
                            name.equals("to_jsonb") ? PgType.JSONB : PgType.JSON,
                            a -> Json.of(world.format(), first, a.getFirst()));
            default -> Optional.empty();
        };
    }

    private static List<?> list(Object value) {
        return value instanceof List<?> list ? list : List.of();
    }

    private static BigDecimal decimal(List<Object> a) {
        if (a.getFirst() instanceof Number number) {
            return Values.decimal(number);
        }
        throw new SqlError("42883", "a number is wanted where something else stands");
    }

    private static Object round(List<Object> a, RoundingMode how) {
        BigDecimal rounded = decimal(a).setScale(0, how);
        return a.getFirst() instanceof Double ? (Object) rounded.doubleValue() : rounded;
    }

    private ZonedDateTime here() {
        return world.clock().instant().atZone(world.format().zone());
    }

    private static Object zoned(String name, Object value) {
        ZoneId zone;
        try {
            zone = ZoneId.of(name);
        } catch (java.time.DateTimeException e) {
            throw new SqlError("22023", "time zone \"" + name + "\" not recognized");
        }
        return switch (value) {
            case LocalDateTime moment -> moment.atZone(zone).toInstant();
            case Instant instant -> instant.atZone(zone).toLocalDateTime();
            default -> throw new SqlError("42883", "function timezone does not take this type");
        };
    }

    private BigDecimal part(String field, Object value) {
        if (value instanceof Interval span && field.equals("epoch")) {
            return BigDecimal.valueOf(span.micros(), 6)
                    .add(BigDecimal.valueOf(86_400L * (span.days() + 30L * span.months())));
        }
        LocalDateTime moment =
                switch (value) {
                    case LocalDate date -> date.atStartOfDay();
                    case LocalDateTime own -> own;
                    case Instant instant ->
                            instant.atZone(
                                            field.equals("epoch")
                                                    ? java.time.ZoneOffset.UTC
                                                    : world.format().zone())
                                    .toLocalDateTime();
                    default -> throw new SqlError("42883", "extract does not take this type");
                };
        return switch (field) {
            case "year" -> BigDecimal.valueOf(moment.getYear());
            case "month" -> BigDecimal.valueOf(moment.getMonthValue());
            case "day" -> BigDecimal.valueOf(moment.getDayOfMonth());
            case "hour" -> BigDecimal.valueOf(moment.getHour());
            case "minute" -> BigDecimal.valueOf(moment.getMinute());
            case "second" ->
                    BigDecimal.valueOf(
                            moment.getSecond() * 1_000_000L + moment.getNano() / 1_000, 6);
            case "doy" -> BigDecimal.valueOf(moment.getDayOfYear());
            case "dow" -> BigDecimal.valueOf(moment.getDayOfWeek().getValue() % 7);
            case "epoch" ->
                    BigDecimal.valueOf(
                            ChronoUnit.MICROS.between(LocalDateTime.of(1970, 1, 1, 0, 0), moment),
                            6);
            default -> throw new SqlError("22023", "unit \"" + field + "\" not recognized");
        };
    }
}
