package org.domicile.guard;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.domicile.tables.Scan;

/**
 * Which files of a table are worth writing anew, together: a pure function. A file is worth it when
 * it has less than three quarters of the size that is aimed at, or when rows of it are deleted.
 * They are packed into as few files of that size as fit, the small ones first; one that would be
 * alone and has no deletes stays as it is.
 */
final class SmallFiles {
    /** Rows of one file go through a session's staging. */
    private static final long MOST = 128L << 20;

    /** Files that become one: each is opened, and held until then. */
    private static final int MOST_FILES = 2_000;

    private static final long USUAL = 512L << 20;
    private static final String AIM = "write.target-file-size-bytes";

    private SmallFiles() {}

    /** The size that is aimed at, by a table's properties. */
    static long aim(Map<String, String> properties) {
        String said = properties.getOrDefault(AIM, "");
        long wanted = said.matches("[1-9]\\d{0,17}") ? Long.parseLong(said) : USUAL;
        return Math.min(wanted, MOST);
    }

    /** A file that has as many bytes is large enough. */
    static long below(long aim) {
        return aim - aim / 4;
    }

    /** Groups of files, each of which becomes one. */
    static List<List<Scan.DataFile>> groups(List<Scan.DataFile> files, long aim) {
        List<Scan.DataFile> worth =
                files.stream()
                        .filter(each -> size(each) < below(aim) || !each.deletes().isEmpty())
                        .sorted(Comparator.comparingLong(SmallFiles::size))
                        .toList();
        List<List<Scan.DataFile>> groups = new ArrayList<>();
        List<Scan.DataFile> group = new ArrayList<>();
        long sum = 0;
        for (Scan.DataFile each : worth) {
            if (!group.isEmpty() && (sum + size(each) > aim || group.size() == MOST_FILES)) {
                groups.add(List.copyOf(group));
                group.clear();
                sum = 0;
            }
            group.add(each);
            sum += size(each);
        }
        if (!group.isEmpty()) {
            groups.add(List.copyOf(group));
        }
        return groups.stream()
                .filter(each ->
                        each.size() > 1
                                || each.stream().anyMatch(file -> !file.deletes().isEmpty()))
                .toList();
    }

    private static long size(Scan.DataFile file) {
        return file.size();
    }
}
