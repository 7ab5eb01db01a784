package org.domicile.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.domicile.keys.Vault;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.domicile.keyspace.Write;
import org.domicile.request.Caller;
import org.domicile.request.Request;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Purposes as a tree, their kinds, labels of data, and what these say together. */
@Timeout(60)
class PurposesTest {
    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
    private static final Instant END = NOW.plusSeconds(100_000);
    private static final Vault PLAIN = new PlainVault();

    private final Keyspace keyspace = Keyspace.inMemory();
    private Policy policy = open();

    private Policy open() {
        return Policy.open(keyspace, PLAIN, new SealedNames(PLAIN, Set.of()), () -> NOW);
    }

    @BeforeEach
    void found() {
        done(new Change.NewZone(new Zone("de", Optional.empty())));
        done(new Change.NewZone(new Zone("home", Optional.of("de"))));
        done(new Change.NewOrganisation(new Organisation("city", "home", "k", NOW)));
        done(new Change.NewPrincipal(new Principal("ada", "city", "Ada", "5".repeat(32), NOW)));
        purpose(wide("p", "health", List.of("personal"), List.of("s3:Get*", "s3:Put*"), ""));
    }

    @AfterEach
    void end() {
        keyspace.close();
    }

    private static Purpose wide(
            String name, String kind, List<String> classes, List<String> actions, String parent) {
        return new Purpose(
                "city",
                name,
                kind,
                "dpv:ServiceProvision",
                "text",
                "نص",
                "owner",
                "basis",
                "office@city.example",
                classes,
                actions,
                List.of("de"),
                parent,
                NOW,
                END,
                false);
    }

    private static Purpose until(Purpose purpose, Instant end) {
        return new Purpose(
                purpose.organisation(),
                purpose.name(),
                purpose.kind(),
                purpose.term(),
                purpose.text(),
                purpose.arabic(),
                purpose.owner(),
                purpose.legalBasis(),
                purpose.contact(),
                purpose.classes(),
                purpose.actions(),
                purpose.zones(),
                purpose.parent(),
                purpose.created(),
                end,
                purpose.withdrawn());
    }

    /** Registers a purpose, and a credential of its name for everything. */
    private void purpose(Purpose purpose) {
        done(new Change.NewPurpose(purpose));
        List<String> all = List.of("*");
        done(
                new Change.NewCredential(
                        new Credential(
                                purpose.name(),
                                "ada",
                                "city",
                                purpose.id(),
                                all,
                                all,
                                NOW,
                                Instant.MAX,
                                false),
                        new byte[40]));
    }

