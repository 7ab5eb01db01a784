package org.domicile.proof;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.domicile.verifier.Audit;
import org.domicile.verifier.TrustPolicy;
import org.domicile.verifier.VerifierKey;

/**
 * Records uses for minutes on end, as many as are acknowledged, and has the verifier read all of
 * them: each acknowledged entry must be there, each number once, under checkpoints that hold.
 *
 * <p>The disk that it takes is bounded: no more than {@value #MOST_PER_SECOND} uses a second are
 * recorded, and a run for which there is no room does not begin.
 */
final class LedgerLoad {
    private static final int MOST_PER_SECOND = 60_000;

    /** With what the keyspace holds of an entry besides. */
    private static final long BYTES_PER_ENTRY = 1_500;

    private static final long RESERVE = 2L << 30;
    private static final int THREADS = 512;
    private static final Duration TOLD_EVERY = Duration.ofSeconds(30);
    private static final Duration PUBLISHED_WITHIN = Duration.ofMinutes(5);

    private final Path work;
    private final Consumer<String> told;
    private final AtomicLong begun = new AtomicLong();
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicReference<Optional<Throwable>> failure =
            new AtomicReference<>(Optional.empty());

    LedgerLoad(Path work, Consumer<String> told) {
        this.work = work;
        this.told = told;
    }

    /**
     * @throws IOException when there is no room on the disk
     */
    Figures run(Duration lasts, long seed) throws IOException, InterruptedException {
        checkRoom(lasts);
        Path folder = Files.createDirectories(work.resolve("made"));
        long most;
        double seconds;
        Path ledger;
        List<VerifierKey> keys;
        try (MadeLedger made = new MadeLedger(folder)) {
            long begin = System.nanoTime();
            most = load(made, begin, lasts);
            seconds = (System.nanoTime() - begin) / 1e9;
            made.awaitPublished(PUBLISHED_WITHIN);
            ledger = made.ledgerFolder();
            keys = made.verifierKeys(MadeLedger.PUBLIC).stream().map(VerifierKey::parse).toList();
        }
        Map<String, Long> more = new LinkedHashMap<>();
        more.put("entries", acknowledged.get());
        more.put("a second", (long) (acknowledged.get() / seconds));
        more.put("unpublished at most", most);
        List<String> wrong = new ArrayList<>();
        failure.get().ifPresent(each -> wrong.add("recording failed: " + each));
        wrong.addAll(verify(ledger, keys, more));
        return new Figures("ledger", wrong.isEmpty() ? 1 : 0, wrong.size(), 0, more, seed, wrong);
    }

    private void checkRoom(Duration lasts) throws IOException {
        long free = Files.getFileStore(work).getUsableSpace() - RESERVE;
        long wanted = lasts.toSeconds() * MOST_PER_SECOND * BYTES_PER_ENTRY;
        if (free < wanted) {
            throw new IOException(
                    "%d minutes of uses take up to %,d MiB, and %s has room for %,d: choose another folder, or --minutes %d"
                            .formatted(
                                    lasts.toMinutes(),
                                    wanted >> 20,
                                    work,
                                    Math.max(0, free >> 20),
                                    Math.max(0, free / (60 * MOST_PER_SECOND * BYTES_PER_ENTRY))));
        }
    }

    /** Entries that no checkpoint covered, at most. */
    private long load(MadeLedger made, long begin, Duration lasts) throws InterruptedException {
        long end = begin + lasts.toNanos();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            threads.add(Thread.startVirtualThread(() -> record(made, begin, end)));
        }
        long most = 0;
        long tell = begin;
        long before = 0;
        while (System.nanoTime() - end < 0 && failure.get().isEmpty()) {
            Thread.sleep(100);
            long unpublished = made.unpublished();
            most = Math.max(most, unpublished);
            long now = System.nanoTime();
            if (now - tell >= TOLD_EVERY.toNanos()) {
                long sofar = acknowledged.get();
                told.accept(
                        "%,d entries, %,.0f a second, %,d not under a checkpoint yet"
                                .formatted(
                                        sofar, (sofar - before) * 1e9 / (now - tell), unpublished));
                tell = now;
                before = sofar;
            }
        }
        for (Thread thread : threads) {
            thread.join();
        }
        return most;
    }

    private void record(MadeLedger made, long begin, long end) {
        try {
            while (System.nanoTime() - end < 0 && failure.get().isEmpty()) {
                long each = begun.getAndIncrement();
                long due = begin + each * (1_000_000_000L / MOST_PER_SECOND);
                for (long left = due - System.nanoTime();
                        left > 0;
                        left = due - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                made.record(each);
                acknowledged.incrementAndGet();
            }
        } catch (RuntimeException e) {
            failure.compareAndSet(Optional.empty(), Optional.of(e));
        }
    }

    /** What is wrong. */
    private List<String> verify(Path ledger, List<VerifierKey> keys, Map<String, Long> more)
            throws IOException {
        long begin = System.nanoTime();
        Audit.Report report =
                new Audit(ledger, keys)
                        .run(
                                new Audit.Options(
                                        Duration.ZERO, Optional.empty(), TrustPolicy.none()),
                                (name, size) -> {
                                    told.accept(
                                            "verifying %,d entries of %s".formatted(size, name));
                                    return done -> {};
                                });
        List<String> wrong =
                new ArrayList<>(report.findings().stream().map(Audit.Finding::sentence).toList());
        long uses =
                report.logs().stream()
                        .filter(log -> log.name().equals(MadeLedger.USES))
                        .mapToLong(Audit.Read::uses)
                        .sum();
        if (uses != acknowledged.get()) {
            wrong.add(
                    "%,d uses were acknowledged and the log holds %,d"
                            .formatted(acknowledged.get(), uses));
        }
        more.put("verified", uses);
        more.put("seconds of verifying", (System.nanoTime() - begin) / 1_000_000_000L);
        return wrong;
    }
}
