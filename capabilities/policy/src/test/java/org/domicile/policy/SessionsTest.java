package org.domicile.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.domicile.cedar.Authorizer;
import org.domicile.cedar.Entities;
import org.domicile.cedar.EntityUid;
import org.domicile.cedar.PolicySet;
import org.domicile.cedar.Schema;
import org.domicile.keys.Vault;
import org.domicile.keyspace.Cursor;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Range;
import org.domicile.keyspace.Reading;
import org.domicile.keyspace.Space;
import org.domicile.request.Caller;
import org.domicile.request.Request;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Roles, targets and what is decided under a session. */
@Timeout(60)
class SessionsTest {
    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
    private static final Instant END = NOW.plusSeconds(3_600);
    private static final String ROLE = "7".repeat(32);

    /** Each is a permission document, by what it says. */
    private static final List<String> DOCUMENTS =
            List.of(
                    allow("s3:*", "*"),
                    allow("s3:GetObject", "arn:aws:s3:::archive/*"),
                    allow("s3:Put*", "arn:aws:s3:::archive/a/?"),
                    allow("s3:ListBucket\",\"s3:GetObject", "arn:aws:s3:::logs*"),
                    "{\"Statement\":["
                            + statement("Allow", "s3:*", "*", "")
                            + ","
                            + statement("Deny", "s3:DeleteObject", "*", "")
                            + "]}",
                    "{\"Statement\":"
                            + statement(
                                    "Allow",
                                    "s3:*",
                                    "*",
                                    ",\"Condition\":{\"IpAddress\":{\"aws:SourceIp\":\"192.0.2.0/24\"}}")
                            + "}");

    private static final Vault VAULT =
            new Vault() {
                @Override
                public byte[] seal(String name, byte[] secret) {
                    byte[] sealed = secret.clone();
                    byte[] pad = Sha256.of(name).getBytes(StandardCharsets.US_ASCII);
                    for (int i = 0; i < sealed.length; i++) {
                        sealed[i] ^= (byte) (0x80 | pad[i % pad.length]);
                    }
                    return sealed;
                }

                @Override
                public byte[] open(String name, byte[] sealed) {
                    return seal(name, sealed);
                }
            };

    private record Asked(String action, String bucket, String name, String address) {}

    private static final List<Asked> ALL = all();

    private final Keyspace keyspace = Keyspace.inMemory();
    private Policy policy = open();

    private static List<Asked> all() {
        List<Asked> all = new java.util.ArrayList<>();
        for (String address : List.of("192.0.2.1", "198.51.100.1", "")) {
            for (String bucket : List.of("archive", "logs-1")) {
                all.add(new Asked("s3:ListBucket", bucket, "", address));
                for (String name : List.of("a/b", "a/bc", "planted")) {
                    for (String action :
                            List.of("s3:GetObject", "s3:PutObject", "s3:DeleteObject")) {
                        all.add(new Asked(action, bucket, name, address));
                    }
                }
            }
        }
        return all;
    }

    private static String allow(String action, String resource) {
        return "{\"Version\":\"2012-10-17\",\"Statement\":"
                + statement("Allow", action, resource, "")
                + "}";
    }

    private static String statement(String effect, String action, String resource, String more) {
        return "{\"Effect\":\"%s\",\"Action\":[\"%s\"],\"Resource\":\"%s\"%s}"
                .formatted(effect, action, resource, more);
    }

    private Policy open() {
        return Policy.open(keyspace, VAULT, new SealedNames(VAULT, Set.of()), () -> NOW);
    }

    @BeforeEach
    void found() {
        done(new Change.NewZone(new Zone("home", Optional.empty())));
        done(new Change.NewOrganisation(new Organisation("city", "home", "k", NOW)));
        done(new Change.NewOrganisation(new Organisation("water", "home", "k", NOW)));
        for (String each : List.of("p", "other")) {
            done(new Change.NewPurpose(purpose(each, List.of("*"))));
        }
        for (String each : List.of("ada", "ben")) {
            done(new Change.NewPrincipal(new Principal(each, "city", each, "5".repeat(32), NOW)));
            done(
                    new Change.NewCredential(
                            new Credential(
                                    "KEY-" + each,
                                    each,
                                    "city",
                                    "city/other",
                                    List.of("s3:GetObject", "sts:*"),
                                    List.of("archive"),
                                    NOW,
                                    NOW.plusSeconds(7_200),
                                    false),
                            new byte[] {1}));
        }
    }

