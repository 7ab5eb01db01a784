package org.domicile.keys;

import static org.domicile.bytes.StorageFailure.Kind.CLOSED;
import static org.domicile.bytes.StorageFailure.Kind.CORRUPT;
import static org.domicile.bytes.StorageFailure.Kind.FENCED;
import static org.domicile.bytes.StorageFailure.Kind.FOREIGN;
import static org.domicile.bytes.StorageFailure.Kind.FULL;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Pattern;
import org.domicile.bytes.CrashPoint;
import org.domicile.bytes.Disk;
import org.domicile.bytes.DiskFull;
import org.domicile.bytes.StorageFailure;
import org.jspecify.annotations.Nullable;

/**
 * The copies of the store, one in each place, and the order in which they are written. One thread
 * at a time; the ring's lane sees to it.
 *
 * <pre>
 *   birth:  pwrite(each copy), fdatasync(each copy)
 *   death:  open(new.new), pwrite, fdatasync      in each place
 *           rename(new.new, new), fsync(place)    in each place
 *           pwrite(old, zeros over its header), fdatasync(old), unlink(old), fsync(place)
 * </pre>
 *
 * <p>The zeros over the old header are why the epoch key exists: the old file's blocks may lie on
 * the disk for years, but without the header nothing opens them, root key or not. (On media that
 * write elsewhere, such as SSDs and copy-on-write file systems, this is an effort and no proof.)
 */
final class Places implements AutoCloseable {
    private static final Pattern STORE = Pattern.compile("keys-[0-9a-f]{16}\\.store");
    private static final Pattern UNFINISHED = Pattern.compile("keys-[0-9a-f]{16}\\.store\\.new");
    private static final int COPY_UNIT = 1 << 20;

    private final Disk disk;
    private final List<Path> directories;
    private List<Copy> copies = List.of();
    private long end;
    private @Nullable StorageFailure fence;

    /** A copy of the store, open for appending. */
    private record Copy(Path file, Disk.DiskFile handle) {}

    /** A whole copy that was read. */
    record Whole(Path file, StoreFile.Reading reading) {}

    Places(Disk disk, List<Path> directories) {
        if (directories.isEmpty()) {
            throw new IllegalArgumentException("a key store needs a place");
        }
        this.disk = disk;
        this.directories = directories.stream().map(Path::toAbsolutePath).distinct().toList();
    }

    List<String> names() {
        return directories.stream().map(Path::toString).toList();
    }

    /** Whether no place holds a file of a store. */
    boolean empty() throws IOException {
        for (Path directory : directories) {
            if (!files(directory).isEmpty()) {
                return false;
            }
        }
        return true;
    }

    /**
     * Reads every copy and says which holds: the whole one with the highest generation. Writes
     * nothing. A copy of another installation, root or format is refused even beside a good one:
     * somebody mixed up directories, and no repair may decide whose keys are overwritten.
     */
    List<Whole> survey(String installation, Secret sealing, Gcm gcm, long seen) throws IOException {
        List<Whole> whole = new ArrayList<>();
        List<StorageFailure> damaged = new ArrayList<>();
        for (Path directory : directories) {
            for (Path file : files(directory)) {
                try {
                    StoreFile.Reading reading =
                            StoreFile.read(disk, file, installation, sealing, gcm, (_, _) -> true);
                    reading.epoch().die();
                    whole.add(new Whole(file, reading));
                } catch (StorageFailure e) {
                    if (e.kind() == FOREIGN) {
                        throw e;
                    }
                    if (!StoreFile.retired(disk, file)) {
                        damaged.add(e);
                    }
                }
            }
        }
        whole.sort((a, b) -> Long.compare(b.reading().generation(), a.reading().generation()));
        if (whole.isEmpty()) {
            throw damaged.isEmpty() ? missing(names(), seen) : damaged.getFirst();
        }
        StoreFile.Reading best = whole.getFirst().reading();
        if (best.generation() < seen) {
            if (!damaged.isEmpty()) {
                throw damaged.getFirst();
            }
            throw best.torn() ? lost(whole.getFirst(), seen) : older(whole.getFirst(), seen);
        }
        return whole;
    }

