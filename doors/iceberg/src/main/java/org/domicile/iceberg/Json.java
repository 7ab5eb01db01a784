package org.domicile.iceberg;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The few small documents that this door writes and reads by itself. */
final class Json {
    private static final JsonFactory FACTORY =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(16)
                                    .maxStringLength(1 << 20)
                                    .build())
                    .build();

    private Json() {}

    /** A step of writing. */
    interface Writing {
        void to(JsonGenerator out) throws IOException;
    }

    static String object(Writing writing) {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = FACTORY.createGenerator(text)) {
            out.writeStartObject();
            writing.to(out);
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("a string does not fail", e);
        }
        return text.toString();
    }

    static void texts(JsonGenerator out, String name, Map<String, String> texts)
            throws IOException {
        out.writeObjectFieldStart(name);
        for (Map.Entry<String, String> each : texts.entrySet()) {
            out.writeStringField(each.getKey(), each.getValue());
        }
        out.writeEndObject();
    }

    static void texts(JsonGenerator out, String name, List<String> texts) throws IOException {
        out.writeArrayFieldStart(name);
        for (String each : texts) {
            out.writeString(each);
        }
        out.writeEndArray();
    }

    /**
     * A request that is to be signed (RemoteSignRequest): its texts by name, and its headers, each
     * with its values.
     */
    record ToSign(Map<String, String> texts, Map<String, List<String>> headers) {
        static ToSign parse(String json) {
            Map<String, String> texts = new LinkedHashMap<>();
            Map<String, List<String>> headers = new LinkedHashMap<>();
            try (JsonParser in = FACTORY.createParser(json)) {
                if (in.nextToken() != JsonToken.START_OBJECT) {
                    throw Failure.bad("The body is no JSON object.");
                }
                while (in.nextToken() == JsonToken.FIELD_NAME) {
                    String name = in.currentName();
                    JsonToken value = in.nextToken();
                    if (value == JsonToken.VALUE_STRING) {
                        texts.put(name, in.getText());
                    } else if (name.equals("headers") && value == JsonToken.START_OBJECT) {
                        headers(in, headers);
                    } else {
                        in.skipChildren();
                    }
                }
            } catch (IOException e) {
                throw Failure.bad("The body is not the JSON that is expected.");
            }
            return new ToSign(texts, headers);
        }

        private static void headers(JsonParser in, Map<String, List<String>> headers)
                throws IOException {
            while (in.nextToken() == JsonToken.FIELD_NAME) {
                String name = in.currentName();
                List<String> values = new ArrayList<>();
                if (in.nextToken() == JsonToken.START_ARRAY) {
                    while (in.nextToken() == JsonToken.VALUE_STRING) {
                        values.add(in.getText());
                    }
                } else {
                    in.skipChildren();
                }
                headers.put(name, values);
                if (headers.size() > 128) {
                    throw Failure.bad("Too many headers are to be signed.");
                }
            }
        }
    }
}
