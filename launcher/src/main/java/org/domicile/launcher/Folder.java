package org.domicile.launcher;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.domicile.bytes.Disk;
import org.domicile.bytes.Durable;
import org.jspecify.annotations.Nullable;

/** The data folder: where everything lies in it, its format, and its lock. */
record Folder(Path path) {
    private static final String MARK = "domicile data ";
    private static final int FORMAT = 1;

    /** What may lie in a folder whose first start was cut short before it had a format. */
    private static final Set<String> BEFORE_THE_FORMAT =
            Set.of("lock", "log", "run", "format.new", "lost+found");

    Path format() {
        return path.resolve("format");
    }

    Path keyspace() {
        return path.resolve("keyspace");
    }

    Path blobs() {
        return path.resolve("blobs");
    }

    Path streams() {
        return path.resolve("streams");
    }

    Path ledger() {
        return path.resolve("ledger");
    }

    /** What stands still for a backup. */
    Path hold() {
        return path.resolve("hold");
    }

    /** Locked by whoever copies what stands still. */
    Path backupLock() {
        return path.resolve("backup.lock");
    }

    /** There while a restore into this folder is not finished: which one, and from where. */
    Path restoring() {
        return path.resolve("restoring");
    }

    /** There from the end of a restore to the end of the first start after it. */
    Path restored() {
        return path.resolve("restored");
    }

    Path log() {
        return path.resolve("log");
    }

    /** What the server says outside of its log: a crash of Java itself, a start that failed. */
    Path output() {
        return log().resolve("serve.out");
    }

    Path run() {
        return path.resolve("run");
    }

    Path socket() {
        return run().resolve("admin.sock");
    }

    Path token() {
        return run().resolve("admin.token");
    }

    Path endpoints() {
        return run().resolve("endpoints.json");
    }

    /** The person's home folder, as shells see it. */
    static Path home() {
        String home = System.getenv("HOME");
        return Path.of(home == null || home.isEmpty() ? System.getProperty("user.home") : home)
                .toAbsolutePath();
    }

    /**
     * Looks whether this is, or can become, a data folder that this program reads. Writes nothing.
     *
     * @throws Problem that says why not
     */
    void check(Disk disk) throws IOException {
        if (!Files.isDirectory(path)) {
            if (disk.exists(path)) {
                throw new Problem(path + " is no folder; --data names the data folder");
            }
            return;
        }
        if (disk.exists(restoring())) {
            throw new Problem(
                    "the restore into %s was cut short: run the same ./domicile restore again, it goes on where it stopped"
                            .formatted(path));
        }
        if (disk.exists(format())) {
            String line = new String(disk.read(format()), US_ASCII).strip();
            if (line.equals(MARK + FORMAT)) {
                return;
            }
            if (line.matches(MARK + "\\d{1,9}")) {
                throw new Problem(
                        "the data folder %s has format %s and this program reads up to %d: use the program that wrote it, or a newer one"
                                .formatted(path, line.substring(MARK.length()), FORMAT));
            }
            throw new Problem("the file " + format() + " does not say the format of a data folder");
        }
        List<String> strangers =
                disk.list(path).stream().filter(name -> !BEFORE_THE_FORMAT.contains(name)).toList();
        if (!strangers.isEmpty()) {
            throw new Problem(
                    "%s is no data folder of Domicile and not empty (%s lies in it): name another folder with --data"
                            .formatted(path, strangers.getFirst()));
        }
    }

    /** Makes the folders that are missing, mode 700. */
    void create(Disk disk) throws IOException {
        disk.createDirectories(path);
        if (!disk.exists(format())) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
        }
        disk.createDirectories(log());
        disk.createDirectories(run());
    }

    /** Writes the format into a new folder. Hold the lock. */
    void mark(Disk disk) throws IOException {
        if (!disk.exists(format())) {
            Durable.replace(disk, format(), (MARK + FORMAT + "\n").getBytes(US_ASCII));
        }
    }

    /**
     * Takes the lock for this process.
     *
     * @throws Taken when a process has it
     */
    Lock lock() throws IOException {
        FileChannel channel =
                FileChannel.open(
                        path.resolve("lock"),
                        Set.of(
                                StandardOpenOption.CREATE,
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        try {
            FileLock lock = tried(channel);
            if (lock == null) {
                throw new Taken(path, pid(channel));
            }
            byte[] pid = (ProcessHandle.current().pid() + "\n").getBytes(US_ASCII);
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(pid), 0);
            return new Lock(channel, lock);
        } catch (IOException | Taken e) {
            channel.close();
            throw e;
        }
    }

    /**
     * What to say when a process has the folder open though no endpoints are told: it is starting,
     * or ending, or somebody removed {@code run/}. Empty when nobody has it.
     */
    Optional<String> heldBy() {
        Path file = path.resolve("lock");
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            FileLock lock = tried(channel);
            if (lock != null) {
                lock.release();
                return Optional.empty();
            }
            String pid = pid(channel);
            return Optional.of(
                    "a server%s has %s open and does not say where it answers: it is starting or ending, or its run/ folder was removed; wait a moment, or end it with: kill %s"
                            .formatted(
                                    pid.isEmpty() ? "" : " (pid " + pid + ")",
                                    path,
                                    pid.isEmpty() ? "PID" : pid));
        } catch (IOException e) {
            return Optional.empty(); // nothing to be seen from here: said as if nobody had it
        }
    }

    /** The process that holds the lock, as it wrote itself down; empty text when it did not yet. */
    private static String pid(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(20);
        int length = Math.max(0, channel.read(text, 0));
        return new String(text.array(), 0, length, US_ASCII).strip();
    }

    private static @Nullable FileLock tried(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // this very process has it
        }
    }

    /** The lock, held. */
    record Lock(FileChannel channel, FileLock lock) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            lock.release();
            channel.close();
        }
    }

    /** Another process has the folder open. */
    static final class Taken extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Taken(Path folder, String pid) {
            super(
                    "the data folder %s is open in another process%s: end that one with 'domicile down', or name another folder with --data"
                            .formatted(folder, pid.isEmpty() ? "" : " (pid " + pid + ")"),
                    null,
                    false,
                    false);
        }
    }

    /** The content of a small file, or nothing when it is not there. */
    static byte[] contentIfThere(Path file) throws IOException {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return new byte[0];
        }
    }
}
