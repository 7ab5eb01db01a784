package org.domicile.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.domicile.keyspace.Keyspace;
import org.domicile.request.Caller;
import org.domicile.request.Outcome;
import org.domicile.request.Request;
import org.domicile.verifier.Audit;
import org.domicile.verifier.ProofFile;
import org.domicile.verifier.Statements;
import org.domicile.verifier.TiledLog;
import org.domicile.verifier.TrustPolicy;
import org.domicile.verifier.Verdict;
import org.domicile.verifier.VerifierKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Use logs lose their front when its time is over, and nothing else changes. */
class RetentionTest {
    private static final String USES = Installation.USES;

    @TempDir Path folder;
    private volatile Instant now = Instant.parse("2026-11-24T05:03:07Z");
    private Keyspace keyspace;
    private Installation at;

    @BeforeEach
    void open() throws IOException {
        keyspace = Keyspace.inMemory();
        at = new Installation(folder, keyspace, clock());
    }

    private Clock clock() {
        return new Clock() {
            @Override
            public ZoneOffset getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(java.time.ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return now;
            }
        };
    }

    @AfterEach
    void close() {
        at.close();
    }

    private void record(int uses) {
        for (int i = 0; i < uses; i++) {
            at.ledger.record(at.use("archive/" + i, Use.Verdict.ALLOWED), Outcome.DONE, i);
        }
        Await.until("published", () -> at.ledger.state().unpublished() == 0);
    }

    private void pass(Duration time) {
        long before = published("public");
        now = now.plus(time);
        at.ledger.state(Installation.statement("zone.created"));
        Await.until("a later round", () -> published("public") > before);
        Await.until("published", () -> at.ledger.state().unpublished() == 0);
    }

