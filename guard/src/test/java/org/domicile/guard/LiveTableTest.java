package org.domicile.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.domicile.query.Footer;
import org.junit.jupiter.api.Test;

/** How files of a stream's table become data files. */
final class LiveTableTest {
    private static List<HotFile> files(int count, long each) {
        List<HotFile> files = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Footer footer = new Footer(each, 1, new byte[0], List.of(), "", List.of());
            files.add(new HotFile.InMemory("hot\n" + i, new byte[0], footer));
        }
        return files;
    }

    @Test
    void oneDataFileIsMadeAtATimeHoweverMuchWaits() {
        List<HotFile> all = files(1_000, 8);
        assertEquals(all.subList(0, 8), LiveTable.slice(all, 64));
        // what would be left is no file of its own
        List<HotFile> few = files(9, 8);
        assertEquals(few, LiveTable.slice(few, 64));
        List<HotFile> more = files(10, 8);
        assertEquals(more.subList(0, 8), LiveTable.slice(more, 64));
        List<HotFile> large = files(3, 1_000);
        assertEquals(large.subList(0, 1), LiveTable.slice(large, 64));
    }
}
