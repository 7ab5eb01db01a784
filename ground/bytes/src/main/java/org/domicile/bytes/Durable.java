package org.domicile.bytes;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
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
 *   open(target.new, O_CREAT | O_TRUNC)     mode 600; an earlier crash may have left one
 *   write(target.new)
 *   fdatasync(target.new)                   before the rename: else the new name could lead to no
 *                                           bytes
 *   close(target.new)
 *   rename(target.new, target)
 *   fsync(directory)                        before returning: else the old name could come back
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
        disk.write(Map.of(unfinished(target), content));
        disk.rename(unfinished(target), target);
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
        SequencedMap<Path, byte[]> fresh = new LinkedHashMap<>();
        contents.forEach((target, content) -> fresh.put(unfinished(target), content));
        disk.write(fresh);
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