    private static Purpose purpose(String name, List<String> actions) {
        Purpose all =
                new Purpose(
                        "city",
                        name,
                        "t",
                        "o",
                        "b",
                        List.of("home"),
                        NOW,
                        NOW.plusSeconds(86_400),
                        false);
        return new Purpose(
                all.organisation(),
                all.name(),
                all.kind(),
                all.term(),
                all.text(),
                all.arabic(),
                all.owner(),
                all.legalBasis(),
                all.contact(),
                all.classes(),
                actions,
                all.zones(),
                all.parent(),
                all.created(),
                all.expires(),
                all.withdrawn());
    }

    @AfterEach
    void end() {
        keyspace.close();
    }

    private static Role role(String document) {
        return new Role(
                "city",
                "reader",
                ROLE,
                "city/p",
                List.of("ada"),
                "",
                List.of(),
                List.of(),
                new Permissions(Permissions.Language.IAM, document),
                Duration.ofHours(1),
                NOW,
                false);
    }

    private static Request request(Caller caller, String address) {
        return new Request("r", caller, "s3", "home", address, NOW, END, Optional.empty());
    }

    private String change(Change change) {
        return switch (policy.change(request(new Caller.Anonymous(), ""), change)) {
            case Policy.Applied.Done() -> "";
            case Policy.Applied.Refused(String sentence) -> sentence;
        };
    }

    private void done(Change change) {
        assertEquals("", change(change));
    }

    private static Caller.By.Session session(String narrowing) {
        return new Caller.By.Session(
                "city/reader",
                ROLE,
                "KEY-ada",
                "",
                "5".repeat(32),
                "s",
                END,
                new SessionPolicy(narrowing).digest());
    }

    private static Caller.Known caller(Caller.By.Session session) {
        return new Caller.Known("city", "9".repeat(32), "ASIATEST", "city/p", session);
    }

    private static Resource resource(Asked asked) {
        return new Resource.Data("city", asked.bucket(), asked.name(), List.of("home"), "home");
    }

    private Decision decide(Caller.By.Session session, Asked asked) {
        return policy.decide(
                request(caller(session), asked.address()), asked.action(), resource(asked));
    }

    private String reason(Caller.By.Session session) {
        return decide(session, ALL.get(1)).reason();
    }

    /** Every role with every session policy: what both permit, and nothing beyond. */
    @Test
    void aSessionMayDoWhatBothItsRoleAndItsPolicyPermit() {
        for (String permissions : DOCUMENTS) {
            done(new Change.NewRole(role(permissions)));
            List<Boolean> byRole = allowed("");
            assertTrue(byRole.contains(true), permissions);
            for (String narrowing : DOCUMENTS) {
                policy.issue(request(new Caller.Anonymous(), ""), new SessionPolicy(narrowing));
                List<Boolean> both = allowed(narrowing);
                for (int i = 0; i < ALL.size(); i++) {
                    boolean alone = permits(narrowing, ALL.get(i));
                    assertEquals(byRole.get(i) && alone, both.get(i), ALL.get(i) + narrowing);
                }
            }
            done(new Change.RemoveRole("city/reader"));
        }
    }

    private List<Boolean> allowed(String narrowing) {
        return ALL.stream()
                .map(each -> decide(session(narrowing), each).reason().equals("allowed"))
                .toList();
    }

