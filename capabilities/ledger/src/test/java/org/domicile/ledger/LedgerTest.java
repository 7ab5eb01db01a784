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
import org.domicile.bytes.StorageFailure;
import org.domicile.keys.KeyId;
import org.domicile.keys.Keys;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.domicile.request.Append;
import org.domicile.request.Outcome;
import org.domicile.request.Pending;
import org.domicile.verifier.ProofFile;
import org.domicile.verifier.Verdict;
import org.domicile.verifier.VerifierKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the ledger's contract promises, on the in-memory keyspace. */
class LedgerTest {
    @TempDir Path folder;
    private Installation at;
    private FaultyKeyspace keyspace;
    private volatile Instant now = Instant.parse("2026-11-24T05:03:07.123456Z");

    private final Clock clock =
            new Clock() {
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

    @BeforeEach
    void open() throws IOException {
        keyspace = new FaultyKeyspace(Keyspace.inMemory());
        at = new Installation(folder, keyspace, clock);
    }

    @AfterEach
    void close() {
        at.close();
    }

    private void record(int uses) {
        for (int i = 0; i < uses; i++) {
            at.ledger.record(at.use("archive/" + i, Use.Verdict.ALLOWED), Outcome.DONE, i);
        }
    }

    private void awaitPublished() {
        Await.until("all published", () -> at.ledger.state().unpublished() == 0);
    }

    private void assertSound(String log, long size) {
        Verdict.Sound sound =
                assertInstanceOf(Verdict.Sound.class, at.verify(log), () -> "" + at.verify(log));
        assertEquals(size, sound.size());
        assertEquals(2, sound.signers().size());
    }

    private List<String> entries(String log) {
        TiledLogReader reader = new TiledLogReader(at.ledger.folder(log));
        return reader.entries().stream()
                .map(entry -> new String(entry, StandardCharsets.UTF_8))
                .toList();
    }

    @Test
    void aUseIsPublishedAndProvenAndReadBack() {
        at.ledger.record(at.use("archive/scans/1.tif", Use.Verdict.ALLOWED), Outcome.DONE, 5_000);
        List<VerifierKey> keys =
                at.ledger.verifierKeys(Installation.USES).stream().map(VerifierKey::parse).toList();
        byte[] proof = at.ledger.prove(Installation.USES, 0).getBytes(StandardCharsets.UTF_8);
        ProofFile.Checked.Proven proven =
                assertInstanceOf(ProofFile.Checked.Proven.class, ProofFile.check(proof, keys));
        String entry = new String(proven.entry(), StandardCharsets.UTF_8);
        assertTrue(
                entry.startsWith("{\"action\":\"s3:GetObject\",\"clientZone\":\"home\","), entry);
        assertTrue(entry.contains("\"minute\":\"2026-11-24T05:03Z\""), entry);
        assertTrue(entry.contains("\"number\":1,"), entry);
        assertTrue(entry.contains("\"size\":13,"), entry);
        assertFalse(
                entry.contains(".tif") || entry.contains("p-17") || entry.contains("192.0"), entry);
        Ledger.Recorded read = at.uses("").getFirst();
        assertEquals("archive/scans/1.tif", read.object());
        assertEquals("p-17", read.principal());
        assertEquals("192.0.2.7", read.address());
        assertEquals(5_000, read.size());
        assertEquals("2026-11-24T05:03:07.123456Z", read.at());
        assertEquals(1, read.number());
        assertTrue(at.uses("other/").isEmpty());
    }

    @Test
    void logsOfAllShapesVerify() {
        int[] sizes = {1, 2, 255, 256, 257, 512, 700};
        int done = 0;
        for (int size : sizes) {
            record(size - done);
            done = size;
            awaitPublished();
            assertSound(Installation.USES, size);
        }
        assertInstanceOf(Verdict.Sound.class, at.verify("public"));
        assertTrue(entries("public").stream().anyMatch(entry -> entry.contains("\"checkpoints\"")));
    }

    @Test
    void everyEntryIsCanonicalJson() {
        at.ledger.record(
                at.use(
                        "odd \"\\\u0001\n\u00e4\u20ac\ud83d\ude00",
                        Use.Verdict.ALLOWED,
                        List.of(at.keys.create(KeyId.Kind.SUBJECT, organisationKey())),
                        List.of(Installation.statement("purpose.created"))),
                Outcome.ABSENT,
                1);
        awaitPublished();
        for (String log : at.ledger.logs()) {
            for (String entry : entries(log)) {
                byte[] bytes = entry.getBytes(StandardCharsets.UTF_8);
                byte[] again = JsonText.of(JsonReading.object(bytes));
                assertEquals(entry, new String(again, StandardCharsets.UTF_8));
            }
        }
        assertEquals("odd \"\\\u0001\n\u00e4\u20ac\ud83d\ude00", at.uses("").getFirst().object());
    }

    private KeyId organisationKey() {
        return at.keys.createOrganisation();
    }

    @Test
    void theLedgerContinuesAfterAReopenAndNeverContradictsItself() throws IOException {
        record(300);
        awaitPublished();
        Path older = folder.resolve("older");
        Files.copy(at.ledger.folder(Installation.USES).resolve("checkpoint"), older);
        at.reopenLedger();
        record(300);
        at.reopenLedger();
        assertSound(Installation.USES, 600);
        List<VerifierKey> keys =
                at.ledger.verifierKeys(Installation.USES).stream().map(VerifierKey::parse).toList();
        assertInstanceOf(
                Verdict.Sound.class,
                new org.domicile.verifier.TiledLog(at.ledger.folder(Installation.USES))
                        .verify(
                                keys,
                                new org.domicile.verifier.TiledLog.Options(
                                        java.util.Optional.of(older), done -> {})));
        assertEquals(601, at.ledger.number(Installation.ORGANISATION));
    }

    @Test
    void anOlderKeyspaceIsRefused() throws IOException {
        record(5);
        awaitPublished();
        at.ledger.close();
        Path published = folder.resolve("ledger");
        try (Keyspace other = Keyspace.inMemory()) {
            // the same signing keys, none of the entries
            Transaction copied = new Transaction();
            var signer = org.domicile.keyspace.Tuple.pack("ledger", "signer");
            copied.write(
                    new org.domicile.keyspace.Write.Put(
                            org.domicile.keyspace.Space.RECORDS,
                            signer,
                            at.keyspace
                                    .get(org.domicile.keyspace.Space.RECORDS, signer)
                                    .orElseThrow()));
            copied.append(new Append(Installation.USES, new byte[] {'{', '}'}, new byte[0]));
            other.commit(copied);
            StorageFailure refused =
                    assertThrows(
                            StorageFailure.class,
                            () ->
                                    Ledger.open(
                                            other,
                                            at.keys.vault(),
                                            at.keys.subjects(),
                                            at.passes,
                                            org.domicile.bytes.Disk.real(),
                                            clock,
                                            new java.security.SecureRandom(),
                                            LedgerOptions.of(
                                                    published,
                                                    Installation.NODE,
                                                    "test.example/made")));
            assertEquals(StorageFailure.Kind.FOREIGN, refused.kind());
        }
    }

    @Test
    void numbersHaveNoGapsAndWhatWasNotRecordedIsClosed() {
        record(2);
        at.ledger.number(Installation.ORGANISATION); // 3: taken, then the program stops
        long given = at.ledger.number(Installation.ORGANISATION); // 4: given up
        at.ledger.abandon(Installation.ORGANISATION, given);
        record(1); // 5
        Await.until(
                "the abandoned number is closed",
                () -> entries(Installation.USES).stream().anyMatch(e -> e.contains("[[4,4]]")));
        at.reopenLedger();
        List<String> entries = entries(Installation.USES);
        assertEquals(
                1,
                entries.stream()
                        .filter(e -> e.contains("\"cause\":\"stop\"") && e.contains("[[3,3]]"))
                        .count(),
                entries::toString);
        assertEquals(6, at.ledger.number(Installation.ORGANISATION));
    }

    @Test
    void aRecordIsCarriedOnce() {
        Pending pending =
                at.ledger.pending(at.use("archive/x", Use.Verdict.ALLOWED), Installation.NO_SIZE);
        assertEquals(1, pending.take(Outcome.CONFLICT).size());
        Append append = pending.take(Outcome.DONE).getFirst();
        at.keyspace.commit(new Transaction().append(append));
        pending.committed(List.of(0L));
        assertThrows(IllegalStateException.class, () -> pending.take(Outcome.DONE));
    }

    @Test
    void erasingAPersonClosesTheirValuesAndBreaksNoProof() {
        KeyId person = at.keys.create(KeyId.Kind.SUBJECT, organisationKey());
        at.ledger.record(
                at.use("patients/ada", Use.Verdict.ALLOWED, List.of(person), List.of()),
                Outcome.DONE,
                1);
        record(1);
        assertEquals("patients/ada", at.uses("patients/").getFirst().object());
        at.keys.destroy(List.of(person));
        Ledger.Recorded read = at.uses("").getLast();
        assertEquals("(erased)", read.object());
        assertEquals("p-17", read.principal());
        at.keys.destroy(List.of(at.subject));
        read = at.uses("").getLast();
        assertEquals("(erased)", read.principal());
        assertEquals("2026-11-24T05:03Z", read.at());
        awaitPublished();
        assertSound(Installation.USES, 2);
        assertThrows(Keys.KeyGone.class, () -> record(1));
    }

    /** More than a byte can count. */
    @Test
    void aUseOfManyPeopleNamesAllOfThem() {
        List<KeyId> people = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            people.add(at.keys.create(KeyId.Kind.SUBJECT, organisationKey()));
        }
        for (int many : List.of(255, 256, 300)) {
            at.ledger.record(
                    at.use(
                            "patients/" + many,
                            Use.Verdict.ALLOWED,
                            people.subList(0, many),
                            List.of()),
                    Outcome.DONE,
                    1);
            assertEquals("patients/" + many, at.uses("patients/" + many).getFirst().object());
        }
        at.keys.destroy(List.of(people.get(299)));
        List<String> left = at.uses("").stream().map(Ledger.Recorded::object).toList();
        assertEquals(List.of("(erased)", "patients/256", "patients/255"), left);
    }

