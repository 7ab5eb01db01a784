package org.domicile.policy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.domicile.keys.Vault;
import org.domicile.keyspace.Keyspace;
import org.domicile.request.Caller;
import org.domicile.request.Request;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Credentials whose uses are sealed: two persons, a purpose that allows it, a day within bounds.
 */
@Timeout(60)
class SealedCredentialsTest {
    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
    private static final LocalDate DAY = LocalDate.parse("2026-06-30");
    private static final byte[] SECRET = "forty characters".getBytes(StandardCharsets.US_ASCII);
    private static final Vault PLAIN = new PlainVault();

    private final Keyspace keyspace = Keyspace.inMemory();
    private Instant now = NOW;
    private Policy policy = open();

    private Policy open() {
        return Policy.open(keyspace, PLAIN, new SealedNames(PLAIN, Set.of()), () -> now);
    }

    @BeforeEach
    void found() {
        done(new Change.NewZone(new Zone("home", Optional.empty())));
        done(new Change.NewOrganisation(new Organisation("city", "home", "k", NOW)));
        for (String name : List.of("ada", "bo", "cy")) {
            done(new Change.NewPrincipal(new Principal(name, "city", name, "5".repeat(32), NOW)));
        }
        done(new Change.NewPurpose(purpose("open").sealing(false)));
        done(new Change.NewPurpose(purpose("fraud").sealing(true)));
    }

    @AfterEach
    void end() {
        keyspace.close();
    }

    private static Purpose purpose(String name) {
        return new Purpose(
                "city",
                name,
                "text",
                "owner",
                "basis",
                List.of("home"),
                NOW,
                Instant.parse("2030-01-01T00:00:00Z"),
                false);
    }

    private static Credential asked(String key, String purpose, LocalDate opens) {
        return new Credential(
                        key,
                        "cy",
                        "city",
                        "city/" + purpose,
                        List.of("*"),
                        List.of("*"),
                        NOW,
                        Seal.opening(opens),
                        false)
                .sealed(new Seal.Asked(opens, "ada"));
    }

    private static Change ask(String key, String purpose, LocalDate opens) {
        return new Change.AskCredential(asked(key, purpose, opens));
    }

    private static Change approve(String key, String who) {
        return new Change.ApproveCredential(key, who, SECRET);
    }

    private Request request(Caller caller) {
        return new Request(
                "r", caller, "s3", "home", "192.0.2.1", now, now.plusSeconds(60), Optional.empty());
    }

    private void done(Change change) {
        assertEquals("", policy.objection(change));
        assertEquals(
                new Policy.Applied.Done(), policy.change(request(new Caller.Anonymous()), change));
    }

    private void refused(Change change, String part) {
        Register before = policy.register();
        String objection = policy.objection(change);
        assertTrue(objection.contains(part), () -> "'" + objection + "' has no '" + part + "'");
        policy.change(request(new Caller.Anonymous()), change);
        assertEquals(before, policy.register());
    }

    private Credential credential(String key) {
        return Optional.ofNullable(policy.register().credentials().get(key)).orElseThrow();
    }

    private String judge(String key) {
        return policy.decide(
                        request(new Caller.Known("city", "cy", key, "city/fraud")),
                        "s3:GetObject",
                        new Resource.Data("city", "b", "n", List.of("home"), "home"))
                .reason();
    }

    @Test
    void oneAsksAndAnotherApproves() {
        done(ask("K", "fraud", DAY));
        assertEquals(0, policy.secret("K").length, "nobody can sign with it");
        assertEquals("credential-withdrawn", judge("K"));
        refused(approve("K", "ada"), "needs two persons");
        // Killed between the two acts: what was asked for is still asked for.
        policy = open();
        assertEquals(new Seal.Asked(DAY, "ada"), credential("K").seal());
        assertEquals("credential-withdrawn", judge("K"));
        refused(approve("K", "ada"), "needs two persons");
        refused(approve("K", "nobody"), "only principals of the register");
        done(approve("K", "bo"));
        assertEquals(new Seal.Approved(DAY, "ada", "bo"), credential("K").seal());
        assertEquals("allowed", judge("K"));
        assertArrayEquals(SECRET, policy.secret("K"));
        Register before = policy.register();
        policy = open();
        assertEquals(before, policy.register());
        assertArrayEquals(SECRET, policy.secret("K"));
        refused(approve("K", "bo"), "approved already");
        refused(approve("NONE", "bo"), "there is no credential NONE");
    }

    @Test
    void whatIsAskedForMustBeAllowed() {
        refused(ask("K", "open", DAY), "does not allow sealed uses");
        refused(ask("K", "none", DAY), "there is no purpose");
        refused(ask("K", "fraud", LocalDate.parse("2026-03-01")), "open in the future");
        refused(ask("K", "fraud", LocalDate.parse("2020-01-01")), "not on 2020-01-01");
        refused(ask("K", "fraud", LocalDate.parse("2027-03-02")), "until 2027-03-01, not");
        done(ask("LAST", "fraud", LocalDate.parse("2027-03-01")));
        done(ask("FIRST", "fraud", LocalDate.parse("2026-03-02")));
        Credential longer = asked("K", "fraud", DAY);
        refused(
                new Change.AskCredential(
                        new Credential(
                                        "K",
                                        "cy",
                                        "city",
                                        "city/fraud",
                                        List.of("*"),
                                        List.of("*"),
                                        NOW,
                                        longer.expires().plusMillis(1),
                                        false)
                                .sealed(longer.seal())),
                "ends before its uses open");
        refused(
                new Change.AskCredential(longer.sealed(new Seal.Asked(DAY, "nobody"))),
                "only principals of the register");
        refused(
                new Change.NewCredential(
                        longer.sealed(new Seal.Approved(DAY, "ada", "bo")), SECRET),
                "asked for by one person and approved by another");
    }