    /** What a document of {@link #DOCUMENTS} says, told by hand. */
    private static boolean permits(String document, Asked asked) {
        String arn = asked.bucket() + (asked.name().isEmpty() ? "" : "/" + asked.name());
        return switch (DOCUMENTS.indexOf(document)) {
            case 0 -> true;
            case 1 -> asked.action().equals("s3:GetObject") && arn.startsWith("archive/");
            case 2 -> asked.action().equals("s3:PutObject") && arn.equals("archive/a/b");
            case 3 ->
                    !asked.action().equals("s3:PutObject")
                            && !asked.action().equals("s3:DeleteObject")
                            && arn.startsWith("logs");
            case 4 -> !asked.action().equals("s3:DeleteObject");
            case 5 -> asked.address().equals("192.0.2.1");
            default -> throw new IllegalStateException(document);
        };
    }

    @Test
    void aSessionEndsWithEverythingThatItHangsOn() {
        done(new Change.NewRole(role(DOCUMENTS.getFirst())));
        assertEquals("allowed", reason(session("")));
        Caller.By.Session late =
                new Caller.By.Session(
                        "city/reader", ROLE, "KEY-ada", "", "5".repeat(32), "s", NOW, "");
        assertEquals("credential-expired", reason(late));
        Caller.By.Session another =
                new Caller.By.Session(
                        "city/reader", "6".repeat(32), "KEY-ada", "", "5".repeat(32), "s", END, "");
        assertEquals("credential-withdrawn", reason(another));
        Caller.By.Session lost = session(DOCUMENTS.get(3));
        assertEquals("session-not-permitted", reason(lost), "its policy was never kept");
        done(new Change.RemoveRole("city/reader"));
        assertEquals("credential-withdrawn", reason(session("")));
        done(new Change.NewRole(role(DOCUMENTS.getFirst())));
        assertEquals("allowed", reason(session("")));
        done(new Change.WithdrawCredential("KEY-ada"));
        assertEquals("credential-withdrawn", reason(session("")));
        Caller.By.Session ben =
                new Caller.By.Session(
                        "city/reader", ROLE, "KEY-ben", "", "5".repeat(32), "s", END, "");
        assertEquals("allowed", reason(ben));
        done(new Change.WithdrawPurpose("city/p"));
        assertEquals("purpose-withdrawn", reason(ben));
    }

    @Test
    void aSessionActsUnderItsRolesPurposeAndNoOther() {
        done(new Change.NewRole(role(DOCUMENTS.getFirst())));
        Caller.Known wider =
                new Caller.Known("city", "9".repeat(32), "ASIATEST", "city/other", session(""));
        assertEquals(
                "credential-withdrawn",
                policy.decide(request(wider, ""), "s3:GetObject", resource(ALL.get(1))).reason());
        done(new Change.ChangePurpose(purpose("p", List.of("s3:List*"))));
        assertEquals("action-not-in-purpose", reason(session("")));
    }

    @Test
    void theOrganisationsPoliciesAndThoseOnTheOneWhoAskedHoldForSessions() {
        done(new Change.NewRole(role(DOCUMENTS.getFirst())));
        String text =
                """
                @id("no-ada") forbid (principal in Principal::"ada", action, resource)
                when { context has address && context.address == ip("198.51.100.1") };
                @id("no-reader") forbid (principal is Credential, action, resource)
                when { principal has role && principal.role == Role::"city/reader" && resource has name && resource.name == "planted" };
                """;
        done(
                new Change.PutPolicy(
                        new PolicyText("city", "own", 1, Sha256.of(text), text, NOW, false)));
        assertEquals(
                "own/no-ada",
                decide(session(""), new Asked("s3:GetObject", "archive", "a/b", "198.51.100.1"))
                        .reason());
        assertEquals(
                "own/no-reader",
                decide(session(""), new Asked("s3:GetObject", "archive", "planted", "192.0.2.1"))
                        .reason());
        assertEquals("allowed", reason(session("")));
    }

