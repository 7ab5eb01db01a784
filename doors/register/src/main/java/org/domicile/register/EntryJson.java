package org.domicile.register;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads an entry of the public log: texts, whole numbers, lists and objects. */
final class EntryJson {
    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(8)
                                    .maxDocumentLength(65_535)
                                    .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build();

    /** How entries begin that say nothing of purposes: one each second, so they are not read. */
    private static final byte[] CHECKPOINTS =
            "{\"kind\":\"checkpoints\",".getBytes(StandardCharsets.US_ASCII);

    private EntryJson() {}

    /** The members; empty for checkpoints, and for what is no entry. */
    static Optional<Map<?, ?>> read(byte[] entry) {
        if (begins(entry)) {
            return Optional.empty();
        }
        try (JsonParser json = JSON.createParser(entry)) {
            json.nextToken();
            return value(json) instanceof Map<?, ?> map && json.nextToken() == null
                    ? Optional.of(map)
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The minute of an entry, of checkpoints too. */
    static Optional<String> minute(byte[] entry) {
        String text = new String(entry, StandardCharsets.UTF_8);
        int at = text.lastIndexOf("\"minute\":\"");
        return at < 0 || at + 27 > text.length()
                ? Optional.empty()
                : Optional.of(text.substring(at + 10, at + 27));
    }

    private static boolean begins(byte[] entry) {
        return entry.length > CHECKPOINTS.length
                && java.util.Arrays.equals(
                        entry, 0, CHECKPOINTS.length, CHECKPOINTS, 0, CHECKPOINTS.length);
    }

    private static Object value(JsonParser json) throws IOException {
        JsonToken token = json.currentToken();
        if (token == JsonToken.START_OBJECT) {
            Map<String, Object> map = new LinkedHashMap<>();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                json.nextToken();
                map.put(name, value(json));
            }
            return map;
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
        if (token == JsonToken.VALUE_STRING) {
            return json.getText();
        }
        throw new IOException("an entry has no such value");
    }

    static String text(Map<?, ?> members, String name) {
        return members.get(name) instanceof String text ? text : "";
    }

    static long number(Map<?, ?> members, String name) {
        return members.get(name) instanceof Long number ? number : 0;
    }

    static List<?> list(Map<?, ?> members, String name) {
        return members.get(name) instanceof List<?> list ? list : List.of();
    }

    static Map<?, ?> map(Map<?, ?> members, String name) {
        return members.get(name) instanceof Map<?, ?> map ? map : Map.of();
    }
}
