package org.domicile.schemas;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Timestamp;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Protobuf: what its own library writes, read as rows. */
@Timeout(30)
final class ProtobufSchemaTest {
    static final String READING =
            """
            syntax = "proto3"; // a comment
            package water;
            import "google/protobuf/timestamp.proto";
            import "google/protobuf/wrappers.proto";
            option java_package = "org.example";
            message Reading {
              option (custom.thing) = { a: 1 b { c: "}" } };
              reserved 40 to 50, 60;
              reserved "old";
              string station_name = 1;
              double level = 2 [deprecated = true, (custom.x) = 5];
              optional int32 count = 3;
              repeated sint64 values = 4;
              map<string, Place> places = 5;
              Kind kind = 6;
              bytes raw = 7;
              google.protobuf.Timestamp at = 8;
              google.protobuf.Int64Value wrapped = 9;
              oneof choice { string text = 10; uint64 number = 11; }
              Place place = 12;
              repeated string tags = 13;
              bool ok = 14;
              fixed32 f = 15;
              message Place { float lat = 1; float lon = 2; }
              enum Kind { RIVER = 0; TIDE = 1; }
            }
            service Nobody { rpc Asks (Reading) returns (Reading) { option x = 1; } }
            """;

    static ProtobufSchema of(String text) {
        return ProtobufSchema.parse(text, Map.of());
    }

