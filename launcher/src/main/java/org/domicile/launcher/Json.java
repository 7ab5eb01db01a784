package org.domicile.launcher;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * JSON objects as the server's small files hold them and commands read and print them. A JSON null
 * that is read is a field that is not there.
 */
final class Json {
    private static final JsonFactory FACTORY =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(16).build())
                    .build();

    /** A JSON null, for lines whose readers count on every field. */
    static final Object NOTHING =
            new Object() {
                @Override
                public String toString() {
                    return "";
                }
            };

    private Json() {}

    /**
     * One object: texts, whole numbers, truths, lists and objects by name, in the order of the
     * file.
     */
    record Row(Map<String, Object> fields) {
        /** A field as text; empty when it is not there. */
        String text(String name) {
            Object value = fields.get(name);
            return value == null ? "" : String.valueOf(value);
        }

        /** A whole number; 0 when it is none. */
        long number(String name) {
            return fields.get(name) instanceof Long number ? number : 0;
        }

        /** The texts of a list. */
        List<String> texts(String name) {
            return fields.get(name) instanceof List<?> list
                    ? list.stream().map(String::valueOf).toList()
                    : List.of();
        }

        /** The objects of a list. */
        List<Row> rows(String name) {
            List<Row> rows = new ArrayList<>();
            if (fields.get(name) instanceof List<?> list) {
                for (Object each : list) {
                    if (each instanceof Row row) {
                        rows.add(row);
                    }
                }
            }
            return rows;
        }

        /** An object within; an empty one when it is not there. */
        Row row(String name) {
            return fields.get(name) instanceof Row row ? row : new Row(Map.of());
        }

        /** On one line. */
        String line() {
            return text(json -> {});
        }

        /** Over several lines, for a file that people look into. */
        byte[] file() {
            return (text(json -> json.setPrettyPrinter(new DefaultPrettyPrinter())) + "\n")
                    .getBytes(StandardCharsets.UTF_8);
        }

        private String text(Consumer<JsonGenerator> form) {
            StringWriter text = new StringWriter();
            try (JsonGenerator json = FACTORY.createGenerator(text)) {
                form.accept(json);
                write(json, this);
            } catch (IOException e) {
                throw new UncheckedIOException("memory does not fail", e);
            }
            return text.toString();
        }
    }

    /** An object of names and values in turn. */
    static Row row(Object... namesAndValues) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.put(String.valueOf(namesAndValues[i]), namesAndValues[i + 1]);
        }
        return new Row(fields);
    }

    /** Parses one object and nothing after it. */
    static Row object(byte[] text) throws IOException {
        try (JsonParser json = FACTORY.createParser(text)) {
            if (json.nextToken() == JsonToken.START_OBJECT
                    && value(json) instanceof Row row
                    && json.nextToken() == null) {
                return row;
            }
            throw new IOException("it is no JSON object");
        }
    }

    private static Object value(JsonParser json) throws IOException {
        JsonToken token = json.currentToken();
        if (token == JsonToken.START_OBJECT) {
            Map<String, Object> fields = new LinkedHashMap<>();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                if (json.nextToken() != JsonToken.VALUE_NULL) {
                    fields.put(name, value(json));
                }
            }
            return new Row(fields);
        }
        if (token == JsonToken.START_ARRAY) {
            List<Object> list = new ArrayList<>();
            while (json.nextToken() != JsonToken.END_ARRAY) {
                list.add(value(json));
            }
            return list;
        }
        if (token == JsonToken.VALUE_NUMBER_INT) {
            return json.getLongValue();
        }
        if (token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE) {
            return json.getBooleanValue();
        }
        if (token == null) {
            throw new IOException("the JSON ends too early");
        }
        return json.getText();
    }

    private static void write(JsonGenerator json, Object value) throws IOException {
        switch (value) {
            case Row row -> {
                json.writeStartObject();
                for (Map.Entry<String, Object> field : row.fields().entrySet()) {
                    json.writeFieldName(field.getKey());
                    write(json, field.getValue());
                }
                json.writeEndObject();
            }
            case List<?> list -> {
                json.writeStartArray();
                for (Object each : list) {
                    write(json, each);
                }
                json.writeEndArray();
            }
            case Long number -> json.writeNumber(number);
            case Integer number -> json.writeNumber(number);
            case Double number -> json.writeNumber(number);
            case Boolean truth -> json.writeBoolean(truth);
            case Object nothing when nothing == NOTHING -> json.writeNull();
            default -> json.writeString(String.valueOf(value));
        }
    }
}
