package org.domicile.postgres;

import java.util.List;
import java.util.stream.Collectors;

/** Values as JSON, as {@code to_json} writes them. */
final class Json {
    private Json() {}

    static String of(TextFormat format, PgType type, Object value) {
        return switch (value) {
            case Missing _ -> "null";
            case Boolean truth -> truth.toString();
            case Long number -> number.toString();
            case Double number when !number.isNaN() && !number.isInfinite() ->
                    format.write(type, number);
            case java.math.BigDecimal number -> number.toPlainString();
            case List<?> list ->
                    list.stream()
                            .map(each -> of(format, type.element(), each))
                            .collect(Collectors.joining(",", "[", "]"));
            case Composite row -> {
                StringBuilder json = new StringBuilder("{");
                for (int i = 0; i < row.values().size(); i++) {
                    json.append(i > 0 ? "," : "").append(quoted(row.names().get(i))).append(':');
                    json.append(of(format, row.types().get(i), row.values().get(i)));
                }
                yield json.append('}').toString();
            }
            case String text when type == PgType.JSON || type == PgType.JSONB -> text;
            default -> quoted(format.write(type, value));
        };
    }

    static String quoted(String text) {
        StringBuilder json = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> json.append('\\').append(c);
                case '\n' -> json.append("\\n");
                case '\r' -> json.append("\\r");
                case '\t' -> json.append("\\t");
                case '\b' -> json.append("\\b");
                case '\f' -> json.append("\\f");
                default -> {
                    if (c < ' ') {
                        json.append("\\u%04x".formatted((int) c));
                    } else {
                        json.append(c);
                    }
                }
            }
        }
        return json.append('"').toString();
    }
}
