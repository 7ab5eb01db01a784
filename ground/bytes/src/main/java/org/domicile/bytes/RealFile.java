package org.domicile.bytes;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A file of the operating system.
 *
 * <p>Java's channels close themselves, for everybody, when a thread that uses one is interrupted.
 * Here many threads share a file and one of them may be interrupted (a client that went away, a
 * scrub that is told to stop). So:
 *
 * <ul>
 *   <li>reads and writes whose channel was closed under them open the file again and repeat the
 *       call, which is harmless at a fixed position;
 *   <li>syncs run on a lane of threads that nobody interrupts, through a descriptor of their own
 *       that is open as long as the file is: an interrupted sync could swallow its error, and a
 *       repeated one would then report success for bytes that are lost.
 * </ul>
 */
final class RealFile implements Disk.DiskFile {
    private static final int SYNCS_AT_ONCE = 8;
    private static final FileAttribute<?> FILE_MODE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final Set<OpenOption> WHOLE =
            Set.of(
                    StandardOpenOption.WRITE,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING);
    private static final ExecutorService SYNC_LANE = syncLane();

    private final Path path;
    private final boolean writable;

    /** Only the lane uses it, so no interrupt closes it. */
    private final FileChannel syncing;

    /** Replaced under the lock of this when an interrupt closed it. */
    private volatile FileChannel channel;

    private volatile boolean closed;

    private RealFile(Path path, FileChannel channel, FileChannel syncing, boolean writable) {
        this.path = path;
        this.channel = channel;
        this.syncing = syncing;
        this.writable = writable;
    }

    static RealFile open(Path path, Set<? extends OpenOption> options) throws IOException {
        FileChannel channel = FileChannel.open(path, options, FILE_MODE);
        boolean writable = options.contains(StandardOpenOption.WRITE);
        return new RealFile(path, channel, writable ? reopen(path, true) : channel, writable);
    }

    /** fsync(2) of a directory, in the lane. */
    static void forceDirectory(Path directory) throws IOException {
        inLane(
                directory,
                () -> {
                    // Linux lets a directory be opened for reading and synced through that. fsync
                    // and not fdatasync: a new name need not change the directory's size, and then
                    // ext4 takes it for something that fdatasync may leave out.
                    try (FileChannel channel =
                            FileChannel.open(directory, StandardOpenOption.READ)) {
                        channel.force(true);
                    }
                    return directory;
                });
    }

    /** Writes and syncs small files, in the lane. */
    static void write(Map<Path, byte[]> contents) throws IOException {
        List<Future<Path>> writing = new ArrayList<>(contents.size());
        contents.forEach(
                (path, content) -> writing.add(SYNC_LANE.submit(() -> written(path, content))));
        IOException failed = null;
        Iterator<Path> paths = contents.keySet().iterator();
        for (Future<Path> each : writing) {
            try {
                await(paths.next(), each);
            } catch (IOException e) {
                // Those that are under way are waited for: nothing is written after the answer.
                failed = failed == null ? e : failed;
            }
        }
        if (failed != null) {
            throw failed;
        }
    }

    private static Path written(Path path, byte[] content) throws IOException {
        try (FileChannel channel =
                RealDisk.explained(path, () -> FileChannel.open(path, WHOLE, FILE_MODE))) {
            ByteBuffer source = ByteBuffer.wrap(content);
            while (source.hasRemaining()) {
                RealDisk.explained(path, () -> channel.write(source));
            }
            channel.force(false);
        }
        return path;
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        int start = target.position();
        return repeated(channel -> channel.read(target.position(start), position));
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
        int start = source.position();
        RealDisk.explained(
                path,
                () ->
                        repeated(channel -> {
                            source.position(start);
                            long at = position;
                            while (source.hasRemaining()) {
                                at += channel.write(source, at);
                            }
                            return at;
                        }));
    }

    @Override
    public void force() throws IOException {
        // Not explained: a sync that found no room has lost bytes, and is no reason to come again.
        inLane(path, this::sync);
    }

    @Override
    public void allocate(long length) throws IOException {
        RealDisk.explained(path, () -> inLane(path, () -> reserve(length)));
    }

    @Override
    public long size() throws IOException {
        return repeated(FileChannel::size);
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        channel.close();
        syncing.close();
    }

    private Path reserve(long length) throws IOException {
        // The system would take all that is left before it finds that it is not enough, and who
        // else writes to that disk would find none meanwhile.
        if (length - syncing.size() > Files.getFileStore(path).getUsableSpace()) {
            throw new DiskFull(path + ": no room for " + length + " bytes");
        }
        if (!Fallocate.reserve(path, length)) {
            ByteBuffer zeros = ByteBuffer.allocateDirect(1 << 20);
            long at = syncing.size();
            while (at < length) {
                int count = (int) Math.min(zeros.capacity(), length - at);
                at += syncing.write(zeros.clear().limit(count), at);
            }
        }
        return path;
    }

    private Path sync() throws IOException {
        syncing.force(false);
        return path;
    }

    private <T> T repeated(Use<T> use) throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                FileChannel tried = channel;
                try {
                    return use.of(tried);
                } catch (ClosedByInterruptException e) {
                    // Cleared so that the repeated call is not interrupted again; set at the end.
                    interrupted |= Thread.interrupted();
                    openAgain(tried, e);
                } catch (ClosedChannelException e) {
                    openAgain(tried, e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private synchronized void openAgain(FileChannel tried, ClosedChannelException why)
            throws IOException {
        if (closed) {
            throw why;
        }
        if (channel == tried) {
            channel = reopen(path, writable);
        }
    }

    private static FileChannel reopen(Path path, boolean writable) throws IOException {
        return writable
                ? FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)
                : FileChannel.open(path, StandardOpenOption.READ);
    }

    /** Runs the call on the lane and waits for it, whatever interrupts come. */
    private static <T> T inLane(Path path, RealDisk.Call<T> call) throws IOException {
        return await(path, SYNC_LANE.submit(call::run));
    }

    private static <T> T await(Path path, Future<T> future) throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return future.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    if (e.getCause() instanceof DiskFull full) {
                        throw full;
                    }
                    throw new IOException(path + ": " + e.getMessage(), e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static ExecutorService syncLane() {
        ThreadPoolExecutor lane =
                new ThreadPoolExecutor(
                        SYNCS_AT_ONCE,
                        SYNCS_AT_ONCE,
                        10,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        Thread.ofPlatform().daemon().name("disk-sync-", 0).factory());
        lane.allowCoreThreadTimeOut(true);
        return lane;
    }

    private interface Use<T> {
        T of(FileChannel channel) throws IOException;
    }
}
