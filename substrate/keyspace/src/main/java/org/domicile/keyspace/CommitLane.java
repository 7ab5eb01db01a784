package org.domicile.keyspace;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.domicile.bytes.Bytes;
import org.domicile.bytes.CrashPoint;
import org.domicile.bytes.StorageFailure;
import org.domicile.request.Append;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * The one writer. Takes whatever waits, judges it in order of arrival, writes what holds as one
 * batch with one sync, and answers all of them.
 *
 * <p>A group is what arrived during the sync before; {@link Pace} makes it wait for company where
 * the machine has more to do than it can. Callers push their ticket on a stack (one
 * compare-and-swap, no lock to convoy on) and park; the lane takes the whole stack at once and
 * turns it around.
 *
 * <p><b>System calls of a batch:</b> one {@code write} of the log file and one {@code fdatasync}
 * ({@code WriteOptions.sync} with {@code use_fsync} off). The log files are recycled, so the sync
 * overwrites allocated blocks and the file system has no metadata to commit.
 *
 * <p><b>What readers see.</b> RocksDB's write path (no pipelining, one write queue, WAL on) writes
 * the log, syncs it, then fills the memtables, and only then raises the sequence number that reads
 * go by ({@code DBImpl::WriteImpl}: {@code WriteGroupToWAL}, {@code InsertInto}, {@code
 * SetLastSequence}). So what a read sees is durable. The sizes of the logs are published by this
 * class after that.
 *
 * <p><b>Failure.</b> Whatever {@code write} throws fences: the batch may be in the log or not, so
 * nothing is retried and nothing more is written until the folder is opened again.
 */
final class CommitLane {
    static final byte[] VERSION = "V".getBytes(UTF_8);

    private static final Committed.Applied NOTHING = new Committed.Applied(0, List.of());

    private final RocksDB db;
    private final Families families;
    private final RocksLogs logs;
    private final KeyspaceOptions options;
    private final LongSupplier room;
    private final ReadOptions reading;
    private final Pace pace = new Pace();
    private final Thread thread;

    // Shared with those who commit.
    private final AtomicReference<@Nullable Ticket> stack = new AtomicReference<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final Queue<FutureTask<?>> pauses = new ConcurrentLinkedQueue<>();
    private volatile boolean asleep;
    private volatile boolean stopping;
    private volatile @Nullable StorageFailure fenced;
    private volatile long commits;
    private volatile long syncs;

    // The lane's own.
    private final ArrayDeque<Ticket> queue = new ArrayDeque<>();
    private long version;

    /**
     * @param version the last commit version on disk
     * @param room bytes that the disk still has
     */
    CommitLane(
            RocksDB db,
            Families families,
            RocksLogs logs,
            KeyspaceOptions options,
            ReadOptions reading,
            long version,
            LongSupplier room) {
        this.db = db;
        this.families = families;
        this.logs = logs;
        this.options = options;
        this.reading = reading;
        this.version = version;
        this.room = room;
        this.thread = Thread.ofPlatform().name("keyspace-commit").daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    void company(IntSupplier callers) {
        pace.company(callers);
    }

    long commits() {
        return commits;
    }

    long syncs() {
        return syncs;
    }

    /** Any thread: blocks until the ticket is answered. */
    Committed commit(Ticket ticket) {
        StorageFailure closedBy = fenced;
        if (closedBy != null) {
            throw again(closedBy);
        }
        if (waiting.incrementAndGet() > options.waiting()) {
            waiting.decrementAndGet();
            throw new StorageFailure(
                    StorageFailure.Kind.OVERLOADED,
                    options.waiting() + " transactions wait already; come back in a second");
        }
        try {
            Ticket top;
            do {
                top = stack.get();
                ticket.before = top;
            } while (!stack.compareAndSet(top, ticket));
            if (asleep) {
                LockSupport.unpark(thread);
            }
            return ticket.await();
        } finally {
            waiting.decrementAndGet();
        }
    }

    /** What is done while nothing is written. */
    interface Work<T> {
        T run() throws RocksDBException, IOException;
    }

    /** Any thread: has something done between two batches, and waits for it. */
    <T> T between(Work<T> work) throws RocksDBException, IOException {
        FutureTask<T> pause = new FutureTask<>(work::run);
        pauses.add(pause);
        if (asleep) {
            LockSupport.unpark(thread);
        }
        try {
            return awaited(pause);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RocksDBException failed -> throw failed;
                case IOException failed -> throw failed;
                case IllegalArgumentException failed -> throw failed;
                case null, default -> throw new IllegalStateException("a pause failed", e);
            }
        }
    }

