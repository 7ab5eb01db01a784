package org.domicile.keyspace;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.domicile.bytes.Disk;
import org.domicile.bytes.StorageFailure;
import org.jspecify.annotations.Nullable;

/**
 * The folder of a keyspace, claimed for this process:
 *
 * <pre>
 * format   one line, {@value #MARK} and the format's number; there before anything else is
 * lock     locked while a process has the folder open
 * rocks/   RocksDB's own files
 * </pre>
 *
 * <p><b>System calls of a new folder:</b> mkdir, fsync of the parent; write and fdatasync of
 * format.new, rename to format, fsync of the folder.
 */
final class RocksFolder implements AutoCloseable {
    private static final String MARK = "domicile keyspace ";
    private static final int FORMAT = 1;

    private final Path path;
    private final FileChannel channel;
    private final FileLock lock;

    private RocksFolder(Path path, FileChannel channel, FileLock lock) {
        this.path = path;
        this.channel = channel;
        this.lock = lock;
    }

    Path rocks() {
        return path.resolve("rocks");
    }

    /**
     * Makes the folder when it is new, and takes it.
     *
     * @throws StorageFailure FOREIGN when another process has it, or it is no keyspace that this
     *     program reads; FENCED when the disk does not work
     */
    static RocksFolder claim(Path path) {
        Disk disk = Disk.real();
        FileChannel channel = null;
        try {
            disk.createDirectories(path);
            channel =
                    FileChannel.open(
                            path.resolve("lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            FileLock lock = lock(channel);
            if (lock == null) {
                throw new StorageFailure(
                        StorageFailure.Kind.FOREIGN,
                        "the keyspace in "
                                + path
                                + " is open already, in another process or in this one");
            }
            checkFormat(disk, path);
            disk.createDirectories(path.resolve("rocks"));
            return new RocksFolder(path, channel, lock);
        } catch (IOException e) {
            closeQuietly(channel, e);
            throw new StorageFailure(
                    StorageFailure.Kind.FENCED, "opening the keyspace in " + path + ": " + e, e);
        } catch (StorageFailure e) {
            closeQuietly(channel, e);
            throw e;
        }
    }

    private static @Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    private static void closeQuietly(@Nullable FileChannel channel, Exception because) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            because.addSuppressed(e);
        }
    }

    private static void checkFormat(Disk disk, Path path) throws IOException {
        Path format = path.resolve("format");
        if (disk.exists(format)) {
            String line = new String(disk.read(format), US_ASCII).strip();
            if (!line.equals(MARK + FORMAT)) {
                throw new StorageFailure(
                        StorageFailure.Kind.FOREIGN,
                        "the keyspace in %s says its format is \"%s\"; this program reads \"%s\""
                                        .formatted(path, line, MARK + FORMAT)
                                + ": use the program that wrote it, or a newer one");
            }
            return;
        }
        List<String> strangers =
                disk.list(path).stream()
                        .filter(name -> !name.equals("lock") && !name.equals("format.new"))
                        .toList();
        if (!strangers.isEmpty()) {
            throw new StorageFailure(
                    StorageFailure.Kind.FOREIGN,
                    "the folder %s has no file named format and is not empty (%s): it is no keyspace"
                            .formatted(path, strangers.getFirst()));
        }
        Path fresh = path.resolve("format.new");
        disk.delete(fresh);
        try (Disk.DiskFile file = disk.open(fresh)) {
            file.write(ByteBuffer.wrap((MARK + FORMAT + "\n").getBytes(US_ASCII)), 0);
            file.force();
        }
        disk.rename(fresh, format);
        disk.forceDirectory(path);
    }

    /** Makes a folder like this one around tables that will lie in its {@code rocks/}. */
    static Path around(Path fresh) throws IOException {
        Disk disk = Disk.real();
        disk.createDirectories(fresh);
        try (Disk.DiskFile file = disk.open(fresh.resolve("format"))) {
            file.write(ByteBuffer.wrap((MARK + FORMAT + "\n").getBytes(US_ASCII)), 0);
        }
        return fresh.resolve("rocks");
    }

    @Override
    public void close() {
        try {
            lock.release();
            channel.close();
        } catch (IOException e) {
            throw new StorageFailure(
                    StorageFailure.Kind.FENCED, "giving back the keyspace in " + path, e);
        }
    }
}
