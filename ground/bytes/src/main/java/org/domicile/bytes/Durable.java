package org.domicile.bytes;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/**
 * The one durable way to replace small files. A reader, and a process that starts after a crash or
 * a power cut at any moment, sees the old content or the new, whole, and never a mixture; once the
 * call has returned, it sees the new.
 *
 * <p>System calls for each file, in order:
 *
 * <pre>
 *   unlink(target.new)            what an earlier crash may have left
 *   open(target.new, O_CREAT)     mode 600
 *   pwrite(target.new)
 *   fdatasync(target.new)         before the rename: else the new name could lead to no bytes
 *   close(target.new)
 *   rename(target.new, target)
 *   fsync(directory)              before returning: else the old name could come back
 * </pre>
 *
 * <p>An error of any of them leaves the old content in place, or after the rename possibly the new:
 * the caller must take the state as unknown, stop, and read again after a restart. Nothing is tried
 * twice.
 */
public final class Durable {
    private static final String UNFINISHED = ".new";

    private Durable() {}

    /**
     * Replaces or creates {@code target}, whose directory exists. Two callers must not replace one
     * file at the same time.
     *
     * @throws DiskFull when no room is left; the old content stands
     */
    public static void replace(Disk disk, Path target, byte[] content) throws IOException {
        Path fresh = write(disk, target, content);
        disk.rename(fresh, target);
        disk.forceDirectory(directory(target));
    }

    /**
     * Replaces several files with one sync for each directory instead of one for each file. Every
     * single file is old or new at every moment; the set as a whole is new only once this returns,
     * and before that any of its files may be.
     */
    public static void replaceAll(Disk disk, SequencedMap<Path, byte[]> contents)
            throws IOException {
        Set<Path> directories = new LinkedHashSet<>();
        for (Map.Entry<Path, byte[]> entry : contents.entrySet()) {
            write(disk, entry.getKey(), entry.getValue());
        }
        for (Path target : contents.keySet()) {
            disk.rename(unfinished(target), target);
            directories.add(directory(target));
        }
        for (Path directory : directories) {
            disk.forceDirectory(directory);
        }
    }

    /** Removes a file, if it is there, so that it stays removed: unlink, fsync(directory). */
    public static void delete(Disk disk, Path target) throws IOException {
        disk.delete(target);
        disk.forceDirectory(directory(target));
    }

    private static Path write(Disk disk, Path target, byte[] content) throws IOException {
        Path fresh = unfinished(target);
        disk.delete(fresh);
        try (Disk.DiskFile file = disk.open(fresh)) {
            file.write(ByteBuffer.wrap(content), 0);
            file.force();
        }
        return fresh;
    }

    private static Path unfinished(Path target) {
        return target.resolveSibling(target.getFileName() + UNFINISHED);
    }

    private static Path directory(Path target) {
        Path parent = target.getParent();
        if (parent == null) {
            throw new IllegalArgumentException(target + " has no directory");
        }
        return parent;
    }
}
