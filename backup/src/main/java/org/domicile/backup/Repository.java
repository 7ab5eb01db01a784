package org.domicile.backup;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.domicile.bytes.CrashPoint;
import org.domicile.bytes.Disk;
import org.domicile.bytes.Durable;
import org.domicile.bytes.StorageFailure;
import org.jspecify.annotations.Nullable;

/** The folder that backups lie in; see the package's page. Owned by one thread. */
public final class Repository implements AutoCloseable {
    private static final String MARK = "domicile backup ";
    private static final int FORMAT = 1;
    private static final int CHUNK = 1 << 20;

    /** Runs of zeros of this length are left out of a file's blocks. */
    private static final int BLOCK = 64 << 10;

    private static final ByteBuffer ZEROS = ByteBuffer.allocate(BLOCK).asReadOnlyBuffer();

    private static final Set<String> OURS =
            Set.of("format", "format.new", "lock", "snapshots", "objects", "lost+found");

    private final Path path;
    private final Disk disk;
    private final @Nullable FileChannel lock;
    private final Set<Path> touched = new TreeSet<>();
    private long written;

    private Repository(Path path, Disk disk, @Nullable FileChannel lock) {
        this.path = path;
        this.disk = disk;
        this.lock = lock;
    }

    /**
     * Opens one for writing; makes it where the folder is empty or absent.
     *
     * @param family whose backups it is for
     * @throws StorageFailure FOREIGN when it is somebody else's, of a newer program, no repository,
     *     or another process writes to it: with a sentence
     */
    public static Repository open(Path path, Disk disk, String family) throws IOException {
        disk.createDirectories(path);
        Path format = path.resolve("format");
        if (!disk.exists(format)) {
            List<String> strangers =
                    disk.list(path).stream().filter(name -> !OURS.contains(name)).toList();
            if (!strangers.isEmpty()) {
                throw foreign(
                        "%s holds no backups and is not empty (%s lies in it): name another folder"
                                .formatted(path, strangers.getFirst()));
            }
        }
        FileChannel channel =
                FileChannel.open(
                        path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (taken(channel) == null) {
                throw foreign("another process writes to the backups in " + path);
            }
            if (!disk.exists(format)) {
                Durable.replace(
                        disk, format, (MARK + FORMAT + "\n" + family + "\n").getBytes(UTF_8));
            }
            String whose = family(path, disk);
            if (!whose.equals(family)) {
                throw foreign(
                        "the backups in %s are of %s, and this is %s: name another folder"
                                .formatted(path, whose, family));
            }
            disk.createDirectories(path.resolve("snapshots"));
            disk.createDirectories(path.resolve("objects"));
            return new Repository(path, disk, channel);
        } catch (IOException | StorageFailure e) {
            channel.close();
            throw e;
        }
    }

    /**
     * Opens one for reading, which needs no lock and writes nothing.
     *
     * @throws StorageFailure FOREIGN when there is none that this program reads
     */
    public static Repository read(Path path, Disk disk) throws IOException {
        if (!disk.exists(path.resolve("format"))) {
            throw foreign("there are no backups in " + path);
        }
        family(path, disk);
        return new Repository(path, disk, null);
    }

    private static String family(Path path, Disk disk) throws IOException {
        String[] lines = new String(disk.read(path.resolve("format")), UTF_8).split("\n", -1);
        if (lines[0].matches(MARK + "\\d{1,9}") && !lines[0].equals(MARK + FORMAT)) {
            throw foreign(
                    "the backups in %s have format %s and this program reads up to %d: use a newer program"
                            .formatted(path, lines[0].substring(MARK.length()), FORMAT));
        }
        if (lines.length != 3 || !lines[0].equals(MARK + FORMAT)) {
            throw foreign("the file " + path.resolve("format") + " is not that of backups");
        }
        return lines[1];
    }

