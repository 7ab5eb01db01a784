package org.domicile.ledger;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.domicile.bytes.Disk;
import org.domicile.bytes.DiskFull;
import org.domicile.bytes.StorageFailure;
import org.domicile.keys.KeyId;
import org.domicile.keys.Keys;
import org.domicile.keys.Pass;
import org.domicile.keys.Passes;
import org.domicile.keys.Subjects;
import org.domicile.keys.Vault;
import org.domicile.keyspace.Committed;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Transaction;
import org.domicile.request.Append;
import org.domicile.request.Outcome;
import org.domicile.request.Pending;
import org.domicile.request.Request;
import org.jspecify.annotations.Nullable;

/**
 * The ledger on a keyspace and a folder. Callers' threads make entries and commit them; one thread
 * of its own does the {@link Rounds}. What stops that thread stops all recording, so nothing is
 * served that could not be published.
 */
final class Engine implements Ledger {
    private static final Duration PROOF_WAIT = Duration.ofSeconds(2);
    private static final Duration SETTLING = Duration.ofMillis(100);
    private static final int MAX_USES = 10_001;

    /** Entries without a tile after a round: more came than it could take in. */
    private static final long FAR_BEHIND = 4_096;

    /**
     * So many entries are put into the tree before their round is due, looked for so often: a
     * round's worth of them at once would keep a processor from those who record for longer than
     * they should wait.
     */
    private static final long MANY_WAIT = 512;

    private static final long STEP_NANOS = 50_000_000;

    /** Logs whose proofs share what their checkpoint has been asked for. */
    private static final int MANY_TREES = 64;

    private static final Duration TELLING = Duration.ofSeconds(20);

    private final Keyspace keyspace;
    private final Subjects subjects;
    private final Passes passes;
    private final Clock clock;
    private final InstantSource present;
    private final LedgerOptions options;
    private final Stated stated;
    private final Book book;
    private final Refusals refusals = new Refusals();
    private final Strangers strangers = new Strangers();
    private final Rounds rounds;
    private final Receipts receipts;
    private final Pruning pruning;
    private final Map<String, TreeProof> trees = new ConcurrentHashMap<>();
    private final Thread thread;

    /** Held for each round, so that somebody else can keep it from beginning one. */
    private final ReentrantLock working = new ReentrantLock();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition published = lock.newCondition();
    private final Condition stop = lock.newCondition();
    // guarded by lock
    private boolean stopping;

    // guarded by lock
    private boolean again;

    /** When the next round is due; the thread's own. */
    private long due;

    private volatile long behind;
    private volatile @Nullable StorageFailure failure;

    Engine(
            Keyspace keyspace,
            Vault vault,
            Subjects subjects,
            Passes passes,
            Disk disk,
            Clock clock,
            InstantSource present,
            SecureRandom random,
            LedgerOptions options,
            Outside outside) {
        this.keyspace = keyspace;
        this.subjects = subjects;
        this.stated = new Stated(vault, subjects, clock, random);
        this.passes = passes;
        this.clock = clock;
        this.present = present;
        this.options = options;
        this.book = new Book(keyspace, vault, disk, options);
        this.receipts = new Receipts(book.signer(), options.origin());
        this.pruning = new Pruning(book, keyspace, present);
        this.rounds =
                new Rounds(
                        book,
                        keyspace,
                        options,
                        clock,
                        refusals,
                        strangers,
                        this::recount,
                        outside,
                        this::lookAgain);
        try {
            disk.createDirectories(options.folder());
            rounds.recover();
            pruning.finish();
        } catch (IOException e) {
            throw new StorageFailure(
                    StorageFailure.Kind.FENCED, "the ledger's files cannot be written", e);
        }
        this.thread = Thread.ofPlatform().name("ledger").daemon().start(this::run);
    }

    private void run() {
        due = System.nanoTime() + options.period().toNanos();
        for (Turn turn = awaited(); turn != Turn.END; turn = awaited()) {
            working.lock();
            try {
                if (turn == Turn.AHEAD) {
                    rounds.ahead();
                    continue;
                }
                rounds.round();
                failure = null;
            } catch (DiskFull e) {
                // Nothing is half done: the round is done again when there may be room.
                failure =
                        new StorageFailure(
                                StorageFailure.Kind.FULL, "no room for the ledger's files", e);
            } catch (IOException e) {
                failure =
                        new StorageFailure(
                                StorageFailure.Kind.FENCED,
                                "a ledger's file could not be written; nothing is recorded until a"
                                        + " restart",
                                e);
                return;
            } catch (StorageFailure e) {
                failure = e;
                if (e.kind() != StorageFailure.Kind.FULL
                        && e.kind() != StorageFailure.Kind.OVERLOADED) {
                    return;
                }
            } catch (RuntimeException | Error e) {
                failure =
                        new StorageFailure(
                                StorageFailure.Kind.FENCED, "the ledger has stopped: " + e, e);
                throw e;
            } finally {
                working.unlock();
            }
            afterRound();
        }
    }