    /** Makes every place hold the best copy and nothing else, and opens the copies. */
    void settle(List<Whole> whole) throws IOException {
        Whole best = whole.getFirst();
        String name = name(best.reading().snapshot());
        List<Copy> opened = new ArrayList<>();
        for (Path directory : directories) {
            Path target = directory.resolve(name);
            boolean good =
                    whole.stream()
                            .anyMatch(copy ->
                                    copy.file().equals(target)
                                            && same(copy.reading(), best.reading()));
            if (!good) {
                repair(best, target);
            }
            clean(directory, target);
            opened.add(new Copy(target, disk.open(target)));
        }
        copies = List.copyOf(opened);
        end = best.reading().end();
    }

    private static boolean same(StoreFile.Reading a, StoreFile.Reading best) {
        return !a.torn()
                && a.generation() == best.generation()
                && a.end() == best.end()
                && Arrays.equals(a.mark(), best.mark());
    }

    /** Adds a frame to every copy; durable in all of them when this returns. */
    void append(byte[] frame) {
        ready();
        try {
            CrashPoint.at("keys.before-append");
            for (Copy copy : copies) {
                copy.handle().write(ByteBuffer.wrap(frame), end);
                CrashPoint.at("keys.appended");
            }
        } catch (DiskFull e) {
            // The copies may hold part of a frame behind their end: the next append overwrites it,
            // or the next open cuts it.
            throw full(e);
        } catch (IOException e) {
            throw fence("appending to the key store", e);
        }
        try {
            for (Copy copy : copies) {
                copy.handle().force();
                CrashPoint.at("keys.synced");
            }
        } catch (IOException e) {
            throw fence("syncing the key store", e);
        }
        end += frame.length;
    }

    /** Puts a new file in every place instead of the old one, which is gone when this returns. */
    void rewrite(long generation, byte[] header, Iterator<byte[]> frames) {
        ready();
        List<Copy> old = copies;
        List<Path> fresh = directories.stream().map(d -> d.resolve(name(generation))).toList();
        long length;
        try {
            length = write(fresh, header, frames);
        } catch (DiskFull e) {
            discard(fresh);
            throw full(e);
        } catch (IOException e) {
            throw fence("writing a new key store", e);
        }
        try {
            List<Copy> opened = new ArrayList<>();
            for (Path file : fresh) {
                disk.rename(unfinished(file), file);
                CrashPoint.at("keys.renamed");
                disk.forceDirectory(directory(file));
                CrashPoint.at("keys.replaced");
                opened.add(new Copy(file, disk.open(file)));
            }
            copies = List.copyOf(opened);
            end = length;
            for (Copy copy : old) {
                copy.handle().close();
                retire(copy.file());
            }
        } catch (IOException e) {
            throw fence("replacing the key store", e);
        }
    }

    /** Opens the copies of a store that {@link #rewrite} makes for the first time. */
    void prepare() throws IOException {
        for (Path directory : directories) {
            disk.createDirectories(directory);
        }
    }

    @Override
    public void close() {
        if (fence == null) {
            fence = new StorageFailure(CLOSED, "the key store is closed");
        }
        for (Copy copy : copies) {
            try {
                copy.handle().close();
            } catch (IOException e) {
                throw new StorageFailure(FENCED, "closing " + copy.file() + " failed", e);
            }
        }
        copies = List.of();
    }

    private void ready() {
        StorageFailure why = fence;
        if (why != null) {
            throw new StorageFailure(why.kind(), String.valueOf(why.getMessage()), why);
        }
    }

    private long write(List<Path> fresh, byte[] header, Iterator<byte[]> frames)
            throws IOException {
        List<Disk.DiskFile> files = new ArrayList<>();
        try {
            for (Path file : fresh) {
                disk.delete(unfinished(file));
                files.add(disk.open(unfinished(file)));
            }
            CrashPoint.at("keys.rewriting");
            writeAll(files, header, 0);
            long at = header.length;
            while (frames.hasNext()) {
                byte[] frame = frames.next();
                writeAll(files, frame, at);
                at += frame.length;
            }
            CrashPoint.at("keys.rewritten");
            for (Disk.DiskFile file : files) {
                file.force();
            }
            CrashPoint.at("keys.rewritten-synced");
            return at;
        } finally {
            for (Disk.DiskFile file : files) {
                file.close();
            }
        }
    }

    private static void writeAll(List<Disk.DiskFile> files, byte[] bytes, long at)
            throws IOException {
        for (Disk.DiskFile file : files) {
            file.write(ByteBuffer.wrap(bytes), at);
        }
    }

