package org.domicile.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Maps, lists, texts and numbers as JSON, both ways. */
final class Json {
    private static final JsonFactory FACTORY = new JsonFactory();
    private static final double PLACES = 1_000;

    private Json() {}

    /** One line. */
    static String text(Map<String, ?> object) {
        StringWriter text = new StringWriter();
        try (JsonGenerator to = FACTORY.createGenerator(text)) {
            write(to, object);
        } catch (IOException e) {
            throw new AssertionError("a string takes everything", e);
        }
        return text.toString();
    }

    private static void write(JsonGenerator to, Object value) throws IOException {
        switch (value) {
            case Map<?, ?> map -> {
                to.writeStartObject();
                for (Map.Entry<?, ?> each : map.entrySet()) {
                    to.writeFieldName((String) each.getKey());
                    write(to, each.getValue());
                }
                to.writeEndObject();
            }
            case List<?> list -> {
                to.writeStartArray();
                for (Object each : list) {
                    write(to, each);
                }
                to.writeEndArray();
            }
            case String string -> to.writeString(string);
            case Integer number -> to.writeNumber(number);
            case Long number -> to.writeNumber(number);
            case Double number -> to.writeNumber(Math.round(number * PLACES) / PLACES);
            default -> throw new IllegalArgumentException("no JSON for " + value.getClass());
        }
    }

    /** An object; numbers become Long or Double, null, true and false texts. */
    static Map<String, Object> object(String text) throws IOException {
        try (JsonParser from = FACTORY.createParser(text)) {
            if (from.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("not an object of JSON: " + text);
            }
            return members(from);
        }
    }

    /** An array of objects. */
    static List<Map<String, Object>> objects(String text) throws IOException {
        try (JsonParser from = FACTORY.createParser(text)) {
            if (from.nextToken() != JsonToken.START_ARRAY) {
                throw new IOException("not an array of JSON");
            }
            List<Map<String, Object>> objects = new ArrayList<>();
            while (from.nextToken() == JsonToken.START_OBJECT) {
                objects.add(members(from));
            }
            return objects;
        }
    }

    private static Map<String, Object> members(JsonParser from) throws IOException {
        Map<String, Object> members = new LinkedHashMap<>();
        while (from.nextToken() != JsonToken.END_OBJECT) {
            String name = from.currentName();
            from.nextToken();
            members.put(name, value(from));
        }
        return members;
    }

    private static Object value(JsonParser from) throws IOException {
        JsonToken token = from.currentToken();
        if (token == null) {
            throw new IOException("JSON that ends early");
        }
        return switch (token) {
            case START_OBJECT -> members(from);
            case START_ARRAY -> {
                List<Object> values = new ArrayList<>();
                while (from.nextToken() != JsonToken.END_ARRAY) {
                    values.add(value(from));
                }
                yield values;
            }
            case VALUE_NUMBER_INT -> from.getLongValue();
            case VALUE_NUMBER_FLOAT -> from.getDoubleValue();
            default -> from.getText();
        };
    }
}
