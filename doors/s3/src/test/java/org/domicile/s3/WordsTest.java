package org.domicile.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The small words of the wire, each against something that somebody else wrote. */
class WordsTest {
    @Test
    void dates() {
        DateTimeFormatter iso =
                DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'")
                        .withZone(ZoneOffset.UTC);
        Random random = DoorTest.random();
        for (int i = 0; i < 2_000; i++) {
            Instant at = Instant.ofEpochMilli(random.nextLong(0, 4_102_444_800_000L));
            assertEquals(iso.format(at), Dates.iso(at));
            assertEquals(
                    Optional.of(Instant.ofEpochSecond(at.getEpochSecond())),
                    Dates.parse(Dates.http(at)));
        }
        assertEquals(
                "Sun, 06 Nov 1994 08:49:37 GMT", Dates.http(Instant.ofEpochSecond(784_111_777)));
        Optional<Instant> same = Optional.of(Instant.ofEpochSecond(784_111_777));
        assertEquals(same, Dates.parse("Sunday, 06-Nov-94 08:49:37 GMT"));
        assertEquals(same, Dates.parse("Sun Nov  6 08:49:37 1994"));
        assertEquals(same, Dates.parse("1994-11-06T08:49:37Z"));
        assertEquals(Optional.empty(), Dates.parse("yesterday"));
        assertEquals(Optional.empty(), Dates.parse(""));
    }

    /** A document takes the day from the date before, where it is the same. */
    @Test
    void datesOfADocument() {
        Random random = DoorTest.random();
        XmlOut out = XmlOut.document("Days", 16);
        StringBuilder expected = new StringBuilder("<Days>");
        for (int i = 0; i < 500; i++) {
            Instant at =
                    Instant.ofEpochSecond(86_400L * random.nextInt(3) + random.nextInt(86_400));
            out.date(at);
            expected.append(Dates.iso(at));
        }
        String text = StandardCharsets.US_ASCII.decode(out.done("Days")).toString();
        assertEquals(
                expected.append("</Days>").toString(),
                "<Days>" + text.substring(text.indexOf('>', text.indexOf("<Days")) + 1));
    }

    @Test
    void percents() {
        Random random = DoorTest.random();
        for (int i = 0; i < 2_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(20); n > 0; n--) {
                int point =
                        random.nextInt(4) == 0 ? random.nextInt(0x11_0000) : random.nextInt(0x180);
                if (point < 0xd800 || point > 0xdfff) {
                    text.appendCodePoint(point);
                }
            }
            String plain = text.toString();
            String encoded = Percent.encode(plain);
            assertEquals(plain, Percent.decode(encoded, Percent.Plus.PLUS));
            assertEquals(plain, Percent.decode(encoded, Percent.Plus.SPACE));
            assertEquals(plain.getBytes(StandardCharsets.UTF_8).length, Percent.length(plain));
        }
        assertEquals("a+b", Percent.decode("a+b", Percent.Plus.PLUS));
        assertEquals("a b", Percent.decode("a+b", Percent.Plus.SPACE));
        assertEquals("\u00e4", Percent.decode("\u00c3\u00a4", Percent.Plus.PLUS));
        for (String bad :
                new String[] {
                    "%", "%1", "%g0", "%0g", "%C3", "%80", "%FE", "\u00ff", "%\u0661\u0661"
                }) {
            assertThrows(Failure.class, () -> Percent.decode(bad, Percent.Plus.PLUS), bad);
        }
    }

    @Test
    void codesAreAllDifferent() {
        for (ErrorCode code : ErrorCode.values()) {
            assertEquals(code, ErrorCode.of(code.code()));
        }
        assertThrows(IllegalArgumentException.class, () -> ErrorCode.of("Nonsense"));
    }

    @Test
    void options() {
        assertEquals("home", new S3Options("home", "").region());
        assertThrows(IllegalArgumentException.class, () -> new S3Options("", ""));
        assertThrows(IllegalArgumentException.class, () -> new S3Options("home", ".x"));
        assertThrows(IllegalArgumentException.class, () -> new S3Options("home", "x:9000"));
    }
}