    /** Any thread: passes over so many versions, durably. */
    void leap(long by) {
        StorageFailure closedBy = fenced;
        if (closedBy != null) {
            throw again(closedBy);
        }
        try {
            between(() -> {
                long next = Limits.leap(version, by);
                try (WriteOptions durable = new WriteOptions().setSync(true)) {
                    byte[] value = ByteBuffer.allocate(Long.BYTES).putLong(next).array();
                    db.put(families.meta(), durable, VERSION, value);
                } catch (RocksDBException e) {
                    fence(List.of(), "writing the log of the keyspace failed", e);
                    throw e;
                }
                version = next;
                return next;
            });
        } catch (RocksDBException e) {
            throw Families.failure("passing over versions", e);
        } catch (IOException e) {
            throw StorageFailure.of(e, "passing over versions");
        }
    }

    /** An interrupt is kept for later: the lane does the work all the same. */
    private static <T> T awaited(FutureTask<T> pause) throws ExecutionException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return pause.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static StorageFailure again(StorageFailure why) {
        return new StorageFailure(why.kind(), String.valueOf(why.getMessage()), why);
    }

    /** After the last ticket was answered: ends the thread. */
    void stop() {
        stopping = true;
        LockSupport.unpark(thread);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                // The database must not be closed under the lane.
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        List<Ticket> batch = new ArrayList<>();
        while (true) {
            FutureTask<?> pause = pauses.poll();
            if (pause != null) {
                pause.run();
            }
            pace.keep();
            take(batch);
            if (batch.isEmpty()) {
                if (stopping) {
                    return;
                }
                sleep();
                continue;
            }
            pace.begins(batch.size());
            serve(batch);
            batch.clear();
        }
    }

    private void sleep() {
        asleep = true;
        // Whoever pushed before seeing us asleep is seen here; whoever pushes later wakes us.
        if (stack.get() == null && pauses.isEmpty() && !stopping) {
            LockSupport.park(this);
        }
        asleep = false;
    }

    /** Moves up to a batch's bytes from those who wait, oldest first. */
    private void take(List<Ticket> batch) {
        Ticket newest = stack.getAndSet(null);
        if (newest != null) {
            // The stack hands them out newest first; what is queued already is older.
            ArrayDeque<Ticket> arrived = new ArrayDeque<>();
            for (Ticket ticket = newest; ticket != null; ticket = ticket.before) {
                arrived.addFirst(ticket);
            }
            queue.addAll(arrived);
        }
        long bytes = 0;
        while (!queue.isEmpty() && bytes < options.batchBytes()) {
            Ticket ticket = queue.removeFirst();
            ticket.before = null;
            bytes += ticket.size;
            batch.add(ticket);
        }
    }

    private void serve(List<Ticket> batch) {
        try {
            StorageFailure closedBy = fenced;
            if (closedBy != null) {
                batch.forEach(ticket -> ticket.fail(closedBy));
            } else {
                write(batch);
            }
        } catch (RuntimeException | Error e) {
            // A bug: the counters may be ahead of the disk now, so going on would leave gaps.
            fence(batch, "the commit lane failed", e);
        } finally {
            batch.forEach(Ticket::wake);
        }
    }

    private void fence(List<Ticket> batch, String what, Throwable cause) {
        StorageFailure failure =
                new StorageFailure(
                        StorageFailure.Kind.FENCED,
                        what + "; nothing more is written until a restart: " + cause.getMessage(),
                        cause);
        fenced = failure;
        batch.forEach(ticket -> ticket.fail(failure));
    }

    private void write(List<Ticket> batch) {
        Set<RocksLogs.Log> touched = new LinkedHashSet<>();
        Judged judged = judge(batch, touched);
        if (judged.applied() > 0) {
            byte[] form = form(batch, judged, touched);
            CrashPoint.at("keyspace.before-sync");
            try (WriteBatch records = new WriteBatch(form);
                    WriteOptions durable = new WriteOptions().setSync(true)) {
                db.write(durable, records);
            } catch (RocksDBException e) {
                fence(batch, "writing the log of the keyspace failed", e);
                return;
            }
            CrashPoint.at("keyspace.after-sync");
            syncs++;
            commits += judged.applied();
        }
        for (RocksLogs.Log log : touched) {
            log.named = true;
            log.durable = log.next;
        }
        for (Ticket ticket : batch) {
            if (!ticket.decided()) {
                ticket.answer(applied(ticket));
            }
        }
    }

    private static Committed applied(Ticket ticket) {
        if (ticket.version == 0) {
            return NOTHING;
        }
        List<Long> indices =
                ticket.indices.length == 1
                        ? List.of(ticket.indices[0])
                        : Arrays.stream(ticket.indices).boxed().toList();
        return new Committed.Applied(ticket.version, indices);
    }

