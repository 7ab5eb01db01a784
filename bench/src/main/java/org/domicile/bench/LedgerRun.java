package org.domicile.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.domicile.keyspace.Committed;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.domicile.keyspace.Write;
import org.domicile.ledger.Ledger;
import org.domicile.ledger.Use;
import org.domicile.request.Outcome;
import org.domicile.request.Pending;
import org.domicile.request.Request;
import org.domicile.verifier.TiledLog;
import org.domicile.verifier.Verdict;
import org.domicile.verifier.VerifierKey;

/**
 * The ledger inside one process: the real keyspace, keys and ledger in a folder, many virtual
 * threads that record uses, each durable before the next; then records at a fixed rate. Then
 * whether the verifier, which shares no code with the ledger, finds all of them, and how fast.
 */
record LedgerRun(
        Path folder,
        double warm,
        double seconds,
        int threads,
        double paced,
        Optional<Path> profile) {
    private static final Duration CHECKPOINT = Duration.ofSeconds(120);
    private static final long LOOK_AGAIN_NANOS = 2_000_000;

    /** Kinds of record: of a read, by a commit of its own, or carried by a change's commit. */
    private enum Kind {
        READ,
        CHANGE
    }

    Map<String, Object> figures() throws IOException {
        Map<String, Object> figures = new LinkedHashMap<>();
        long recorded = 0;
        List<String> verifierKeys;
        Path log;
        try (LedgerParts parts = LedgerParts.open(folder)) {
            recorded += new Phase(parts, Kind.READ, warm).run().count(); // warm
            Optional<Profile.Recorder> recorder = profile.map(Profile.Recorder::start);
            Histogram reads = phase(figures, "record", new Phase(parts, Kind.READ, seconds));
            if (recorder.isPresent()) {
                recorder.get().stop();
            }
            figures.put("checkpointMillis", untilPublished(parts.ledger()));
            Histogram changes =
                    phase(figures, "pending", new Phase(parts, Kind.CHANGE, seconds / 2));
            untilPublished(parts.ledger());
            recorded += reads.count() + changes.count();
            recorded += paced(figures, parts);
            untilPublished(parts.ledger());
            figures.put("residentMiB", self().memory().peak());
            verifierKeys = parts.ledger().verifierKeys(LedgerParts.LOG);
            log = parts.ledger().folder(LedgerParts.LOG);
        }
        verify(figures, log, verifierKeys, recorded);
        return figures;
    }

    private static ServerProcess self() {
        return new ServerProcess(ProcessHandle.current().pid());
    }

    private Histogram phase(Map<String, Object> figures, String name, Phase phase)
            throws IOException {
        double cpu = self().cpuMicros();
        long syncs = phase.parts.keyspace().usage().syncs();
        long begin = System.nanoTime();
        Histogram latency = phase.run();
        double took = (System.nanoTime() - begin) / 1e9;
        long groups = phase.parts.keyspace().usage().syncs() - syncs;
        Map<String, Object> figure = PacedRecords.figure(latency, latency.count() / took);
        put(figure, self().cpuMicros() - cpu, latency.count(), groups);
        figure.put("unpublished", phase.parts.ledger().state().unpublished());
        figures.put(name, figure);
        return latency;
    }

    private static void put(
            Map<String, Object> figure, double cpuMicros, long records, long groups) {
        figure.put("cpuMicros", cpuMicros / records);
        figure.put("perSync", (double) records / Math.max(1, groups));
    }

    /**
     * Records at a fixed rate: acknowledgements, and from there to proofs. Then as much work that
     * is hashing alone: what the machine itself makes of such a rate.
     */
    private long paced(Map<String, Object> figures, LedgerParts parts) throws IOException {
        long before = new PacedRecords(parts, paced, warm).run().acknowledged().count();
        double cpu = self().cpuMicros();
        long syncs = parts.keyspace().usage().syncs();
        PacedRecords.Paced run = new PacedRecords(parts, paced, seconds).run();
        long groups = parts.keyspace().usage().syncs() - syncs;
        Map<String, Object> acknowledged = PacedRecords.figure(run.acknowledged(), run.rate());
        put(acknowledged, self().cpuMicros() - cpu, run.acknowledged().count(), groups);
        figures.put("paced", acknowledged);
        figures.put("proof", PacedRecords.figure(run.proven(), run.proven().count() / seconds));
        untilPublished(parts.ledger());
        double micros = Math.max(1, self().cpuMicros() - cpu) / run.acknowledged().count();
        Histogram bare = PacedHashes.run(new Arrivals(paced, seconds), micros);
        figures.put("bare", PacedRecords.figure(bare, paced));
        return before + run.acknowledged().count();
    }

    /** Milliseconds until everything is under a checkpoint. */
    private static double untilPublished(Ledger ledger) throws IOException {
        long begin = System.nanoTime();
        while (ledger.state().unpublished() > 0) {
            if (System.nanoTime() - begin > CHECKPOINT.toNanos()) {
                throw new IOException("no checkpoint over everything in " + CHECKPOINT);
            }
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
        return (System.nanoTime() - begin) / 1e6;
    }

    /**
     * The whole log, several times: the first tells how long somebody waits who starts the
     * verifier, compiling its code included; the last, what an entry of a long log takes. Every
     * thread's CPU counts, so that more of them would not look faster.
     */
    private static void verify(
            Map<String, Object> figures, Path log, List<String> keys, long recorded)
            throws IOException {
        long begin = System.nanoTime();
        long verified = verified(log, keys);
        figures.put("verifySeconds", (System.nanoTime() - begin) / 1e9);
        figures.put("recorded", recorded);
        figures.put("verified", verified);
        if (verified != recorded) {
            throw new IOException(
                    "%,d uses were recorded and the log holds %,d".formatted(recorded, verified));
        }
        verified(log, keys); // the compiler is busy still
        double cpu = self().cpuMicros();
        verified(log, keys);
        figures.put("verifiedPerCpuSecond", verified * 1e6 / (self().cpuMicros() - cpu));
    }

    private static long verified(Path log, List<String> keys) throws IOException {
        Verdict verdict =
                new TiledLog(log)
                        .verify(
                                keys.stream().map(VerifierKey::parse).toList(),
                                TiledLog.Options.plain());
        return switch (verdict) {
            case Verdict.Sound sound -> sound.size();
            case Verdict.Refused refused ->
                    throw new IOException("the log does not verify: " + refused.sentence());
        };
    }

    /** Threads that record for a while. */
    private final class Phase {
        private final LedgerParts parts;
        private final Kind kind;
        private final double lasts;

        Phase(LedgerParts parts, Kind kind, double lasts) {
            this.parts = parts;
            this.kind = kind;
            this.lasts = lasts;
        }

        /** How long each record took. */
        Histogram run() throws IOException {
            long end = System.nanoTime() + (long) (lasts * 1e9);
            List<Histogram> latencies = new ArrayList<>();
            List<Throwable> failures = new ArrayList<>();
            List<Thread> running = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int place = i;
                Histogram latency = new Histogram();
                latencies.add(latency);
                running.add(
                        Thread.ofVirtual()
                                .uncaughtExceptionHandler((thread, failure) -> {
                                    synchronized (failures) {
                                        failures.add(failure);
                                    }
                                })
                                .start(() -> record(latency, place, end)));
            }
            for (Thread thread : running) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IOException("interrupted", e);
                }
            }
            synchronized (failures) {
                if (!failures.isEmpty()) {
                    throw new IOException(
                            "recording failed: " + failures.getFirst(), failures.getFirst());
                }
            }
            Histogram all = new Histogram();
            latencies.forEach(all::merge);
            return all;
        }

        private void record(Histogram latency, int thread, long end) {
            for (long i = 0; System.nanoTime() - end < 0; i++) {
                long begin = System.nanoTime();
                Use use = parts.use();
                switch (kind) {
                    case READ -> parts.ledger().record(use, Outcome.DONE, 4_096);
                    case CHANGE -> change(use, thread + "/" + i);
                }
                latency.add(System.nanoTime() - begin);
            }
        }

        private void change(Use use, String name) {
            Pending pending = parts.ledger().pending(use, () -> 4_096);
            Request request =
                    new Request(
                            "1",
                            use.caller(),
                            "bench",
                            "home",
                            use.address(),
                            use.at(),
                            use.at().plusSeconds(60),
                            Optional.of(pending));
            Transaction transaction =
                    new Transaction()
                            .write(
                                    new Write.Put(
                                            Space.RECORDS,
                                            name.getBytes(StandardCharsets.UTF_8),
                                            new byte[200]))
                            .carrying(request, Outcome.DONE);
            switch (parts.keyspace().commit(transaction)) {
                case Committed.Applied _ -> {}
                case Committed.Stale stale ->
                        throw new IllegalStateException("there was no condition: " + stale);
            }
        }
    }
}