    @Test
    void onlyWhomARoleTrustsAssumesItAndNoSessionDoes() {
        done(new Change.NewRole(role(DOCUMENTS.getFirst())));
        Resource reader = new Resource.Assumed("city", "reader");
        Resource absent = new Resource.Assumed("city", "writer");
        Resource foreign = new Resource.Assumed("water", "reader");
        record Case(String key, Resource role, String reason) {}
        for (Case each :
                List.of(
                        new Case("ada", reader, "allowed"),
                        new Case("ben", reader, "role-not-trusted"),
                        new Case("ada", absent, "role-not-trusted"),
                        new Case("ada", foreign, "other-organisation"))) {
            Caller.Known who =
                    new Caller.Known("city", each.key(), "KEY-" + each.key(), "city/other");
            assertEquals(
                    each.reason(),
                    policy.decide(request(who, ""), "sts:AssumeRole", each.role()).reason());
        }
        assertEquals(
                "session-not-allowed",
                policy.decide(
                                request(caller(session("")), ""),
                                "sts:GetSessionToken",
                                new Resource.Own("city"))
                        .reason());
        assertEquals(
                "allowed",
                policy.decide(
                                request(caller(session("")), ""),
                                "sts:GetCallerIdentity",
                                new Resource.Own("city"))
                        .reason());
    }

    @Test
    void aSessionWithoutARoleIsAsGoodAsItsCredential() {
        Caller.By.Session plain =
                new Caller.By.Session("", "", "KEY-ada", "", "5".repeat(32), "s", END, "");
        Caller.Known who =
                new Caller.Known("city", "9".repeat(32), "ASIATEST", "city/other", plain);
        record Case(Asked asked, String reason) {}
        for (Case each :
                List.of(
                        new Case(new Asked("s3:GetObject", "archive", "a", ""), "allowed"),
                        new Case(
                                new Asked("s3:PutObject", "archive", "a", ""), "action-not-listed"),
                        new Case(
                                new Asked("s3:GetObject", "logs-1", "a", ""),
                                "bucket-not-listed"))) {
            assertEquals(
                    each.reason(),
                    policy.decide(request(who, ""), each.asked().action(), resource(each.asked()))
                            .reason());
        }
    }

    private static Resource.Data under(String statement) throws Exception {
        BucketPolicy policy = BucketPolicy.of("archive", "{\"Statement\":" + statement + "}");
        return ((Resource.Data) resource(new Asked("s3:GetObject", "archive", "a", "")))
                .shared(new Access(Sharing.NONE.under(policy), Facts.NONE, Acl.NONE, Map.of(), ""));
    }

    /** Who is forbidden something cannot go round it by asking for another key. */
    @Test
    void aSessionWithoutARoleIsThePersonWhoAskedForIt() throws Exception {
        Caller.By.Session plain =
                new Caller.By.Session("", "", "KEY-ada", "", "5".repeat(32), "s", END, "");
        Caller.Known who =
                new Caller.Known("city", "9".repeat(32), "ASIATEST", "city/other", plain);
        Request asking = request(who, "");
        String denying = "{\"Effect\":\"Deny\",\"Action\":\"s3:*\",\"Resource\":\"*\",";
        for (String whom :
                List.of(
                        "\"Principal\":{\"AWS\":\"arn:aws:iam::city:user/%s\"}}",
                        "\"Principal\":\"*\",\"Condition\":{\"StringEquals\":{\"aws:username\":\"%s\"}}}",
                        "\"Principal\":\"*\",\"Condition\":{\"StringEquals\":{\"aws:userid\":\"%s\"}}}")) {
            Resource.Data data = under(denying + whom.formatted("ada"));
            policy.keep(data.access().sharing().policy().orElseThrow());
            Decision decision = policy.decide(asking, "s3:GetObject", data);
            assertEquals("bucket-policy", decision.reason(), whom);
            assertEquals(
                    decision,
                    assertInstanceOf(
                                    Policy.Explanation.Explained.class,
                                    policy.explain(plainOnRecord(decision)))
                            .decided());
            Resource.Data other = under(denying + whom.formatted("ben"));
            assertEquals("allowed", policy.decide(asking, "s3:GetObject", other).reason());
        }
        String text = "forbid (principal in Credential::\"KEY-ada\", action, resource);";
        done(
                new Change.PutPolicy(
                        new PolicyText("city", "own", 1, Sha256.of(text), text, NOW, false)));
        Resource plainly = resource(new Asked("s3:GetObject", "archive", "a", ""));
        Decision forbidden = policy.decide(asking, "s3:GetObject", plainly);
        assertEquals("own/policy0", forbidden.reason());
        assertFalse(
                decided(
                        assertInstanceOf(
                                Policy.Explanation.Explained.class,
                                policy.explain(plainOnRecord(forbidden)))));
    }

