package org.domicile.schemas;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Schemas and records that were broken at random: nothing but the refusal that is meant for them
 * comes out, and what two ways of reading say of a record is the same. Another run: {@code
 * -Ddomicile.seed=N}.
 */
@Timeout(60)
final class HostileSchemasTest {
    private static final int ROUNDS = 3_000;

    private final long seed = Long.getLong("domicile.seed", System.nanoTime());
    private final Random random = new Random(seed);

    private static final List<String> AVRO =
            List.of(
                    AvroSchemaTest.EVERYTHING,
                    "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":[\"null\",\"R\"]},{\"name\":\"b\",\"type\":{\"type\":\"map\",\"values\":\"R\"}}]}",
                    "[\"null\",{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\"],\"default\":\"A\"}]");

    private static final List<String> JSON =
            List.of(
                    "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\",\"minimum\":3},\"b\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/definitions/c\"}},\"d\":{\"type\":[\"null\",\"string\"],\"pattern\":\"^a+\"}},\"required\":[\"a\"],\"additionalProperties\":false,\"definitions\":{\"c\":{\"type\":\"object\",\"properties\":{\"x\":{\"type\":\"number\",\"multipleOf\":0.5}}}}}",
                    "{\"$id\":\"http://x/y\",\"oneOf\":[{\"$ref\":\"#/$defs/a\"},{\"type\":\"null\"}],\"$defs\":{\"a\":{\"$id\":\"z\",\"type\":\"object\",\"patternProperties\":{\"^x\":true},\"if\":{\"minProperties\":1},\"then\":{\"maxProperties\":2},\"dependencies\":{\"q\":[\"r\"]}}}}");

    private static final List<String> PROTOBUF =
            List.of(
                    ProtobufSchemaTest.READING,
                    ProtobufSchemaTest.of(ProtobufSchemaTest.READING).serialised(),
                    "syntax = \"proto2\"; message A { required A a = 1; optional group G = 2 {"
                            + " repeated bool b = 1 [packed=true]; } oneof o { string s = 4; }"
                            + " extensions 100 to max; }");

    private String broken(String text) {
        StringBuilder broken = new StringBuilder(text);
        for (int i = random.nextInt(4); i >= 0 && !broken.isEmpty(); i--) {
            int at = random.nextInt(broken.length());
            int end = Math.min(broken.length(), at + 1 + random.nextInt(12));
            switch (random.nextInt(5)) {
                case 0 -> broken.deleteCharAt(at);
                case 1 -> broken.delete(at, end);
                case 2 -> broken.insert(at, broken.substring(at, end));
                case 3 ->
                        broken.insert(
                                at, "{}[]\",:;=0179 naR.$#/\\\u0000é".charAt(random.nextInt(24)));
                default -> {
                    int other = random.nextInt(broken.length());
                    broken.insert(
                            at, broken.substring(other, Math.min(broken.length(), other + 20)));
                }
            }
        }
        return broken.toString();
    }

    private byte[] broken(byte[] bytes) {
        byte[] broken = Arrays.copyOf(bytes, Math.max(1, bytes.length - random.nextInt(3)));
        for (int i = random.nextInt(4); i >= 0; i--) {
            broken[random.nextInt(broken.length)] =
                    random.nextInt(3) == 0
                            ? (byte) random.nextInt(256)
                            : (byte)
                                    new int[] {0, 1, 0x7f, 0x80, 0xff, '"', '{', ']'}
                                            [random.nextInt(8)];
        }
        return broken;
    }

    private static Parsed parse(Format format, String text) {
        return switch (format) {
            case AVRO -> AvroSchema.parse(text, List.of());
            case JSON -> JsonSchema.parse(text, Map.of());
            case PROTOBUF -> ProtobufSchema.parse(text, Map.of());
        };
    }

    private void rounds(Format format, List<String> texts) {
        List<Parsed> whole = new ArrayList<>();
        texts.forEach(each -> whole.add(parse(format, each)));
        int read = 0;
        for (int i = 0; i < ROUNDS; i++) {
            int which = random.nextInt(texts.size());
            String text = broken(texts.get(which));
            try {
                Parsed parsed = parse(format, text);
                read++;
                parsed.breaks(whole.get(which));
                whole.get(which).breaks(parsed);
                parse(format, parsed.text());
                if (parsed.shape() instanceof Schemas.Shape.Table) {
                    records(parsed, whole.get(which));
                }
            } catch (BadSchema e) {
                assertTrue(!e.sentence().isBlank());
            } catch (RuntimeException | StackOverflowError e) {
                throw new AssertionError("seed " + seed + ", " + text, e);
            }
        }
        assertTrue(read > ROUNDS / 100, "some are schemas still: " + read + ", seed " + seed);
    }

    private void records(Parsed reader, Parsed writer) {
        Rows plain = reader.plain();
        Rows own = reader.from(reader);
        Rows other = reader.from(writer);
        for (int i = 0; i < 10; i++) {
            byte[] value = new byte[random.nextInt(40)];
            random.nextBytes(value);
            for (Rows each : List.of(plain, own, other)) {
                for (byte[] bytes : List.of(value, broken(JSON_RECORD), broken(new byte[20]))) {
                    try {
                        each.read(bytes, 0);
                    } catch (BadRecord e) {
                        assertTrue(!e.sentence().isBlank());
                    }
                }
            }
        }
    }

    private static final byte[] JSON_RECORD =
            "{\"a\":5,\"b\":[{\"x\":1.5},{}],\"d\":\"aé\\u0041\",\"station\":\"s\",\"level\":1e3}"
                    .getBytes(UTF_8);

    @Test
    void avro() {
        rounds(Format.AVRO, AVRO);
    }

    @Test
    void json() {
        rounds(Format.JSON, JSON);
    }

    @Test
    void protobuf() {
        rounds(Format.PROTOBUF, PROTOBUF);
    }

    /** One walk and the check of a whole tree agree on what fits. */
    @Test
    void bothWaysOfCheckingAgree() {
        JsonSchema schema = JsonSchema.parse(JSON.getFirst(), Map.of());
        Rows rows = schema.plain();
        assertTrue(schema.straight());
        int fit = 0;
        for (int i = 0; i < ROUNDS; i++) {
            byte[] value =
                    broken(
                                    new String(
                                            "{\"a\":5,\"b\":[{\"x\":1.5},{\"x\":2}],\"d\":\"aab\"}"
                                                    .getBytes(UTF_8),
                                            UTF_8))
                            .getBytes(UTF_8);
            boolean walked = fits(() -> rows.read(value, 0));
            boolean checked =
                    fits(() -> {
                        if (!(JsonText.tree(value, 0) instanceof Map<?, ?> tree)
                                || !schema.check().accepts(tree)) {
                            throw new BadRecord("no");
                        }
                    });
            // A member that is no column may stand there twice, and a whole number may pass 64
            // bits.
            assertTrue(
                    walked || !checked || bigger(value),
                    "seed " + seed + ", " + new String(value, UTF_8));
            assertTrue(checked || !walked, "seed " + seed + ", " + new String(value, UTF_8));
            fit += walked ? 1 : 0;
        }
        assertTrue(fit > ROUNDS / 100, fit + " fit, seed " + seed);
    }

    private static boolean bigger(byte[] value) {
        return new String(value, UTF_8).matches("(?s).*[0-9]{18,}.*");
    }

    private static boolean fits(Runnable reading) {
        try {
            reading.run();
            return true;
        } catch (BadRecord e) {
            return false;
        }
    }

    /** What Avro's decoder would make room for before it looks. */
    @Test
    void claimsOfLengthAreNotBelieved() {
        AvroSchema schema = AvroSchema.parse(AVRO.getFirst(), List.of());
        byte[] claim = ByteBuffer.allocate(9).putLong(-1).array();
        claim[8] = 1;
        try {
            schema.from(schema).read(claim, 0);
            throw new AssertionError("a text of so many bytes is not there");
        } catch (BadRecord e) {
            assertTrue(e.sentence().startsWith("station: "), e.sentence());
        }
    }

    /** A few bytes make a wide row: how much a record becomes is bounded, not how long it is. */
    @Test
    void recordsDoNotUnfoldWithoutEnd() {
        StringBuilder fields = new StringBuilder();
        StringBuilder avro = new StringBuilder();
        StringBuilder json = new StringBuilder();
        for (int i = 0; i < 900; i++) {
            fields.append("repeated int32 f").append(i).append(" = ").append(i + 1).append(';');
            avro.append(i == 0 ? "" : ",")
                    .append("{\"name\":\"f")
                    .append(i)
                    .append("\",\"type\":[\"null\",\"int\"],\"default\":null}");
            json.append(i == 0 ? "" : ",")
                    .append("\"f")
                    .append(i)
                    .append("\":{\"type\":\"string\"}");
        }
        ProtobufSchema protobuf =
                ProtobufSchemaTest.of(
                        "syntax = \"proto3\"; message A { repeated B b = 1; } message B {"
                                + fields
                                + "}");
        byte[] empty = new byte[200_001];
        for (int i = 1; i < empty.length; i += 2) {
            empty[i] = 1 << 3 | 2;
        }
        unfit(() -> protobuf.from(protobuf).read(empty, 0));
        AvroSchema reader = avro(avro.toString());
        AvroSchema writer = avro("");
        byte[] block = {(byte) 0x80, (byte) 0x89, 0x7a, 0};
        unfit(() -> reader.from(writer).read(block, 0));
        JsonSchema schema =
                JsonSchema.parse(
                        "{\"type\":\"object\",\"properties\":{\"b\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{"
                                + json
                                + "}}}}}",
                        Map.of());
        unfit(() ->
                schema.plain()
                        .read(("{\"b\":[{}" + ",{}".repeat(100_000) + "]}").getBytes(UTF_8), 0));
    }

    /** Circles of 60 and of 61 types meet in 3,660 pairs, one within the other. */
    @Test
    void comparisonsEnd() {
        circle(61).breaks(circle(60)); // in whatever stack there is
        assertTrue(!chosen(71).breaks(chosen(70)).isEmpty());
        StringBuilder chain = new StringBuilder("syntax = \"proto3\";");
        for (int i = 0; i < 10_000; i++) {
            chain.append("message A%d{A%d a=1;}".formatted(i, i + 1));
        }
        ProtobufSchema long10 = ProtobufSchemaTest.of(chain + "message A10000{int32 a=1;}");
        ProtobufSchema other = ProtobufSchemaTest.of(chain + "message A10000{int64 a=1;}");
        assertTrue(other.breaks(long10).isEmpty());
        assertTrue(!long10.breaks(other).isEmpty());
    }

    /** Types that are all called alike, each in a name space of its own. */
    private static AvroSchema circle(int length) {
        StringBuilder text =
                new StringBuilder("{\"type\":\"record\",\"name\":\"n0.R\",\"fields\":[");
        // those to come are named before they are there, which Avro's parser allows
        text.append("{\"name\":\"a\",\"type\":\"n1.R\"}");
        for (int i = 1; i < length; i++) {
            text.append(
                    ",{\"name\":\"x%d\",\"type\":[\"null\",{\"type\":\"record\",\"name\":\"n%d.R\",\"fields\":[{\"name\":\"a\",\"type\":\"n%d.R\"}]}],\"default\":null}"
                            .formatted(i, i, (i + 1) % length));
        }
        return AvroSchema.parse(text.append("]}").toString(), List.of());
    }

    private static JsonSchema chosen(int length) {
        StringBuilder text = new StringBuilder("{\"$ref\":\"#/definitions/d0\",\"definitions\":{");
        for (int i = 0; i < length; i++) {
            text.append(i == 0 ? "" : ",")
                    .append(
                            "\"d%d\":{\"anyOf\":[{\"type\":\"null\"},{\"type\":\"object\",\"properties\":{\"n\":{\"$ref\":\"#/definitions/d%d\"}}}]}"
                                    .formatted(i, (i + 1) % length));
        }
        return JsonSchema.parse(text.append("}}").toString(), Map.of());
    }

    private static AvroSchema avro(String fields) {
        return AvroSchema.parse(
                "{\"type\":\"record\",\"name\":\"A\",\"fields\":[{\"name\":\"b\",\"type\":{\"type\":\"array\",\"items\":{\"type\":\"record\",\"name\":\"B\",\"fields\":["
                        + fields
                        + "]}}}]}",
                List.of());
    }

    private static void unfit(Runnable reading) {
        assertTrue(!fits(reading), "it is too much");
    }
}
