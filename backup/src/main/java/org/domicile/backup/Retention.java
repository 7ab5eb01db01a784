package org.domicile.backup;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Takes old snapshots away, and the objects that none has any more. */
public final class Retention {
    private final Repository repository;

    /** Lists that were walked. */
    private final Set<String> walked = new HashSet<>();

    /**
     * The first eight bytes of each hash that a snapshot names, in no order: there may be millions,
     * and two that are alike keep an object too many, no more.
     */
    private long[] needed = new long[1_024];

    private int count;

    private Retention(Repository repository) {
        this.repository = repository;
    }

    /**
     * What went.
     *
     * @param snapshots their names @param bytes of objects
     */
    public record Gone(List<String> snapshots, long bytes) {}

    /**
     * Keeps the newest.
     *
     * @param keep at least one
     * @throws org.domicile.bytes.StorageFailure CORRUPT when one that stays cannot be read: then
     *     nothing goes, for an old one that can be read is better than none
     */
    public static Gone keep(Repository repository, int keep) throws IOException {
        List<String> ids = repository.ids();
        List<String> old = ids.subList(0, Math.max(0, ids.size() - Math.max(1, keep)));
        if (old.isEmpty()) {
            return new Gone(List.of(), 0);
        }
        Retention retention = new Retention(repository);
        for (String id : ids.subList(old.size(), ids.size())) {
            retention.mark(new Item.Directory("", repository.snapshot(id).tree()));
        }
        for (String id : old) {
            repository.forget(id);
        }
        return new Gone(List.copyOf(old), retention.sweep());
    }

    private long sweep() throws IOException {
        long[] named = Arrays.copyOf(needed, count);
        Arrays.sort(named);
        long[] bytes = new long[1];
        repository.each((hash, file) -> {
            if (Arrays.binarySearch(named, prefix(hash)) < 0) {
                bytes[0] += Files.size(file);
                repository.disk().delete(file);
            }
        });
        return bytes[0];
    }

    private void mark(Item item) throws IOException {
        if (item instanceof Item.Directory(String _, String list)) {
            if (!walked.add(list)) {
                return;
            }
            for (Item inside : Item.parse(repository.list(list))) {
                mark(inside);
            }
        }
        if (count == needed.length) {
            needed = Arrays.copyOf(needed, 2 * count);
        }
        needed[count++] = prefix(item.hash());
    }

    private static long prefix(String hash) {
        return Long.parseUnsignedLong(hash, 0, 16, 16);
    }
}
