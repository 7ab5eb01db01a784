package org.domicile.flink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.logical.RowType;
import org.domicile.schemas.Format;
import org.domicile.schemas.SchemaText;
import org.domicile.schemas.Written;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rows of records in every language, with schemas that are asked for. Payloads by hand. */
@Timeout(60)
final class RecordReaderTest {
    private static final String AVRO =
            """
            {"type":"record","name":"R","fields":[{"name":"station","type":"string"},
            {"name":"level","type":"int"}%s]}
            """;
    private static final String PROTOBUF =
            "syntax = \"proto3\"; message R { string station = 1; int32 level = 2; %s }";

    private final Map<Integer, Written> known = new HashMap<>();
    private final List<Integer> asked = new ArrayList<>();

    private void known(int id, Format format, String text) {
        known.put(id, new Written(new SchemaText(format, text), List.of()));
    }

    private RecordReader reader(int schema) {
        return reader(schema, "");
    }

    private RecordReader reader(int schema, String time) {
        RecordReader.asks((watch, stream, id) -> {
            assertEquals("w s", watch + " " + stream);
            asked.add(id);
            Written found = known.get(id);
            return found == null ? new byte[0] : found.encoded();
        });
        return new RecordReader(
                "w",
                "s",
                schema,
                time,
                List.of("level", "station"),
                InternalTypeInfo.of(RowType.of()));
    }

    private static byte[] framed(int id, byte[]... parts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(0);
        bytes.writeBytes(ByteBuffer.allocate(4).putInt(id).array());
        for (byte[] each : parts) {
            bytes.writeBytes(each);
        }
        return bytes.toByteArray();
    }

    private static void is(String row, RecordReader reader, byte[] record) throws IOException {
        RowData read = reader.deserialize(record);
        assertNotNull(read, row);
        assertEquals(row, read.getString(1) + " " + read.getInt(0));
    }

    @Test
    void avro() throws Exception {
        known(1, Format.AVRO, AVRO.formatted(""));
        RecordReader reader = reader(1);
        byte[] north = {10, 'n', 'o', 'r', 't', 'h', 14};
        is("north 7", reader, framed(1, north));
        is("north 7", reader, framed(1, north));
        is("south 5", reader, "{\"station\":\"south\",\"level\":5}".getBytes(UTF_8));
        assertNull(reader.deserialize(framed(2, north)), "not of the stream");
        assertNull(reader.deserialize(framed(2, north)));
        assertNull(reader.deserialize(framed(1, new byte[] {10, 'n'})));
        assertNull(reader.deserialize("{\"station\":\"south\"}".getBytes(UTF_8)));
        assertNull(reader.deserialize(new byte[0]));
        assertNull(reader.deserialize(null));
        // registered while it runs: what is new in it is no column here
        known(3, Format.AVRO, AVRO.formatted(",{\"name\":\"note\",\"type\":\"string\"}"));
        is("north 7", reader, framed(3, north, new byte[] {2, 'x'}));
        // of the stream, and of no use
        known(4, Format.PROTOBUF, PROTOBUF.formatted(""));
        known(5, Format.AVRO, "{");
        for (int i = 0; i < 3; i++) {
            assertNull(reader.deserialize(framed(4, north)), "of another language");
            assertNull(reader.deserialize(framed(5, north)), "no schema");
        }
        assertEquals(List.of(1, 1, 2, 3, 4, 5), asked, "each once, as writer or reader");
    }

    @Test
    void protobuf() throws Exception {
        known(1, Format.PROTOBUF, PROTOBUF.formatted(""));
        known(2, Format.PROTOBUF, PROTOBUF.formatted("bytes note = 3;"));
        RecordReader reader = reader(1);
        byte[] north = {10, 5, 'n', 'o', 'r', 't', 'h', 16, 7};
        is("north 7", reader, framed(1, new byte[] {0}, north));
        is("north 7", reader, framed(2, new byte[] {2, 0}, north, new byte[] {26, 1, 1}));
        assertNull(reader.deserialize(framed(1, new byte[] {4}, north)), "no such message");
    }

    @Test
    void json() throws Exception {
        known(
                1,
                Format.JSON,
                """
                {"type":"object","properties":{"station":{"type":"string"},
                "level":{"type":"integer","maximum":9}},"required":["station"]}
                """);
        RecordReader reader = reader(1);
        byte[] record = "{\"station\":\"north\",\"level\":7}".getBytes(UTF_8);
        RowData row = reader.deserialize(framed(1, record));
        assertNotNull(row);
        assertEquals(7, row.getLong(0));
        assertNotNull(reader.deserialize(record));
        assertNull(reader.deserialize("[1]".getBytes(UTF_8)));
    }

    /** Flink's windows fail at such a record, for ever: "RowTime field should not be null". */
    @Test
    void whatDoesNotSayWhenItHappenedIsPassedOver() throws Exception {
        known(
                1,
                Format.JSON,
                """
                {"type":"object","properties":{"station":{"type":"string"},
                "level":{"type":"integer"}}}
                """);
        byte[] without = "{\"station\":\"north\"}".getBytes(UTF_8);
        assertNotNull(reader(1).deserialize(without));
        RecordReader reader = reader(1, "level");
        assertNull(reader.deserialize(without));
        assertNull(reader.deserialize("{\"level\":null}".getBytes(UTF_8)));
        assertNotNull(reader.deserialize("{\"level\":7}".getBytes(UTF_8)));
    }

    @Test
    void whereNobodyAnswersTheWatchFails() {
        RecordReader reader = reader(1);
        IOException gone =
                assertThrows(
                        IOException.class, () -> reader.deserialize(framed(1, new byte[] {0})));
        assertEquals(
                "the schema of s by which this watch began is not there any more; stop it and make"
                        + " it again",
                gone.getMessage());
        RecordReader later = reader(1);
        RecordReader.asks((_, _, id) -> {
            if (id == 1) {
                return new Written(new SchemaText(Format.AVRO, AVRO.formatted("")), List.of())
                        .encoded();
            }
            throw new IOException("it did not come");
        });
        IOException late =
                assertThrows(IOException.class, () -> later.deserialize(framed(2, new byte[] {0})));
        assertEquals("it did not come", late.getMessage());
    }
}
