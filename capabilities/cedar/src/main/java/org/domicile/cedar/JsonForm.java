package org.domicile.cedar;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Values, names and entities in Cedar's JSON. They are written in its explicit form ({@code __entity}, {@code
 * __extn}), which means the same with a schema and without. What is equal is written equal: keys,
 * elements of sets and parents stand in the order of their text.
 */
public final class JsonForm {
    private static final DateTimeFormatter MOMENT =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private JsonForm() {}

    /**
     * The value of a JSON text, without a schema.
     *
     * @throws CedarException if it is no JSON, or no value
     */
    public static Value parse(String json) throws CedarException {
        return new EntityReader(null).value(json);
    }

    /** An array of objects with {@code uid}, {@code attrs}, {@code parents} and {@code tags}. */
    public static String format(Collection<Entity> entities) {
        List<String> all = new ArrayList<>();
        for (Entity entity : entities) {
            List<String> parents = new ArrayList<>();
            entity.ancestors().forEach(parent -> parents.add(name(parent)));
            parents.sort(null);
            all.add(
                    "{\"uid\":"
                            + name(entity.uid())
                            + ",\"attrs\":"
                            + fields(entity.attributes())
                            + ",\"parents\":["
                            + String.join(",", parents)
                            + "],\"tags\":"
                            + fields(entity.tags())
                            + "}");
        }
        return "[" + String.join(",", all) + "]";
    }

    /** {@code {"type", "id"}}, as a request names its parts. */
    public static String name(EntityUid uid) {
        return "{\"type\":" + quoted(uid.type()) + ",\"id\":" + quoted(uid.id()) + "}";
    }

    /** A value. */
    public static String format(Value value) {
        return switch (value) {
            case Value.Bool(boolean flag) -> Boolean.toString(flag);
            case Value.Whole(long number) -> Long.toString(number);
            case Value.Text(String text) -> quoted(text);
            case Value.Many many -> {
                List<String> elements = new ArrayList<>();
                many.elements().forEach(element -> elements.add(format(element)));
                elements.sort(null);
                yield "[" + String.join(",", elements) + "]";
            }
            case Value.Fields(Map<String, Value> values) -> fields(values);
            case EntityUid uid -> "{\"__entity\":" + name(uid) + "}";
            case Datetime(long milliseconds) ->
                    called("datetime", MOMENT.format(Instant.ofEpochMilli(milliseconds)));
            case Decimal decimal -> called("decimal", argument(decimal));
            case IpAddress address -> called("ip", argument(address));
            case Duration duration -> called("duration", argument(duration));
        };
    }

    /** These print as they are written in a policy: the function's name and its text in quotes. */
    private static String argument(Value value) {
        String written = value.toString();
        return written.substring(written.indexOf('"') + 1, written.lastIndexOf('"'));
    }

    private static String called(String function, String argument) {
        return "{\"__extn\":{\"fn\":" + quoted(function) + ",\"arg\":" + quoted(argument) + "}}";
    }

    private static String fields(Map<String, Value> values) {
        StringBuilder text = new StringBuilder("{");
        new TreeMap<>(values)
                .forEach((key, value) ->
                        text.append(text.length() > 1 ? "," : "")
                                .append(quoted(key))
                                .append(':')
                                .append(format(value)));
        return text.append('}').toString();
    }

    /** A text in JSON's quotes. */
    public static String quoted(String text) {
        StringBuilder out = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> out.append('\\').append(c);
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < ' ') {
                        out.append("\\u00")
                                .append(Character.forDigit(c >> 4, 16))
                                .append(Character.forDigit(c & 15, 16));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        return out.append('"').toString();
    }
}
