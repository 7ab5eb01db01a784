package org.domicile.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.domicile.query.DataFile;
import org.domicile.query.Footer;
import org.domicile.query.TableFile;
import org.junit.jupiter.api.Test;

/** Which files are worth writing anew. */
class SmallFilesTest {
    private static TableFile file(String name, long size, TableFile.Deletes... deletes) {
        Footer footer = new Footer(size, 1, new byte[0], List.of(), "", List.of());
        return new TableFile(new DataFile(name, name, footer), name, Map.of(), List.of(deletes));
    }

    private static List<List<String>> groups(long aim, TableFile... files) {
        List<List<String>> named = new ArrayList<>();
        for (List<TableFile> each : SmallFiles.groups(List.of(files), aim)) {
            named.add(each.stream().map(TableFile::location).toList());
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
        TableFile.Deletes some = new TableFile.Deletes.Vector("v", "v", 1, 1);
        assertEquals(List.of(), groups(100, file("a", 10)));
        assertEquals(List.of(), groups(100, file("a", 70), file("b", 80)));
        assertEquals(List.of(List.of("a")), groups(100, file("a", 10, some)));
        assertEquals(List.of(List.of("big")), groups(100, file("big", 500, some)));
    }

    @Test
    void theAimIsThePropertysUpToWhatASessionHolds() {
        assertEquals(1_000, SmallFiles.aim(Map.of("write.target-file-size-bytes", "1000")));
        assertEquals(128L << 20, SmallFiles.aim(Map.of()));
        assertEquals(128L << 20, SmallFiles.aim(Map.of("write.target-file-size-bytes", "x")));
    }
}