    private void afterRound() {
        behind = behind();
        due = System.nanoTime() + options.period().toNanos();
        lock.lock();
        try {
            published.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** A witness has answered. */
    private void lookAgain() {
        lock.lock();
        try {
            again = true;
            stop.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** What it is time for. */
    private enum Turn {
        /** Work of a round that can be done before it. */
        AHEAD,
        /** A round: a period is over, or only work is behind. */
        ROUND,
        END
    }

    private Turn awaited() {
        lock.lock();
        try {
            boolean hurry = behind > FAR_BEHIND && failure == null;
            long left = hurry ? 0 : due - System.nanoTime();
            while (!stopping && !(again && failure == null) && left > 0) {
                stop.awaitNanos(Math.min(left, STEP_NANOS));
                left = due - System.nanoTime();
                if (!stopping && left > 0 && failure == null && behind() > MANY_WAIT) {
                    return Turn.AHEAD;
                }
            }
            again = false;
            return stopping ? Turn.END : Turn.ROUND;
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts the ledger's thread", e);
        } finally {
            lock.unlock();
        }
    }

    private void mustRecord() {
        StorageFailure failed = failure;
        if (failed != null) {
            throw new StorageFailure(failed.kind(), String.valueOf(failed.getMessage()), failed);
        }
        if (behind > options.unpublished()) {
            throw new StorageFailure(
                    StorageFailure.Kind.OVERLOADED,
                    "%,d entries wait to be made into tiles".formatted(behind));
        }
    }

    @Override
    public Optional<String> obstacle() {
        try {
            mustRecord();
            return Optional.empty();
        } catch (StorageFailure e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public long number(String organisation) {
        mustRecord();
        return book.numbers(organisation).take();
    }

    @Override
    public void abandon(String organisation, long number) {
        book.numbers(organisation).abandon(number);
    }

    @Override
    public Pending pending(Use use, LongSupplier size) {
        mustRecord();
        return useRecord(use, size, 1);
    }

    private UseRecord useRecord(Use use, LongSupplier size, long count) {
        return new UseRecord(
                use,
                options.node(),
                book.useLog(use.organisation()),
                size,
                count,
                subjects,
                stated::append,
                this::recorded);
    }

    private void recorded(Use use, long index) {
        book.numbers(use.organisation()).recorded(use.number(), index);
        if (use.verdict() == Use.Verdict.REFUSED) {
            refusals.recorded(use);
        }
    }

    @Override
    public Pass record(Use use, Outcome outcome, long size) {
        mustRecord();
        UseRecord record = useRecord(use, () -> size, 1);
        Transaction transaction = new Transaction();
        record.take(outcome).forEach(transaction::append);
        transaction.urgency(record.urgency());
        List<Long> indices = commit(transaction);
        record.committed(indices);
        return passes.pass(book.useLog(use.organisation()), indices.getFirst());
    }

    private List<Long> commit(Transaction transaction) {
        return switch (keyspace.commit(transaction)) {
            case Committed.Applied applied -> applied.indices();
            case Committed.Stale stale ->
                    throw new IllegalStateException("there was no condition: " + stale);
        };
    }

    private Append recount(Refusals.Count count, long number) {
        Use first = count.first();
        Use repeated =
                new Use(
                        first.organisation(),
                        number,
                        first.at(),
                        first.action(),
                        first.verdict(),
                        first.reason(),
                        first.purpose(),
                        first.dataZone(),
                        first.clientZone(),
                        first.policy(),
                        first.caller(),
                        first.callerSubject(),
                        first.subjects(),
                        first.object(),
                        first.address(),
                        first.read(),
                        List.of(),
                        first.sealed());
        try {
            return useRecord(repeated, () -> 0, count.count()).take(Outcome.DONE).getFirst();
        } catch (Keys.KeyGone e) {
            // Whoever was refused has been erased since; the number is closed instead.
            return new Append(
                    book.useLog(first.organisation()),
                    Entries.closing(
                            first.organisation(),
                            options.node(),
                            List.of(new Numbers.Run(number, number)),
                            "erased",
                            clock.instant()),
                    new byte[0]);
        }
    }

    @Override
    public boolean countRepeated(Use use) {
        mustRecord();
        return refusals.count(use, clock.instant());
    }

    @Override
    public void countStranger(String action, String reason) {
        mustRecord();
        strangers.count(action, reason);
    }

    @Override
    public void state(Statement statement) {
        mustRecord();
        commit(new Transaction().append(stated.append(statement)));
    }

    @Override
    public List<Opening> open(Pass pass, String log, long index, List<String> fields) {
        if (index < 0 || index >= keyspace.logs().size(log)) {
            throw new IllegalArgumentException("the log %s has no entry %d".formatted(log, index));
        }
        try {
            return new Openings(subjects, stated)
                    .of(
                            book.entries(log, index, index + 1).getFirst(),
                            keyspace.logs().payload(log, index),
                            fields);
        } catch (IOException e) {
            throw new StorageFailure(
                    StorageFailure.Kind.CORRUPT, "the log " + log + " cannot be read", e);
        }
    }

    @Override
    public Told told(Pass pass, String organisation, KeyId subject, Span span) {
        return new PersonReading(book, keyspace.logs(), present.instant())
                .told(book.useLog(organisation), subject, span, TELLING);
    }

    @Override
    public List<Recorded> uses(Pass pass, String organisation, Filter filter) {
        return reading()
                .uses(book.useLog(organisation), filter, Math.min(filter.limit(), MAX_USES));
    }

    @Override
    public Optional<Decided> decided(Pass pass, String organisation, String log, long index) {
        return reading().decided(organisation, log, index);
    }

    @Override
    public OptionalLong place(String log, long number) {
        return reading().place(log, number);
    }

    private UseReading reading() {
        return new UseReading(book, keyspace.logs(), subjects, present.instant());
    }

    @Override
    public int retention(String organisation) {
        return pruning.days(organisation);
    }

    @Override
    public void retain(Request request, String organisation, int days) {
        mustRecord();
        pruning.retain(request, organisation, days);
    }

    @Override
    public long prune() {
        mustRecord();
        try {
            return pruning.turn();
        } catch (DiskFull e) {
            throw new StorageFailure(StorageFailure.Kind.FULL, "no room to prune", e);
        } catch (IOException e) {
            throw new StorageFailure(
                    StorageFailure.Kind.CORRUPT, "a use log could not be pruned", e);
        }
    }

    @Override
    public long kept(String log) {
        return book.kept(log).to();
    }

    @Override
    public void copyEnds(Path folder, Runnable meanwhile) {
        try {
            pruning.resting(() -> {
                working.lock();
                try {
                    for (TiledLog log : book.logs()) {
                        log.copyEnd(book.folder(log.name(), folder));
                    }
                    meanwhile.run();
                } finally {
                    working.unlock();
                }
            });
        } catch (IOException e) {
            throw StorageFailure.of(e, "copying the ends of the logs to " + folder);
        }
    }

    @Override
    public Optional<String> receipt(String organisation, long number) {
        String log = book.useLog(organisation);
        OptionalLong recent = book.numbers(organisation).place(number);
        OptionalLong place = recent.isPresent() ? recent : place(log, number);
        if (place.isEmpty() || place.getAsLong() < kept(log)) {
            return Optional.empty();
        }
        try {
            long index = place.getAsLong();
            byte[] entry = book.entries(log, index, index + 1).getFirst();
            return UseEntry.parse(entry)
                    .filter(use -> use.number() == number)
                    .map(use -> receipts.receipt(book.origin(log), number, use.minute(), entry));
        } catch (IOException e) {
            throw new StorageFailure(
                    StorageFailure.Kind.CORRUPT, "the log " + log + " cannot be read", e);
        }
    }

    @Override
    public String prove(String log, long index) {
        long deadline = System.nanoTime() + PROOF_WAIT.toNanos();
        awaitPublished(log, index, deadline);
        TiledLog tiled = book.log(log).orElseThrow();
        for (int attempt = 0; ; attempt++) {
            TiledLog.Published under = tiled.published();
            try {
                return proof(tiled, under, index);
            } catch (IOException e) {
                // A partial tile may have given way to the full one just now.
                if (attempt == 2) {
                    throw new StorageFailure(
                            StorageFailure.Kind.CORRUPT,
                            "the tiles of the log " + log + " cannot be read",
                            e);
                }
            }
        }
    }

    private String proof(TiledLog log, TiledLog.Published under, long index) throws IOException {
        StringBuilder text = new StringBuilder("c2sp.org/tlog-proof@v1\n");
        byte[] entry = log.folder().entry(index, under.size());
        text.append("extra ").append(Signer.base64(entry)).append('\n');
        text.append("index ").append(index).append('\n');
        for (byte[] hash : tree(log, under.size()).path(index)) {
            text.append(Signer.base64(hash)).append('\n');
        }
        return text.append('\n').append(under.checkpoint()).toString();
    }

    private TreeProof tree(TiledLog log, long size) {
        TreeProof tree = trees.get(log.name());
        if (tree == null || tree.size() != size) {
            tree = new TreeProof(log.folder(), size);
            if (trees.size() >= MANY_TREES) {
                trees.clear();
            }
            trees.put(log.name(), tree);
        }
        return tree;
    }

    private void awaitPublished(String log, long index, long deadline) {
        if (index < 0 || index >= keyspace.logs().size(log)) {
            throw new IllegalArgumentException("the log %s has no entry %d".formatted(log, index));
        }
        if (index < kept(log)) {
            throw new IllegalArgumentException(
                    "entry %d of the log %s was pruned; what is kept begins at entry %d"
                            .formatted(index, log, kept(log)));
        }
        lock.lock();
        try {
            while (book.published(log) <= index) {
                mustRecord();
                if (published.awaitNanos(deadline - System.nanoTime()) <= 0) {
                    throw new StorageFailure(
                            StorageFailure.Kind.OVERLOADED,
                            "entry %d of %s is not yet under a checkpoint".formatted(index, log));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StorageFailure(
                    StorageFailure.Kind.OVERLOADED, "interrupted while waiting for a checkpoint");
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<String> verifierKeys(String log) {
        return book.signer().verifierKeys(book.origin(log));
    }

    @Override
    public List<String> logs() {
        return keyspace.logs().logs();
    }

    @Override
    public Path folder(String log) {
        return book.folder(log).path();
    }

    @Override
    public Optional<byte[]> file(String log, LogFile file) {
        Optional<TiledLog> known = book.log(log);
        if (known.isEmpty()) {
            return Optional.empty();
        }
        try {
            return known.get().folder().read(file);
        } catch (IOException e) {
            throw new StorageFailure(
                    StorageFailure.Kind.CORRUPT, "a file of the log " + log + " cannot be read", e);
        }
    }

    @Override
    public State state() {
        List<String> logs = logs();
        return new State(
                logs.size(),
                logs.stream().mapToLong(keyspace.logs()::size).sum(),
                unpublished(),
                book.logs().stream()
                        .map(log -> log.published().at())
                        .max(Comparator.naturalOrder())
                        .orElse(Instant.EPOCH));
    }

    /** Durable entries without a checkpoint. */
    private long unpublished() {
        return logs().stream()
                .mapToLong(log -> Math.max(0, keyspace.logs().size(log) - book.published(log)))
                .sum();
    }

    /** Durable entries without a tile; that a checkpoint waits for witnesses is no backlog. */
    private long behind() {
        return logs().stream()
                .mapToLong(log -> Math.max(0, keyspace.logs().size(log) - book.reached(log)))
                .sum();
    }

    /** Publishes what its witnesses cosign in time; the next start takes up the rest. */
    private void settle() throws IOException, InterruptedException {
        long end = System.nanoTime() + PROOF_WAIT.toNanos();
        boolean whole = false;
        while (!whole && end - System.nanoTime() > 0) {
            if (rounds.settled()) {
                rounds.round();
                whole = rounds.settled();
            } else {
                awaitWitness(end);
            }
        }
        rounds.letGo();
    }

    private void awaitWitness(long end) throws InterruptedException {
        lock.lock();
        try {
            long left = Math.min(SETTLING.toNanos(), end - System.nanoTime());
            while (!again && left > 0) {
                left = stop.awaitNanos(left);
            }
            again = false;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (stopping) {
                return;
            }
            stopping = true;
            stop.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            thread.join();
            if (failure == null) {
                rounds.finish();
                settle();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | StorageFailure e) {
            // The next start does what this last round could not.
            failure =
                    new StorageFailure(
                            StorageFailure.Kind.FENCED, "the last checkpoint was not written", e);
        }
        failure = new StorageFailure(StorageFailure.Kind.CLOSED, "the ledger is closed");
    }
}
