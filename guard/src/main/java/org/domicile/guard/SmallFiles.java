package org.domicile.guard;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

    /** Partitions that one statement writes, of those that a statement may. */
    private static final int MOST_PARTITIONS = 500;

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

    /**
     * Groups of files, each of which is written anew by one statement: files of one partition
     * become one, and partitions that have few bytes go together. Those that were written by an
     * older partitioning come into the one of now, also where one is alone.
     *
     * @param spec of the table's partitioning now
     */
    static List<List<Scan.DataFile>> groups(List<Scan.DataFile> files, long aim, int spec) {
        Map<Partition, List<Scan.DataFile>> partitions = new LinkedHashMap<>();
        files.stream()
                .filter(each -> size(each) < below(aim) || !each.deletes().isEmpty())
                .sorted(Comparator.comparingLong(SmallFiles::size))
                .forEach(each ->
                        partitions
                                .computeIfAbsent(Partition.of(each), _ -> new ArrayList<>())
                                .add(each));
        List<List<Scan.DataFile>> together = new ArrayList<>();
        Group group = new Group();
        for (Map.Entry<Partition, List<Scan.DataFile>> each : partitions.entrySet()) {
            boolean old = each.getKey().spec() != spec;
            for (List<Scan.DataFile> one : groups(each.getValue(), aim)) {
                boolean worth =
                        old
                                || one.size() > 1
                                || one.stream().anyMatch(file -> !file.deletes().isEmpty());
                if (worth && !group.takes(each.getKey(), one, aim)) {
                    together.add(List.copyOf(group.files));
                    group = new Group();
                    group.takes(each.getKey(), one, aim);
                }
            }
        }
        if (!group.files.isEmpty()) {
            together.add(List.copyOf(group.files));
        }
        return List.copyOf(together);
    }

    /** Where files lie: a partitioning, and values of its fields. */
    private record Partition(int spec, Map<String, String> values) {
        static Partition of(Scan.DataFile file) {
            return new Partition(file.spec(), file.partition());
        }
    }

    /** Files of some partitions, of one partitioning, for one statement. */
    private static final class Group {
        private final List<Scan.DataFile> files = new ArrayList<>();
        private final Set<Partition> partitions = new HashSet<>();
        private int spec;
        private long sum;

        boolean takes(Partition partition, List<Scan.DataFile> more, long aim) {
            long bytes = more.stream().mapToLong(SmallFiles::size).sum();
            boolean room =
                    files.isEmpty()
                            || (partition.spec() == spec
                                    && sum + bytes <= aim
                                    && files.size() + more.size() <= MOST_FILES
                                    && (partitions.contains(partition)
                                            || partitions.size() < MOST_PARTITIONS));
            if (room) {
                spec = partition.spec();
                sum += bytes;
                files.addAll(more);
                partitions.add(partition);
            }
            return room;
        }
    }

    /** Of one partition, each of which becomes one file. */
    private static List<List<Scan.DataFile>> groups(List<Scan.DataFile> files, long aim) {
        List<List<Scan.DataFile>> groups = new ArrayList<>();
        List<Scan.DataFile> group = new ArrayList<>();
        long sum = 0;
        for (Scan.DataFile each : files) {
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
        return groups;
    }

    private static long size(Scan.DataFile file) {
        return file.size();
    }
}
