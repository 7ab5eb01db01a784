package org.domicile.bytes;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The file system as our stores need it: few calls, each named for the system call behind it, so
 * that a test can put a disk underneath that forgets what was not synced, fails a chosen call, or
 * flips a bit.
 *
 * <p>Durability: bytes are durable after {@link DiskFile#force}; a name (created, replaced,
 * deleted) is durable after {@link #forceDirectory} of its parent. Nothing else promises anything.
 * {@link Durable} is the one way to replace a small file.
 *
 * <p>Every call fails with {@link DiskFull} when no room is left, and with any other IOException
 * when the device or the system fails. An interrupt of the calling thread neither fails a call nor
 * closes a file: it stays set for whoever waits next.
 */
public interface Disk {
    /** The real file system. */
    static Disk real() {
        return new RealDisk();
    }

    /**
     * Opens for reading and writing; creates it when absent, for the owner alone (mode 600). The
     * name is durable only after forceDirectory.
     */
    DiskFile open(Path path) throws IOException;

    /** Opens an existing file for reading. */
    DiskFile openForReading(Path path) throws IOException;

    /** Whole content of a small file (at most 16 MiB). */
    byte[] read(Path path) throws IOException;

    /**
     * Writes several small files whole, over whatever they held, for the owner alone (mode 600).
     * Their bytes are durable on return, in whatever order that came about; their names are not. A
     * failure leaves any of them, in any state, and is as final as that of {@link DiskFile#force}.
     */
    default void write(Map<Path, byte[]> contents) throws IOException {
        for (Map.Entry<Path, byte[]> each : contents.entrySet()) {
            delete(each.getKey());
            try (DiskFile file = open(each.getKey())) {
                file.write(ByteBuffer.wrap(each.getValue()), 0);
                file.force();
            }
        }
    }

    /** True when a file or directory of that name exists. */
    boolean exists(Path path);

    /** Names in a directory, sorted; empty when the directory is absent. */
    List<String> list(Path directory) throws IOException;

    /** mkdir -p, mode 700, each new level forced into its parent. */
    void createDirectories(Path directory) throws IOException;

    /** rename(2), which replaces the target. */
    void rename(Path from, Path to) throws IOException;

    /**
     * link(2): a second name for a file, which goes on under either when the other is deleted.
     * Takes no room; durable after forceDirectory. Fails where both names do not lie on one file
     * system, or on a disk that has no links.
     */
    default void link(Path existing, Path fresh) throws IOException {
        throw new IOException("this disk has no links: " + fresh);
    }

    /** unlink(2); no error when absent. */
    void delete(Path path) throws IOException;

    /** fsync(2) of the directory: its names are durable afterwards. */
    void forceDirectory(Path directory) throws IOException;

    /** Bytes that files in the directory may still grow by, as far as the system can tell now. */
    long usable(Path directory) throws IOException;

    /** An open file with positional access. Safe for concurrent use. */
    interface DiskFile extends AutoCloseable {
        /**
         * Reads into {@code target} from {@code position}; returns the count, -1 at the end of the
         * file.
         */
        int read(ByteBuffer target, long position) throws IOException;

        /** Writes all of {@code source} at {@code position}. */
        void write(ByteBuffer source, long position) throws IOException;

        /**
         * fdatasync(2). A failure is final, and never DiskFull, since bytes may be lost: the caller
         * fences and never tries again.
         */
        void force() throws IOException;

        /**
         * Reserves space up to {@code length} bytes, which read as zeros, so that later writes find
         * room; sets the size. Durable after force.
         *
         * @throws DiskFull when there is less. That is asked first, so that what is left is not
         *     taken from others meanwhile; it is no lock
         */
        void allocate(long length) throws IOException;

        /** Size in bytes. */
        long size() throws IOException;

        @Override
        void close() throws IOException;
    }
}