    /** A full disk stopped the writing of new files: they go, the old ones stand. */
    private void discard(List<Path> fresh) {
        try {
            for (Path file : fresh) {
                disk.delete(unfinished(file));
            }
        } catch (IOException e) {
            throw fence("removing an unfinished key store", e);
        }
    }

    private void repair(Whole best, Path target) throws IOException {
        Path directory = directory(target);
        disk.createDirectories(directory);
        Path fresh = unfinished(target);
        disk.delete(fresh);
        try (Disk.DiskFile from = disk.openForReading(best.file());
                Disk.DiskFile to = disk.open(fresh)) {
            long length = best.reading().end();
            for (long at = 0; at < length; ) {
                ByteBuffer unit = ByteBuffer.allocate((int) Math.min(COPY_UNIT, length - at));
                while (unit.hasRemaining()) {
                    if (from.read(unit, at + unit.position()) <= 0) {
                        throw new IOException(best.file() + " shrank while it was read");
                    }
                }
                to.write(unit.flip(), at);
                at += unit.limit();
            }
            CrashPoint.at("keys.repairing");
            to.force();
        }
        disk.rename(fresh, target);
        disk.forceDirectory(directory);
        CrashPoint.at("keys.repaired");
    }

    /** Removes what a crash left beside the one file that holds. */
    private void clean(Path directory, Path target) throws IOException {
        for (String name : disk.list(directory)) {
            if (UNFINISHED.matcher(name).matches()) {
                disk.delete(directory.resolve(name));
            }
        }
        for (Path file : files(directory)) {
            if (!file.equals(target)) {
                retire(file);
            }
        }
    }

    private void retire(Path file) throws IOException {
        try (Disk.DiskFile old = disk.open(file)) {
            old.write(ByteBuffer.allocate(StoreFile.HEADER), 0);
            old.force();
        }
        CrashPoint.at("keys.retired");
        disk.delete(file);
        disk.forceDirectory(directory(file));
        CrashPoint.at("keys.deleted");
    }

    private List<Path> files(Path directory) throws IOException {
        return disk.list(directory).stream()
                .filter(name -> STORE.matcher(name).matches())
                .map(directory::resolve)
                .toList();
    }

    private StorageFailure fence(String doing, IOException cause) {
        StorageFailure failure =
                new StorageFailure(
                        FENCED,
                        doing
                                + " failed; no key is born or destroyed any more until a restart"
                                + " has read what the disk holds",
                        cause);
        fence = failure;
        return failure;
    }

    private static StorageFailure full(DiskFull cause) {
        return new StorageFailure(
                FULL, "a place of the key store is full; nothing has changed", cause);
    }

    static StorageFailure missing(List<String> places, long seen) {
        return new StorageFailure(
                CORRUPT,
                "the key store is missing: the data folder has seen its generation "
                        + seen
                        + ", but there is none in "
                        + String.join(", ", places)
                        + ". Put it back from another place, or name the right one in keys.places;"
                        + " without it nothing in the folder can be opened. Nothing was written");
    }

    private static StorageFailure older(Whole best, long seen) {
        return new StorageFailure(
                FOREIGN,
                "the key store "
                        + best.file()
                        + " is older than the data folder: it ends at generation "
                        + best.reading().generation()
                        + ", and the folder has seen "
                        + seen
                        + ". It is a copy from before the last change of keys: put today's back."
                        + " Nothing was written");
    }

    private static StorageFailure lost(Whole best, long seen) {
        return new StorageFailure(
                CORRUPT,
                "the key store "
                        + best.file()
                        + " is truncated or damaged after byte "
                        + best.reading().end()
                        + ": it can be read up to generation "
                        + best.reading().generation()
                        + ", and the folder has seen "
                        + seen
                        + ". Put a whole copy back, from another place or its backup. Nothing was"
                        + " written");
    }

    private static String name(long generation) {
        return "keys-" + HexFormat.of().toHexDigits(generation) + ".store";
    }

    private static Path unfinished(Path file) {
        return file.resolveSibling(file.getFileName() + ".new");
    }

    private static Path directory(Path file) {
        Path parent = file.getParent();
        if (parent == null) {
            throw new IllegalArgumentException(file + " has no directory");
        }
        return parent;
    }
}
