package org.domicile.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.domicile.http.Headers;
import org.domicile.streams.StreamRecord;
import org.junit.jupiter.api.Test;

/** What a request's body is taken for. */
final class RecordsTest {
    private static List<String> values(String type, String key, String body) throws IOException {
        return Records.of(headers(type), body.getBytes(UTF_8), key).stream()
                .map(RecordsTest::shown)
                .toList();
    }

    private static Headers headers(String type) {
        return type.isEmpty() ? new Headers() : new Headers().add("Content-Type", type);
    }

    private static String shown(StreamRecord.Coming each) {
        return each.key().map(key -> new String(key, UTF_8) + "=").orElse("")
                + new String(each.value().orElseThrow(), UTF_8);
    }

    private static Failure refused(String type, String body) {
        return assertThrows(Failure.class, () -> values(type, "", body));
    }

    @Test
    void aLineIsARecordAsItIs() throws IOException {
        assertEquals(
                List.of("{\"a\": 1}", "\"é\"", "3", "null"),
                values("application/x-ndjson", "", "{\"a\": 1}\r\n\n\"é\"\n   \n3\nnull"));
        // as curl's --data-binary sends it
        assertEquals(List.of("1", "2"), values("application/x-www-form-urlencoded", "", "1\n2\n"));
        assertEquals(List.of("1"), values("", "", "1"));
    }

    @Test
    void aListIsARecordForEachOfItsValues() throws IOException {
        assertEquals(
                List.of("{\"a\":[1,{}]}", "\"x,y\"", "-1.5e3", "[ ]", "true"),
                values(
                        "application/json; charset=utf-8",
                        "",
                        " [ {\"a\":[1,{}]} , \"x,y\",-1.5e3 ,[ ],true]\n"));
        assertEquals(List.of("{\"a\":1}"), values("application/json", "", "{\"a\":1}"));
        assertTrue(refused("application/json", "[]").sentence().contains("no record"));
        assertTrue(refused("application/json", "[1] 2").sentence().contains("behind"));
        assertEquals("malformed", refused("application/json", "[1, 2").code());
    }

    @Test
    void aMemberIsTheKey() throws IOException {
        assertEquals(
                List.of("s1={\"station\":\"s1\",\"l\":{\"station\":\"no\"}}", "7={\"station\":7}"),
                values(
                        "application/x-ndjson",
                        "station",
                        "{\"station\":\"s1\",\"l\":{\"station\":\"no\"}}\n{\"station\":7}"));
        assertEquals(
                List.of("{\"station\":null}", "{\"x\":1}", "[1]"),
                values("application/x-ndjson", "station", "{\"station\":null}\n{\"x\":1}\n[1]"));
    }

    @Test
    void whatIsNoJsonNamesItsLineAndNothingIsPublished() {
        Failure e = refused("application/x-ndjson", "{\"a\":1}\n\n{\"a\":\n");
        assertEquals(400, e.status());
        assertTrue(e.sentence().startsWith("Line 3 is not JSON"), e::sentence);
        assertTrue(e.sentence().endsWith("Nothing was published."), e::sentence);
        assertTrue(refused("", "1 2").sentence().contains("line 1"));
        assertTrue(refused("", "").sentence().contains("no record"));
        assertEquals(415, refused("text/csv", "1").status());
        assertTrue(refused("", "\uFEFF1").sentence().contains("UTF-8"));
        assertTrue(refused("", "\u0000{\u0000}").sentence().contains("UTF-8"));
        String deep = "[".repeat(2_000) + "]".repeat(2_000);
        assertEquals("malformed", refused("", deep).code());
        assertEquals(413, refused("", '"' + "x".repeat(Records.LONGEST) + '"').status());
        assertEquals(413, refused("", "1\n".repeat(Records.MOST + 1)).status());
    }