    @Test
    void repeatedRefusalsAreOneEntryAMinuteAndStrangersAreCounted() {
        assertFalse(refusedBefore());
        at.ledger.record(at.use("archive/no", Use.Verdict.REFUSED), Outcome.DONE, 0);
        for (int i = 0; i < 41; i++) {
            assertTrue(refusedBefore());
        }
        at.ledger.countStranger("s3:GetObject", "no-credential");
        at.ledger.countStranger("s3:GetObject", "no-credential");
        now = now.plus(Duration.ofMinutes(1));
        Await.until(
                "the count",
                () ->
                        entries(Installation.USES).stream()
                                .anyMatch(e -> e.contains("\"count\":41")));
        assertFalse(refusedBefore());
        Await.until(
                "the strangers",
                () ->
                        entries("public").stream()
                                .anyMatch(e ->
                                        e.contains(
                                                "\"strangers\":[{\"action\":\"s3:GetObject\",\"count\":2,")));
        assertEquals(41, at.uses("").getFirst().count());
    }

    /**
     * Story: repetitions and strangers were counted in memory until the minute was over; a program
     * that was killed had answered them and had nothing on record.
     */
    @Test
    void whatWasCountedOutlivesAKill() {
        assertFalse(refusedBefore());
        at.ledger.record(at.use("archive/no", Use.Verdict.REFUSED), Outcome.DONE, 0);
        for (int i = 0; i < 41; i++) {
            assertTrue(refusedBefore());
        }
        at.ledger.countStranger("s3:GetObject", "no-credential");
        at.ledger.countStranger("s3:GetObject", "no-credential");
        Await.until("a round keeps them", () -> runningStrangers().contains("\"count\":2"));
        keyspace.fault = Optional.of(StorageFailure.Kind.FENCED);
        at.ledger.close();
        keyspace.fault = Optional.empty();
        at.reopenLedger();
        assertEquals(List.of(41L, 1L), at.uses("").stream().map(Ledger.Recorded::count).toList());
        assertTrue(
                entries("public").stream()
                        .anyMatch(e ->
                                e.contains(
                                        "\"strangers\":[{\"action\":\"s3:GetObject\",\"count\":2,")),
                () -> "" + entries("public"));
        assertEquals("", runningStrangers());
        assertFalse(refusedBefore());
        at.reopenLedger();
        assertEquals(2, at.uses("").size(), "once");
        assertTrue(entries(Installation.USES).stream().noneMatch(e -> e.contains("closed")));
        assertEquals(3, at.ledger.number(Installation.ORGANISATION));
    }