    private static byte[] framed(byte[] message, int... path) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        if (path.length == 1 && path[0] == 0) {
            bytes.write(0);
        } else {
            bytes.write(path.length << 1);
            for (int each : path) {
                bytes.write(each << 1);
            }
        }
        bytes.writeBytes(message);
        return bytes.toByteArray();
    }

    private static DynamicMessage message(Descriptor type) {
        Descriptor place = type.findNestedTypeByName("Place");
        DynamicMessage here =
                DynamicMessage.newBuilder(place)
                        .setField(place.findFieldByName("lat"), 54.5f)
                        .build();
        DynamicMessage.Builder message = DynamicMessage.newBuilder(type);
        message.setField(type.findFieldByName("station_name"), "Büsum");
        message.addRepeatedField(type.findFieldByName("values"), -1L);
        message.addRepeatedField(type.findFieldByName("values"), 1L << 40);
        Descriptor entry = type.findFieldByName("places").getMessageType();
        message.addRepeatedField(
                type.findFieldByName("places"),
                DynamicMessage.newBuilder(entry)
                        .setField(entry.findFieldByName("key"), "here")
                        .setField(entry.findFieldByName("value"), here)
                        .build());
        message.setField(
                type.findFieldByName("kind"),
                type.findEnumTypeByName("Kind").findValueByName("TIDE"));
        message.setField(type.findFieldByName("raw"), ByteString.copyFrom(new byte[] {1, 2}));
        message.setField(
                type.findFieldByName("at"),
                Timestamp.newBuilder().setSeconds(1_700_000_000L).setNanos(5_000).build());
        message.setField(type.findFieldByName("wrapped"), com.google.protobuf.Int64Value.of(0));
        message.setField(type.findFieldByName("number"), -1L);
        message.setField(type.findFieldByName("place"), here);
        message.addRepeatedField(type.findFieldByName("tags"), "a");
        message.setField(type.findFieldByName("f"), -1);
        return message.build();
    }

    private static @Nullable Object[] wanted() {
        return new Object[] {
            "Büsum",
            0.0,
            null,
            List.of(-1L, 1L << 40),
            Map.of("here", 1),
            "TIDE",
            ByteBuffer.wrap(new byte[] {1, 2}),
            OffsetDateTime.parse("2023-11-14T22:13:20.000005Z"),
            0L,
            null,
            new BigDecimal("18446744073709551615"),
            new Object[] {54.5f, 0.0f},
            List.of("a"),
            false,
            4294967295L
        };
    }

    private static void isWanted(@Nullable Object[] row) {
        @Nullable Object[] wanted = wanted();
        assertTrue(
                Arrays.deepEquals(
                        new Object[] {54.5f, 0.0f},
                        (Object[]) ((Map<?, ?>) Objects.requireNonNull(row[4])).get("here")));
        wanted[4] = row[4];
        assertTrue(Arrays.deepEquals(wanted, row), Arrays.deepToString(row));
    }

    @Test
    void whatProtobufWritesIsRead() {
        ProtobufSchema schema = of(READING);
        byte[] value = framed(message(schema.root().orElseThrow()).toByteArray(), 0);
        isWanted(schema.from(schema).read(value, 0));
        List<Column> columns =
                assertInstanceOf(Schemas.Shape.Table.class, schema.shape()).columns();
        assertEquals(new Column("count", ColumnType.Simple.INT, false), columns.get(2));
        assertEquals(new Column("level", ColumnType.Simple.DOUBLE, true), columns.get(1));
        assertEquals(new Column("number", new ColumnType.Decimal(20, 0), false), columns.get(10));
        for (int cut = 1; cut < value.length; cut++) {
            byte[] less = Arrays.copyOf(value, cut);
            try {
                schema.from(schema).read(less, 0);
            } catch (BadRecord e) {
                assertFalse(e.sentence().isEmpty());
            }
        }
    }

    /** A message that comes in two parts is one, and what is empty in the first is filled. */
    @Test
    void partsOfAMessageAreOne() {
        ProtobufSchema schema =
                of(
                        "syntax = \"proto3\"; import \"google/type/date.proto\"; message A { B b ="
                            + " 1; google.type.Date day = 2; } message B { repeated int32 x = 1;"
                            + " map<string, int32> m = 2; int32 y = 3; }");
        byte[] value = {0, 10, 2, 24, 7, 10, 3, 10, 1, 5, 10, 5, 18, 3, 10, 1, 'k'};
        @Nullable Object[] row = schema.from(schema).read(value, 0);
        assertTrue(
                Arrays.deepEquals(
                        new Object[] {List.of(5), Map.of("k", 0), 7},
                        (Object[]) Objects.requireNonNull(row[0])),
                Arrays.deepToString(row));
    }

    @Test
    void plainJsonIsRead() {
        isWanted(
                of(READING)
                        .plain()
                        .read(
                                """
                                {"stationName":"Büsum","values":["-1",1099511627776],
                                 "places":{"here":{"lat":54.5}},"kind":1,"raw":"AQI=",
                                 "at":"2023-11-14T22:13:20.000005Z","wrapped":"0","text":null,
                                 "number":"18446744073709551615","place":{"lat":54.5},"tags":["a"],
                                 "f":4294967295,"level":null}
                                """
                                        .getBytes(UTF_8),
                                0));
    }

    @Test
    void aSerialisedDescriptorIsTheSameSchema() {
        ProtobufSchema text = of(READING);
        ProtobufSchema serialised = of(text.serialised());
        assertEquals(text.canonical(), serialised.canonical());
        assertEquals(text.canonical(), of(serialised.text()).canonical());
        byte[] value = framed(message(text.root().orElseThrow()).toByteArray(), 0);
        isWanted(serialised.from(text).read(value, 0));
    }

    @Test
    void olderSyntaxIsRead() throws IOException {
        ProtobufSchema schema =
                of(
                        """
                        syntax = 'proto2';
                        message Outer {
                          required string a = 1 [default = "x\\"y"];
                          optional group Inner = 2 { optional int32 v = 1; }
                          repeated fixed64 many = 3 [packed = true];
                          extensions 100 to max;
                          optional message.Odd message = 4;
                        }
                        message message { message Odd { optional int32 enum = 1; } }
                        extend Outer { optional int32 more = 126; }
                        """);
        assertEquals(schema.canonical(), of(schema.canonical()).canonical());
        Descriptor type = schema.root().orElseThrow();
        Descriptor inner = type.findNestedTypeByName("Inner");
        byte[] message =
                DynamicMessage.newBuilder(type)
                        .setField(type.findFieldByName("a"), "q")
                        .setField(
                                type.findFieldByName("inner"),
                                DynamicMessage.newBuilder(inner)
                                        .setField(inner.findFieldByName("v"), 3)
                                        .build())
                        .addRepeatedField(type.findFieldByName("many"), 1L)
                        .build()
                        .toByteArray();
        @Nullable Object[] row = schema.from(schema).read(framed(message, 0), 0);
        assertTrue(
                Arrays.deepEquals(
                        new Object[] {"q", new Object[] {3}, List.of(BigDecimal.ONE), null}, row),
                Arrays.deepToString(row));
        assertThrows(BadRecord.class, () -> schema.from(schema).read(new byte[] {0}, 0));
        assertThrows(
                BadRecord.class,
                () -> schema.from(schema).read(framed(message, 1), 0),
                "another message than a record is");
    }

    @Test
    void schemasThatAreNoneAreRefused() {
        for (String text :
                List.of(
                        "message",
                        "message A { int32 a = 1; }",
                        "syntax = \"proto3\"; message A { required int32 a = 1; }",
                        "syntax = \"proto3\"; message A { int32 a = 0; }",
                        "syntax = \"proto3\"; message A { int32 a = 19500; }",
                        "syntax = \"proto3\"; message A { int32 a = 1; int32 b = 1; }",
                        "syntax = \"proto3\"; message A { Nobody a = 1; }",
                        "syntax = \"proto3\"; enum E { A = 1; }",
                        "syntax = \"proto3\"; message A { map<double, int32> a = 1; }",
                        "syntax = \"proto3\"; import \"nobody.proto\";",
                        "edition = \"2023\";",
                        "syntax = \"proto4\";",
                        "/* never ends",
                        "AAAA",
                        "syntax = \"proto3\"; " + "message A { ".repeat(500) + "}".repeat(500))) {
            assertThrows(BadSchema.class, () -> of(text), text);
        }
        assertInstanceOf(
                Schemas.Shape.None.class,
                of("syntax = \"proto3\"; message A { A a = 1; }").shape());
        assertInstanceOf(Schemas.Shape.None.class, of("syntax = \"proto3\";").shape());
    }

    private static String file(String fields) {
        return "syntax = \"proto3\"; message A {" + fields + "} message B {} enum E { X = 0; }";
    }

    private static void follows(String old, String fresh) {
        assertEquals(List.of(), of(file(fresh)).breaks(of(file(old))), old + " → " + fresh);
    }

    private static void breaks(String old, String fresh) {
        assertFalse(of(file(fresh)).breaks(of(file(old))).isEmpty(), old + " → " + fresh);
    }

    @Test
    void whatMayFollowOnWhat() {
        follows("int32 a = 1;", "int32 a = 1; string b = 2;");
        follows("int32 a = 1; string b = 2;", "int32 a = 1;");
        follows("int32 a = 1;", "int64 a = 1;");
        breaks("int64 a = 1;", "int32 a = 1;");
        breaks("int32 a = 1;", "sint32 a = 1;");
        breaks("int32 a = 1;", "string a = 1;");
        breaks("int32 a = 1;", "int32 a = 2;");
        breaks("int32 a = 1;", "int32 b = 1;");
        follows("string a = 1;", "bytes a = 1;");
        breaks("bytes a = 1;", "string a = 1;");
        follows("string a = 1;", "repeated string a = 1;");
        breaks("repeated string a = 1;", "string a = 1;");
        breaks("int32 a = 1;", "oneof o { int32 a = 1; }");
        breaks("B a = 1;", "A a = 1;");
        breaks("map<string, int32> a = 1;", "map<string, string> a = 1;");
        ProtobufSchema two = of("syntax = \"proto2\"; message A { optional int32 a = 1; }");
        assertFalse(
                of("syntax = \"proto2\"; message A { optional int32 a = 1; required int32 b = 2; }")
                        .breaks(two)
                        .isEmpty());
        assertFalse(
                of("syntax = \"proto2\"; message B { optional int32 a = 1; }")
                        .breaks(two)
                        .isEmpty());
    }
}
