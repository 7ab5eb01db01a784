package org.domicile.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import org.domicile.bytes.Disk;
import org.domicile.keys.FolderMark;
import org.domicile.keys.KeyId;
import org.domicile.keys.KeyOptions;
import org.domicile.keys.Keys;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.KeyspaceOptions;
import org.domicile.ledger.Ledger;
import org.domicile.ledger.LedgerOptions;
import org.domicile.ledger.Use;
import org.domicile.request.Caller;
import org.domicile.request.Outcome;
import org.domicile.verifier.ProofFile;
import org.domicile.verifier.TiledLog;
import org.domicile.verifier.Verdict;
import org.domicile.verifier.VerifierKey;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench erase}: how long a person's erasure takes, and whether what was proven still is. */
@Command(
        name = "erase",
        mixinStandardHelpOptions = true,
        description = {
            "Erases a person with many entries among many other people, in a key store of two"
                    + " places: how long it takes, what the key store costs in memory and at a"
                    + " start, and whether every old proof and the whole log still verify.",
            "Example: domicile bench erase --entries 1000000 --others 1000000"
        })
final class EraseBench implements Callable<Integer> {
    private static final String NODE = "n1";
    private static final String CITY = "city";
    private static final String LOG = "use/" + CITY + "/" + NODE;

    /** Births share a sync and a frame of the key store. */
    private static final int BIRTHS = 8_192;

    /** Records that wait for a commit: the keyspace takes no more than some thousands. */
    private static final int RECORDS = 512;

    private static final int PROOFS = 20;
    private static final Duration CHECKPOINT = Duration.ofSeconds(300);

    @Mixin RunOptions run = new RunOptions();

    @Option(
            names = "--entries",
            defaultValue = "1000000",
            paramLabel = "N",
            description = "Entries about the person (default: ${DEFAULT-VALUE}).")
    long entries;

    @Option(
            names = "--others",
            defaultValue = "1000000",
            paramLabel = "N",
            description = "Other people in the key store (default: ${DEFAULT-VALUE}).")
    long others;

    @Override
    public Integer call() throws IOException {
        try (Scratch scratch = run.scratch()) {
            Map<String, Object> figures = measure(scratch.folder());
            String line =
                    ("erase: %,d entries of one person among %,d others in %,.0f ms (%,.0f of"
                                    + " CPU); %d old proofs"
                                    + " and all %,d entries verify; the key store opens in %,.0f ms"
                                    + " and holds %,.0f MiB")
                            .formatted(
                                    entries,
                                    others,
                                    value(figures, "eraseMillis"),
                                    value(figures, "eraseCpuMillis"),
                                    PROOFS,
                                    (long) value(figures, "verified"),
                                    value(figures, "openMillis"),
                                    value(figures, "keysMiB"));
            System.out.println(run.json ? Json.text(figures) : line);
            return "".equals(figures.get("wrong")) ? 0 : 1;
        }
    }

    private Map<String, Object> measure(Path folder) throws IOException {
        Map<String, Object> figures = new LinkedHashMap<>();
        FolderMark mark = FolderMark.inMemory();
        System.gc();
        long before = used();
        KeyId city;
        KeyId person;
        try (Keys keys = keys(folder, mark)) {
            city = keys.createOrganisation();
            person = keys.createSubject(city, "the person");
            run.progress("bearing the others' keys");
            atOnce(others, BIRTHS, number -> keys.createSubject(city, "other-" + number));
        }
        long start = System.nanoTime();
        try (Keys keys = keys(folder, mark)) {
            figures.put("openMillis", millis(start));
            System.gc();
            figures.put("keysMiB", (used() - before) / 1048576.0);
            erase(folder, keys, city, person, figures);
        }
        return figures;
    }