    private static boolean decided(Policy.Explanation.Explained made) throws Exception {
        return decided(
                new Policy.Explanation.Within(
                        "all",
                        true,
                        made.principal(),
                        made.action(),
                        made.resource(),
                        made.context(),
                        made.entities(),
                        made.schema(),
                        made.policies(),
                        made.answer(),
                        made.reasons(),
                        made.errors()));
    }

    private static UseOnRecord plainOnRecord(Decision decision) {
        return new UseOnRecord(
                "city",
                NOW,
                "s3:GetObject",
                "city/other",
                "home",
                "home",
                decision.policy(),
                "9".repeat(32),
                "ASIATEST",
                "archive/a",
                "",
                decision.read());
    }

    /** By another engine too: each bound is a case of its own. */
    @Test
    void decisionsUnderASessionAreMadeAgainWhateverChangedSince() throws Exception {
        done(new Change.NewRole(role(DOCUMENTS.get(4))));
        String narrowing = DOCUMENTS.get(5);
        policy.issue(request(new Caller.Anonymous(), ""), new SessionPolicy(narrowing));
        List<Decision> made = ALL.stream().map(each -> decide(session(narrowing), each)).toList();
        assertTrue(made.stream().anyMatch(each -> each.reason().equals("role-not-permitted")));
        assertTrue(made.stream().anyMatch(each -> each.reason().equals("session-not-permitted")));
        done(new Change.RemoveRole("city/reader"));
        policy = open();
        for (int i = 0; i < ALL.size(); i++) {
            Asked asked = ALL.get(i);
            Policy.Explanation.Explained again =
                    assertInstanceOf(
                            Policy.Explanation.Explained.class,
                            policy.explain(onRecord(asked, made.get(i))));
            assertEquals(made.get(i), again.decided());
            boolean allowed = again.answer() == Policy.Explanation.Answer.ALLOW;
            for (Policy.Explanation.Within each : again.bounds()) {
                assertEquals(each.answer() == Policy.Explanation.Answer.ALLOW, decided(each));
                allowed &= decided(each);
            }
            assertEquals(made.get(i).reason().equals("allowed"), allowed);
        }
    }

    /** All that records name, gathered from what is kept, decides the same elsewhere. */
    @Test
    void evidenceAloneMakesThemAgain() throws Exception {
        done(new Change.NewRole(role(DOCUMENTS.get(4))));
        String narrowing = DOCUMENTS.get(5);
        policy.issue(request(new Caller.Anonymous(), ""), new SessionPolicy(narrowing));
        Map<String, Evidence> gathered = new HashMap<>();
        for (Asked asked : ALL) {
            Decision made = decide(session(narrowing), asked);
            policy.evidence(made.policy(), made.read(), gathered.keySet())
                    .forEach(each -> assertNull(gathered.put(each.digest(), each), "had already"));
            assertEquals(
                    policy.explain(onRecord(asked, made)),
                    Policy.explaining(gathered.values()).apply(onRecord(asked, made)));
        }
        List<Evidence.OfDocument> documents =
                gathered.values().stream()
                        .filter(Evidence.OfDocument.class::isInstance)
                        .map(Evidence.OfDocument.class::cast)
                        .toList();
        assertEquals(
                Set.of(DOCUMENTS.get(4), narrowing),
                Set.copyOf(documents.stream().map(Evidence.OfDocument::text).toList()));
        Asked asked = ALL.getFirst();
        UseOnRecord use = onRecord(asked, decide(session(narrowing), asked));
        for (Evidence.OfDocument each : documents) {
            Map<String, Evidence> other = new HashMap<>(gathered);
            other.remove(each.digest());
            assertTrue(unexplained(other, use).endsWith("is not here"));
            other.put(each.digest(), new Evidence.OfDocument(each.digest(), DOCUMENTS.get(0)));
            assertTrue(unexplained(other, use).endsWith("was altered"));
        }
    }

