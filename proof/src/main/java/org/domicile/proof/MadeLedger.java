package org.domicile.proof;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.domicile.bytes.Disk;
import org.domicile.keys.FolderMark;
import org.domicile.keys.KeyId;
import org.domicile.keys.KeyOptions;
import org.domicile.keys.Keys;
import org.domicile.keys.Pass;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.KeyspaceOptions;
import org.domicile.ledger.Disclosure;
import org.domicile.ledger.Ledger;
import org.domicile.ledger.LedgerOptions;
import org.domicile.ledger.Use;
import org.domicile.request.Caller;
import org.domicile.request.Outcome;

/** The real ledger over the real keyspace and keys, so that others can judge what it writes. */
final class MadeLedger implements AutoCloseable {
    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final String NODE = "n1";
    private static final String ORGANISATION = "0f1e2d3c";
    static final String PUBLIC = Ledger.PUBLIC;
    static final String USES = "use/" + ORGANISATION + "/" + NODE;

    private final Keyspace keyspace;
    private final Keys keys;
    private final KeyId subject;
    private final Ledger ledger;
    private long recorded;

    MadeLedger(Path folder) throws IOException {
        Path place = folder.resolve("keys");
        Files.createDirectories(
                place,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        keyspace = Keyspace.open(folder.resolve("keyspace"), KeyspaceOptions.defaults());
        keys =
                Keys.open(
                        new KeyOptions(
                                List.of(place), new KeyOptions.Root.KeyFile(place.resolve("root"))),
                        FolderMark.inMemory(),
                        Disk.real(),
                        new SecureRandom());
        subject = keys.create(KeyId.Kind.SUBJECT, keys.createOrganisation());
        ledger =
                Ledger.open(
                        keyspace,
                        keys.vault(),
                        keys.subjects(),
                        keys.passes(),
                        Disk.real(),
                        Clock.systemUTC(),
                        new SecureRandom(),
                        LedgerOptions.of(folder.resolve("ledger"), NODE, "test.example/foreign"));
    }

    /** Records uses until the use log has this many entries and all of them are published. */
    void growTo(long size) throws InterruptedException {
        try (ExecutorService threads = Executors.newFixedThreadPool(128)) {
            List<Future<?>> all = new ArrayList<>();
            int lanes = (int) Math.min(128, size - recorded);
            long first = recorded;
            for (int lane = 0; lane < lanes; lane++) {
                long start = first + lane;
                all.add(
                        threads.submit(() -> {
                            for (long i = start; i < size; i += lanes) {
                                record(i);
                            }
                        }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("a use was not recorded", e);
        }
        recorded = size;
        awaitPublished();
    }

    /** Records one use; returns when that is durable. */
    void record(long size) {
        ledger.record(use("archive/" + size), Outcome.DONE, size);
    }

    /** Entries that no published checkpoint covers yet. */
    long unpublished() {
        return ledger.state().unpublished();
    }

    void awaitPublished() {
        awaitPublished(LONGEST);
    }

    void awaitPublished(Duration longest) {
        long end = System.nanoTime() + longest.toNanos();
        while (unpublished() > 0) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("not all entries are published in " + longest);
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** A receipt for one of the newest entries. */
    String receipt(long number) {
        return ledger.receipt(ORGANISATION, number).orElseThrow();
    }

    private Use use(String object) {
        return new Use(
                ORGANISATION,
                ledger.number(ORGANISATION),
                Clock.systemUTC().instant(),
                "s3:GetObject",
                Use.Verdict.ALLOWED,
                "allowed",
                "city/first-steps",
                "home",
                "home",
                "ab".repeat(32),
                new Caller.Known(ORGANISATION, "p-17", "AKIAEXAMPLE", "city/first-steps"),
                subject,
                List.of(),
                object,
                "192.0.2.7",
                List.of());
    }

    /** Where all its logs lie. */
    Path ledgerFolder() {
        return java.util.Objects.requireNonNull(ledger.folder(PUBLIC).getParent());
    }

    Path folder(String log) {
        return ledger.folder(log);
    }

    List<String> verifierKeys(String log) {
        return ledger.verifierKeys(log);
    }

    /** A disclosure of fields of an entry; opening them is a use, and stands in the log. */
    byte[] disclosure(long index, List<String> fields) {
        Pass pass = ledger.record(use("archive/" + index), Outcome.DONE, 0);
        recorded++;
        return new Disclosure(ledger.open(pass, USES, index, fields), ledger.prove(USES, index))
                .text()
                .getBytes(StandardCharsets.UTF_8);
    }

    byte[] proof(long index) {
        return ledger.prove(USES, index).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        ledger.close();
        keys.close();
        keyspace.close();
    }
}
