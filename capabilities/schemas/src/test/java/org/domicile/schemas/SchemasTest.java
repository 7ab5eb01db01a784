package org.domicile.schemas;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.generic.GenericData;
import org.domicile.keyspace.Keyspace;
import org.domicile.request.Append;
import org.domicile.request.Caller;
import org.domicile.request.Outcome;
import org.domicile.request.Pending;
import org.domicile.request.Request;
import org.domicile.schemas.Schemas.Removal;
import org.domicile.schemas.Schemas.Shown;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The register of schemas, over a keyspace in memory. */
@Timeout(30)
final class SchemasTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final String ONE = avro("{\"name\":\"a\",\"type\":\"int\"}");
    private static final String TWO =
            avro(
                    "{\"name\":\"a\",\"type\":\"int\"},{\"name\":\"b\",\"type\":\"int\",\"default\":7}");
    private static final String OTHER = avro("{\"name\":\"a\",\"type\":\"string\"}");

    private final Keyspace keyspace = Keyspace.inMemory();
    private final List<Outcome> recorded = new ArrayList<>();
    private Schemas schemas = Schemas.open(keyspace, () -> NOON);

    private static String avro(String fields) {
        return "{\"type\":\"record\",\"name\":\"R\",\"fields\":[" + fields + "]}";
    }

    private Request request() {
        Pending pending =
                new Pending() {
                    @Override
                    public List<Append> take(Outcome outcome) {
                        recorded.add(outcome);
                        return List.of();
                    }

                    @Override
                    public void committed(List<Long> indices) {}
                };
        return new Request(
                "r", new Caller.Anonymous(), "test", "home", "", NOON, NOON, Optional.of(pending));
    }

    private Schemas.Registering register(String organisation, String subject, SchemaText schema) {
        return schemas.register(request(), organisation, subject, schema);
    }

    private Registered done(String organisation, String subject, String text) {
        return assertInstanceOf(
                        Schemas.Registering.Done.class,
                        register(organisation, subject, new SchemaText(Format.AVRO, text)))
                .version();
    }

    private Schemas.Removing remove(String subject, Optional<Integer> version, Removal how) {
        return schemas.remove(request(), "a", subject, version, how);
    }

    @Test
    void versionsAndIds() {
        Registered one = done("a", "s-value", ONE);
        assertEquals(1, one.version());
        Registered two = done("a", "s-value", TWO);
        assertEquals(2, two.version());
        assertEquals(one, done("a", "s-value", ONE.replace(",", " , ")), "the same schema");
        assertEquals(one.id(), done("a", "t-value", ONE).id(), "of another subject");
        assertNotEquals(one.id(), done("b", "s-value", ONE).id(), "of another organisation");
        assertEquals(
                List.of(Outcome.DONE, Outcome.DONE, Outcome.DONE, Outcome.DONE, Outcome.DONE),
                recorded);
        schemas = Schemas.open(keyspace, () -> NOON);
        assertEquals(List.of("s-value", "t-value"), schemas.subjects("a", Shown.LIVE));
        assertEquals(List.of(1, 2), schemas.versions("a", "s-value", Shown.LIVE));
        assertEquals(Optional.of(two), schemas.newest("a", "s-value"));
        assertEquals(
                List.of(new Schemas.Place("s-value", 1), new Schemas.Place("t-value", 1)),
                schemas.places("a", one.id(), Shown.LIVE));
        assertEquals(Optional.empty(), schemas.schema("b", one.id()), "another's");
        assertEquals(
                new Schemas.Found.Version(one),
                schemas.find("a", "s-value", new SchemaText(Format.AVRO, ONE), Shown.LIVE));
        assertInstanceOf(
                Schemas.Found.NoVersion.class,
                schemas.find("a", "s-value", new SchemaText(Format.AVRO, OTHER), Shown.LIVE));
        assertInstanceOf(
                Schemas.Found.NoSubject.class,
                schemas.find("a", "nobody", new SchemaText(Format.AVRO, ONE), Shown.LIVE));
        assertEquals(4, done("a", "u", OTHER).id(), "ids go on after a start");
    }

    @Test
    void whatBreaksIsRefused() {
        done("a", "s", ONE);
        assertInstanceOf(
                Schemas.Registering.Incompatible.class,
                register("a", "s", new SchemaText(Format.AVRO, OTHER)));
        assertInstanceOf(
                Schemas.Registering.Incompatible.class,
                register("a", "s", new SchemaText(Format.JSON, "{}")));
        assertInstanceOf(
                Schemas.Registering.Invalid.class,
                register("a", "s", new SchemaText(Format.AVRO, "{")));
        assertInstanceOf(
                Schemas.Compared.Incompatible.class,
                schemas.compare("a", "s", Optional.empty(), new SchemaText(Format.AVRO, OTHER)));
        assertInstanceOf(
                Schemas.Compared.NoSubject.class,
                schemas.compare("a", "new", Optional.empty(), new SchemaText(Format.AVRO, OTHER)));
        assertInstanceOf(
                Schemas.Compared.Invalid.class,
                schemas.compare("a", "new", Optional.empty(), new SchemaText(Format.AVRO, "{")));
        assertTrue(
                schemas.configure(
                        request(), "a", Optional.of("s"), Optional.of(Compatibility.NONE)));
        assertInstanceOf(
                Schemas.Compared.Compatible.class,
                schemas.compare("a", "s", Optional.of(1), new SchemaText(Format.AVRO, OTHER)));
        done("a", "s", OTHER);
        schemas = Schemas.open(keyspace, () -> NOON);
        assertEquals(Optional.of(Compatibility.NONE), schemas.compatibility("a", Optional.of("s")));
        schemas.configure(request(), "a", Optional.of("s"), Optional.empty());
        schemas.configure(
                request(), "a", Optional.empty(), Optional.of(Compatibility.BACKWARD_TRANSITIVE));
        assertInstanceOf(
                Schemas.Compared.Incompatible.class,
                schemas.compare("a", "s", Optional.empty(), new SchemaText(Format.AVRO, OTHER)),
                "with the first version");
        schemas.configure(request(), "a", Optional.empty(), Optional.of(Compatibility.FORWARD));
        String more = OTHER.replace("]}", ",{\"name\":\"b\",\"type\":\"int\"}]}");
        assertInstanceOf(
                Schemas.Compared.Compatible.class,
                schemas.compare("a", "s", Optional.empty(), new SchemaText(Format.AVRO, more)));
        schemas.configure(request(), "a", Optional.empty(), Optional.of(Compatibility.FULL));
        assertInstanceOf(
                Schemas.Compared.Incompatible.class,
                schemas.compare("a", "s", Optional.empty(), new SchemaText(Format.AVRO, more)));
    }

    private static final String B = "{\"name\":\"b\",\"type\":\"int\"}";
    private static final String B_OR_7 = B.replace("}", ",\"default\":7}");
    private static final String C = "{\"name\":\"c\",\"type\":\"int\"}";
    private static final String C_OR_7 = C.replace("}", ",\"default\":7}");

    private void holds(Compatibility level) {
        schemas.configure(request(), "a", Optional.of("s"), Optional.of(level));
    }

    private boolean follows(String fields) {
        SchemaText text = new SchemaText(Format.AVRO, avro(fields));
        return schemas.compare("a", "s", Optional.empty(), text)
                instanceof Schemas.Compared.Compatible;
    }

    /** What reads all that the newest wrote need not read what an older one did. */
    @Test
    void forwardTransitiveIsForwardOfEach() {
        holds(Compatibility.NONE);
        done("a", "s", avro(B));
        done("a", "s", avro(C));
        holds(Compatibility.FORWARD);
        assertTrue(follows(C), "the newest reads it");
        holds(Compatibility.FORWARD_TRANSITIVE);
        assertFalse(follows(C), "the first misses b");
        assertTrue(follows(B + "," + C), "both find theirs");
        assertTrue(follows(B + "," + C + ",{\"name\":\"d\",\"type\":\"int\"}"), "new to it");
        SchemaText less = new SchemaText(Format.AVRO, avro(C_OR_7));
        List<String> why =
                assertInstanceOf(Schemas.Registering.Incompatible.class, register("a", "s", less))
                        .why();
        assertTrue(why.getFirst().contains("version 1, by FORWARD_TRANSITIVE"), why::toString);
    }

    @Test
    void fullTransitiveIsBothOfEach() {
        holds(Compatibility.NONE);
        done("a", "s", avro(B));
        done("a", "s", avro(B_OR_7 + "," + C_OR_7));
        holds(Compatibility.FULL);
        assertTrue(follows(C_OR_7), "whoever has the newest misses nothing, nor does it");
        holds(Compatibility.FULL_TRANSITIVE);
        assertFalse(follows(C_OR_7), "forward: the first has nothing for b");
        holds(Compatibility.BACKWARD_TRANSITIVE);
        assertTrue(follows(C_OR_7), "which is not looked at here");
        holds(Compatibility.FULL_TRANSITIVE);
        assertFalse(follows(B + "," + C), "backward: the first wrote no c");
        holds(Compatibility.FORWARD_TRANSITIVE);
        assertTrue(follows(B + "," + C), "which is not looked at here");
        holds(Compatibility.FULL_TRANSITIVE);
        assertTrue(follows(B + "," + C_OR_7), "both ways with both");
        done("a", "s", avro(B + "," + C_OR_7));
    }

    @Test
    void deletedSoftlyAndForGood() {
        Registered one = done("a", "s", ONE);
        done("a", "s", TWO);
        assertInstanceOf(
                Schemas.Removing.NotYet.class, remove("s", Optional.of(1), Removal.PERMANENT));
        assertEquals(
                new Schemas.Removing.Done(List.of(1)), remove("s", Optional.of(1), Removal.SOFT));
        assertInstanceOf(Schemas.Removing.Already.class, remove("s", Optional.of(1), Removal.SOFT));
        assertEquals(List.of(2), schemas.versions("a", "s", Shown.LIVE));
        assertEquals(List.of(1, 2), schemas.versions("a", "s", Shown.ALL));
        assertTrue(schemas.schema("a", one.id()).isPresent(), "what it wrote is still read");
        assertEquals(
                new Schemas.Removing.Done(List.of(1)),
                remove("s", Optional.of(1), Removal.PERMANENT));
        assertTrue(schemas.schema("a", one.id()).isEmpty());
        assertEquals(
                new Schemas.Removing.Done(List.of(2)), remove("s", Optional.empty(), Removal.SOFT));
        assertEquals(List.of(), schemas.subjects("a", Shown.LIVE));
        assertEquals(
                new Schemas.Removing.Done(List.of(2)),
                remove("s", Optional.empty(), Removal.PERMANENT));
        assertInstanceOf(
                Schemas.Removing.NoSubject.class, remove("s", Optional.empty(), Removal.SOFT));
        schemas = Schemas.open(keyspace, () -> NOON);
        assertEquals(List.of(), schemas.subjects("a", Shown.ALL));
        assertEquals(3, done("a", "s", ONE).id(), "an id is never given again");
    }

    @Test
    void schemasThatBuildOnOthers() {
        String place =
                "{\"type\":\"record\",\"name\":\"geo.Place\",\"fields\":[{\"name\":\"x\",\"type\":\"int\"}]}";
        done("a", "place", place);
        SchemaText on =
                new SchemaText(
                        Format.AVRO,
                        avro("{\"name\":\"p\",\"type\":\"geo.Place\"}"),
                        List.of(new Reference("geo.Place", "place", 1)));
        Registered built =
                assertInstanceOf(Schemas.Registering.Done.class, register("a", "s", on)).version();
        assertEquals(on, built.schema());
        assertInstanceOf(
                Schemas.Registering.Invalid.class, register("b", "s", on), "not another's");
        assertEquals(List.of(built.id()), schemas.builders("a", "place", 1));
        assertInstanceOf(
                Schemas.Removing.Referenced.class, remove("place", Optional.empty(), Removal.SOFT));
        Column p = schemas.decoder("a", built.id()).orElseThrow().columns().getFirst();
        assertEquals(
                new ColumnType.Struct(List.of(new Column("x", ColumnType.Simple.INT, true))),
                p.type());
        register(
                "a",
                "json",
                new SchemaText(
                        Format.JSON,
                        "{\"type\":\"object\",\"properties\":{\"x\":{\"type\":\"string\"}}}"));
        register(
                "a",
                "outer",
                new SchemaText(
                        Format.JSON,
                        "{\"type\":\"object\",\"properties\":{\"in\":{\"$ref\":\"inner.json#/properties/x\"}}}",
                        List.of(new Reference("inner.json", "json", 1))));
        assertEquals(
                ColumnType.Simple.TEXT,
                schemas.decoder("a", schemas.newest("a", "outer").orElseThrow().id())
                        .orElseThrow()
                        .columns()
                        .getFirst()
                        .type());
        register(
                "a",
                "proto",
                new SchemaText(
                        Format.PROTOBUF,
                        "syntax = \"proto3\"; package q; message Inner { int32 x = 1; }"));
        register(
                "a",
                "proto-outer",
                new SchemaText(
                        Format.PROTOBUF,
                        "syntax = \"proto3\"; import \"q/inner.proto\"; message Outer { q.Inner i ="
                                + " 1; }",
                        List.of(new Reference("q/inner.proto", "proto", 1))));
        assertInstanceOf(
                ColumnType.Struct.class,
                schemas.decoder("a", schemas.newest("a", "proto-outer").orElseThrow().id())
                        .orElseThrow()
                        .columns()
                        .getFirst()
                        .type());
    }

    private static byte[] framed(int id, byte[] payload) {
        return ByteBuffer.allocate(5 + payload.length)
                .put((byte) 0)
                .putInt(id)
                .put(payload)
                .array();
    }

    @Test
    void recordsBecomeRows() throws Exception {
        Registered one = done("a", "s", ONE);
        Registered two = done("a", "s", TWO);
        Registered theirs = done("b", "s", ONE);
        RowDecoder decoder = schemas.decoder("a", two.id()).orElseThrow();
        GenericData.Record record =
                new GenericData.Record(AvroSchema.parse(ONE, List.of()).schema());
        record.put("a", 5);
        byte[] written = AvroSchemaTest.framed(record.getSchema(), record);
        assertArrayEquals(
                new Object[] {5, 7},
                assertInstanceOf(Decoded.Row.class, decoder.decode(framed(one.id(), written)))
                        .values());
        assertArrayEquals(
                new Object[] {5, 7},
                assertInstanceOf(Decoded.Row.class, decoder.decode("{\"a\":5}".getBytes(UTF_8)))
                        .values());
        for (byte[] unfit :
                List.of(
                        framed(theirs.id(), written),
                        framed(99, written),
                        framed(-1, written),
                        framed(two.id(), written),
                        new byte[0],
                        new byte[] {0, 0},
                        "{}".getBytes(UTF_8))) {
            assertInstanceOf(Decoded.Unfit.class, decoder.decode(unfit));
        }
        assertTrue(schemas.decoder("b", two.id()).isEmpty());
        Registered text = done("a", "text", "\"string\"");
        assertTrue(schemas.decoder("a", text.id()).isEmpty());
        assertInstanceOf(Schemas.Shape.None.class, schemas.shape("a", text.id()).orElseThrow());
    }

    @Test
    void whatIsHandedOverReadsTheSame() throws Exception {
        Registered one = done("a", "s", ONE);
        Registered two = done("a", "s", TWO);
        Registered other = done("a", "t", OTHER);
        remove("s", Optional.of(1), Removal.SOFT);
        GenericData.Record record =
                new GenericData.Record(AvroSchema.parse(ONE, List.of()).schema());
        record.put("a", 5);
        byte[] payload = AvroSchemaTest.framed(record.getSchema(), record);
        Written reader = schemas.written("a", "s", two.id()).orElseThrow();
        assertEquals(reader, Written.decoded(reader.encoded()));
        RowDecoder decoder =
                RowDecoder.of(reader, id -> schemas.written("a", "s", id)).orElseThrow();
        assertArrayEquals(
                new Object[] {5, 7},
                assertInstanceOf(Decoded.Row.class, decoder.decode(framed(one.id(), payload)))
                        .values(),
                "also what a deleted version wrote");
        assertInstanceOf(Decoded.Unfit.class, decoder.decode(framed(other.id(), payload)));
        assertInstanceOf(Decoded.Unfit.class, decoder.decode(framed(99, payload)));
        assertEquals(Optional.empty(), schemas.written("a", "s", other.id()), "another subject's");
        assertEquals(Optional.empty(), schemas.written("b", "s", one.id()), "another's");
    }

    @Test
    void whatIsHandedOverBringsWhatItBuildsOn() throws Exception {
        for (String each : List.of("x", "y")) {
            register(
                    "a",
                    each,
                    new SchemaText(
                            Format.PROTOBUF,
                            "syntax = \"proto3\"; package %s; message Inner { int32 v = 1; }"
                                    .formatted(each)));
        }
        register(
                "a",
                "mid",
                new SchemaText(
                        Format.PROTOBUF,
                        "syntax = \"proto3\"; package mid; import \"x/inner.proto\"; message Mid {"
                                + " x.Inner i = 1; }",
                        List.of(new Reference("x/inner.proto", "x", 1))));
        register(
                "a",
                "s",
                new SchemaText(
                        Format.PROTOBUF,
                        "syntax = \"proto3\"; import \"mid.proto\"; import \"y.proto\"; message Out"
                                + " { mid.Mid m = 1; y.Inner j = 2; }",
                        List.of(
                                new Reference("mid.proto", "mid", 1),
                                new Reference("y.proto", "y", 1))));
        int id = schemas.newest("a", "s").orElseThrow().id();
        Written whole = schemas.written("a", "s", id).orElseThrow();
        assertEquals(3, whole.behind().size());
        assertEquals(
                schemas.decoder("a", id).orElseThrow().columns(),
                RowDecoder.of(Written.decoded(whole.encoded()), _ -> Optional.empty())
                        .orElseThrow()
                        .columns());
        byte[] bytes = whole.encoded();
        for (int i = 0; i < bytes.length; i++) {
            byte[] broken = bytes.clone();
            broken[i] ^= (byte) 0x80;
            try {
                Written.decoded(broken);
                Written.decoded(java.util.Arrays.copyOf(bytes, i));
            } catch (java.io.IOException e) {
                assertNotEquals("", e.toString());
            }
        }
    }

    /** One record would come with 64 times the same otherwise, more than its reader takes. */
    @Test
    void whatManySubjectsHaveGoesAlongOnce() throws Exception {
        schemas.configure(request(), "a", Optional.empty(), Optional.of(Compatibility.NONE));
        SchemaText large =
                new SchemaText(
                        Format.JSON,
                        "{\"type\": \"object\", \"description\": \"%s\"}"
                                .formatted("x".repeat(200_000)));
        List<Reference> on = new ArrayList<>();
        for (int i = 0; i < Schemas.MOST_REFERENCES; i++) {
            register("a", "s" + i, large);
            on.add(new Reference("p" + i + ".json", "s" + i, 1));
        }
        register(
                "a",
                "top",
                new SchemaText(
                        Format.JSON,
                        "{\"type\": \"object\", \"properties\": {\"v\": {\"type\": \"integer\"}}}",
                        on));
        int id = schemas.newest("a", "top").orElseThrow().id();
        Written whole = schemas.written("a", "top", id).orElseThrow();
        assertEquals(Schemas.MOST_REFERENCES, whole.behind().size());
        byte[] encoded = whole.encoded();
        assertTrue(encoded.length < 300_000, () -> "bytes: " + encoded.length);
        assertEquals(whole, Written.decoded(encoded));
        assertEquals(
                schemas.decoder("a", id).orElseThrow().columns(),
                RowDecoder.of(Written.decoded(encoded), _ -> Optional.empty())
                        .orElseThrow()
                        .columns());
    }

    @Test
    void limits() {
        schemas.configure(request(), "a", Optional.empty(), Optional.of(Compatibility.NONE));
        assertInstanceOf(
                Schemas.Registering.Invalid.class,
                register("a", "x".repeat(256), new SchemaText(Format.JSON, "{}")));
        assertInstanceOf(
                Schemas.Registering.Invalid.class,
                register(
                        "a",
                        "s",
                        new SchemaText(
                                Format.JSON,
                                "{\"title\":\"" + "x".repeat(Schemas.MOST_TEXT) + "\"}")));
        for (int i = 0; i < Schemas.MOST_VERSIONS; i++) {
            register("a", "s", new SchemaText(Format.JSON, "{\"title\":\"" + i + "\"}"));
        }
        assertInstanceOf(
                Schemas.Registering.Full.class,
                register("a", "s", new SchemaText(Format.JSON, "{\"title\":\"more\"}")));
        String chain = "0";
        for (int i = 0; i < 20; i++) {
            Schemas.Registering registered =
                    register(
                            "a",
                            "chain" + i,
                            new SchemaText(
                                    Format.JSON,
                                    "{\"title\":\"c" + i + "\"}",
                                    i == 0
                                            ? List.of()
                                            : List.of(new Reference("n", "chain" + (i - 1), 1))));
            if (registered instanceof Schemas.Registering.Invalid) {
                chain = Integer.toString(i);
                break;
            }
        }
        assertEquals("17", chain, "schemas build on each other in at most 16 levels");
    }
}