    private String runningStrangers() {
        return keyspace.get(Space.RECORDS, Running.STRANGERS)
                .map(value -> new String(value, StandardCharsets.UTF_8))
                .orElse("");
    }

    /** Story: each try to record a count on a full disk took a number and left it open. */
    @Test
    void aCountThatFindsNoRoomLeavesNoNumberOpen() {
        assertFalse(refusedBefore());
        at.ledger.record(at.use("archive/no", Use.Verdict.REFUSED), Outcome.DONE, 0);
        assertTrue(refusedBefore());
        keyspace.fault = Optional.of(StorageFailure.Kind.FULL);
        now = now.plus(Duration.ofMinutes(1));
        Await.until("two rounds find no room", () -> keyspace.refused.get() > 2);
        keyspace.fault = Optional.empty();
        Await.until("the count", () -> at.uses("").size() == 2);
        assertEquals(2, at.uses("").getFirst().number());
        at.reopenLedger();
        assertTrue(entries(Installation.USES).stream().noneMatch(e -> e.contains("closed")));
        assertEquals(3, at.ledger.number(Installation.ORGANISATION));
    }

    private boolean refusedBefore() {
        return at.ledger.countRepeated(at.refusal("city/first-steps", "home", "AKIAEXAMPLE"));
    }

    /** Story: a principal's second credential was counted under the purpose of the first. */
    @Test
    void aRepetitionHasTheSamePurposeZoneAndCredential() {
        assertFalse(refusedBefore());
        at.ledger.record(at.use("archive/no", Use.Verdict.REFUSED), Outcome.DONE, 0);
        assertTrue(refusedBefore());
        assertFalse(at.ledger.countRepeated(at.refusal("city/other", "home", "AKIAEXAMPLE")));
        assertFalse(
                at.ledger.countRepeated(at.refusal("city/first-steps", "abroad", "AKIAEXAMPLE")));
        assertFalse(at.ledger.countRepeated(at.refusal("city/first-steps", "home", "AKIAOTHER")));
    }

