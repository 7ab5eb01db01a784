package org.domicile.guard;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.LocalTime;
import java.util.List;
import java.util.Optional;
import org.domicile.schemas.Column;
import org.domicile.schemas.ColumnType;
import org.domicile.streams.StreamRecord;
import org.junit.jupiter.api.Test;

/** What rows that wait take in memory. */
final class LiveTextTest {
    /** Numbers, texts and moments are written without a detour: each must say what it was. */
    @Test
    void aRowIsALineOfJson() throws Exception {
        LiveText text = new LiveText();
        List<Column> columns =
                List.of(
                        new Column("a", ColumnType.Simple.LONG, false),
                        new Column("b", ColumnType.Simple.INT, false),
                        new Column("c", ColumnType.Simple.TEXT, false),
                        new Column("d", ColumnType.Simple.DOUBLE, false),
                        new Column("e", ColumnType.Simple.TIME, false));
        String[] times = {
            "2026-11-30T11:31:07.000001Z", "2026-11-30T11:31:07.999999Z", "0000-01-01T00:00:00Z"
        };
        Object[][] rows = {
            {
                Long.MIN_VALUE,
                -10,
                "a \"quoted\" \\ line\n\u0001",
                -0.5,
                LocalTime.of(1, 2, 3, 4_000)
            },
            {Long.MAX_VALUE, 100, "Zürich \ud83c\udf0a", Double.NaN, null},
            {0L, 9, "", 1e300, LocalTime.MAX}
        };
        for (int i = 0; i < rows.length; i++) {
            StreamRecord record =
                    new StreamRecord(
                            i,
                            1_000_000_000_000L * i,
                            Instant.parse(times[i]),
                            i == 0 ? Optional.of(new byte[] {0, 'k', '"'}) : Optional.empty(),
                            Optional.of(new byte[10]),
                            List.of());
            assertEquals("", text.add(record, columns, rows[i]));
        }
        assertEquals(
                """
                {"c0":0,"c1":0,"c2":"2026-11-30 11:31:07.000001+00","c3":"\\\\x00k\\\\x22",\
                "c4":-9223372036854775808,"c5":-10,"c6":"a \\"quoted\\" \\\\ line\\u000A\\u0001",\
                "c7":-0.5,"c8":"01:02:03.000004"}
                {"c0":1,"c1":1000000000000,"c2":"2026-11-30 11:31:07.999999+00","c3":null,\
                "c4":9223372036854775807,"c5":100,"c6":"Zürich 🌊","c7":"NaN"}
                {"c0":2,"c1":2000000000000,"c2":"0001-01-01 00:00:00.000000+00","c3":null,\
                "c4":0,"c5":9,"c6":"","c7":1.0E300,"c8":"23:59:59.999999"}
                """,
                new String(text.read(0, 3).readAllBytes(), UTF_8));
    }

    /** A record below a mebibyte can be a row of a hundred: names of members come with each. */
    @Test
    void aRowThatWouldBeTooLargeIsNone() {
        LiveText text = new LiveText();
        Column named = new Column("n".repeat(255), ColumnType.Simple.INT, false);
        Column struct = new Column("s", new ColumnType.Struct(List.of(named)), false);
        Column list = new Column("l", new ColumnType.Sequence(struct), false);
        Object[] row = {java.util.Collections.nCopies(500_000, new Object[] {1})};
        StreamRecord record =
                new StreamRecord(
                        0, 0, Instant.EPOCH, Optional.empty(), Optional.of(new byte[9]), List.of());
        int small = text.capacity();
        assertEquals("it is more than 16 MiB as a row", text.add(record, List.of(list), row));
        assertEquals(0, text.rows());
        assertEquals(small, text.capacity());
        assertEquals("", text.add(record, List.of(list), new Object[] {null}));
        assertEquals(record.weight(), text.records());
    }

    /** There are two of each of many tables: what was large once is given back. */
    @Test
    void whatWasLargeIsSmallAgain() throws Exception {
        LiveText text = new LiveText();
        int small = text.capacity();
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 10_000; i++) {
                StreamRecord record =
                        new StreamRecord(
                                0,
                                i,
                                Instant.EPOCH,
                                Optional.empty(),
                                Optional.of(new byte[10]),
                                List.of());
                assertEquals("", text.add(record, List.of(), new Object[0]));
            }
            assertTrue(text.capacity() > 500_000);
            String lines = new String(text.read(9_999, 10_000).readAllBytes(), US_ASCII);
            assertTrue(lines.startsWith("{\"c0\":0,\"c1\":9999,"), lines);
            String all = new String(text.read(0, 10_000).readAllBytes(), US_ASCII);
            assertEquals(10_000, all.lines().count());
            assertTrue(all.endsWith(lines) && all.contains("{\"c0\":0,\"c1\":5000,\"c2\":\"1970"));
            text.clear();
            assertEquals(small, text.capacity());
        }
    }
}
