package org.domicile.schemas;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.EncoderFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Avro: what its own library writes, read as rows. */
@Timeout(30)
final class AvroSchemaTest {
    static final String EVERYTHING =
            """
            {"type":"record","name":"Reading","namespace":"water","fields":[
             {"name":"station","type":"string"},
             {"name":"level","type":"double"},
             {"name":"count","type":"int"},
             {"name":"big","type":["null","long"],"default":null},
             {"name":"small","type":"float"},
             {"name":"ok","type":"boolean"},
             {"name":"kind","type":{"type":"enum","name":"Kind","symbols":["RIVER","TIDE"]}},
             {"name":"raw","type":"bytes"},
             {"name":"mark","type":{"type":"fixed","name":"Mark","size":2}},
             {"name":"day","type":{"type":"int","logicalType":"date"}},
             {"name":"hour","type":{"type":"long","logicalType":"time-micros"}},
             {"name":"at","type":{"type":"long","logicalType":"timestamp-millis"}},
             {"name":"local","type":{"type":"long","logicalType":"local-timestamp-micros"}},
             {"name":"price","type":{"type":"bytes","logicalType":"decimal","precision":9,"scale":2}},
             {"name":"id","type":{"type":"string","logicalType":"uuid"}},
             {"name":"tags","type":{"type":"array","items":"string"}},
             {"name":"extra","type":{"type":"map","values":["null","int"]}},
             {"name":"place","type":["null",{"type":"record","name":"Place","fields":[
               {"name":"lat","type":"double"},{"name":"lon","type":"double","default":8.5}]}]}
            ]}
            """;

