package org.domicile.bytes;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A disk in memory that behaves as badly as real ones may.
 *
 * <p><b>Power.</b> {@link #powerCut} forgets every write that was not forced and every name that
 * was not forced in its directory, except those that by chance (seeded) had reached the platter:
 * page by page, in any order, a page possibly torn between its sectors. Files opened before fail
 * afterwards; the disk can be used again at once. {@link #cutPowerAfter} switches it off after a
 * number of changing calls, so that a test can visit every moment of a sequence.
 *
 * <p><b>Errors.</b> {@link #fail} makes a chosen call fail. A failed write may have written its
 * beginning. A failed force has made some of the bytes durable and marks the rest clean, as Linux
 * does: they are still read, a later force succeeds, and a power cut loses them.
 *
 * <p><b>Bit rot.</b> {@link #flip} turns one bit.
 *
 * <p>All methods may be called from any thread.
 */
public final class FaultyDisk implements Disk {
    private static final int PAGE = 4_096;
    private static final int SECTOR = 512;
    private static final byte[] ZEROS = new byte[PAGE];

    /** Kinds of calls, for {@link #fail} and {@link #calls}. */
    public enum Call {
        OPEN,
        READ,
        WRITE,
        FORCE,
        ALLOCATE,
        RENAME,
        DELETE,
        CREATE_DIRECTORY,
        FORCE_DIRECTORY
    }

    /** What a failing call answers. */
    public enum Fault {
        /** The device failed. */
        EIO,
        /** No room is left: {@link DiskFull}. */
        ENOSPC
    }

    private final Random random;
    private final Map<Call, Long> counts = new EnumMap<>(Call.class);
    private final Map<Call, Map<Long, Fault>> planned = new EnumMap<>(Call.class);
    private final Map<Call, Fault> broken = new EnumMap<>(Call.class);
    private final Set<Path> directories = new TreeSet<>();
    private Map<Path, Node> names = new TreeMap<>();
    private Map<Path, Node> durableNames = new TreeMap<>();
    private long changes;
    private long powerUntil = Long.MAX_VALUE;
    private long room = Long.MAX_VALUE;
    private int generation;
    private boolean syncsIgnored;

    /** An empty disk; the seed decides what survives a power cut. */
    public FaultyDisk(long seed) {
        // Spread, because neighbouring seeds give Java's Random nearly the same first choices.
        this.random = new Random(seed * 0x9E3779B97F4A7C15L);
        for (Call call : Call.values()) {
            counts.put(call, 0L);
            planned.put(call, new HashMap<>());
        }
    }

    /** Makes the {@code nth} call of this kind from now on fail, once; 1 is the next. */
    public synchronized void fail(Call call, long nth, Fault fault) {
        plan(call).put(count(call) + nth, fault);
    }

    /** Makes every call of this kind fail until {@link #heal}. */
    public synchronized void failAll(Call call, Fault fault) {
        broken.put(call, fault);
    }

    /** Forgets planned failures, limits of room, and {@link #ignoreSyncs}. */
    public synchronized void heal() {
        broken.clear();
        planned.values().forEach(Map::clear);
        room = Long.MAX_VALUE;
        syncsIgnored = false;
    }

    /**
     * From now on a force reports success and does nothing: how a test proves that syncs matter.
     */
    public synchronized void ignoreSyncs() {
        syncsIgnored = true;
    }

    /** Lets all files together have this many bytes; what would need more fails with DiskFull. */
    public synchronized void room(long bytes) {
        room = bytes;
    }

    /**
     * Switches the power off after {@code changes} more changing calls: the next one is caught in
     * the middle, and every call fails until {@link #powerCut}.
     */
    public synchronized void cutPowerAfter(long changes) {
        powerUntil = this.changes + changes;
    }

    /** Changing calls so far: everything but opening what exists and reading. */
    public synchronized long changes() {
        return changes;
    }

    /** Calls of one kind so far. */
    public synchronized long calls(Call call) {
        return count(call);
    }

    /** Sum of the sizes of all files. */
    public synchronized long bytes() {
        return names.values().stream().mapToLong(node -> node.size).sum();
    }

    /** Cuts the power, forgets what a cut forgets, and comes back with nothing planned. */
    public synchronized void powerCut() {
        generation++;
        powerUntil = Long.MAX_VALUE;
        heal();
        Mood mood = Mood.values()[random.nextInt(Mood.values().length)];
        Set<Node> nodes = new HashSet<>(names.values());
        nodes.addAll(durableNames.values());
        nodes.forEach(node -> node.loseUnsynced(mood, random));
        Set<Path> all = new TreeSet<>(names.keySet());
        all.addAll(durableNames.keySet());
        Map<Path, Node> left = new TreeMap<>();
        for (Path name : all) {
            Node node = (mood.survives(random) ? names : durableNames).get(name);
            if (node != null) {
                left.put(name, node);
            }
        }
        names = left;
        durableNames = new TreeMap<>(left);
    }

    /** Turns one bit of a file, in memory and on the platter. */
    public synchronized void flip(Path file, long bit) {
        Node node = Objects.requireNonNull(names.get(full(file)), "no such file");
        node.flip(bit);
    }

    @Override
    public synchronized DiskFile open(Path path) throws IOException {
        Path name = full(path);
        Node node = names.get(name);
        if (node == null) {
            changing(Call.OPEN, name);
            checkParent(name);
            node = new Node();
            names.put(name, node);
        } else {
            counted(Call.OPEN, name);
        }
        return new OpenFile(name, node, true);
    }

    @Override
    public synchronized DiskFile openForReading(Path path) throws IOException {
        counted(Call.OPEN, path);
        return new OpenFile(full(path), existing(path), false);
    }

    @Override
    public synchronized byte[] read(Path path) throws IOException {
        counted(Call.READ, path);
        Node node = existing(path);
        byte[] content = new byte[(int) node.size];
        node.read(ByteBuffer.wrap(content), 0);
        return content;
    }

    @Override
    public synchronized boolean exists(Path path) {
        return names.containsKey(full(path)) || directories.contains(full(path));
    }

    @Override
    public synchronized List<String> list(Path directory) throws IOException {
        checkPower();
        Path parent = full(directory);
        Set<String> found = new TreeSet<>();
        for (Path name : names.keySet()) {
            if (parent.equals(name.getParent())) {
                found.add(String.valueOf(name.getFileName()));
            }
        }
        for (Path name : directories) {
            if (parent.equals(name.getParent())) {
                found.add(String.valueOf(name.getFileName()));
            }
        }
        return List.copyOf(found);
    }

    @Override
    public synchronized void createDirectories(Path directory) throws IOException {
        Path name = full(directory);
        if (names.containsKey(name)) {
            throw new FileAlreadyExistsException(name.toString());
        }
        if (directories.contains(name) || name.getParent() == null) {
            return;
        }
        createDirectories(name.getParent());
        changing(Call.CREATE_DIRECTORY, name);
        directories.add(name);
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        changing(Call.RENAME, to);
        Node node = existing(from);
        checkParent(full(to));
        names.remove(full(from));
        names.put(full(to), node);
    }

    @Override
    public synchronized void delete(Path path) throws IOException {
        if (!names.containsKey(full(path))) {
            counted(Call.DELETE, path);
            return;
        }
        changing(Call.DELETE, path);
        names.remove(full(path));
    }

    @Override
    public synchronized void forceDirectory(Path directory) throws IOException {
        Path parent = full(directory);
        IOException failure = null;
        try {
            changing(Call.FORCE_DIRECTORY, directory);
        } catch (IOException e) {
            failure = e;
        }
        if (!syncsIgnored) {
            Set<Path> all = new TreeSet<>(names.keySet());
            all.addAll(durableNames.keySet());
            for (Path name : all) {
                boolean reached = failure == null || random.nextBoolean();
                if (parent.equals(name.getParent()) && reached) {
                    Node node = names.get(name);
                    if (node == null) {
                        durableNames.remove(name);
                    } else {
                        durableNames.put(name, node);
                    }
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public synchronized long usable(Path directory) throws IOException {
        checkPower();
        return room == Long.MAX_VALUE ? room : Math.max(0, room - bytes());
    }

    private void changing(Call call, Path path) throws IOException {
        checkPower();
        changes++;
        if (changes > powerUntil) {
            throw new IOException(path + ": the power went off");
        }
        counted(call, path);
    }

    private void counted(Call call, Path path) throws IOException {
        checkPower();
        long count = count(call) + 1;
        counts.put(call, count);
        Fault fault = plan(call).remove(count);
        if (fault == null) {
            fault = broken.get(call);
        }
        if (fault != null) {
            throw switch (fault) {
                case EIO -> new IOException(path + ": Input/output error");
                case ENOSPC -> new DiskFull(path + ": No space left on device");
            };
        }
    }

    private void checkPower() throws IOException {
        if (changes > powerUntil) {
            throw new IOException("the power is off");
        }
    }

    private void checkRoom(Node node, long size) throws IOException {
        if (size > node.size && bytes() - node.size + size > room) {
            throw new DiskFull("No space left on device");
        }
    }

    private void checkParent(Path name) throws IOException {
        if (!directories.contains(name.getParent())) {
            throw new NoSuchFileException(name.toString());
        }
    }

    private Node existing(Path path) throws IOException {
        Node node = names.get(full(path));
        if (node == null) {
            throw new NoSuchFileException(path.toString());
        }
        return node;
    }

    private long count(Call call) {
        return Objects.requireNonNull(counts.get(call));
    }

    private Map<Long, Fault> plan(Call call) {
        return Objects.requireNonNull(planned.get(call));
    }

    private static Path full(Path path) {
        return path.toAbsolutePath().normalize();
    }

    /** How kind a power cut is to what was not synced. */
    private enum Mood {
        LOSES_ALL,
        KEEPS_ALL,
        KEEPS_SOME;

        boolean survives(Random random) {
            return switch (this) {
                case LOSES_ALL -> false;
                case KEEPS_ALL -> true;
                case KEEPS_SOME -> random.nextBoolean();
            };
        }
    }

    /** An inode. Pages are never changed in place, so both states may share them. */
    private static final class Node {
        private Map<Long, byte[]> pages = new HashMap<>();
        private final Map<Long, byte[]> durablePages = new HashMap<>();
        private final Set<Long> unsynced = new HashSet<>();
        private long size;
        private long durableSize;

        int read(ByteBuffer target, long position) {
            if (position >= size) {
                return -1;
            }
            int before = target.remaining();
            long at = position;
            while (target.hasRemaining() && at < size) {
                int offset = (int) (at % PAGE);
                int count = (int) Math.min(Math.min(PAGE - offset, target.remaining()), size - at);
                target.put(pages.getOrDefault(at / PAGE, ZEROS), offset, count);
                at += count;
            }
            return before - target.remaining();
        }

        void write(ByteBuffer source, long position, int length) {
            long at = position;
            int left = length;
            while (left > 0) {
                int offset = (int) (at % PAGE);
                int count = Math.min(PAGE - offset, left);
                byte[] page = pages.getOrDefault(at / PAGE, ZEROS).clone();
                source.get(page, offset, count);
                pages.put(at / PAGE, page);
                unsynced.add(at / PAGE);
                at += count;
                left -= count;
            }
            size = Math.max(size, at);
        }

        void force() {
            for (long page : unsynced) {
                durablePages.put(page, pages.getOrDefault(page, ZEROS));
            }
            unsynced.clear();
            durableSize = size;
        }

        void forceInPart(Random random) {
            for (long page : unsynced) {
                if (random.nextBoolean()) {
                    durablePages.put(page, pages.getOrDefault(page, ZEROS));
                }
            }
            unsynced.clear();
        }

        void loseUnsynced(Mood mood, Random random) {
            for (long page : new TreeSet<>(unsynced)) {
                if (mood.survives(random)) {
                    byte[] old = durablePages.getOrDefault(page, ZEROS);
                    byte[] kept = pages.getOrDefault(page, ZEROS).clone();
                    if (mood == Mood.KEEPS_SOME && random.nextInt(4) == 0) {
                        int torn = SECTOR * random.nextInt(PAGE / SECTOR);
                        System.arraycopy(old, torn, kept, torn, PAGE - torn);
                    }
                    durablePages.put(page, kept);
                }
            }
            unsynced.clear();
            if (mood.survives(random)) {
                durableSize = size;
            }
            size = durableSize;
            durablePages.keySet().removeIf(page -> page * PAGE >= durableSize);
            pages = new HashMap<>(durablePages);
        }

        void flip(long bit) {
            long page = bit / 8 / PAGE;
            for (Map<Long, byte[]> state : List.of(pages, durablePages)) {
                byte[] changed = state.getOrDefault(page, ZEROS).clone();
                changed[(int) (bit / 8 % PAGE)] ^= (byte) (1 << (bit % 8));
                state.put(page, changed);
            }
        }
    }

    private final class OpenFile implements DiskFile {
        private final Path path;
        private final Node node;
        private final boolean writable;
        private final int opened = generation;
        private boolean closed;

        OpenFile(Path path, Node node, boolean writable) {
            this.path = path;
            this.node = node;
            this.writable = writable;
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            synchronized (FaultyDisk.this) {
                checkUsable();
                counted(Call.READ, path);
                return node.read(target, position);
            }
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            synchronized (FaultyDisk.this) {
                checkWritable();
                checkRoom(node, position + source.remaining());
                try {
                    changing(Call.WRITE, path);
                } catch (IOException e) {
                    node.write(source, position, random.nextInt(1 + source.remaining()));
                    throw e;
                }
                node.write(source, position, source.remaining());
            }
        }

        @Override
        public void force() throws IOException {
            synchronized (FaultyDisk.this) {
                checkWritable();
                try {
                    changing(Call.FORCE, path);
                } catch (IOException e) {
                    node.forceInPart(random);
                    throw e instanceof DiskFull ? new IOException(e.getMessage()) : e;
                }
                if (!syncsIgnored) {
                    node.force();
                }
            }
        }

        @Override
        public void allocate(long length) throws IOException {
            synchronized (FaultyDisk.this) {
                checkWritable();
                checkRoom(node, length);
                changing(Call.ALLOCATE, path);
                node.size = Math.max(node.size, length);
            }
        }

        @Override
        public long size() throws IOException {
            synchronized (FaultyDisk.this) {
                checkUsable();
                return node.size;
            }
        }

        @Override
        public void close() {
            synchronized (FaultyDisk.this) {
                closed = true;
            }
        }

        private void checkWritable() throws IOException {
            checkUsable();
            if (!writable) {
                throw new IOException(path + " is open for reading");
            }
        }

        private void checkUsable() throws IOException {
            checkPower();
            if (closed) {
                throw new IOException(path + " is closed");
            }
            if (opened != generation) {
                throw new IOException(path + " was opened before the power was cut");
            }
        }
    }
}
