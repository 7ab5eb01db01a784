package org.domicile.guard;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.domicile.tables.Scan;

/**
 * Which files of a table are due to be packed by the program itself, of those that somebody could
 * have packed who asks for it. The first group that is worth it, and no more; of one that goes over
 * several partitions, those partitions in which it is.
 *
 * <p>Small files are worth it when there are enough of them, or enough to fill one file. One that
 * is larger than all smaller ones together is left out: packed with each handful of new files, its
 * rows would be written again and again. Files of which rows are deleted are worth it when those
 * are many, or their files are.
 *
 * <p>For one statement.
 */
final class Due implements SqlPacking.Picking {
    /** One row in so many is deleted. */
    private static final int DELETED = 10;

    /** Files of deletes that apply to one file. */
    private static final int DELETES = 5;

    /** Room on the disk, by what is written: twice, and as much again for who writes meanwhile. */
    private static final int TIMES = 4;

    private final int least;
    private final long below;
    private final LongSupplier room;
    private boolean scarce;

    /**
     * @param least small files that are enough
     * @param below bytes of a file that is large enough
     * @param room bytes that are left
     */
    Due(int least, long below, LongSupplier room) {
        this.least = least;
        this.below = below;
        this.room = room;
    }

    /** Whether it picked none since there is no room. */
    boolean scarce() {
        return scarce;
    }

    @Override
    public List<List<Scan.DataFile>> of(List<List<Scan.DataFile>> groups) {
        for (List<Scan.DataFile> each : groups) {
            List<Scan.DataFile> due = due(each);
            if (!due.isEmpty()) {
                if (room.getAsLong() < TIMES * size(due)) {
                    scarce = true;
                    return List.of();
                }
                return List.of(due);
            }
        }
        return List.of();
    }

    /** Where files lie: a partitioning, and values of its fields. */
    private record Partition(int spec, Map<String, String> values) {}

    private List<Scan.DataFile> due(List<Scan.DataFile> group) {
        Map<Partition, List<Scan.DataFile>> partitions = new LinkedHashMap<>();
        for (Scan.DataFile each : group) {
            partitions
                    .computeIfAbsent(
                            new Partition(each.spec(), each.partition()), _ -> new ArrayList<>())
                    .add(each);
        }
        return partitions.values().stream().flatMap(each -> dueOfOne(each).stream()).toList();
    }

    private List<Scan.DataFile> dueOfOne(List<Scan.DataFile> group) {
        List<Scan.DataFile> due = new ArrayList<>();
        List<Scan.DataFile> small = new ArrayList<>();
        for (Scan.DataFile each : group) {
            if (isWorn(each)) {
                due.add(each);
            } else if (each.size() < below) {
                small.add(each);
            }
        }
        small.sort(Comparator.comparingLong(Scan.DataFile::size));
        while (!small.isEmpty() && small.getLast().size() > size(small) - small.getLast().size()) {
            small.removeLast();
        }
        boolean enough = small.size() >= least || (small.size() > 1 && size(small) >= below);
        if (enough) {
            due.addAll(small);
        }
        return due;
    }

    private static boolean isWorn(Scan.DataFile file) {
        long rows = file.deletes().stream().mapToLong(Scan.DeleteFile::records).sum();
        return file.deletes().size() >= DELETES
                || (!file.deletes().isEmpty() && rows >= file.records() / DELETED);
    }

    private static long size(List<Scan.DataFile> files) {
        return files.stream().mapToLong(Scan.DataFile::size).sum();
    }
}