    @Test
    void aMinutesCountsAreThoseOfItsEntries() {
        record(3);
        at.ledger.record(at.use("archive/no", Use.Verdict.REFUSED), Outcome.DONE, 0);
        awaitPublished();
        now = now.plus(Duration.ofMinutes(1));
        Await.until(
                "counts", () -> entries("public").stream().anyMatch(e -> e.contains("\"counts\"")));
        at.reopenLedger(); // counts go on where they ended
        record(2);
        awaitPublished();
        now = now.plus(Duration.ofMinutes(1));
        Await.until(
                "more counts",
                () ->
                        entries("public").stream().filter(e -> e.contains("\"counts\"")).count()
                                == 2);
        List<String> counts =
                entries("public").stream().filter(e -> e.contains("\"counts\"")).toList();
        assertTrue(
                counts.get(0).contains("\"count\":3,") && counts.get(0).contains("\"count\":1,"));
        assertTrue(counts.get(0).contains("\"from\":0") && counts.get(0).contains("\"to\":4"));
        assertTrue(counts.get(1).contains("\"from\":4") && counts.get(1).contains("\"count\":2,"));
    }

    @Test
    void statementsKeepPeoplesNamesOutOfTheirEntries() {
        at.ledger.state(Installation.statement("principal.created"));
        awaitPublished();
        String entry =
                entries("public").stream()
                        .filter(e -> e.contains("principal.created"))
                        .findFirst()
                        .orElseThrow();
        assertFalse(entry.contains("Ada"), entry);
        assertTrue(entry.contains("\"facts\":{\"id\":\"1\"}"), entry);
    }

