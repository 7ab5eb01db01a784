package org.domicile.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.domicile.http.BodyOutput;
import org.domicile.streams.StreamRecord;

/**
 * Where events go, in pieces: the text of a record is several times its size and never there whole.
 * Owned by the request's thread.
 */
final class Sink {
    private static final int PIECE = 8 << 10;

    private final BodyOutput out;
    private final boolean lines;
    private final Map<Integer, Long> next;
    private final OutputStream pieces = new Pieces();

    /** Whether nothing of the record goes any more. */
    private BooleanSupplier over = () -> false;

    Sink(BodyOutput out, boolean lines, Map<Integer, Long> places) {
        this.out = out;
        this.lines = lines;
        this.next = new TreeMap<>(places);
    }

    /** What a record's text is written to; it is not the answer's end. */
    private final class Pieces extends OutputStream {
        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (over.getAsBoolean()) {
                throw new IOException("whoever follows takes a record too slowly");
            }
            out.write(ByteBuffer.wrap(bytes, offset, length));
        }
    }

    void open() throws IOException {
        if (!lines) {
            write(": records follow\n\n");
        }
        flush();
    }

    void flush() throws IOException {
        out.flush();
    }

    void breathe() throws IOException {
        write(lines ? "\n" : ":\n\n");
        flush();
    }

    private void write(String text) throws IOException {
        out.write(ByteBuffer.wrap(text.getBytes(UTF_8)));
    }

    /**
     * One record.
     *
     * @param over when it fails where it is
     */
    void send(StreamRecord record, BooleanSupplier over) throws IOException {
        this.over = over;
        next.put(record.partition(), record.offset() + 1);
        if (lines) {
            body(record);
            write("\n");
            return;
        }
        StringBuilder head = new StringBuilder("id: ");
        next.forEach((partition, offset) ->
                head.append(head.length() > 4 ? "," : "")
                        .append(partition)
                        .append(':')
                        .append(offset));
        write(head.append("\ndata: ").toString());
        body(record);
        write("\n\n");
    }

    void end(Failure failure) throws IOException {
        byte[] error = Answers.error(failure);
        if (!lines) {
            write("event: error\ndata: ");
        }
        out.write(ByteBuffer.wrap(error));
        write(lines ? "\n" : "\n\n");
        flush();
    }

    private void body(StreamRecord record) throws IOException {
        try (JsonGenerator json = Answers.JSON.createGenerator(pieces)) {
            json.writeStartObject();
            json.writeNumberField("partition", record.partition());
            json.writeNumberField("offset", record.offset());
            json.writeStringField("at", record.at().toString());
            if (record.key().isPresent()) {
                value(json, "key", record.key().get(), false);
            }
            if (record.value().isPresent()) {
                value(json, "value", record.value().get(), true);
            } else {
                json.writeNullField("value");
            }
            if (!record.headers().isEmpty()) {
                json.writeObjectFieldStart("headers");
                for (StreamRecord.Header each : record.headers()) {
                    value(json, each.name(), each.value(), false);
                }
                json.writeEndObject();
            }
            json.writeEndObject();
        }
    }

    /** JSON as it is, other text as text, and anything else in base64. */
    private void value(JsonGenerator json, String name, byte[] value, boolean mayBeJson)
            throws IOException {
        json.writeFieldName(name);
        if (!isText(value)) {
            json.writeStartObject();
            json.writeFieldName("base64");
            json.writeBinary(value);
            json.writeEndObject();
        } else if (mayBeJson && isJson(value)) {
            json.writeRawValue(""); // what stands before it
            json.flush();
            raw(value);
        } else {
            json.writeString(new InputStreamReader(new ByteArrayInputStream(value), UTF_8), -1);
        }
    }

    /** In one line: breaks of lines are blank space of JSON, and would end an event's data. */
    private void raw(byte[] value) throws IOException {
        byte[] piece = new byte[PIECE];
        int length = 0;
        boolean broken = false;
        for (byte each : value) {
            boolean breaks = each == '\n' || each == '\r';
            if (!breaks || !broken) {
                piece[length] = breaks ? (byte) ' ' : each;
                length++;
            }
            broken = breaks;
            if (length == PIECE) {
                pieces.write(piece, 0, length);
                length = 0;
            }
        }
        pieces.write(piece, 0, length);
    }

    /** Whether it is UTF-8. */
    private static boolean isText(byte[] value) {
        CharsetDecoder decoder = UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(value);
        CharBuffer some = CharBuffer.allocate(PIECE);
        CoderResult result = decoder.decode(in, some, true);
        while (result.isOverflow()) {
            some.clear();
            result = decoder.decode(in, some, true);
        }
        return result.isUnderflow();
    }

    private static boolean isJson(byte[] value) throws IOException {
        if (!Records.isUtf8(value, 0, value.length)) {
            return false;
        }
        try (JsonParser json = Answers.JSON.createParser(value)) {
            if (json.nextToken() == null) {
                return false;
            }
            json.skipChildren();
            return json.nextToken() == null; // passes over a text without keeping it
        } catch (JacksonException e) {
            return false;
        }
    }
}