    private static String unexplained(Map<String, Evidence> evidence, UseOnRecord use) {
        return assertInstanceOf(
                        Policy.Explanation.Unexplained.class,
                        Policy.explaining(evidence.values()).apply(use))
                .sentence();
    }

    /** The policy of a bucket is evidence too, and what it was asked is a case of its own. */
    @Test
    void whatABucketIsSharedByIsACaseOfItsOwn() throws Exception {
        Resource.Data data =
                under(
                        """
                        [{"Effect": "Allow", "Principal": {"AWS": "water"}, "Action": "s3:*",
                          "Resource": "*"},
                         {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject",
                          "Resource": "*",
                          "Condition": {"StringEquals": {"s3:ExistingObjectTag/grade": "closed"}}}]
                        """);
        BucketPolicy document = data.access().sharing().policy().orElseThrow();
        policy.keep(document);
        Caller.By.Session plain =
                new Caller.By.Session("", "", "KEY-ada", "", "5".repeat(32), "s", END, "");
        Caller.Known who =
                new Caller.Known("city", "9".repeat(32), "ASIATEST", "city/other", plain);
        for (String grade : List.of("open", "closed")) {
            Resource.Data tagged =
                    data.shared(data.access().of(Acl.NONE, Map.of("grade", grade, "ward", "7")));
            Decision made = policy.decide(request(who, ""), "s3:GetObject", tagged);
            assertEquals(grade.equals("open") ? "allowed" : "bucket-policy", made.reason());
            assertFalse(made.read().contains("ward"), "it reads no other tag");
            List<Evidence> evidence = policy.evidence(made.policy(), made.read(), Set.of());
            assertTrue(
                    evidence.contains(new Evidence.OfDocument(document.digest(), document.text())));
            Policy.Explanation.Explained again =
                    assertInstanceOf(
                            Policy.Explanation.Explained.class,
                            Policy.explaining(evidence).apply(plainOnRecord(made)));
            assertEquals(made, again.decided());
            Policy.Explanation.Share share = again.shares().getFirst();
            assertEquals(1, again.shares().size());
            assertEquals("bucket-policy", share.asked().name());
            assertFalse(decided(share.asked()), "neither lets in one of its own");
            assertEquals(grade.equals("closed"), !share.asked().reasons().isEmpty());
            assertEquals(grade.equals("closed"), again.context().contains("\"denied\":true"));
        }
    }

    private static UseOnRecord onRecord(Asked asked, Decision decision) {
        return new UseOnRecord(
                "city",
                NOW,
                asked.action(),
                "city/p",
                "home",
                "home",
                decision.policy(),
                "9".repeat(32),
                "ASIATEST",
                asked.bucket() + "/" + asked.name(),
                asked.address(),
                decision.read());
    }

    private static boolean decided(Policy.Explanation.Within within) throws Exception {
        Schema schema = Schema.parse(within.schema());
        org.domicile.cedar.Request request =
                org.domicile.cedar.Request.of(
                        uid(within.principal()),
                        uid(within.action()),
                        uid(within.resource()),
                        within.context(),
                        schema);
        return Authorizer.decide(
                        request,
                        Entities.parse(within.entities(), schema),
                        PolicySet.parse(within.policies()))
                .isAllowed();
    }

    private static EntityUid uid(String json) {
        String[] parts = json.split("\"", -1);
        return new EntityUid(parts[3], parts[7]);
    }

    @Test
    void aRoleInCedarSpeaksOfEverything() {
        String text = "permit (principal, action in Action::\"read\", resource);";
        Role role = role("");
        done(
                new Change.NewRole(
                        new Role(
                                "city",
                                "reader",
                                ROLE,
                                "city/p",
                                role.principals(),
                                "",
                                List.of(),
                                List.of(),
                                new Permissions(Permissions.Language.CEDAR, text),
                                role.longest(),
                                NOW,
                                false)));
        assertEquals("allowed", reason(session("")));
        assertEquals(
                "role-not-permitted",
                decide(session(""), new Asked("s3:PutObject", "archive", "a", "")).reason());
        assertEquals(
                "allowed",
                policy.decide(
                                request(caller(session("")), ""),
                                "ledger:ReadLog",
                                new Resource.Own("city"))
                        .reason());
    }