    private static Request request(Caller caller) {
        return new Request(
                "r", caller, "s3", "home", "192.0.2.1", NOW, NOW.plusSeconds(60), Optional.empty());
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

    private String judge(String purpose, String action, String bucket, String name, Marks carried) {
        Caller caller = new Caller.Known("city", "ada", purpose, "city/" + purpose);
        Resource data = new Resource.Data("city", bucket, name, List.of("de"), "home", carried);
        return policy.decide(request(caller), action, data).reason();
    }

    private String read(String purpose, String name) {
        return judge(purpose, "s3:GetObject", "b", name, Marks.NONE);
    }

    private static Label label(String prefix, Marks marks) {
        return new Label("city", "b", prefix, marks);
    }

    private static Marks prohibiting(String... words) {
        return new Marks(List.of(), List.of(words), List.of());
    }

    private static Marks only(String... words) {
        return new Marks(List.of(), List.of(), List.of(List.of(words)));
    }

    private static Marks classes(String... words) {
        return new Marks(List.of(words), List.of(), List.of());
    }

    // ---- published lists ----

    @Test
    void everyKindSaysWhatItIsInBothLanguages() {
        Set<String> names = new HashSet<>();
        for (Kind kind : Kinds.all()) {
            assertTrue(names.add(kind.name()), kind.name());
            assertTrue(Kinds.hasTerm(kind.term()), kind::toString);
            assertTrue(kind.text().endsWith("."), kind::toString);
            assertTrue(kind.arabic().matches("(?s).*\\p{InArabic}.*"), kind::toString);
            boolean declined = kind.standing() == Kind.Standing.DECLINED;
            assertEquals(declined, !kind.reason().isEmpty(), kind::toString);
            assertEquals(declined, !kind.arabicReason().isEmpty(), kind::toString);
        }
        for (String declined :
                List.of("weapons", "targeting", "person-tracking", "face-recognition")) {
            assertEquals(Kind.Standing.DECLINED, Kinds.named(declined).orElseThrow().standing());
        }
        for (DataClass each : DataClasses.all()) {
            assertTrue(
                    each.broader().isEmpty() || DataClasses.named(each.broader()).isPresent(),
                    each::toString);
            assertTrue(each.arabic().matches("(?s).*\\p{InArabic}.*"), each::toString);
        }
        assertEquals("https://w3id.org/dpv#ServiceProvision", Kinds.iri("dpv:ServiceProvision"));
        assertEquals("https://w3id.org/dpv/pd#Health", Kinds.iri("pd:Health"));
    }

    // ---- objections ----

    @Test
    void aDeclinedKindIsRefusedWithItsReason() {
        for (Kind kind : Kinds.all()) {
            if (kind.standing() == Kind.Standing.DECLINED) {
                refused(
                        new Change.NewPurpose(wide("x", kind.name(), List.of(), List.of("*"), "")),
                        kind.reason());
            }
        }
        refused(
                new Change.NewPurpose(wide("x", "unspecified", List.of(), List.of("*"), "")),
                "before kinds");
        refused(
                new Change.NewPurpose(wide("x", "nonsense", List.of(), List.of("*"), "")),
                "'purpose kinds' shows them");
    }

    @Test
    void whatAPurposeDeclaresIsChecked() {
        Purpose good = wide("x", "health", List.of(), List.of("*"), "");
        refused(
                new Change.NewPurpose(
                        new Purpose(
                                "city",
                                "x",
                                "health",
                                "dpv:Nonsense",
                                "t",
                                "",
                                "o",
                                "b",
                                "",
                                List.of(),
                                List.of("*"),
                                List.of("de"),
                                "",
                                NOW,
                                END,
                                false)),
                "DPV has no purpose");
        refused(
                new Change.NewPurpose(
                        new Purpose(
                                "city",
                                "x",
                                "health",
                                good.term(),
                                "t",
                                "",
                                "o",
                                " ",
                                "",
                                List.of(),
                                List.of("*"),
                                List.of("de"),
                                "",
                                NOW,
                                END,
                                false)),
                "--legal-basis");
        refused(new Change.NewPurpose(until(good, NOW)), "in the future");
        refused(
                new Change.NewPurpose(wide("x", "health", List.of("secret"), List.of("*"), "")),
                "no class 'secret'");
        for (String action : List.of("", "GetObject", "s3:", "s3:*Object", "s3:Get Object")) {
            refused(
                    new Change.NewPurpose(wide("x", "health", List.of(), List.of(action), "")),
                    "is no action");
        }
        refused(
                new Change.NewPurpose(wide("x", "health", List.of(), List.of("*"), "city/none")),
                "could be a part of");
    }

    @Test
    void anAlgorithmIsSaidInFullOrNotAtAll() {
        Purpose bare = wide("x", "health", List.of(), List.of("*"), "");
        for (String words :
                List.of(
                        "rule-based",
                        "rule-based predictive",
                        "magic predictive limited",
                        "rule-based magic limited",
                        "rule-based predictive none",
                        "rule-based predictive limited more")) {
            refused(
                    new Change.NewPurpose(bare.using(Algorithm.of(List.of(words.split(" "))))),
                    "TYPE,USE,RISK");
        }
        refused(
                new Change.NewPurpose(
                        bare.using(Algorithm.of(List.of("hybrid", "predictive", "unacceptable")))),
                "Article 5");
        Optional<Algorithm> known = Algorithm.of(List.of("rule-based", "predictive", "limited"));
        Purpose silent =
                new Purpose("city", "x", "text", "owner", "basis", List.of("de"), NOW, END, false);
        refused(new Change.NewPurpose(silent.using(known)), "e-mail address");
        for (boolean sealable : List.of(false, true)) {
            Purpose said =
                    wide("with-" + sealable, "health", List.of(), List.of("*"), "")
                            .sealing(sealable)
                            .using(known);
            done(new Change.NewPurpose(said));
            policy = open();
            assertEquals(said, policy.register().purposes().get(said.id()));
            assertEquals(said, RegisterCodec.purpose(RegisterCodec.encode(said)));
        }
    }

    @Test
    void aPartIsNeverWiderThanTheWhole() {
        List<String> get = List.of("s3:GetObject");
        refused(
                new Change.NewPurpose(wide("c", "health", List.of(), List.of("*"), "city/p")),
                "does not allow the action *");
        done(new Change.NewPurpose(wide("c", "statistics", List.of("health"), get, "city/p")));
        done(new Change.NewPurpose(wide("d", "research", List.of("name"), get, "city/p")));
        refused(
                new Change.NewPurpose(wide("e", "health", List.of("name"), get, "city/c")),
                "does not list the class name");
        refused(
                new Change.NewPurpose(
                        until(wide("e", "health", List.of(), get, "city/p"), END.plusSeconds(1))),
                "ends earlier");
        // The whole cannot become narrower than its parts either.
        refused(
                new Change.ChangePurpose(
                        wide("p", "health", List.of("name"), List.of("s3:Get*"), "")),
                "its parts first");
        refused(
                new Change.ChangePurpose(
                        until(
                                wide("p", "health", List.of("personal"), List.of("s3:*"), ""),
                                END.minusSeconds(1))),
                "its parts first");
    }

    @Test
    void changesAreInForceAtOnceAndAfterReopening() {
        assertEquals("allowed", read("p", "n"));
        done(
                new Change.ChangePurpose(
                        wide("p", "health", List.of("name"), List.of("s3:PutObject"), "")));
        for (int round = 0; round < 2; round++) {
            assertEquals("action-not-in-purpose", read("p", "n"));
            assertEquals("allowed", judge("p", "s3:PutObject", "b", "n", Marks.NONE));
            policy = open();
        }
        refused(
                new Change.ChangePurpose(wide("p", "statistics", List.of(), List.of("*"), "")),
                "kind of a purpose does not change");
        refused(
                new Change.ChangePurpose(wide("no", "health", List.of(), List.of("*"), "")),
                "there is no purpose");
        done(new Change.WithdrawPurpose("city/p"));
        refused(
                new Change.ChangePurpose(wide("p", "health", List.of(), List.of("*"), "")),
                "was withdrawn");
    }

    @Test
    void aPartEndsWithTheWhole() {
        purpose(wide("c", "statistics", List.of(), List.of("s3:GetObject"), "city/p"));
        purpose(wide("d", "statistics", List.of(), List.of("s3:GetObject"), "city/c"));
        assertEquals("allowed", read("d", "n"));
        done(new Change.WithdrawPurpose("city/p"));
        assertEquals("purpose-withdrawn", read("c", "n"));
        assertEquals("purpose-withdrawn", read("d", "n"));
    }

    // ---- labels ----

    @Test
    void labelsOnTheWayAddUpAndProhibitionsWin() {
        purpose(wide("s", "statistics", List.of("personal"), List.of("*"), ""));
        done(new Change.SetLabel(label("", classes("contact"))));
        done(new Change.SetLabel(label("raw/", only("health"))));
        done(new Change.SetLabel(label("raw/x/", prohibiting("city/p"))));
        assertEquals("allowed", read("s", "n"));
        assertEquals("allowed", read("p", "raw/n"));
        assertEquals("purpose-not-allowed", read("s", "raw/n"));
        assertEquals("purpose-prohibited", read("p", "raw/x/n"));
        assertEquals("allowed", judge("s", "s3:GetObject", "other", "raw/n", Marks.NONE));
        done(new Change.SetLabel(label("raw/", prohibiting("health"))));
        assertEquals("allowed", read("s", "raw/n"));
        assertEquals("purpose-prohibited", read("p", "raw/n"));
        policy = open();
        assertEquals("purpose-prohibited", read("p", "raw/n"));
        done(new Change.RemoveLabel(label("raw/", Marks.NONE)));
        assertEquals("allowed", read("p", "raw/n"));
        refused(new Change.RemoveLabel(label("raw/", Marks.NONE)), "'label list'");
        policy = open();
        assertEquals("allowed", read("p", "raw/n"));
    }

    @Test
    void aPartOfWhatIsProhibitedIsProhibited() {
        purpose(wide("c", "statistics", List.of(), List.of("s3:GetObject"), "city/p"));
        assertEquals(
                "purpose-prohibited", judge("c", "s3:GetObject", "b", "n", prohibiting("city/p")));
        assertEquals(
                "purpose-prohibited", judge("c", "s3:GetObject", "b", "n", prohibiting("health")));
        assertEquals("allowed", judge("c", "s3:GetObject", "b", "n", only("city/p")));
    }

    @Test
    void aClassIsListedItselfOrByOneThatItLiesIn() {
        purpose(wide("n", "health", List.of("special"), List.of("*"), ""));
        purpose(wide("o", "health", List.of(), List.of("*"), ""));
        record Case(String purpose, Marks marks, String reason) {}
        for (Case each :
                List.of(
                        new Case("o", classes("open"), "allowed"),
                        new Case("o", classes("name"), "class-not-in-purpose"),
                        new Case("n", classes("health", "genetic", "open"), "allowed"),
                        new Case("n", classes("health", "name"), "class-not-in-purpose"),
                        new Case("n", classes("personal"), "class-not-in-purpose"),
                        new Case("p", classes("personal", "health", "name"), "allowed"))) {
            assertEquals(
                    each.reason(),
                    judge(each.purpose(), "s3:GetObject", "b", "n", each.marks()),
                    each::toString);
        }
    }

    /** A listing shows names of all that begins so: the strictest label below holds. */
    @Test
    void aListingConcernsAllThatItCouldShow() {
        done(new Change.SetLabel(label("raw/x/", prohibiting("health"))));
        Register register = policy.register();
        for (String prefix : List.of("", "r", "raw/", "raw/x/", "raw/x/y")) {
            assertEquals(prohibiting("health"), register.marksBelow("city", "b", prefix), prefix);
        }
        assertEquals(Marks.NONE, register.marksBelow("city", "b", "raw/y"));
        assertEquals(Marks.NONE, register.marksBelow("water", "b", ""));
    }

    @Test
    void aTargetThatAllowsWhatTheSourceProhibitsBreaksTheLabel() {
        purpose(wide("c", "statistics", List.of(), List.of("s3:GetObject"), "city/p"));
        Register register = policy.register();
        record Case(Marks place, Marks coming, String broken) {}
        Marks both = new Marks(List.of(), List.of("city/p"), List.of(List.of("health")));
        for (Case each :
                List.of(
                        new Case(Marks.NONE, prohibiting("health"), ""),
                        new Case(only("health"), Marks.NONE, ""),
                        new Case(only("health"), prohibiting("health"), "health"),
                        new Case(only("city/p"), prohibiting("health"), "health"),
                        new Case(only("city/c"), prohibiting("city/p"), "city/p"),
                        new Case(only("health"), prohibiting("city/p"), "city/p"),
                        new Case(both, prohibiting("city/p"), ""),
                        new Case(only("research"), prohibiting("health"), ""),
                        new Case(only("research"), only("health"), ""))) {
            assertEquals(
                    each.broken(), register.broken(each.place(), each.coming()), each::toString);
        }
    }

    @Test
    void objectionsToLabelsSayWhatToDo() {
        refused(new Change.SetLabel(label("", Marks.NONE)), "says something");
        refused(new Change.SetLabel(label("", classes("secret"))), "no class 'secret'");
        refused(new Change.SetLabel(label("", prohibiting("city/none"))), "purpose list");
        refused(
                new Change.SetLabel(
                        label(
                                "",
                                new Marks(
                                        List.of(), List.of("health"), List.of(List.of("health"))))),
                "both allowed and prohibited");
        refused(
                new Change.SetLabel(label("x".repeat(1_025), classes("name"))),
                "at most 1,024 characters");
    }

    @Test
    void theDigestNamesLabelsToo() {
        String before = policy.register().digest();
        done(new Change.SetLabel(label("raw/", classes("name"))));
        assertNotEquals(before, policy.register().digest());
        done(new Change.RemoveLabel(label("raw/", Marks.NONE)));
        assertEquals(before, policy.register().digest());
    }

    /** Marks that data brought along stand on record; those of labels in the register of then. */
    @Test
    void aDecisionOverLabelsIsMadeAgainFromItsRecord() {
        done(new Change.SetLabel(label("raw/", only("health", "research"))));
        Caller caller = new Caller.Known("city", "ada", "p", "city/p");
        Marks carried =
                new Marks(List.of("name"), List.of("statistics"), List.of(List.of("research")));
        Decision decided =
                policy.decide(
                        request(caller),
                        "s3:GetObject",
                        new Resource.Data("city", "b", "raw/n", List.of("de"), "home", carried));
        assertEquals("purpose-not-allowed", decided.reason());
        done(new Change.RemoveLabel(label("raw/", Marks.NONE)));
        policy = open();
        UseOnRecord use =
                new UseOnRecord(
                        "city",
                        NOW,
                        "s3:GetObject",
                        "city/p",
                        "home",
                        "home",
                        decided.policy(),
                        "ada",
                        "p",
                        "b/raw/n",
                        "192.0.2.1",
                        decided.read());
        Policy.Explanation.Explained made =
                assertInstanceOf(Policy.Explanation.Explained.class, policy.explain(use));
        assertEquals(decided, made.decided());
        assertTrue(made.entities().contains("\"prohibited\""), made.entities());
        assertTrue(made.entities().contains("\"only\""), made.entities());
    }

    // ---- old data folders ----

    /** Bytes of format 1, as the program before kinds wrote them. */
    @Test
    void aPurposeOfTheOldFormIsRead() {
        byte[] old =
                HexFormat.of()
                        .parseHex(
                                "01"
                                        + "0000000463697479"
                                        + "000000036f6c64"
                                        + "0000000474657874"
                                        + "000000056f776e6572"
                                        + "000000056261736973"
                                        + "00000001"
                                        + "000000026465"
                                        + "0000019ca8e8a880"
                                        + "7fffffffffffffff"
                                        + "00");
        keyspace.commit(
                new Transaction()
                        .write(
                                new Write.Put(
                                        Space.RECORDS,
                                        "pucity/old"
                                                .getBytes(java.nio.charset.StandardCharsets.UTF_8),
                                        old)));
        policy = open();
        Purpose read =
                Optional.ofNullable(policy.register().purposes().get("city/old")).orElseThrow();
        assertEquals("unspecified", read.kind());
        assertEquals("dpv:Purpose", read.term());
        assertEquals("text", read.text());
        assertEquals("owner", read.owner());
        assertEquals("basis", read.legalBasis());
        assertEquals(List.of("de"), read.zones());
        assertEquals(List.of("*"), read.actions());
        assertEquals(List.of(), read.classes());
        assertEquals(Instant.ofEpochMilli(0x19ca8e8a880L), read.created());
        assertEquals(Instant.MAX, read.expires());
        // It gets a kind by a change, and lies in the new form from then on.
        done(new Change.ChangePurpose(until(read.ofKind("statistics"), END)));
        policy = open();
        Map<String, Purpose> all = policy.register().purposes();
        assertEquals("statistics", Optional.ofNullable(all.get("city/old")).orElseThrow().kind());
    }
}
