package org.domicile.ledger;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.domicile.keys.KeyId;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Tuple;
import org.domicile.request.Outcome;
import org.domicile.verifier.Verdict;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A sealed use is on record and counted like any other, and is told from its day on. */
@Timeout(60)
class SealedUsesTest {
    private static final String USES = Installation.USES;
    private static final String DAY = "2026-12-24";
    private static final Instant OPENING = Instant.parse("2026-12-24T00:00:00Z");
    private static final Ledger.Span ALL = new Ledger.Span(Instant.EPOCH, Long.MAX_VALUE, 100);

    @TempDir Path folder;
    private volatile Instant now = Instant.parse("2026-11-24T05:03:07.250Z");
    private Keyspace keyspace;
    private Installation at;
    private KeyId person;

    @BeforeEach
    void open() throws IOException {
        keyspace = Keyspace.inMemory();
        at = new Installation(folder, keyspace, clock());
        person = at.keys.create(KeyId.Kind.SUBJECT, at.keys.createOrganisation());
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

    /** One open use at place 0 and a sealed one at place 1, both about the person. */
    private void both() {
        Use open = at.use("clinic/p-1/a", Use.Verdict.ALLOWED, List.of(person), List.of());
        at.ledger.record(open, Outcome.DONE, 3);
        Use covert = at.use("clinic/p-1/b", Use.Verdict.ALLOWED, List.of(person), List.of());
        at.ledger.record(Installation.sealed(covert, DAY), Outcome.DONE, 1_234);
    }

    private List<Ledger.Concern> told() {
        return at.ledger
                .told(at.passes.pass(USES, 0), Installation.ORGANISATION, person, ALL)
                .uses();
    }

    private Ledger.Decided decided(long index) {
        return at.ledger
                .decided(at.passes.pass(USES, 0), Installation.ORGANISATION, USES, index)
                .orElseThrow();
    }

    private String leaf(long index) {
        return new String(
                keyspace.logs().entries(USES, index, 1).getFirst(), StandardCharsets.UTF_8);
    }

    /** Story: a machine whose clock was put forward told of what was sealed. */
    @Test
    void aClockThatIsWrongOpensNothing() {
        Instant steady = now;
        at.present = () -> steady;
        at.reopenLedger();
        both();
        now = OPENING.plusSeconds(1);
        assertEquals(1, told().size());
        assertFalse(decided(1).use().sealed().isEmpty());
        at.present = at.clock;
        at.reopenLedger();
        assertEquals(2, told().size());
    }

    @Test
    void thePersonIsToldFromTheDayOnWithoutAnybodyActing() {
        both();
        assertEquals(List.of(0L), told().stream().map(Ledger.Concern::index).toList());
        now = OPENING.minusMillis(1);
        assertEquals(1, told().size());
        at.reopenLedger();
        assertEquals(1, told().size());
        now = OPENING;
        List<Ledger.Concern> all = told();
        assertEquals(List.of(1L, 0L), all.stream().map(Ledger.Concern::index).toList());
        assertEquals(List.of(DAY, ""), all.stream().map(Ledger.Concern::sealed).toList());
        at.reopenLedger();
        assertEquals(all, told());
    }

    @Test
    void readersOfTheOrganisationSeeThatItIsThereAndNoMore() {
        both();
        Ledger.Recorded covert = at.uses("").getFirst();
        assertEquals(DAY, covert.sealed());
        assertEquals("s3:GetObject", covert.action());
        assertEquals("city/first-steps", covert.purpose());
        assertEquals("2026-11-24T05:03Z", covert.at());
        assertEquals(-1, covert.size());
        for (String value : List.of(covert.principal(), covert.object(), covert.address())) {
            assertEquals("(sealed)", value);
        }
        // What a filter finds tells as much as the value.
        assertEquals(List.of(0L), at.uses("clinic").stream().map(Ledger.Recorded::index).toList());
        Instant later = Instant.parse("2026-11-24T05:03:08Z");
        assertEquals(1, between(later, later.plusSeconds(1)), "its minute, not its second");
        Ledger.Decided decided = decided(1);
        assertEquals("(sealed)", decided.read());
        assertEquals("(sealed)", decided.credential());
        now = OPENING;
        Ledger.Recorded open = at.uses("clinic/p-1/b").getFirst();
        assertEquals("", open.sealed());
        assertEquals("p-17", open.principal());
        assertEquals(1_234, open.size());
        assertEquals("2026-11-24T05:03:07.250Z", open.at());
        assertEquals("AKIAEXAMPLE", decided(1).credential());
    }

    private int between(Instant from, Instant to) {
        return at.ledger
                .uses(
                        at.passes.pass(USES, 0),
                        Installation.ORGANISATION,
                        new Ledger.Filter(from, to, "", 100))
                .size();
    }

    @Test
    void theEntryIsLikeAnyOtherAndSaysUntilWhen() {
        both();
        assertFalse(leaf(0).contains("sealed"), leaf(0));
        assertTrue(
                leaf(1).contains("\"reason\":\"allowed\",\"sealed\":\"2026-12-24\",\"size\":11"));
        assertTrue(leaf(1).contains("\"principal\":"), "with its commitments");
        Await.until("published", () -> at.ledger.state().unpublished() == 0);
        assertInstanceOf(Verdict.Sound.class, at.verify(USES));
        // Counted by purpose when the minute is over, both of them and at once.
        now = now.plus(Duration.ofMinutes(2));
        Await.until("counted", () -> counts().contains("\"count\":2"));
        assertFalse(counts().contains("sealed"), counts());
    }

    private String counts() {
        long size = keyspace.logs().size("public");
        return keyspace.logs().entries("public", 0, (int) size).stream()
                .map(entry -> new String(entry, StandardCharsets.UTF_8))
                .filter(text -> text.contains("\"kind\":\"counts\""))
                .reduce("", (_, newer) -> newer);
    }

    @Test
    void anAuditorMayBeShownItBefore() {
        both();
        List<String> fields =
                List.of(
                        "address",
                        "credential",
                        "object",
                        "principal",
                        "read",
                        "size",
                        "subject/0",
                        "time");
        List<Ledger.Opening> openings = at.ledger.open(at.passes.pass(USES, 0), USES, 1, fields);
        assertEquals(fields, openings.stream().map(Ledger.Opening::field).toList());
        assertEquals("clinic/p-1/b", openings.get(2).value());
        for (Ledger.Opening each : openings) {
            String commitment = Signer.base64(Disclosure.commitment(each.salt(), each.value()));
            assertTrue(leaf(1).contains(commitment), each.field());
        }
    }

    @Test
    void erasureTakesItLikeAnyOther() {
        both();
        byte[] before = keyspace.logs().entries(USES, 1, 1).getFirst();
        at.keys.destroy(List.of(person));
        assertEquals("(sealed)", at.uses("").getFirst().object());
        now = OPENING;
        Ledger.Recorded erased = at.uses("").getFirst();
        assertEquals("(erased)", erased.object());
        assertEquals("p-17", erased.principal());
        assertArrayEquals(before, keyspace.logs().entries(USES, 1, 1).getFirst());
    }

    /** Otherwise a short period would let it go before anybody was told. */
    @Test
    void itsTimeInTheLogBeginsWhenItOpens() {
        both();
        for (int i = 0; i < 298; i++) {
            at.ledger.record(at.use("archive/" + i, Use.Verdict.ALLOWED), Outcome.DONE, i);
        }
        assertEquals(0, pruned(Duration.ofDays(401)), "of a use that is not sealed it is over");
        now = OPENING.plus(Duration.ofDays(400)).minusSeconds(1);
        assertEquals(0, pruned(Duration.ZERO));
        assertEquals(256, pruned(Duration.ofSeconds(1)));
    }

    private long pruned(Duration later) {
        now = now.plus(later);
        Await.until("counted", () -> at.ledger.state().unpublished() == 0);
        return at.ledger.prune();
    }

    /** What was counted when the program died is an entry that is sealed like the first. */
    @Test
    void repeatedRefusalsAreSealedToo() {
        Use first =
                Installation.sealed(
                        at.use("clinic/p-1/b", Use.Verdict.REFUSED, List.of(person), List.of()),
                        DAY);
        assertFalse(at.ledger.countRepeated(first));
        at.ledger.record(first, Outcome.DONE, 0);
        assertTrue(at.ledger.countRepeated(first));
        Await.until("kept", () -> repeated().isPresent());
        at.reopenLedger();
        assertTrue(leaf(1).contains("\"sealed\":\"" + DAY + "\""), leaf(1));
        assertEquals(List.of(), told());
        now = OPENING;
        assertEquals(2, told().size());
    }

    private Optional<byte[]> repeated() {
        return keyspace.get(
                Space.RECORDS, Tuple.pack("ledger", "repeated", Installation.ORGANISATION, 2));
    }
}