    /** Entries of a log's files at its checkpoint. */
    private record TiledLogReader(Path folder) {
        List<byte[]> entries() {
            try {
                if (!Files.exists(folder.resolve("checkpoint"))) {
                    return List.of();
                }
                long size =
                        Long.parseLong(
                                Files.readString(folder.resolve("checkpoint")).split("\n")[1]);
                LogFolder files = new LogFolder(org.domicile.bytes.Disk.real(), folder);
                List<byte[]> all = new ArrayList<>();
                for (long bundle = 0; bundle * 256 < size; bundle++) {
                    all.addAll(files.entries(bundle, size));
                }
                return all;
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Test
    void aUsesNumberLeadsToItsEntryHoweverLongItTook() {
        Use slow = at.use("archive/slow", Use.Verdict.ALLOWED);
        long closed = at.ledger.number(Installation.ORGANISATION);
        record(3_000);
        at.ledger.record(slow, Outcome.DONE, 1);
        at.ledger.abandon(Installation.ORGANISATION, closed);
        now = now.plusSeconds(1);
        awaitPublished();
        for (Ledger.Recorded each : at.uses("")) {
            if (each.index() % 300 != 0 && !each.object().equals("archive/slow")) {
                continue;
            }
            assertEquals(
                    each.index(),
                    at.ledger.place(Installation.USES, each.number()).orElseThrow(),
                    each.object());
        }
        assertTrue(at.ledger.place(Installation.USES, closed).isPresent(), "where it was closed");
        assertTrue(at.ledger.place(Installation.USES, 1_000_000).isEmpty());
        assertTrue(at.ledger.place("use/nobody/node-1", 1).isEmpty());
    }

    @Test
    void usesAreFoundByBucketVerdictAndPage() {
        for (String object : List.of("logs", "logs/a", "logs-2", "logs-2/a", "logs/b")) {
            at.ledger.record(at.use(object, Use.Verdict.ALLOWED), Outcome.DONE, 0);
        }
        at.ledger.record(at.use("logs/c", Use.Verdict.REFUSED), Outcome.DONE, 0);
        assertEquals(
                List.of("logs/c", "logs/b", "logs/a", "logs"), found("logs", "", List.of(), 9));
        assertEquals(
                List.of("logs/b", "logs/a"),
                found("logs", "logs/", List.of(Use.Verdict.ALLOWED), 9));
        assertEquals(List.of("logs/c"), found("", "", List.of(Use.Verdict.REFUSED), 9));
        Ledger.Recorded last = at.uses("").getFirst();
        assertEquals(
                List.of("logs/b"),
                found(
                        new Ledger.Filter(
                                Instant.EPOCH,
                                Instant.MAX,
                                "",
                                "",
                                java.util.Optional.empty(),
                                last.index(),
                                1)));
    }

    private List<String> found(String bucket, String object, List<Use.Verdict> verdict, int limit) {
        return found(
                new Ledger.Filter(
                        Instant.EPOCH,
                        Instant.MAX,
                        bucket,
                        object,
                        verdict.stream().findFirst(),
                        Long.MAX_VALUE,
                        limit));
    }

    private List<String> found(Ledger.Filter filter) {
        return at
                .ledger
                .uses(at.passes.pass(Installation.USES, 0), Installation.ORGANISATION, filter)
                .stream()
                .map(Ledger.Recorded::object)
                .toList();
    }
}
