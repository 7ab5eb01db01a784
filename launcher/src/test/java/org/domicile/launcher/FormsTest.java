package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.domicile.s3client.S3Signature;
import org.junit.jupiter.api.Test;

/** Times, sizes, tables, progress, JSON and signatures: how values look. */
class FormsTest {
    private static final ZoneId PARIS = ZoneId.of("Europe/Paris");

    @Test
    void spans() {
        assertEquals(Duration.ofSeconds(90), Times.span("90s"));
        assertEquals(Duration.ofMinutes(15), Times.span("15m"));
        assertEquals(Duration.ofHours(1), Times.span("1h"));
        assertEquals(Duration.ofDays(7), Times.span("7d"));
        for (String wrong : new String[] {"", "1", "h", "-1h", "1.5h", "0s", "99999999d", "1w"}) {
            assertThrows(IllegalArgumentException.class, () -> Times.span(wrong), wrong);
        }
    }

    @Test
    void ends() {
        assertEquals("2028-12-31T22:59:59Z", Times.end("2028-12-31", PARIS));
        assertEquals("2028-12-31T17:00:00Z", Times.end("2028-12-31T18:00", PARIS));
        assertEquals("2028-12-31T18:00:00Z", Times.end("2028-12-31T18:00:00Z", PARIS));
        assertEquals("never", Times.end("never", PARIS));
        for (String wrong : new String[] {"2028-13-01", "tomorrow", "2028", "31.12.2028"}) {
            assertThrows(IllegalArgumentException.class, () -> Times.end(wrong, PARIS), wrong);
        }
        assertEquals("2028-12-31 23:59", Times.minute("2028-12-31T22:59:59Z", PARIS));
        assertEquals("never", Times.minute("never", PARIS));
    }

    @Test
    void sizesAndSpansForPeople() {
        assertEquals("0 B", Times.size(0));
        assertEquals("999 B", Times.size(999));
        assertEquals("1.0 kB", Times.size(1_000));
        assertEquals("1.0 MB", Times.size(999_999));
        assertEquals("16.8 MB", Times.size(16 << 20));
        assertEquals("9.2 EB", Times.size(Long.MAX_VALUE));
        assertEquals("3 min 20 s", Times.human(Duration.ofSeconds(200)));
        assertEquals("2 h 5 min", Times.human(Duration.ofMinutes(125)));
    }

    @Test
    void columnsStandUnderTheirTitles() {
        StringWriter text = new StringWriter();
        new Table()
                .field("name", "name")
                .number("size", row -> row.text("size"))
                .field("note", "note")
                .print(
                        new PrintWriter(text, true),
                        List.of(
                                Json.row("name", "a", "size", 5, "note", ""),
                                Json.row("name", "ж\u001b[31m", "size", 12_345, "note", "x y")));
        assertEquals(
                """
                NAME          SIZE  NOTE
                a                5
                ж\\u001b[31m  12345  x y
                """,
                text.toString());
    }

    @Test
    void progressSaysHowFarAndHowLong() {
        Progress progress = Progress.bytes(new PrintWriter(new StringWriter()), 4_000_000);
        assertEquals(
                "[############            ]  50 %  2.0 MB of 4.0 MB, 1.0 MB/s, 3 s left  scans",
                progress.line(1_000_000, 1_000_000, 1_000_000_000L, "scans"));
        assertEquals("[                        ]   0 %  0 B of 4.0 MB", progress.line(0, 0, 0, ""));
        assertTrue(
                Progress.bytes(new PrintWriter(new StringWriter()), 0)
                        .line(0, 0, 1, "")
                        .contains("100 %"));
    }

    @Test
    void jsonComesBackAsItWas() throws IOException {
        String text = "{\"a\":\"\\u0001é\\\"\",\"b\":[\"x\",{\"c\":-5}],\"d\":true,\"e\":{}}";
        assertEquals(text, Json.object(text.getBytes(StandardCharsets.UTF_8)).line());
        for (String wrong : new String[] {"", "[]", "{", "{\"a\":", "{} {}", "{\"a\":[1,}"}) {
            assertThrows(
                    IOException.class,
                    () -> Json.object(wrong.getBytes(StandardCharsets.UTF_8)),
                    wrong);
        }
    }

    /** The two examples of the Amazon S3 API Reference for requests without a body. */
    @Test
    void signaturesAreAmazons() {
        S3Signature signature =
                new S3Signature(
                        "AKIAIOSFODNN7EXAMPLE",
                        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                        "us-east-1");
        Instant at = Instant.parse("2013-05-24T00:00:00Z");
        String empty = S3Signature.hex(S3Signature.sha256(new byte[0]));
        String host = "examplebucket.s3.amazonaws.com";
        assertSigned(
                "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
                signature.sign(
                        "GET", host, "/test.txt", "", Map.of("range", "bytes=0-9"), empty, at));
        assertSigned(
                "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
                signature.sign("GET", host, "/", "max-keys=2&prefix=J", Map.of(), empty, at));
        assertEquals("a%20b%2Bc%C3%A4/d~", S3Signature.encode("a b+cä/d~", "/"));
        assertTrue(!signature.toString().contains("wJalr"));
    }

    private static void assertSigned(String expected, Map<String, String> headers) {
        String given = headers.getOrDefault("authorization", "");
        assertTrue(given.endsWith("Signature=" + expected), given);
    }
}
