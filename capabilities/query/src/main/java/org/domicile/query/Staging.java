package org.domicile.query;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Files of one session in memory. Each has its full length and holds its first four bytes, its
 * footer and the chunks of the columns that were planned, at their own offsets; the rest is a hole,
 * which takes no memory and reads as zeros. Its lock is held while bytes are staged.
 *
 * <p>Whoever works with the files says so ({@link #work}, {@link #rest}); in between they may go at
 * any time, when another session needs their room ({@link #lend}).
 */
final class Staging {
    private static final int STEP = 1 << 20;

    /** Memory is taken in pages; a chunk touches one more than it fills. */
    private static final int PAGE = 4_096;

    private final Path folder;
    private final long most;
    private final SharedStaging room;
    private final ReentrantLock gate = new ReentrantLock(); // guards the two below
    private final Condition lent = gate.newCondition();
    private int working;
    private boolean lending;
    private volatile long rested = System.nanoTime();
    private final Map<String, Staged> files = new HashMap<>();
    private final List<Staged> whole = new ArrayList<>();
    private final Spilled spilled = new Spilled();
    private long held;
    private boolean closed;
    private long next;

    /**
     * @param bytes that are held @param columns whose chunks are there
     */
    private record Staged(Path path, long[] bytes, Set<String> columns) {}

    /** It does not fit. */
    static final class Full extends IOException {
        private static final long serialVersionUID = 1L;

        private final boolean others;

        Full(String sentence, boolean others) {
            super(sentence);
            this.others = others;
        }

        /** Whether it would fit if other sessions held less. */
        boolean others() {
            return others;
        }
    }

    /** Somebody cancelled. */
    static final class Cancelled extends IOException {
        private static final long serialVersionUID = 1L;

        Cancelled() {
            super("cancelled");
        }
    }

    private Staging(Path folder, long most, SharedStaging room) {
        this.folder = folder;
        this.most = most;
        this.room = room;
    }

    /** Of one session; it ends with {@link #close}. */
    static Staging of(Path folder, long most, SharedStaging room) {
        Staging staging = new Staging(folder, most, room);
        room.add(staging);
        return staging;
    }

    /** From now on its files stay, until {@link #rest}. */
    void work() {
        gate.lock();
        try {
            while (lending) {
                lent.awaitUninterruptibly(); // some files are removed
            }
            working++;
        } finally {
            gate.unlock();
        }
    }

    /** As often as {@link #work}. */
    void rest() {
        rested = System.nanoTime();
        gate.lock();
        try {
            working--;
        } finally {
            gate.unlock();
        }
    }

    /** Since when nobody works with it. */
    long rested() {
        return rested;
    }

    /**
     * Lets go of what was staged, for another session, unless somebody works with it.
     *
     * @return bytes
     */
    long lend() {
        gate.lock();
        try {
            if (working > 0 || lending) {
                return 0;
            }
            lending = true;
        } finally {
            gate.unlock();
        }
        try {
            return letGo();
        } catch (IOException e) {
            System.getLogger("org.domicile.query")
                    .log(System.Logger.Level.WARNING, "files stay until their session ends", e);
            return 0;
        } finally {
            gate.lock();
            try {
                lending = false;
                lent.signalAll();
            } finally {
                gate.unlock();
            }
        }
    }

    private synchronized long letGo() throws IOException {
        long before = held;
        keepOnly(Set.of());
        return before - held;
    }

    /** Stages a footer, if it is not there, and gives the file's path. */
    synchronized String footer(DataFile file) throws IOException {
        Staged present = files.get(file.id());
        if (present != null) {
            return present.path().toString();
        }
        Footer footer = file.footer();
        long bytes = cost(footer);
        take(bytes, file.place());
        Staged staged =
                new Staged(
                        folder.resolve("f" + ++next + ".parquet"),
                        new long[] {bytes},
                        new HashSet<>());
        files.put(file.id(), staged);
        try (FileChannel out =
                FileChannel.open(
                        staged.path(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            write(out, ByteBuffer.wrap(Footer.MAGIC), 0);
            write(out, ByteBuffer.wrap(footer.tail()), footer.tailStart());
        }
        return staged.path().toString();
    }

    private static long cost(Footer footer) {
        return footer.tail().length + 2L * PAGE;
    }

    private static long cost(List<Footer.Chunk> runs) {
        return runs.stream().mapToLong(run -> run.length() + 2L * PAGE).sum();
    }

    /** Bytes that a file takes with some columns. */
    static long cost(Footer footer, List<String> columns) {
        return cost(footer) + cost(runs(footer.chunks(), columns));
    }

    /** Stages what is missing of some columns. */
    synchronized void columns(
            DataFile file, List<String> wanted, Sources.Reading reading, BooleanSupplier cancelled)
            throws IOException {
        columns(file, file, wanted, reading, cancelled);
    }

    /** The same of a part of a file. @param origin the file that it is a part of */
    synchronized void columns(
            DataFile file,
            DataFile origin,
            List<String> wanted,
            Sources.Reading reading,
            BooleanSupplier cancelled)
            throws IOException {
        Staged staged = files.get(file.id());
        if (staged == null) {
            throw new IllegalStateException("the footer comes first");
        }
        List<String> missing =
                wanted.stream().filter(each -> !staged.columns().contains(each)).toList();
        List<Footer.Chunk> runs = runs(file.footer().chunks(), missing);
        long bytes = cost(runs);
        take(bytes, file.place());
        staged.bytes()[0] += bytes;
        try (FileChannel out = FileChannel.open(staged.path(), StandardOpenOption.WRITE)) {
            for (Footer.Chunk run : runs) {
                copy(origin, run, reading, out, cancelled);
            }
        }
        staged.columns().addAll(missing);
    }

    /** Stages the numbers of rows that a vector deletes, one a line, and gives the file's path. */
    synchronized String rows(TableFile.Deletes.Vector vector, Sources.Reading reading)
            throws IOException {
        Staged present = files.get(vector.id());
        if (present != null) {
            return present.path().toString();
        }
        StringBuilder text = new StringBuilder();
        for (long row : reading.rows(vector)) {
            text.append(row).append('\n');
        }
        byte[] lines = text.toString().getBytes(StandardCharsets.US_ASCII);
        long bytes = lines.length + (long) PAGE;
        take(bytes, vector.place());
        Staged staged =
                new Staged(
                        folder.resolve("v" + ++next + ".csv"), new long[] {bytes}, new HashSet<>());
        files.put(vector.id(), staged);
        Files.write(staged.path(), lines, StandardOpenOption.CREATE_NEW);
        return staged.path().toString();
    }

    /** In order, with neighbours made one, so that each is one read. */
    private static List<Footer.Chunk> runs(List<Footer.Chunk> chunks, List<String> wanted) {
        List<Footer.Chunk> runs = new ArrayList<>();
        chunks.stream()
                .filter(chunk -> wanted.contains(chunk.column()) && chunk.length() > 0)
                .sorted(Comparator.comparingLong(Footer.Chunk::start))
                .forEach(chunk -> {
                    Footer.Chunk last = runs.isEmpty() ? chunk : runs.getLast();
                    long end = last.start() + last.length();
                    if (!runs.isEmpty() && chunk.start() <= end) {
                        long length = Math.max(end, chunk.start() + chunk.length()) - last.start();
                        runs.set(
                                runs.size() - 1,
                                new Footer.Chunk(last.column(), last.start(), length));
                    } else {
                        runs.add(chunk);
                    }
                });
        return runs;
    }

    private static void copy(
            DataFile file,
            Footer.Chunk run,
            Sources.Reading reading,
            FileChannel out,
            BooleanSupplier cancelled)
            throws IOException {
        byte[] buffer = new byte[(int) Math.min(STEP, run.length())];
        long at = run.start();
        long end = run.start() + run.length();
        try (InputStream in = reading.read(file, run.start(), run.length())) {
            while (at < end) {
                if (cancelled.getAsBoolean()) {
                    throw new Cancelled();
                }
                int count = in.readNBytes(buffer, 0, (int) Math.min(buffer.length, end - at));
                if (count == 0) {
                    throw new IOException(file.place() + " ends before its length");
                }
                write(out, ByteBuffer.wrap(buffer, 0, count), at);
                at += count;
            }
        }
    }

    /**
     * Stages a file whole, until {@link #forgetWhole}, and gives its path.
     *
     * @param size of it in bytes
     */
    synchronized String whole(InputStream in, long size, String place, BooleanSupplier cancelled)
            throws IOException {
        long bytes = size + 2L * PAGE;
        take(bytes, place);
        Staged staged =
                new Staged(
                        folder.resolve("r" + ++next + ".parquet"),
                        new long[] {bytes},
                        new HashSet<>());
        whole.add(staged);
        try (FileChannel out =
                FileChannel.open(
                        staged.path(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            byte[] buffer = new byte[STEP];
            long at = 0;
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                if (cancelled.getAsBoolean()) {
                    throw new Cancelled();
                }
                if (count > size - at) {
                    throw new IOException(place + " is longer than it was");
                }
                write(out, ByteBuffer.wrap(buffer, 0, count), at);
                at += count;
            }
        }
        return staged.path().toString();
    }

    /** Lets go of files that were staged whole. */
    synchronized void forgetWhole() throws IOException {
        for (Staged each : List.copyOf(whole)) {
            Files.deleteIfExists(each.path());
            whole.remove(each);
            long given = Math.min(each.bytes()[0], held);
            held -= given;
            room.give(given);
        }
    }

    private static void write(FileChannel out, ByteBuffer bytes, long at) throws IOException {
        long place = at;
        while (bytes.hasRemaining()) {
            place += out.write(bytes, place);
        }
    }

    private void take(long bytes, String place) throws Full {
        if (closed) {
            throw new Full("the session ends", false);
        }
        if (bytes > most - held) {
            throw new Full(
                    "%s needs %,d bytes more, and the session's staging has %,d of %,d left"
                            .formatted(place, bytes, most - held, most),
                    false);
        }
        if (!room.take(bytes, this)) {
            throw new Full(
                    "%s needs %,d bytes, and what all sessions hold leaves less; try again later"
                            .formatted(place, bytes),
                    true);
        }
        held += bytes;
    }

    /** Bytes that a file may have that is written here. */
    synchronized long left() {
        return Math.max(0, Math.min(most - held, room.left()));
    }

    /** Has others let go of what they keep, where fewer bytes than these are free. */
    void widen(long bytes) {
        room.free(bytes, this);
    }

    /** Whether no other session holds anything that could be given back. */
    synchronized boolean alone() {
        return room.held() <= held + spilled.bytes();
    }

    /** Counts bytes of a file that was written here. */
    synchronized void hold(long bytes, String what) throws Full {
        take(bytes, what);
    }

    /** It is gone. */
    synchronized void release(long bytes) {
        long given = Math.min(bytes, held); // nothing once all of it was given back
        held -= given;
        room.give(given);
    }

    /**
     * Counts what the engine has spilled by now among what all sessions hold. It does not wait for
     * what is being staged.
     *
     * @param place where it spills
     * @return whether there is room for it
     */
    boolean spilled(Path place) throws IOException {
        return spilled.is(place);
    }

    /** Bytes in the engine's spill, as they were when somebody looked last. */
    private final class Spilled {
        private long bytes;
        private boolean over;

        synchronized boolean is(Path place) throws IOException {
            long now = over ? 0 : Folders.bytes(place);
            if (now > bytes && !room.take(now - bytes, Staging.this)) {
                return false;
            }
            if (now < bytes) {
                room.give(bytes - now);
            }
            bytes = now;
            return true;
        }

        synchronized long bytes() {
            return bytes;
        }

        synchronized void end() {
            over = true;
            room.give(bytes);
            bytes = 0;
        }
    }

    /** Lets go of every file but these. */
    synchronized void keepOnly(Set<String> ids) throws IOException {
        for (String id : List.copyOf(files.keySet())) {
            if (!ids.contains(id)) {
                drop(id);
            }
        }
    }

    private void drop(String id) throws IOException {
        Staged staged = files.remove(id);
        if (staged != null) {
            Files.deleteIfExists(staged.path());
            held -= staged.bytes()[0];
            room.give(staged.bytes()[0]);
        }
    }

    /** A file that was staged in part only, because something failed, is let go of. */
    synchronized void forget(DataFile file) throws IOException {
        drop(file.id());
    }

    /** Of what all sessions hold; the folder goes with the worker. */
    synchronized void close() {
        room.remove(this);
        room.give(held);
        held = 0;
        spilled.end();
        closed = true;
        files.clear();
        whole.clear();
    }
}