    /**
     * @param applied transactions that will be written
     * @param size exact bytes of their batch
     * @param sums what stands at each key that they add to after the last of them that does
     */
    private record Judged(int applied, int size, Map<Overlay.Key, Ticket.Sum> sums) {}

    private Judged judge(List<Ticket> batch, Set<RocksLogs.Log> touched) {
        int lastToLook = -1;
        for (int i = 0; i < batch.size(); i++) {
            if (looks(batch.get(i).transaction)) {
                lastToLook = i;
            }
        }
        int size = BatchForm.HEADER + BatchForm.setSize(Families.META, VERSION.length, Long.BYTES);
        int applied = 0;
        Map<Overlay.Key, Ticket.Sum> sums = new HashMap<>();
        long left = room.getAsLong();
        try (Present present = new Present()) {
            for (int i = 0; i < batch.size(); i++) {
                Ticket ticket = batch.get(i);
                long floor = ticket.claim.floor(options.reserve());
                if (left - ticket.size < floor) {
                    ticket.fail(full(left));
                    continue;
                }
                try {
                    Condition failing = present.firstFailing(ticket.transaction);
                    if (failing != null) {
                        ticket.answer(new Committed.Stale(failing));
                        continue;
                    }
                    ticket.sums = present.sums(ticket.transaction);
                } catch (RocksDBException e) {
                    ticket.fail(Families.failure("reading what a condition names", e));
                    continue;
                } catch (StorageFailure e) {
                    ticket.fail(e);
                    continue;
                }
                if (ticket.own.isEmpty()) {
                    ticket.version = ++version;
                }
                if (i < lastToLook) {
                    present.overlay.add(ticket.transaction, version);
                }
                for (Ticket.Sum sum : ticket.sums) {
                    present.overlay.sum(sum.space(), sum.key(), sum.value());
                    Ticket.Sum before = sums.put(new Overlay.Key(sum.space(), sum.key()), sum);
                    size += sum.size() - (before == null ? 0 : before.size());
                }
                size += ticket.size + number(ticket, touched);
                left -= ticket.size;
                applied++;
            }
        }
        return new Judged(applied, size, sums);
    }

    /** Whether it has to know what stands somewhere. */
    private static boolean looks(Transaction transaction) {
        return !transaction.conditions().isEmpty()
                || transaction.writes().stream().anyMatch(Write.Add.class::isInstance);
    }

    private StorageFailure full(long left) {
        return new StorageFailure(
                StorageFailure.Kind.FULL,
                "the disk has %d MiB left, and the keyspace keeps %d MiB in reserve"
                        .formatted(left >> 20, options.reserve() >> 20));
    }

    /** Gives each append its index; answers how many bytes the names of new logs need. */
    private int number(Ticket ticket, Set<RocksLogs.Log> touched) {
        List<Append> appends = ticket.transaction.appends();
        if (appends.isEmpty()) {
            return 0;
        }
        int size = 0;
        ticket.logNumbers = new int[appends.size()];
        ticket.indices = new long[appends.size()];
        for (int i = 0; i < ticket.indices.length; i++) {
            RocksLogs.Log log = logs.forAppend(appends.get(i).log());
            if (touched.add(log) && !log.named) {
                size += BatchForm.setSize(Families.META, log.nameKey.length, Integer.BYTES);
            }
            ticket.logNumbers[i] = log.number;
            ticket.indices[i] = log.next++;
        }
        return size;
    }

    private byte[] form(List<Ticket> batch, Judged judged, Set<RocksLogs.Log> touched) {
        BatchForm form = new BatchForm(judged.size());
        form.set(Families.META, VERSION, ByteBuffer.allocate(Long.BYTES).putLong(version).array());
        for (RocksLogs.Log log : touched) {
            if (!log.named) {
                form.set(Families.META, log.nameKey, log.numberBytes());
            }
        }
        for (Ticket ticket : batch) {
            if (!ticket.decided()) {
                form(form, ticket);
                for (Ticket.Sum sum : ticket.sums) {
                    // Of many that add to one key, the last one's sum is written, and no other.
                    if (judged.sums().get(new Overlay.Key(sum.space(), sum.key())) == sum) {
                        form.set(Families.number(sum.space()), sum.key(), sum.value());
                    }
                }
            }
        }
        return form.finish();
    }

