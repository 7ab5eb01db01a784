package org.domicile.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

    /** Each row is written anew a few times, whatever comes, and there are never many files. */
    @Test
    void filesOfASizeBecomeOne() {
        List<HotFile> small = new ArrayList<>();
        long written = 0;
        long came = 0;
        int most = 0;
        for (int i = 0; i < 1_000; i++) {
            small.addAll(files(1, 1_000));
            came += 1_000;
            List<HotFile> few = LiveTable.alike(small, 10_000_000);
            long size = few.stream().mapToLong(HotFile::size).sum();
            if (!few.isEmpty()) {
                small.removeAll(few);
                small.addFirst(files(1, size).getFirst());
                written += size;
            }
            most = Math.max(most, small.size());
        }
        assertEquals(came, small.stream().mapToLong(HotFile::size).sum());
        assertTrue(written < 4 * came, written + " of " + came);
        assertTrue(most < 16, most + " files");
    }

    @Test
    void aLargeFileWaitsForOthers() {
        List<HotFile> small = new ArrayList<>(files(1, 10_000));
        small.addAll(files(7, 1_000));
        assertEquals(List.of(), LiveTable.alike(small, 100_000));
        small.addAll(files(1, 1_000));
        assertEquals(small.subList(1, 9), LiveTable.alike(small, 100_000));
        assertEquals(small, LiveTable.alike(small, 18_000)); // enough for one that is laid
    }
}
