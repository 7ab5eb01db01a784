package org.domicile.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.domicile.bytes.Disk;
import org.domicile.keys.FolderMark;
import org.domicile.keys.KeyId;
import org.domicile.keys.KeyOptions;
import org.domicile.keys.Keys;
import org.domicile.keyspace.Committed;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.KeyspaceOptions;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.domicile.keyspace.Write;
import org.domicile.ledger.Ledger;
import org.domicile.ledger.LedgerOptions;
import org.domicile.ledger.Use;
import org.domicile.request.Caller;
import org.domicile.request.Outcome;
import org.domicile.request.Pending;
import org.domicile.request.Request;
import org.domicile.verifier.TiledLog;
import org.domicile.verifier.Verdict;
import org.domicile.verifier.VerifierKey;

/**
 * The ledger inside one process: the real keyspace, keys and ledger in a folder, many virtual
 * threads that record uses, each durable before the next. Then how long the last of them wait for a
 * checkpoint, and whether the verifier, which shares no code with the ledger, finds all of them.
 */
record LedgerRun(Path folder, double warm, double seconds, int threads, Optional<Path> profile) {
    private static final String NODE = "n1";
    private static final String ORGANISATION = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
    private static final String LOG = "use/" + ORGANISATION + "/" + NODE;
    private static final Duration CHECKPOINT = Duration.ofSeconds(120);
    private static final long LOOK_AGAIN_NANOS = 2_000_000;
    private static final int PROOFS = 5;

    /** Kinds of record: of a read, by a commit of its own, or carried by a change's commit. */
    private enum Kind {
        READ,
        CHANGE
    }

    /** Keyspace, keys and ledger, as the launcher wires them. */
    private record Parts(Keyspace keyspace, Keys keys, KeyId subject, Ledger ledger)
            implements AutoCloseable {
        static Parts open(Path folder) throws IOException {
            Path place = folder.resolve("keys");
            Files.createDirectories(
                    place,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
            Keyspace keyspace =
                    Keyspace.open(folder.resolve("keyspace"), KeyspaceOptions.defaults());
            Keys keys =
                    Keys.open(
                            new KeyOptions(
                                    List.of(place),
                                    new KeyOptions.Root.KeyFile(place.resolve("root.key"))),
                            FolderMark.inMemory(),
                            Disk.real(),
                            new SecureRandom());
            KeyId subject = keys.create(KeyId.Kind.SUBJECT, keys.createOrganisation());
            Ledger ledger =
                    Ledger.open(
                            keyspace,
                            keys.vault(),
                            keys.subjects(),
                            keys.passes(),
                            Disk.real(),
                            Clock.systemUTC(),
                            new SecureRandom(),
                            LedgerOptions.of(folder.resolve("ledger"), NODE, "bench.example/made"));
            return new Parts(keyspace, keys, subject, ledger);
        }

        @Override
        public void close() {
            ledger.close();
            keys.close();
            keyspace.close();
        }
    }

    Map<String, Object> figures() throws IOException {
        Map<String, Object> figures = new LinkedHashMap<>();
        long recorded = 0;
        List<String> verifierKeys;
        Path log;
        try (Parts parts = Parts.open(folder)) {
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
            figures.put("proofMaxMillis", proofs(parts));
            recorded += PROOFS;
            figures.put(
                    "residentMiB",
                    new ServerProcess(ProcessHandle.current().pid()).memory().peak());
            verifierKeys = parts.ledger().verifierKeys(LOG);
            log = parts.ledger().folder(LOG);
        }
        verify(figures, log, verifierKeys, recorded);
        return figures;
    }

    private Histogram phase(Map<String, Object> figures, String name, Phase phase)
            throws IOException {
        ServerProcess self = new ServerProcess(ProcessHandle.current().pid());
        double cpu = self.cpuMicros();
        long syncs = phase.parts.keyspace().usage().syncs();
        long begin = System.nanoTime();
        Histogram latency = phase.run();
        double took = (System.nanoTime() - begin) / 1e9;
        long groups = phase.parts.keyspace().usage().syncs() - syncs;
        Map<String, Object> figure = new LinkedHashMap<>();
        figure.put("perSecond", latency.count() / took);
        figure.put("p50Millis", latency.millis(0.5));
        figure.put("p99Millis", latency.millis(0.99));
        figure.put("maxMillis", latency.maxMillis());
        figure.put("cpuMicros", (self.cpuMicros() - cpu) / latency.count());
        figure.put("perSync", (double) latency.count() / Math.max(1, groups));
        figure.put("unpublished", phase.parts.ledger().state().unpublished());
        figures.put(name, figure);
        return latency;
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

    /** The longest of a few ways from a record to its proof. */
    private double proofs(Parts parts) {
        Phase phase = new Phase(parts, Kind.READ, 0);
        double longest = 0;
        for (int i = 0; i < PROOFS; i++) {
            long begin = System.nanoTime();
            long index =
                    parts.ledger()
                            .record(phase.use(parts.ledger().number(ORGANISATION)), Outcome.DONE, 1)
                            .index();
            if (parts.ledger().prove(LOG, index).isEmpty()) {
                throw new IllegalStateException("an empty proof");
            }
            longest = Math.max(longest, (System.nanoTime() - begin) / 1e6);
        }
        return longest;
    }

    private static void verify(
            Map<String, Object> figures, Path log, List<String> keys, long recorded)
            throws IOException {
        long begin = System.nanoTime();
        Verdict verdict =
                new TiledLog(log)
                        .verify(
                                keys.stream().map(VerifierKey::parse).toList(),
                                TiledLog.Options.plain());
        figures.put("recorded", recorded);
        switch (verdict) {
            case Verdict.Sound sound -> {
                figures.put("verified", sound.size());
                if (sound.size() != recorded) {
                    throw new IOException(
                            "%,d uses were recorded and the log holds %,d"
                                    .formatted(recorded, sound.size()));
                }
            }
            case Verdict.Refused refused ->
                    throw new IOException("the log does not verify: " + refused.sentence());
        }
        figures.put("verifySeconds", (System.nanoTime() - begin) / 1e9);
    }

    /** Threads that record for a while. */
    private final class Phase {
        private final Parts parts;
        private final Kind kind;
        private final double lasts;

        Phase(Parts parts, Kind kind, double lasts) {
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
                long number = parts.ledger().number(ORGANISATION);
                Use use = use(number);
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
                                            name.getBytes(java.nio.charset.StandardCharsets.UTF_8),
                                            new byte[200]))
                            .carrying(request, Outcome.DONE);
            switch (parts.keyspace().commit(transaction)) {
                case Committed.Applied _ -> {}
                case Committed.Stale stale ->
                        throw new IllegalStateException("there was no condition: " + stale);
            }
        }

        private Use use(long number) {
            return new Use(
                    ORGANISATION,
                    number,
                    Clock.systemUTC().instant(),
                    "s3:GetObject",
                    Use.Verdict.ALLOWED,
                    "allowed",
                    ORGANISATION + "/first-steps",
                    "home",
                    "home",
                    "ab".repeat(32),
                    new Caller.Known(
                            ORGANISATION,
                            "5b0c9e8f2a1d4c7b",
                            "DOMICILE0123456789AB",
                            ORGANISATION + "/first-steps"),
                    parts.subject(),
                    List.of(),
                    "archive/scans/2026/" + number + ".tif",
                    "127.0.0.1",
                    List.of());
        }
    }
}
