package org.domicile.backup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Takes old snapshots away, and the objects that none has any more. */
public final class Retention {
    private final Repository repository;

    /** The first eight bytes of each hash: two that are alike keep an object too many, no more. */
    private final Set<Long> needed = new HashSet<>();

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
     *     nothing is swept
     */
    public static Gone keep(Repository repository, int keep) throws IOException {
        List<String> ids = repository.ids();
        List<String> old = ids.subList(0, Math.max(0, ids.size() - Math.max(1, keep)));
        for (String id : old) {
            repository.forget(id);
        }
        return new Gone(List.copyOf(old), old.isEmpty() ? 0 : new Retention(repository).sweep());
    }

    private long sweep() throws IOException {
        for (String id : repository.ids()) {
            mark(new Item.Directory("", repository.snapshot(id).tree()));
        }
        long bytes = 0;
        for (String hash : repository.objects()) {
            if (!needed.contains(prefix(hash))) {
                Path object = repository.object(hash);
                bytes += Files.size(object);
                repository.disk().delete(object);
            }
        }
        return bytes;
    }

    private void mark(Item item) throws IOException {
        boolean fresh = needed.add(prefix(item.hash()));
        if (fresh && item instanceof Item.Directory(String _, String hash)) {
            for (Item inside : Item.parse(repository.list(hash))) {
                mark(inside);
            }
        }
    }

    private static long prefix(String hash) {
        return Long.parseUnsignedLong(hash, 0, 16, 16);
    }
}