    @Test
    void whatChangedSinceIsSeenWhenItIsApproved() {
        done(ask("SOON", "fraud", LocalDate.parse("2026-03-02")));
        done(ask("LATE", "fraud", DAY));
        done(ask("GONE", "fraud", DAY));
        done(new Change.WithdrawCredential("GONE"));
        refused(approve("GONE", "bo"), "was withdrawn");
        done(new Change.SetSealedMax(30));
        refused(approve("LATE", "bo"), "at most 30 days");
        done(approve("SOON", "bo"));
        done(ask("NOW", "fraud", LocalDate.parse("2026-03-03")));
        now = Instant.parse("2026-03-03T00:00:00Z");
        refused(approve("NOW", "bo"), "has expired");
        done(ask("THEN", "fraud", LocalDate.parse("2026-03-04")));
        done(new Change.WithdrawPurpose("city/fraud"));
        refused(approve("THEN", "bo"), "not valid any more");
        assertEquals("credential-expired", judge("SOON"), "with the day, what it is for is over");
    }

    @Test
    void theLongestTimeIsASetting() {
        assertEquals(365, policy.register().sealedMax());
        String digest = policy.register().digest();
        refused(new Change.SetSealedMax(-1), "at most 0 (not at all) to 3,650 days, not -1");
        refused(new Change.SetSealedMax(3_651), "not 3651");
        done(new Change.SetSealedMax(3_650));
        done(ask("K", "fraud", LocalDate.parse("2036-02-27")));
        done(new Change.SetSealedMax(0));
        refused(ask("L", "fraud", LocalDate.parse("2026-03-02")), "at most 0 days");
        policy = open();
        assertEquals(0, policy.register().sealedMax());
        done(new Change.WithdrawCredential("K"));
        assertFalse(digest.equals(policy.register().digest()), "credentials are read");
    }

    @Test
    void decisionsDoNotReadTheLongestTime() {
        String digest = policy.register().digest();
        done(new Change.SetSealedMax(10));
        assertEquals(digest, policy.register().digest());
    }

    @Test
    void aPurposeSaysItOnceAndItsPartsAreNotWider() {
        refused(
                new Change.ChangePurpose(purpose("fraud").sealing(false)),
                "may be sealed does not change");
        refused(
                new Change.ChangePurpose(purpose("open").sealing(true)),
                "may be sealed does not change");
        Purpose before = purpose("fraud");
        done(new Change.ChangePurpose(before.sealing(true)));
        refused(
                new Change.NewPurpose(part("a", "city/open").sealing(true)),
                "does not allow sealed uses");
        done(new Change.NewPurpose(part("b", "city/fraud").sealing(true)));
        done(new Change.NewPurpose(part("c", "city/fraud")));
        Register register = policy.register();
        policy = open();
        assertEquals(register, policy.register());
        done(new Change.WithdrawPurpose("city/b"));
        assertTrue(
                Optional.ofNullable(policy.register().purposes().get("city/b"))
                        .orElseThrow()
                        .sealable());
    }

    /** What older programs wrote stays as it was, and what this one writes stays readable. */
    @Test
    void formsInTheKeyspaceDoNotChange() {
        Credential asked = asked("K", "fraud", DAY);
        Credential approved = asked.sealed(new Seal.Approved(DAY, "ada", "bo"));
        String plain =
                HexFormat.of().formatHex(RegisterCodec.encode(asked.sealed(new Seal.None())));
        assertEquals(
                "01000000014b00000002637900000004636974790000000a636974792f6672617564000000"
                        + "01000000012a00000001000000012a0000019ca8d72d000000019f15d3580000",
                plain);
        String fields = "02" + plain.substring(2) + text("2026-06-30") + text("ada");
        for (Credential each : List.of(asked, approved)) {
            String tail = each.equals(asked) ? text("") : text("bo");
            assertEquals(fields + tail, HexFormat.of().formatHex(RegisterCodec.encode(each)));
            assertEquals(each, RegisterCodec.credential(HexFormat.of().parseHex(fields + tail)));
        }
        byte[] sealable = RegisterCodec.encode(purpose("fraud").sealing(true));
        byte[] open = RegisterCodec.encode(purpose("fraud"));
        assertEquals(3, sealable[0]);
        assertEquals(2, open[0]);
        sealable[0] = 2;
        assertArrayEquals(open, sealable);
    }

    private static String text(String text) {
        return "%08x".formatted(text.length())
                + HexFormat.of().formatHex(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static Purpose part(String name, String parent) {
        Purpose whole = purpose(name);
        return new Purpose(
                whole.organisation(),
                whole.name(),
                whole.kind(),
                whole.term(),
                whole.text(),
                whole.arabic(),
                whole.owner(),
                whole.legalBasis(),
                whole.contact(),
                whole.classes(),
                whole.actions(),
                whole.zones(),
                parent,
                whole.created(),
                whole.expires(),
                whole.withdrawn());
    }
}