    private static void form(BatchForm form, Ticket ticket) {
        for (Write write : ticket.transaction.writes()) {
            int family =
                    switch (write) {
                        case Write.Put put -> Families.number(put.space());
                        case Write.Delete delete -> Families.number(delete.space());
                        case Write.DeleteRange delete -> Families.number(delete.space());
                        case Write.PutStamped put -> Families.number(put.space());
                        case Write.Add add -> Families.number(add.space());
                    };
            switch (write) {
                case Write.Put put -> form.set(family, put.key(), put.value());
                case Write.Delete delete -> form.remove(family, delete.key());
                case Write.DeleteRange delete -> form.removeRange(family, delete.range());
                case Write.PutStamped put -> form.setStamped(family, put, ticket.version);
                // Its sum comes behind.
                case Write.Add _ -> {}
            }
        }
        List<Append> appends = ticket.transaction.appends();
        for (int i = 0; i < ticket.indices.length; i++) {
            Append append = appends.get(i);
            int log = ticket.logNumbers[i];
            long index = ticket.indices[i];
            form.setPlace(Families.ENTRIES, log, index, append.entry());
            if (append.payload().length > 0) {
                form.setPlace(Families.PAYLOADS, log, index, append.payload());
            }
        }
        for (Ticket.Own own : ticket.own) {
            switch (own) {
                case Ticket.Own.Put put -> form.set(put.family(), put.key(), put.value());
                case Ticket.Own.RemoveRange remove ->
                        form.removeRange(remove.family(), remove.range());
            }
        }
    }

    /** What is committed, under what this batch has changed so far. */
    private final class Present implements AutoCloseable {
        final Overlay overlay = new Overlay();
        private final Map<Overlay.Key, Optional<byte[]>> looked = new HashMap<>();
        private final @Nullable RocksIterator[] walks = new RocksIterator[Space.values().length];

        @Nullable Condition firstFailing(Transaction transaction) throws RocksDBException {
            for (Condition condition : transaction.conditions()) {
                boolean holds =
                        switch (condition) {
                            case Condition.Holds(Space space, byte[] key, Optional<byte[]> value) ->
                                    Arrays.equals(value(space, key), value.orElse(null));
                            case Condition.First(
                                            Space space,
                                            Range range,
                                            Optional<byte[]> first) ->
                                    Arrays.equals(first(space, range), first.orElse(null));
                            case Condition.Within within ->
                                    Sums.within(
                                            within,
                                            value(within.space(), within.key()),
                                            transaction);
                        };
                if (!holds) {
                    return condition;
                }
            }
            return null;
        }

        /** What the additions of a transaction come to. */
        List<Ticket.Sum> sums(Transaction transaction) throws RocksDBException {
            List<Ticket.Sum> sums = List.of();
            for (Write write : transaction.writes()) {
                if (write instanceof Write.Add(Space space, byte[] key, long[] amounts)) {
                    sums = sums.isEmpty() ? new ArrayList<>(2) : sums;
                    byte[] sum = Sums.sum(Sums.numbers(value(space, key)), amounts);
                    sums.add(new Ticket.Sum(space, key, sum));
                }
            }
            return sums;
        }

        private byte @Nullable [] value(Space space, byte[] key) throws RocksDBException {
            return switch (overlay.at(space, key)) {
                case Overlay.Change.Set(byte[] value) -> value;
                case Overlay.Change.Gone _ -> null;
                case Overlay.Change.Untouched _ -> stored(space, key);
            };
        }

        /** Transactions that wait together often name one key, such as that of their bucket. */
        private byte @Nullable [] stored(Space space, byte[] key) throws RocksDBException {
            Overlay.Key name = new Overlay.Key(space, key);
            Optional<byte[]> known = looked.get(name);
            if (known == null) {
                // Nothing is written while a batch is judged, so one look serves all of it.
                known = Optional.ofNullable(db.get(families.of(space), reading, key));
                looked.put(name, known);
            }
            return known.orElse(null);
        }

        private byte @Nullable [] first(Space space, Range range) throws RocksDBException {
            byte[] set = overlay.firstSet(space, range);
            RocksIterator walk = walks[space.ordinal()];
            if (walk == null) {
                // Nothing is written while a batch is judged, so one walk serves all of it.
                walk = db.newIterator(families.of(space), reading);
                walks[space.ordinal()] = walk;
            }
            for (walk.seek(range.from()); walk.isValid(); walk.next()) {
                byte[] key = walk.key();
                if (Bytes.compare(key, range.to()) >= 0
                        || (set != null && Bytes.compare(set, key) <= 0)) {
                    break;
                }
                if (!(overlay.at(space, key) instanceof Overlay.Change.Gone)) {
                    return key;
                }
            }
            walk.status();
            return set;
        }

        @Override
        public void close() {
            for (RocksIterator walk : walks) {
                if (walk != null) {
                    walk.close();
                }
            }
        }
    }
}