    private long published(String log) {
        try {
            Path file = folder.resolve("ledger").resolve(log).resolve("checkpoint");
            return Files.exists(file) ? Long.parseLong(Files.readString(file).split("\n")[1]) : 0;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private List<VerifierKey> keys() {
        return at.ledger.verifierKeys("public").stream().map(VerifierKey::parse).toList();
    }

    private Audit.Report audit() throws IOException {
        return new Audit(folder.resolve("ledger"), keys())
                .run(
                        new Audit.Options(
                                Duration.ofHours(1), Optional.empty(), TrustPolicy.none()),
                        (name, size) -> done -> {});
    }

    private Verdict verify(String log) {
        Statements statements = new Statements();
        List<VerifierKey> publicKeys = keys();
        assertInstanceOf(
                Verdict.Sound.class,
                new TiledLog(at.ledger.folder("public"))
                        .verify(publicKeys, TiledLog.Options.plain().reading(statements).whole()));
        return new TiledLog(at.ledger.folder(log))
                .verify(
                        at.ledger.verifierKeys(log).stream().map(VerifierKey::parse).toList(),
                        TiledLog.Options.plain().against(statements, log));
    }

    private void retain(String organisation, int days) {
        at.ledger.retain(
                new Request(
                        "r",
                        new Caller.Program("test", "test"),
                        "test",
                        "home",
                        "",
                        now,
                        now,
                        Optional.empty()),
                organisation,
                days);
    }

    /** What stays open between them makes a gap of every number: more than one entry can state. */
    @Test
    void theFrontGoesAsFarAsItCanBeStated() throws IOException {
        List<Long> slow = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            slow.add(at.ledger.number(Installation.ORGANISATION));
            at.ledger.record(at.use("archive/" + i, Use.Verdict.ALLOWED), Outcome.DONE, i);
        }
        Await.until("published", () -> at.ledger.state().unpublished() == 0);
        pass(Duration.ofDays(401));
        long dropped = at.ledger.prune();
        assertTrue(dropped > 0 && dropped <= 1_500, () -> dropped + " dropped");
        assertEquals(dropped, at.ledger.kept(USES));
        slow.forEach(number -> at.ledger.abandon(Installation.ORGANISATION, number));
        pass(Duration.ofMinutes(2));
        assertInstanceOf(Verdict.Sound.class, verify(USES));
        assertEquals(List.of(), audit().findings());
    }

    @Test
    void theFrontGoesWhenItsTimeIsOverAndEveryProofStays() throws IOException {
        long slow = at.ledger.number(Installation.ORGANISATION);
        record(700);
        List<String> proofs = new ArrayList<>();
        for (long index : new long[] {0, 255, 256, 511, 512, 699}) {
            proofs.add(at.ledger.prove(USES, index));
        }
        pass(Duration.ofDays(100));
        at.ledger.abandon(Installation.ORGANISATION, slow);
        record(100);
        pass(Duration.ofDays(299));
        assertEquals(0, at.ledger.prune(), "399 days");
        pass(Duration.ofDays(2));
        assertEquals(512, at.ledger.prune());
        assertEquals(0, at.ledger.prune());
        assertEquals(512, at.ledger.kept(USES));
        pass(Duration.ofMinutes(2));

        Verdict.Sound sound = assertInstanceOf(Verdict.Sound.class, verify(USES));
        assertEquals(512, sound.from());
        assertEquals(0, ((Verdict.Sound) verify("public")).from());
        Audit.Report report = audit();
        assertEquals(List.of(), report.findings());
        assertEquals(512, report.logs().getLast().from());
        for (String proof : proofs) {
            assertInstanceOf(
                    ProofFile.Checked.Proven.class,
                    ProofFile.check(
                            proof.getBytes(StandardCharsets.UTF_8),
                            at.ledger.verifierKeys(USES).stream()
                                    .map(VerifierKey::parse)
                                    .toList()));
        }
        IllegalArgumentException gone =
                assertThrows(IllegalArgumentException.class, () -> at.ledger.prove(USES, 511));
        assertTrue(String.valueOf(gone.getMessage()).contains("was pruned"));
        assertFalse(at.ledger.prove(USES, 512).isEmpty());
        assertEquals(288, at.uses("").size(), "and a closing entry");
        assertEquals(OptionalLong.empty(), at.ledger.place(USES, 2));
        assertTrue(at.ledger.place(USES, 600).isPresent());
        assertTrue(at.ledger.receipt(Installation.ORGANISATION, 2).isEmpty());
        assertTrue(keyspace.logs().payload(USES, 511).isEmpty());
        assertTrue(keyspace.logs().payload(USES, 512).isPresent());
        assertFalse(Files.exists(at.ledger.folder(USES).resolve("tile/entries/001")));
        assertFalse(Files.exists(at.ledger.folder(USES).resolve("tile/0/001")));

        at.reopenLedger();
        record(300);
        assertInstanceOf(Verdict.Sound.class, verify(USES));
        assertEquals(List.of(), audit().findings());
    }

    @Test
    void anOrganisationMayHaveAPeriodOfItsOwn() {
        record(300);
        pass(Duration.ofDays(31));
        assertEquals(400, at.ledger.retention(""));
        assertEquals(0, at.ledger.prune());
        retain("other", 30);
        assertEquals(0, at.ledger.prune());
        retain(Installation.ORGANISATION, 30);
        assertEquals(30, at.ledger.retention(Installation.ORGANISATION));
        assertEquals(400, at.ledger.retention("third"));
        assertEquals(256, at.ledger.prune());
        retain("", 10);
        assertEquals(10, at.ledger.retention("third"));
    }

    @Test
    void moreThanThePublicLogSaysMayNotBeGone() throws IOException {
        record(900);
        pass(Duration.ofDays(401));
        Path before = folder.resolve("before");
        copy(at.ledger.folder(USES), before);
        assertEquals(768, at.ledger.prune());
        pass(Duration.ofMinutes(2));
        // what the power cut left of the files: stated as gone, and still there
        copy(before.resolve("tile/entries"), at.ledger.folder(USES).resolve("tile/entries"));
        copy(before.resolve("tile/0"), at.ledger.folder(USES).resolve("tile/0"));
        assertEquals(List.of(), audit().findings());
        record(300);
        pass(Duration.ofMinutes(2));
        for (String bundle : new String[] {"000", "001", "002", "003"}) {
            Files.delete(at.ledger.folder(USES).resolve("tile/entries/" + bundle));
        }
        Verdict.Refused refused = assertInstanceOf(Verdict.Refused.class, verify(USES));
        assertTrue(refused.what().contains("only the entries before 768"), refused.what());
        assertFalse(audit().findings().isEmpty());
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : all.toList()) {
                Path target = to.resolve(from.relativize(each).toString());
                if (Files.isDirectory(each)) {
                    Files.createDirectories(target);
                } else if (!Files.exists(target)) {
                    Files.copy(each, target);
                }
            }
        }
    }
}