    private static @Nullable FileLock taken(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // this very process has it
        }
    }

    private static StorageFailure foreign(String sentence) {
        return new StorageFailure(StorageFailure.Kind.FOREIGN, sentence);
    }

    /** Where it lies. */
    public Path path() {
        return path;
    }

    Disk disk() {
        return disk;
    }

    Path unfinished() {
        return path.resolve("unfinished");
    }

    /** Names of the snapshots, oldest first. */
    public List<String> ids() throws IOException {
        return disk.list(path.resolve("snapshots")).stream().filter(Snapshot::isId).toList();
    }

    /**
     * A snapshot.
     *
     * @throws StorageFailure CORRUPT when it is damaged, FOREIGN when there is none of that name
     */
    public Snapshot snapshot(String id) throws IOException {
        Path file = path.resolve("snapshots").resolve(id);
        if (!Snapshot.isId(id) || !disk.exists(file)) {
            throw foreign(
                    "there is no snapshot %s in %s; './domicile backup list' names them"
                            .formatted(id, path));
        }
        return Snapshot.parse(id, disk.read(file));
    }

    /** The newest snapshot. */
    public Optional<Snapshot> newest() throws IOException {
        List<String> ids = ids();
        return ids.isEmpty() ? Optional.empty() : Optional.of(snapshot(ids.getLast()));
    }

    /** Makes everything durable that was put, and then the snapshot of it. */
    void finish(Snapshot snapshot) throws IOException {
        for (Path directory : touched) {
            disk.forceDirectory(directory);
        }
        disk.forceDirectory(path.resolve("objects"));
        touched.clear();
        CrashPoint.at("backup.before-snapshot");
        Durable.replace(disk, path.resolve("snapshots").resolve(snapshot.id()), snapshot.format());
        Durable.delete(disk, unfinished());
    }

    /** Takes a snapshot away; its objects stay until somebody sweeps. */
    void forget(String id) throws IOException {
        Durable.delete(disk, path.resolve("snapshots").resolve(id));
    }

    // objects

    Path object(String hash) {
        return path.resolve("objects").resolve(hash.substring(0, 2)).resolve(hash);
    }

    /**
     * The same for a snapshot under way, which will name it: whoever put it may have been killed
     * before its name was durable, so its directory is forced before the snapshot is.
     */
    boolean keeps(String hash, long size) throws IOException {
        boolean there = has(hash, size);
        if (there) {
            touched.add(directory(hash));
        }
        return there;
    }

    private Path directory(String hash) {
        return path.resolve("objects").resolve(hash.substring(0, 2));
    }

    /** Whether the object is there with that size. */
    boolean has(String hash, long size) throws IOException {
        Path object = object(hash);
        return Files.isRegularFile(object) && Files.size(object) == size;
    }

    /** A list's bytes. */
    byte[] list(String hash) throws IOException {
        Path object = object(hash);
        if (!disk.exists(object)) {
            throw new StorageFailure(
                    StorageFailure.Kind.CORRUPT, "the list " + object + " is missing");
        }
        byte[] bytes = disk.read(object);
        if (!sha256(bytes).equals(hash)) {
            throw new StorageFailure(
                    StorageFailure.Kind.CORRUPT, "the list " + object + " is damaged");
        }
        return bytes;
    }

    /** Keeps a list. */
    String put(byte[] list) throws IOException {
        String hash = sha256(list);
        if (!keeps(hash, list.length)) {
            Path incoming = path.resolve("incoming");
            disk.delete(incoming);
            try (Disk.DiskFile file = disk.open(incoming)) {
                file.write(ByteBuffer.wrap(list), 0);
                file.force();
            }
            name(incoming, hash);
        }
        return hash;
    }

    /** Keeps the content of a file. */
    String put(Path source, Rate rate, Meter meter, String shown) throws IOException {
        Path incoming = path.resolve("incoming");
        String hash = copy(disk, source, incoming, rate, count -> meter.moved(count, shown));
        long size = Files.size(incoming);
        if (keeps(hash, size)) {
            disk.delete(incoming);
        } else {
            name(incoming, hash);
            written += size;
        }
        return hash;
    }

    private void name(Path incoming, String hash) throws IOException {
        Path object = object(hash);
        Path directory = directory(hash);
        disk.createDirectories(directory);
        disk.rename(incoming, object);
        touched.add(directory);
        CrashPoint.at("backup.object");
    }

    /** Bytes of files that were put and were not there before. */
    long written() {
        return written;
    }

    /** Is given an object. */
    interface Each {
        void object(String hash, Path file) throws IOException;
    }

    /** Gives each object that there is, few at a time: there may be millions. */
    void each(Each each) throws IOException {
        Path objects = path.resolve("objects");
        for (String prefix : disk.list(objects)) {
            for (String hash : disk.list(objects.resolve(prefix))) {
                if (hash.matches("[0-9a-f]{64}")) {
                    each.object(hash, object(hash));
                }
            }
        }
    }

    // bytes

    /** Is told how many bytes more. */
    interface Count {
        void more(long bytes);
    }

    /**
     * Copies a file to one that is replaced, durably; runs of zeros take no room. The SHA-256 of
     * what was read.
     */
    static String copy(Disk disk, Path from, Path to, Rate rate, Count count) throws IOException {
        MessageDigest digest = digest();
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        disk.delete(to);
        try (Disk.DiskFile source = disk.openForReading(from);
                Disk.DiskFile target = disk.open(to)) {
            long at = 0;
            while (fill(source, chunk.clear(), at)) {
                digest.update(chunk.duplicate());
                write(target, chunk, at);
                at += chunk.limit();
                rate.spend(chunk.limit());
                count.more(chunk.limit());
            }
            if (at > 0 && target.size() < at) {
                target.write(ByteBuffer.allocate(1), at - 1);
            }
            target.force();
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Reads until the buffer is full or the file ends; false when there was nothing. */
    private static boolean fill(Disk.DiskFile source, ByteBuffer chunk, long at)
            throws IOException {
        while (chunk.hasRemaining()) {
            if (source.read(chunk, at + chunk.position()) < 0) {
                break;
            }
        }
        chunk.flip();
        return chunk.hasRemaining();
    }

    private static void write(Disk.DiskFile target, ByteBuffer chunk, long at) throws IOException {
        for (int from = 0; from < chunk.limit(); from += BLOCK) {
            int length = Math.min(BLOCK, chunk.limit() - from);
            ByteBuffer block = chunk.slice(from, length);
            if (block.mismatch(ZEROS.slice(0, length)) >= 0) {
                target.write(block, at + from);
            }
        }
    }

    /** The SHA-256 of a file. */
    static String sum(Disk disk, Path file, Rate rate, Count count) throws IOException {
        MessageDigest digest = digest();
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        try (Disk.DiskFile source = disk.openForReading(file)) {
            for (long at = 0; fill(source, chunk.clear(), at); at += chunk.limit()) {
                digest.update(chunk.duplicate());
                rate.spend(chunk.limit());
                count.more(chunk.limit());
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(digest().digest(bytes));
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @Override
    public void close() throws IOException {
        if (lock != null) {
            lock.close();
        }
    }
}
