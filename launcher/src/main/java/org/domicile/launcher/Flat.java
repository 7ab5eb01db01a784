package org.domicile.launcher;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Small JSON objects of texts, lists and objects, written from maps and read into one flat map: the
 * value of {@code {"a":{"b":["x","y"]}}} at {@code a.b.0} is {@code x}.
 */
final class Flat {
    private static final JsonFactory JSON = new JsonFactory();

    private Flat() {}

    /** Writes maps, lists, numbers, booleans and texts, over several lines. */
    static byte[] write(Map<String, ?> object) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.setPrettyPrinter(new DefaultPrettyPrinter());
            value(json, object);
        } catch (IOException e) {
            throw new IllegalStateException("memory does not fail", e);
        }
        out.write('\n');
        return out.toByteArray();
    }

    private static void value(JsonGenerator json, Object value) throws IOException {
        switch (value) {
            case Map<?, ?> map -> {
                json.writeStartObject();
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    json.writeFieldName(String.valueOf(entry.getKey()));
                    value(json, entry.getValue());
                }
                json.writeEndObject();
            }
            case List<?> list -> {
                json.writeStartArray();
                for (Object each : list) {
                    value(json, each);
                }
                json.writeEndArray();
            }
            case Integer number -> json.writeNumber(number);
            case Long number -> json.writeNumber(number);
            case Boolean truth -> json.writeBoolean(truth);
            default -> json.writeString(String.valueOf(value));
        }
    }

    /** All values as texts by their path. @throws IOException when it is no JSON */
    static Map<String, String> read(byte[] text) throws IOException {
        Map<String, String> values = new LinkedHashMap<>();
        try (JsonParser json = JSON.createParser(text)) {
            json.nextToken();
            read(json, "", values);
        }
        return values;
    }

    private static void read(JsonParser json, String path, Map<String, String> values)
            throws IOException {
        JsonToken token = json.currentToken();
        String below = path.isEmpty() ? "" : path + ".";
        if (token == JsonToken.START_OBJECT) {
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                json.nextToken();
                read(json, below + name, values);
            }
        } else if (token == JsonToken.START_ARRAY) {
            for (int i = 0; json.nextToken() != JsonToken.END_ARRAY; i++) {
                if (json.currentToken() == null) {
                    throw new IOException("the JSON ends within a list");
                }
                read(json, below + i, values);
            }
        } else if (token == null) {
            throw new IOException("the JSON ends too early");
        } else {
            values.put(path, String.valueOf(json.getText()));
        }
    }
}
