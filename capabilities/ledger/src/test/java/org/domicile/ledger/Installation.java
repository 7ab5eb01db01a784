package org.domicile.ledger;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.domicile.bytes.Disk;
import org.domicile.keys.FolderMark;
import org.domicile.keys.KeyId;
import org.domicile.keys.KeyOptions;
import org.domicile.keys.Keys;
import org.domicile.keys.Passes;
import org.domicile.keyspace.Keyspace;
import org.domicile.request.Caller;
import org.domicile.verifier.TiledLog;
import org.domicile.verifier.Verdict;
import org.domicile.verifier.VerifierKey;

/** Keyspace, keys and ledger in one folder, as the launcher would wire them. */
final class Installation implements AutoCloseable {
    static final String NODE = "n1";
    static final String ORGANISATION = "0f1e2d3c";
    static final String USES = "use/" + ORGANISATION + "/" + NODE;

    final Path folder;
    final Keyspace keyspace;
    final Keys keys;
    final Passes passes;
    final KeyId subject;
    final Clock clock;
    private final Outside outside;

    /** What time it is for whatever ends by itself, from the next opening on. */
    InstantSource present;

    Ledger ledger;

    Installation(Path folder, Keyspace keyspace, Clock clock) throws IOException {
        this(folder, keyspace, clock, Disk.real());
    }

    Installation(Path folder, Keyspace keyspace, Clock clock, Disk ledgerDisk) throws IOException {
        this(folder, keyspace, clock, ledgerDisk, Outside.nothing());
    }

    Installation(Path folder, Keyspace keyspace, Clock clock, Disk ledgerDisk, Outside outside)
            throws IOException {
        this.outside = outside;
        this.folder = folder;
        this.keyspace = keyspace;
        this.clock = clock;
        this.present = clock;
        Path place = folder.resolve("keys");
        boolean fresh = !Files.exists(place);
        if (fresh) {
            Files.createDirectories(
                    place,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        }
        Path mark = folder.resolve("mark");
        keys =
                Keys.open(
                        new KeyOptions(
                                List.of(place), new KeyOptions.Root.KeyFile(place.resolve("root"))),
                        new FileMark(mark),
                        Disk.real(),
                        new SecureRandom());
        passes = keys.passes();
        Path known = folder.resolve("subject");
        if (Files.exists(known)) {
            subject = new KeyId(KeyId.Kind.SUBJECT, Files.readString(known));
        } else {
            subject = keys.create(KeyId.Kind.SUBJECT, keys.createOrganisation());
            Files.writeString(known, subject.id());
        }
        ledger = open(ledgerDisk);
    }

    private Ledger open(Disk disk) {
        return Ledger.open(
                keyspace,
                keys.vault(),
                keys.subjects(),
                passes,
                disk,
                clock,
                present,
                new SecureRandom(),
                LedgerOptions.of(folder.resolve("ledger"), NODE, "test.example/made"),
                outside);
    }

    void reopenLedger() {
        ledger.close();
        ledger = open(Disk.real());
    }

    Use use(String object, Use.Verdict verdict) {
        return use(object, verdict, List.of(), List.of());
    }

    /** A refusal without a number, to be counted. */
    Use refusal(String purpose, String clientZone, String credential) {
        return use(
                0,
                "archive/no",
                Use.Verdict.REFUSED,
                clientZone,
                new Caller.Known(ORGANISATION, "p-17", credential, purpose),
                List.of(),
                List.of());
    }

    Use use(String object, Use.Verdict verdict, List<KeyId> people, List<Statement> statements) {
        return use(
                ledger.number(ORGANISATION),
                object,
                verdict,
                "home",
                new Caller.Known(ORGANISATION, "p-17", "AKIAEXAMPLE", "city/first-steps"),
                people,
                statements);
    }

    /** The same under a purpose of its own. */
    static Use under(Use use, int purpose) {
        return new Use(
                use.organisation(),
                use.number(),
                use.at(),
                use.action(),
                use.verdict(),
                use.reason(),
                "city/one-of-very-many-" + purpose,
                use.dataZone(),
                use.clientZone(),
                use.policy(),
                use.caller(),
                use.callerSubject(),
                use.subjects(),
                use.object(),
                use.address(),
                use.read(),
                use.statements(),
                use.sealed());
    }

    /** The same, sealed until a day. */
    static Use sealed(Use use, String day) {
        return new Use(
                use.organisation(),
                use.number(),
                use.at(),
                use.action(),
                use.verdict(),
                use.reason(),
                use.purpose(),
                use.dataZone(),
                use.clientZone(),
                use.policy(),
                use.caller(),
                use.callerSubject(),
                use.subjects(),
                use.object(),
                use.address(),
                use.read(),
                use.statements(),
                day);
    }

    private Use use(
            long number,
            String object,
            Use.Verdict verdict,
            String clientZone,
            Caller.Known caller,
            List<KeyId> people,
            List<Statement> statements) {
        return new Use(
                ORGANISATION,
                number,
                clock.instant(),
                "s3:GetObject",
                verdict,
                verdict == Use.Verdict.ALLOWED ? "allowed" : "zone-mismatch",
                caller.purpose(),
                "home",
                clientZone,
                "ab".repeat(32),
                caller,
                subject,
                people,
                object,
                "192.0.2.7",
                statements);
    }

    static final LongSupplier NO_SIZE = () -> 0;

    List<Ledger.Recorded> uses(String prefix) {
        return ledger.uses(
                passes.pass(USES, 0),
                ORGANISATION,
                new Ledger.Filter(Instant.EPOCH, Instant.MAX, prefix, 10_000));
    }

    /** Verifies a log from its files, with the program that shares no code with the ledger. */
    Verdict verify(String log) {
        List<VerifierKey> verifierKeys =
                ledger.verifierKeys(log).stream().map(VerifierKey::parse).toList();
        return new TiledLog(ledger.folder(log)).verify(verifierKeys, TiledLog.Options.plain());
    }

    /** Public statements that carry nothing but themselves. */
    static Statement statement(String kind) {
        return new Statement(kind, Map.of("id", "1"), Map.of("name", "Ada"));
    }

    @Override
    public void close() {
        ledger.close();
        keys.close();
        keyspace.close();
    }

    private record FileMark(Path path) implements FolderMark {
        @Override
        public String installation() {
            return "00112233445566778899aabbccddeeff";
        }

        @Override
        public long generation() {
            try {
                return Files.exists(path) ? Long.parseLong(Files.readString(path)) : 0;
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void raise(long generation) {
            try {
                Files.writeString(path, Long.toString(generation));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }
}