    static byte[] framed(Schema schema, Object record) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        var encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
        new GenericDatumWriter<Object>(schema).write(record, encoder);
        encoder.flush();
        return bytes.toByteArray();
    }

    static GenericData.Record record(Schema schema) {
        GenericData.Record place =
                new GenericData.Record(schema.getField("place").schema().getTypes().get(1));
        place.put("lat", 54.1);
        place.put("lon", 8.9);
        GenericData.Record record = new GenericData.Record(schema);
        record.put("station", "Büsum");
        record.put("level", 1.25);
        record.put("count", -7);
        record.put("big", 1L << 40);
        record.put("small", 0.5f);
        record.put("ok", true);
        record.put("kind", new GenericData.EnumSymbol(schema.getField("kind").schema(), "TIDE"));
        record.put("raw", ByteBuffer.wrap(new byte[] {1, 2, 3}));
        record.put(
                "mark", new GenericData.Fixed(schema.getField("mark").schema(), new byte[] {4, 5}));
        record.put("day", 20_000);
        record.put("hour", 3_600_000_001L);
        record.put("at", 1_700_000_000_123L);
        record.put("local", 1_700_000_000_123_456L);
        record.put(
                "price", ByteBuffer.wrap(new BigDecimal("-12.34").unscaledValue().toByteArray()));
        record.put("id", "0e3bd1a4-6c2b-4b63-9f0e-3d6b1d0f8a11");
        record.put("tags", List.of("a", "b"));
        record.put("extra", java.util.Collections.singletonMap("x", null));
        record.put("place", place);
        return record;
    }

    @Test
    void everythingThatAvroWritesIsRead() throws IOException {
        AvroSchema schema = AvroSchema.parse(EVERYTHING, List.of());
        @Nullable Object[] row =
                schema.from(schema).read(framed(schema.schema(), record(schema.schema())), 0);
        @Nullable Object[] wanted = {
            "Büsum",
            1.25,
            -7,
            1L << 40,
            0.5f,
            true,
            "TIDE",
            ByteBuffer.wrap(new byte[] {1, 2, 3}),
            ByteBuffer.wrap(new byte[] {4, 5}),
            LocalDate.ofEpochDay(20_000),
            LocalTime.ofNanoOfDay(3_600_000_001_000L),
            OffsetDateTime.parse("2023-11-14T22:13:20.123Z"),
            LocalDateTime.parse("2023-11-14T22:13:20.123456"),
            new BigDecimal("-12.34"),
            UUID.fromString("0e3bd1a4-6c2b-4b63-9f0e-3d6b1d0f8a11"),
            List.of("a", "b"),
            java.util.Collections.singletonMap("x", null),
            new Object[] {54.1, 8.9}
        };
        assertTrue(Arrays.deepEquals(wanted, row), Arrays.deepToString(row));
        List<Column> columns =
                assertInstanceOf(Schemas.Shape.Table.class, schema.shape()).columns();
        assertEquals(18, columns.size());
        assertEquals(new Column("big", ColumnType.Simple.LONG, false), columns.get(3));
        assertEquals(new Column("price", new ColumnType.Decimal(9, 2), true), columns.get(13));
        assertEquals(
                new Column(
                        "extra",
                        new ColumnType.Mapping(new Column("value", ColumnType.Simple.INT, false)),
                        true),
                columns.get(16));
    }

    @Test
    void plainJsonIsRead() {
        AvroSchema schema = AvroSchema.parse(EVERYTHING, List.of());
        String json =
                """
                {"station":"Büsum","level":1.25,"count":-7,"small":0.5,"ok":true,"kind":"TIDE",
                 "raw":"AQID","mark":"BAU=","day":"2024-10-04","hour":"01:00:00.000001",
                 "at":"2023-11-14T23:13:20.123+01:00","local":"2023-11-14T22:13:20.123456",
                 "price":-12.34,"id":"0e3bd1a4-6c2b-4b63-9f0e-3d6b1d0f8a11","tags":["a","b"],
                 "extra":{"x":null},"place":{"lat":54.1},"nobody":{"asked":[1,2]}}
                """;
        @Nullable Object[] row =
                schema.plain().read(json.getBytes(java.nio.charset.StandardCharsets.UTF_8), 0);
        assertEquals(OffsetDateTime.parse("2023-11-14T22:13:20.123Z"), row[11]);
        assertEquals(LocalDate.ofEpochDay(20_000), row[9]);
        assertEquals(new BigDecimal("-12.34"), row[13]);
        assertEquals(null, row[3]);
        assertArrayEquals(new Object[] {54.1, 8.5}, (Object[]) row[17]);
        assertEquals(Map.of("x", 1), mapOf(schema, json.replace("\"x\":null", "\"x\":1")));
    }

    private static @Nullable Object mapOf(AvroSchema schema, String json) {
        return schema.plain().read(json.getBytes(java.nio.charset.StandardCharsets.UTF_8), 0)[16];
    }

    private static AvroSchema of(String fields) {
        return AvroSchema.parse(
                "{\"type\":\"record\",\"name\":\"R\",\"fields\":[" + fields + "]}", List.of());
    }

    @Test
    void whatAnotherSchemaWroteIsReadAsTheReaderHasIt() throws IOException {
        AvroSchema old =
                of(
                        "{\"name\":\"gone\",\"type\":{\"type\":\"map\",\"values\":\"string\"}},"
                            + "{\"name\":\"n\",\"type\":\"int\"},"
                            + "{\"name\":\"was\",\"type\":\"string\"},"
                            + "{\"name\":\"k\",\"type\":{\"type\":\"enum\",\"name\":\"K\",\"symbols\":[\"A\",\"B\"]}}");
        AvroSchema fresh =
                of(
                        "{\"name\":\"is\",\"aliases\":[\"was\"],\"type\":[\"null\",\"string\"]},"
                            + "{\"name\":\"n\",\"type\":\"double\"},"
                            + "{\"name\":\"k\",\"type\":{\"type\":\"enum\",\"name\":\"K\",\"symbols\":[\"A\",\"X\"],\"default\":\"X\"}},"
                            + "{\"name\":\"more\",\"type\":{\"type\":\"array\",\"items\":\"int\"},\"default\":[7]}");
        assertEquals(List.of(), fresh.breaks(old));
        assertFalse(old.breaks(fresh).isEmpty());
        GenericData.Record record = new GenericData.Record(old.schema());
        record.put("gone", Map.of("a", "b"));
        record.put("n", 3);
        record.put("was", "here");
        record.put("k", new GenericData.EnumSymbol(old.schema().getField("k").schema(), "B"));
        @Nullable Object[] row = fresh.from(old).read(framed(old.schema(), record), 0);
        assertArrayEquals(new Object[] {"here", 3.0, "X", List.of(7)}, row);
    }

    @Test
    void logicalTypesAreNotPassedOver() {
        AvroSchema millis =
                of(
                        "{\"name\":\"t\",\"type\":{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}}");
        AvroSchema micros =
                of(
                        "{\"name\":\"t\",\"type\":{\"type\":\"long\",\"logicalType\":\"timestamp-micros\"}}");
        assertEquals(1, micros.breaks(millis).size(), "a thousand times later");
        assertEquals(
                OffsetDateTime.parse("1970-01-01T00:00:01Z"),
                micros.from(millis).read(new byte[] {(byte) 0xd0, 0x0f}, 0)[0]);
    }

    @Test
    void whatCannotBeATableSaysWhy() {
        assertInstanceOf(
                Schemas.Shape.None.class, AvroSchema.parse("\"string\"", List.of()).shape());
        for (String fields :
                List.of(
                        "{\"name\":\"a\",\"type\":[\"int\",\"string\"]}",
                        "{\"name\":\"a\",\"type\":\"null\"}",
                        "{\"name\":\"a\",\"type\":\"int\"},{\"name\":\"A\",\"type\":\"int\"}",
                        "{\"name\":\"a\",\"type\":[\"null\",\"R\"],\"default\":null}",
                        "{\"name\":\"a\",\"type\":{\"type\":\"record\",\"name\":\"E\",\"fields\":[]}}",
                        "")) {
            assertInstanceOf(Schemas.Shape.None.class, of(fields).shape(), fields);
        }
    }

    @Test
    void hostileSchemasAreRefusedInTime() {
        StringBuilder doubling =
                new StringBuilder("{\"type\":\"record\",\"name\":\"A\",\"fields\":[");
        String inner = "\"int\"";
        for (int i = 0; i < 20; i++) {
            inner =
                    "{\"type\":\"record\",\"name\":\"N%d\",\"fields\":[{\"name\":\"a\",\"type\":%s},{\"name\":\"b\",\"type\":%s}]}"
                            .formatted(i, inner, i == 0 ? "\"int\"" : "\"N" + (i - 1) + "\"");
        }
        doubling.append("{\"name\":\"a\",\"type\":").append(inner).append("}]}");
        assertThrows(BadSchema.class, () -> AvroSchema.parse(doubling.toString(), List.of()));
        assertThrows(
                BadSchema.class,
                () ->
                        AvroSchema.parse(
                                "{\"type\":\"array\",\"items\":".repeat(5_000)
                                        + "\"int\""
                                        + "}".repeat(5_000),
                                List.of()));
        AvroSchema nothing = of("{\"name\":\"a\",\"type\":{\"type\":\"array\",\"items\":\"int\"}}");
        byte[] claims = {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f};
        assertThrows(BadRecord.class, () -> nothing.from(nothing).read(claims, 0));
    }
}
