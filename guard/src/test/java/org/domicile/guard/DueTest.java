package org.domicile.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.domicile.tables.Scan;
import org.junit.jupiter.api.Test;

/** Which files the program packs by itself, by their sizes and deletes. */
class DueTest {
    private static final long AIM = 128;
    private static final long BELOW = 96;

    private static Scan.DataFile file(long size, String day, Scan.DeleteFile... deletes) {
        return new Scan.DataFile(
                "f",
                "s3://b/f",
                "PARQUET",
                size,
                100,
                0,
                day.isEmpty() ? Map.of() : Map.of("day", day),
                Map.of(),
                -1,
                1,
                1,
                List.of(deletes),
                "true");
    }

    private static Scan.DeleteFile deletes(long rows) {
        return new Scan.DeleteFile(
                Scan.Deletes.POSITIONS, "d", "s3://b/d", "PARQUET", 1, rows, -1, -1, List.of());
    }

    private static List<Long> picked(int least, Scan.DataFile... files) {
        List<List<Scan.DataFile>> picked =
                new Due(least, BELOW, () -> Long.MAX_VALUE).of(List.of(List.of(files)));
        assertTrue(picked.size() <= 1, "one group at a time");
        return picked.stream().flatMap(List::stream).map(Scan.DataFile::size).toList();
    }

    private static Scan.DataFile[] files(long... sizes) {
        return Arrays.stream(sizes).mapToObj(each -> file(each, "")).toArray(Scan.DataFile[]::new);
    }

    @Test
    void enoughOfThem() {
        assertEquals(List.of(), picked(4, files(1, 1, 1)));
        assertEquals(List.of(1L, 1L, 1L, 1L), picked(4, files(1, 1, 1, 1)));
    }

    @Test
    void enoughForOneFileThoughTheyAreFew() {
        assertEquals(List.of(50L, 50L), picked(4, files(50, 50)));
        assertEquals(List.of(), picked(4, files(40, 40)));
    }

    /** Else every handful of new rows would have all rows of before written again. */
    @Test
    void oneThatIsLargerThanTheOthersTogetherStays() {
        assertEquals(List.of(1L, 1L, 1L, 1L), picked(4, files(1, 1, 1, 1, 80)));
        assertEquals(List.of(), picked(4, files(1, 1, 1, 80)));
        assertEquals(List.of(20L, 20L, 20L, 60L), picked(4, files(20, 20, 20, 60)));
    }

    /** A row is written again as often as its file can double, and no more. */
    @Test
    void rowsAreWrittenAFewTimes() {
        List<Scan.DataFile> table = new ArrayList<>();
        long written = 0;
        int inserts = 96 * 4;
        for (int i = 0; i < inserts; i++) {
            table.add(file(1, ""));
            List<List<Scan.DataFile>> groups = SmallFiles.groups(table, AIM, 0);
            for (List<Scan.DataFile> each : new Due(12, BELOW, () -> Long.MAX_VALUE).of(groups)) {
                each.forEach(table::remove);
                long size = each.stream().mapToLong(Scan.DataFile::size).sum();
                table.add(file(size, ""));
                written += size;
            }
        }
        assertTrue(table.size() < 20, "files in the end: " + table.size());
        assertTrue(written <= 5L * inserts, "each row so many times: " + written / inserts);
    }

    @Test
    void filesOfWhichManyRowsAreDeleted() {
        assertEquals(List.of(), picked(4, file(120, "", deletes(9))));
        assertEquals(List.of(120L), picked(4, file(120, "", deletes(10))));
        Scan.DeleteFile one = deletes(1);
        assertEquals(List.of(), picked(4, file(120, "", one, one, one, one)));
        assertEquals(List.of(120L), picked(4, file(120, "", one, one, one, one, one)));
    }

    @Test
    void eachPartitionForItself() {
        assertEquals(
                List.of(2L, 2L, 2L),
                picked(
                        3,
                        file(1, "a"),
                        file(2, "b"),
                        file(1, "a"),
                        file(2, "b"),
                        file(2, "b"),
                        file(1, "c")));
    }

    @Test
    void withoutRoomNone() {
        Due due = new Due(2, BELOW, () -> 7);
        assertEquals(List.of(), due.of(List.of(List.of(files(1, 1)))));
        assertTrue(due.scarce());
        Due room = new Due(2, BELOW, () -> 8);
        assertEquals(1, room.of(List.of(List.of(files(1, 1)))).size());
        assertTrue(!room.scarce());
    }
}
