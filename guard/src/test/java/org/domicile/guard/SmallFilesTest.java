package org.domicile.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.domicile.tables.Scan;
import org.junit.jupiter.api.Test;

/** Which files are worth writing anew. */
class SmallFilesTest {
    private static Scan.DataFile file(String name, long size, Scan.DeleteFile... deletes) {
        return new Scan.DataFile(
                name,
                name,
                "PARQUET",
                size,
                1,
                0,
                Map.of(),
                Map.of(),
                0,
                0,
                0,
                List.of(deletes),
                "");
    }

    private static List<List<String>> groups(long aim, Scan.DataFile... files) {
        List<List<String>> named = new ArrayList<>();
        for (List<Scan.DataFile> each : SmallFiles.groups(List.of(files), aim, 0)) {
            named.add(each.stream().map(Scan.DataFile::location).toList());
        }
        return named;
    }

    @Test
    void smallOnesArePackedUpToTheAim() {
        assertEquals(
                List.of(List.of("a", "b", "c"), List.of("d", "e")),
                groups(
                        100,
                        file("e", 60),
                        file("a", 10),
                        file("big", 75),
                        file("c", 40),
                        file("b", 20),
                        file("d", 40)));
    }

    @Test
    void oneAloneStaysButWithDeletes() {
        Scan.DeleteFile some =
                new Scan.DeleteFile(Scan.Deletes.VECTOR, "v", "v", "PUFFIN", 1, 1, 0, 1, List.of());
        assertEquals(List.of(), groups(100, file("a", 10)));
        assertEquals(List.of(), groups(100, file("a", 70), file("b", 80)));
        assertEquals(List.of(List.of("a")), groups(100, file("a", 10, some)));
        assertEquals(List.of(List.of("big")), groups(100, file("big", 500, some)));
    }

    private static Scan.DataFile file(String name, long size, int spec, String day) {
        return new Scan.DataFile(
                name,
                name,
                "PARQUET",
                size,
                1,
                spec,
                Map.of("day", day),
                Map.of(),
                0,
                0,
                0,
                List.of(),
                "");
    }

    /** Files of one partition become one; small partitions go in one statement. */
    @Test
    void partitionsStayApart() {
        assertEquals(
                List.of(List.of("a", "b", "d", "e"), List.of("f", "g")),
                groups(
                        100,
                        file("a", 10, 0, "1"),
                        file("b", 11, 0, "1"),
                        file("alone", 12, 0, "2"),
                        file("d", 13, 0, "3"),
                        file("e", 14, 0, "3"),
                        file("f", 40, 0, "4"),
                        file("g", 50, 0, "4")));
        Scan.DataFile[] many = new Scan.DataFile[1_200];
        java.util.Arrays.setAll(many, i -> file("f" + i, 1, 0, "" + i / 2));
        assertEquals(List.of(1_000, 200), groups(1 << 20, many).stream().map(List::size).toList());
    }

    /** Small ones of an older partitioning come into the one of now, one alone too. */
    @Test
    void olderPartitioningsGo() {
        assertEquals(
                List.of(List.of("old"), List.of("a", "b")),
                groups(
                        100,
                        file("old", 1, 7, "1"),
                        file("large", 90, 7, "2"),
                        file("a", 10, 0, "1"),
                        file("b", 11, 0, "1")));
    }

    /** Each is open until they are one. */
    @Test
    void notTooManyAtOnce() {
        Scan.DataFile[] many = new Scan.DataFile[4_500];
        java.util.Arrays.setAll(many, i -> file("f" + i, 1));
        assertEquals(
                List.of(2_000, 2_000, 500),
                groups(1 << 20, many).stream().map(List::size).toList());
    }

    @Test
    void theAimIsThePropertysUpToWhatASessionHolds() {
        assertEquals(1_000, SmallFiles.aim(Map.of("write.target-file-size-bytes", "1000")));
        assertEquals(128L << 20, SmallFiles.aim(Map.of()));
        assertEquals(128L << 20, SmallFiles.aim(Map.of("write.target-file-size-bytes", "x")));
    }
}