    @Test
    void eventsAreCheckedAndKeepTheirForm() throws IOException {
        String event =
                "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/g\",\"type\":\"t\","
                        + "\"partitionkey\":\"p\",\"data\":{\"l\":1}}";
        assertEquals(List.of("p=" + event), values("application/cloudevents+json", "", event));
        assertEquals(
                List.of("/g=" + event, "/g=" + event),
                values(
                        "application/cloudevents-batch+json",
                        "source",
                        "[" + event + "," + event + "]"));
        Failure without =
                refused(
                        "application/cloudevents+json",
                        "{\"specversion\":\"1.0\",\"id\":\"\",\"type\":\"t\"}");
        assertTrue(without.sentence().contains("does not say id, source"), without::sentence);
        assertEquals("malformed", refused("application/cloudevents-batch+json", event).code());
        assertEquals("malformed", refused("application/cloudevents+json", event + "{}").code());
        Headers binary =
                new Headers()
                        .add("ce-specversion", "1.0")
                        .add("Ce-Id", "9")
                        .add("ce-source", "/g")
                        .add("ce-type", "t")
                        .add("Content-Type", "text/plain");
        StreamRecord.Coming made = Records.of(binary, "hello".getBytes(UTF_8), "id").getFirst();
        assertEquals("9=hello", shown(made));
        assertEquals(
                List.of("ce_specversion", "ce_id", "ce_source", "ce_type", "content-type"),
                made.headers().stream().map(StreamRecord.Header::name).toList());
    }

    /** HTTP has them percent-encoded, Kafka as they are: a client of Kafka's decodes nothing. */
    @Test
    void attributesAreDecoded() throws IOException {
        Map<String, String> texts =
                Map.of(
                        "Pier%20%e2%82%AC5%2c%20100%25", "Pier €5, 100%",
                        "\"a \\\"b\\\" %41\"", "a \"b\" A",
                        "100% %4", "100% %4",
                        "%2541", "%41",
                        "\u00c3\u00bc", "ü",
                        "\"", "\"");
        for (Map.Entry<String, String> each : texts.entrySet()) {
            StreamRecord.Coming made = event(each.getKey());
            StreamRecord.Header subject = made.headers().getFirst();
            assertEquals(each.getValue(), new String(subject.value(), UTF_8), each.getKey());
            assertEquals(each.getValue() + "=x", shown(made), "its key");
            assertEquals(
                    "text/plain; charset=UTF-8",
                    new String(made.headers().getLast().value(), UTF_8));
        }
        for (String wrong : List.of("%C0%A0", "%ff", "\u00fc")) {
            Failure refused = assertThrows(Failure.class, () -> event(wrong));
            assertEquals("malformed", refused.code());
            assertTrue(refused.sentence().contains("ce-subject"), refused::sentence);
        }
    }

    private static StreamRecord.Coming event(String subject) throws IOException {
        Headers headers =
                new Headers()
                        .add("ce-subject", subject)
                        .add("ce-specversion", "1.0")
                        .add("ce-id", "1")
                        .add("ce-source", "/g")
                        .add("ce-type", "t")
                        .add("Content-Type", "text/plain; charset=UTF-8");
        return Records.of(headers, "x".getBytes(UTF_8), "subject").getFirst();
    }

    /** Whatever comes is records that are JSON, or a failure with a sentence. */
    @Test
    void whateverComesIsRecordsOrAFailure() throws IOException {
        Random random = new Random(12);
        List<String> types =
                List.of(
                        "",
                        "application/json",
                        "application/cloudevents+json",
                        "application/cloudevents-batch+json");
        byte[] seed =
                "[{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/\",\"type\":\"t\"},[1,\"é\"]]\n{}"
                        .getBytes(UTF_8);
        int records = 0;
        int failures = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] body = Arrays.copyOf(seed, 1 + random.nextInt(seed.length));
            for (int j = random.nextInt(4); j > 0; j--) {
                body[random.nextInt(body.length)] = (byte) random.nextInt(256);
            }
            try {
                List<StreamRecord.Coming> all =
                        Records.of(headers(types.get(random.nextInt(4))), body, "id");
                for (StreamRecord.Coming each : all) {
                    assertEquals(
                            1,
                            Records.of(
                                            headers("application/json"),
                                            list(each.value().orElseThrow()),
                                            "")
                                    .size());
                }
                records += all.size();
            } catch (Failure e) {
                assertTrue(e.sentence().length() < 1_000, e::sentence);
                failures++;
            }
        }
        assertTrue(records > 100 && failures > 100, records + " and " + failures);
    }

    private static byte[] list(byte[] value) {
        byte[] list = new byte[value.length + 2];
        list[0] = '[';
        System.arraycopy(value, 0, list, 1, value.length);
        list[value.length + 1] = ']';
        return list;
    }
}