    @Test
    void whatCannotBeARoleIsSaidInASentence() {
        record Case(Change change, String part) {}
        Target issuer = target("issuer", "https://id.example/realm");
        done(new Change.NewTarget(issuer));
        for (Case each :
                List.of(
                        new Case(new Change.NewRole(role("{")), "not taken: line 1"),
                        new Case(
                                new Change.NewRole(
                                        role(
                                                "{\"Statement\":"
                                                        + statement(
                                                                "Deny",
                                                                "s3:*",
                                                                "*",
                                                                ",\"Condition\":{\"StringLike\":{\"s3:prefix\":\"x\"}}")
                                                        + "}")),
                                "nothing is known here of s3:prefix"),
                        new Case(
                                new Change.NewRole(
                                        role(allow("s3:*", "arn:aws:s3:::home/${aws:username}/*"))),
                                "aws:username"),
                        new Case(new Change.NewRole(role(" ".repeat(20_481))), "20 KiB"),
                        new Case(new Change.RemoveRole("city/reader"), "no role city/reader"),
                        new Case(new Change.NewTarget(issuer), "exists already"),
                        new Case(new Change.NewTarget(target("a", "http://id.example/")), "https"),
                        new Case(
                                new Change.NewTarget(target("a", "https://u@id.example/")),
                                "https"),
                        new Case(
                                new Change.NewTarget(target("a", "https://id.example/?q")),
                                "https"),
                        new Case(
                                new Change.NewTarget(target("A", "https://id.example/")),
                                "no name"),
                        new Case(new Change.RemoveTarget("city/b"), "no target city/b"))) {
            String sentence = change(each.change());
            assertTrue(sentence.contains(each.part()), sentence);
        }
        done(new Change.NewTarget(target("local", "http://127.0.0.1:8080/")));
        done(new Change.RemoveTarget("city/local"));
        assertTrue(
                policy.register().targets().values().stream()
                        .filter(each -> each.name().equals("local"))
                        .allMatch(Target::removed));
    }

    private static Target target(String name, String url) {
        return new Target("city", name, url, "home", List.of(), NOW, false);
    }

    @Test
    void aSessionPolicyHasLimits() {
        assertInstanceOf(
                SessionPolicy.Fault.None.class, new SessionPolicy(DOCUMENTS.get(1)).fault());
        assertInstanceOf(SessionPolicy.Fault.Malformed.class, new SessionPolicy("{}").fault());
        StringBuilder wide = new StringBuilder("{\"Statement\":[");
        for (int i = 0; i < 22; i++) {
            wide.append(i == 0 ? "" : ",")
                    .append(statement("Allow", "s3:*e*", "arn:aws:s3:::*" + i, ""));
        }
        String text = wide.append("]}").toString();
        assertTrue(text.length() < SessionPolicy.LONGEST);
        assertInstanceOf(SessionPolicy.Fault.TooLarge.class, new SessionPolicy(text).fault());
    }

    @Test
    void documentsLieSealed() {
        done(new Change.NewRole(role(allow("s3:GetObject", "arn:aws:s3:::planted/*"))));
        policy.issue(
                request(new Caller.Anonymous(), ""),
                new SessionPolicy(allow("s3:GetObject", "arn:aws:s3:::planted/*")));
        assertFalse(holds((byte) 'p', "planted/"));
        assertFalse(holds((byte) 'q', "planted/"));
        assertTrue(holds((byte) 'q', "KEY-ada"));
    }

    private boolean holds(byte kind, String text) {
        try (Cursor cursor =
                keyspace.scan(
                        Space.RECORDS, Range.prefix(new byte[] {kind}), Reading.Direction.UP)) {
            while (cursor.next()) {
                if (new String(cursor.value(), StandardCharsets.ISO_8859_1).contains(text)) {
                    return true;
                }
            }
        }
        return false;
    }
}
