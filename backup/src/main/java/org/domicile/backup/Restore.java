package org.domicile.backup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.domicile.bytes.CrashPoint;
import org.domicile.bytes.Disk;
import org.domicile.bytes.StorageFailure;

/** Brings a snapshot back into a folder. */
public final class Restore {
    private static final String UNFINISHED = ".restoring";

    private final Repository repository;
    private final Disk disk;
    private final Rate rate;
    private final Meter meter;
    private final Set<Path> directories = new LinkedHashSet<>();

    private Restore(Repository repository, Rate rate, Meter meter) {
        this.repository = repository;
        this.disk = repository.disk();
        this.rate = rate;
        this.meter = meter;
    }

    /**
     * Restores what is not there yet: a file that has its name was restored whole. All is durable
     * when this returns.
     *
     * @param places where each root goes, by name; two may go to one folder
     * @throws StorageFailure CORRUPT when an object is missing or damaged: which one, and what to
     *     do
     * @throws IOException when something cannot be read or written; run it again to go on
     */
    public static void run(
            Repository repository,
            Snapshot snapshot,
            Map<String, Path> places,
            Rate rate,
            Meter meter)
            throws IOException {
        Restore restore = new Restore(repository, rate, meter);
        for (Item root : Item.parse(repository.list(snapshot.tree()))) {
            Path place = places.get(root.name());
            if (place == null) {
                throw new StorageFailure(
                        StorageFailure.Kind.FOREIGN,
                        "the snapshot %s has a part %s that this program does not know: use the program that made it, or a newer one"
                                .formatted(snapshot.id(), root.name()));
            }
            restore.item(root, place, root.name());
        }
        for (Path directory : restore.directories) {
            restore.disk.forceDirectory(directory);
        }
    }

    private void item(Item item, Path target, String shown) throws IOException {
        switch (item) {
            case Item.Directory(String _, String hash) -> {
                disk.createDirectories(target);
                for (Item inside : Item.parse(repository.list(hash))) {
                    item(inside, target.resolve(inside.name()), shown + "/" + inside.name());
                }
            }
            case Item.File file -> file(file, target, shown);
        }
    }

    private void file(Item.File file, Path target, String shown) throws IOException {
        Path parent = target.getParent();
        if (parent != null) {
            disk.createDirectories(parent);
            directories.add(parent);
        }
        if (Files.isRegularFile(target) && Files.size(target) == file.size()) {
            meter.present(file.size(), shown);
            return;
        }
        if (!repository.has(file.hash(), file.size())) {
            throw damaged(file, shown, "is missing, or has another size");
        }
        Path fresh = target.resolveSibling(target.getFileName() + UNFINISHED);
        String hash =
                Repository.copy(
                        disk,
                        repository.object(file.hash()),
                        fresh,
                        rate,
                        count -> meter.moved(count, shown));
        if (!hash.equals(file.hash())) {
            disk.delete(fresh);
            throw damaged(file, shown, "is damaged");
        }
        disk.rename(fresh, target);
        CrashPoint.at("backup.restored");
    }

    private StorageFailure damaged(Item.File file, String shown, String how) {
        return new StorageFailure(
                StorageFailure.Kind.CORRUPT,
                "%s in the backup, which is %s, %s: put back a copy of that file, or restore another snapshot into an empty folder"
                        .formatted(repository.object(file.hash()), shown, how));
    }
}
