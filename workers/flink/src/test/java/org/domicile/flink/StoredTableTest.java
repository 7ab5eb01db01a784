package org.domicile.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.BooleanType;
import org.apache.flink.table.types.logical.DateType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.DoubleType;
import org.apache.flink.table.types.logical.FloatType;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.LocalZonedTimestampType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.TimestampType;
import org.apache.flink.table.types.logical.VarCharType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rows of a table, looked for as a join does. */
@Timeout(60)
final class StoredTableTest {
    private static final LogicalType TEXT = VarCharType.STRING_TYPE;

    /** Milliseconds that a record waits. */
    private static final long MOMENT = 500;

    private final List<@Nullable String[]> stored = new ArrayList<>();
    private int asked;

    /**
     * @param millis after which it is read again
     */
    private StoredTable.Rows opened(long millis, RowType type, int... keys) throws Exception {
        StoredTable.asks((watch, table) -> {
            assertEquals("w t", watch + " " + table);
            asked++;
            return List.copyOf(stored);
        });
        StoredTable.Rows rows = new StoredTable.Rows("w", "t", millis, type, keys, MOMENT);
        rows.read(); // as it does when Flink opens it
        return rows;
    }

    private static String found(Collection<RowData> rows) {
        return rows.stream()
                .map(each -> each.getString(1).toString())
                .collect(Collectors.joining(","));
    }

    @Test
    void whatIsEqualIsFound() throws Exception {
        stored.add(new String[] {"n", "Pier", "1"});
        stored.add(new String[] {"n", "Lock", "2"});
        stored.add(new @Nullable String[] {null, "Nowhere", "1"});
        StoredTable.Rows one = opened(60_000, RowType.of(TEXT, TEXT, new IntType()), 0);
        assertEquals("Pier,Lock", found(one.lookup(GenericRowData.of(StringData.fromString("n")))));
        assertEquals("", found(one.lookup(GenericRowData.of(StringData.fromString("s")))));
        assertEquals(
                "", found(one.lookup(GenericRowData.of((Object) null))), "null equals nothing");
        StoredTable.Rows two = opened(60_000, RowType.of(TEXT, TEXT, new IntType()), 2, 0);
        assertEquals("Lock", found(two.lookup(GenericRowData.of(2, StringData.fromString("n")))));
        stored.clear();
        assertEquals("Lock", found(two.lookup(GenericRowData.of(2, StringData.fromString("n")))));
        assertEquals(2, asked, "it is not read again before its time");
    }

    @Test
    void itIsReadAgainAfterItsTime() throws Exception {
        stored.add(new String[] {"n", "Pier"});
        StoredTable.Rows rows = opened(0, RowType.of(TEXT, TEXT), 0);
        RowData sought = GenericRowData.of(StringData.fromString("n"));
        assertEquals("Pier", found(rows.lookup(sought)));
        stored.set(0, new String[] {"n", "Harbour"});
        assertEquals("Harbour", found(rows.lookup(sought)));
        // it goes on with what was read before, for a while
        StoredTable.asks((_, _) -> {
            throw new IOException("The table may not be read.");
        });
        for (int i = 1; i < StoredTable.MOST_REFUSED; i++) {
            assertEquals("Harbour", found(rows.lookup(sought)));
        }
        IOException no = assertThrows(IOException.class, () -> rows.lookup(sought));
        assertEquals("The table may not be read.", no.getMessage());
        stored.set(0, new String[] {"n"});
        assertThrows(IOException.class, () -> opened(0, RowType.of(TEXT, TEXT), 0));
    }

    @Test
    void aSlowReadingHoldsNobodyUp() throws Exception {
        stored.add(new String[] {"n", "Pier"});
        StoredTable.Rows rows = opened(0, RowType.of(TEXT, TEXT), 0);
        CountDownLatch answer = new CountDownLatch(1);
        StoredTable.asks((_, _) -> {
            try {
                answer.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            return List.<@Nullable String[]>of(new String[] {"n", "Harbour"});
        });
        RowData sought = GenericRowData.of(StringData.fromString("n"));
        assertEquals("Pier", found(rows.lookup(sought)));
        assertEquals("Pier", found(rows.lookup(sought)));
        answer.countDown();
        while (found(rows.lookup(sought)).equals("Pier")) {
            Thread.onSpinWait();
        }
        assertEquals("Harbour", found(rows.lookup(sought)));
    }

    @Test
    void everyTypeIsRead() throws Exception {
        LogicalType[] types = {
            new BooleanType(),
            new IntType(),
            new BigIntType(),
            new FloatType(),
            new DoubleType(),
            new DecimalType(6, 2),
            new DateType(),
            new TimestampType(3),
            new LocalZonedTimestampType(3)
        };
        String[] texts = {
            "true",
            "-3",
            "9000000000",
            "1.5",
            "NaN",
            "12.50",
            "2026-11-30",
            "2026-11-30T01:02:03.004",
            "2026-11-30T01:02:03.004Z"
        };
        List<String> read = new ArrayList<>();
        for (int i = 0; i < types.length; i++) {
            read.add(StoredTable.value(texts[i], types[i]).toString());
        }
        assertEquals(
                List.of(
                        "true",
                        "-3",
                        "9000000000",
                        "1.5",
                        "NaN",
                        "12.50",
                        "20787",
                        "2026-11-30T01:02:03.004",
                        "2026-11-30T01:02:03.004"),
                read);
        assertThrows(IOException.class, () -> StoredTable.value("x", new IntType()));
        assertThrows(IOException.class, () -> StoredTable.value("infinity", new DateType()));
    }
}