    private void erase(
            Path folder, Keys keys, KeyId city, KeyId person, Map<String, Object> figures)
            throws IOException {
        try (Keyspace keyspace =
                        Keyspace.open(folder.resolve("keyspace"), KeyspaceOptions.defaults());
                Ledger ledger =
                        Ledger.open(
                                keyspace,
                                keys.vault(),
                                keys.subjects(),
                                keys.passes(),
                                Disk.real(),
                                Clock.systemUTC(),
                                new SecureRandom(),
                                LedgerOptions.of(
                                        folder.resolve("ledger"), NODE, "bench.example/made"))) {
            KeyId caller = keys.create(KeyId.Kind.SUBJECT, city);
            run.progress("recording the person's entries");
            atOnce(
                    entries,
                    RECORDS,
                    number ->
                            ledger.record(
                                    use(ledger.number(CITY), caller, person), Outcome.DONE, 1));
            untilPublished(ledger);
            List<byte[]> proofs = new ArrayList<>();
            for (int i = 0; i < PROOFS; i++) {
                proofs.add(
                        ledger.prove(LOG, i * (entries - 1) / PROOFS)
                                .getBytes(java.nio.charset.StandardCharsets.UTF_8));
            }
            run.progress("erasing");
            long start = System.nanoTime();
            long cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            keys.destroy(List.of(person));
            figures.put("eraseMillis", millis(start));
            figures.put(
                    "eraseCpuMillis",
                    (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpu) / 1e6);
            List<VerifierKey> verifiers =
                    ledger.verifierKeys(LOG).stream().map(VerifierKey::parse).toList();
            String wrong = "";
            for (byte[] proof : proofs) {
                if (!(ProofFile.check(proof, verifiers) instanceof ProofFile.Checked.Proven)) {
                    wrong = "an old proof does not verify";
                }
            }
            untilPublished(ledger);
            switch (new TiledLog(ledger.folder(LOG)).verify(verifiers, TiledLog.Options.plain())) {
                case Verdict.Sound sound -> figures.put("verified", sound.size());
                case Verdict.Refused refused -> wrong = refused.sentence();
            }
            if (keys.exists(person) || keys.subject(city, "the person").isPresent()) {
                wrong = "the person is still known";
            }
            figures.put("wrong", wrong);
            if (!wrong.isEmpty()) {
                System.err.println("WRONG: " + wrong);
            }
        }
    }

    private static void untilPublished(Ledger ledger) throws IOException {
        long end = System.nanoTime() + CHECKPOINT.toNanos();
        while (ledger.state().unpublished() > 0) {
            if (System.nanoTime() > end) {
                throw new IOException("no checkpoint covers the entries within " + CHECKPOINT);
            }
            LockSupport.parkNanos(5_000_000);
        }
    }

    private static Keys keys(Path folder, FolderMark mark) throws IOException {
        Path root = folder.resolve("root");
        if (!Files.exists(root)) {
            Files.createDirectories(
                    root,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        }
        return Keys.open(
                new KeyOptions(
                        List.of(folder.resolve("place-1"), folder.resolve("place-2")),
                        new KeyOptions.Root.KeyFile(root.resolve("root.key"))),
                mark,
                Disk.real(),
                new SecureRandom());
    }

    private static Use use(long number, KeyId caller, KeyId person) {
        return new Use(
                CITY,
                number,
                Instant.now(),
                "s3:GetObject",
                Use.Verdict.ALLOWED,
                "allowed",
                "city/care",
                "home",
                "home",
                "0".repeat(64),
                new Caller.Known(CITY, "a".repeat(32), "DOMAAAAAAAAAAAAAAAAA", "city/care"),
                caller,
                List.of(person),
                "clinic/patients/scan",
                "192.0.2.1",
                "",
                List.of());
    }

    /** So many times, by many threads, each waiting for its own to be durable. */
    private static void atOnce(long count, int most, LongConsumer work) throws IOException {
        Semaphore free = new Semaphore(most);
        AtomicInteger failed = new AtomicInteger();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (long i = 0; i < count; i++) {
                long number = i;
                free.acquireUninterruptibly();
                threads.execute(() -> {
                    try {
                        work.accept(number);
                    } catch (RuntimeException e) {
                        failed.incrementAndGet();
                    } finally {
                        free.release();
                    }
                });
            }
        }
        if (failed.get() > 0) {
            throw new IOException(failed.get() + " of " + count + " failed");
        }
    }

    private static double value(Map<String, Object> figures, String name) {
        return figures.get(name) instanceof Number number ? number.doubleValue() : -1;
    }

    private static long used() {
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private static double millis(long start) {
        return (System.nanoTime() - start) / 1e6;
    }
}
