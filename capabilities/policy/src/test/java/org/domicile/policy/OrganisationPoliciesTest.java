package org.domicile.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
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

/** Policies that organisations put, and decisions that are made again. */
@Timeout(60)
class OrganisationPoliciesTest {
    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00.123456789Z");
    private static final String NO_DELETES =
            """
            // Ada Planted asked for it
            @id("kept")
            forbid (principal, action == Action::"s3:DeleteObject", resource in Bucket::"archive");
            """;
    private static final String AT_NIGHT =
            """
            forbid (principal, action in Action::"write", resource)
            unless { context has address && context.address.isInRange(ip("192.0.2.0/24")) };
            @id("errs")
            forbid (principal, action == Action::"s3:PutObject", resource is Object)
            when { 9223372036854775807 + 1 > 0 };
            """;

    /** Nothing plain is left; names are bound. */
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

    private final Keyspace keyspace = Keyspace.inMemory();
    private Policy policy = open();

    private Policy open() {
        return Policy.open(keyspace, VAULT, new SealedNames(VAULT, Set.of()), () -> NOW);
    }

    @BeforeEach
    void found() {
        Register small = SmallWorld.register();
        List.of("eu", "us", "de", "home")
                .forEach(each -> done(new Change.NewZone(known(small.zones(), each))));
        small.organisations().values().forEach(each -> done(new Change.NewOrganisation(each)));
        Instant end = NOW.plusSeconds(3_600);
        for (String each : List.of("city", "water")) {
            done(
                    new Change.NewPurpose(
                            new Purpose(each, "p", "t", "o", "b", List.of("eu"), NOW, end, false)));
            done(
                    new Change.NewPrincipal(
                            new Principal(each + "-1", each, "Ada", "5".repeat(32), NOW)));
            done(
                    new Change.NewCredential(
                            new Credential(
                                    "KEY-" + each,
                                    each + "-1",
                                    each,
                                    each + "/p",
                                    List.of("s3:*"),
                                    List.of("*"),
                                    NOW,
                                    Instant.MAX,
                                    false),
                            new byte[] {1}));
        }
    }

    @AfterEach
    void end() {
        keyspace.close();
    }

    private static <T> T known(Map<String, T> all, String name) {
        return Optional.ofNullable(all.get(name)).orElseThrow();
    }

    private void done(Change change) {
        assertEquals("", policy.objection(change));
        assertEquals(
                new Policy.Applied.Done(),
                policy.change(SmallWorld.request(new Caller.Anonymous(), "home"), change));
    }

    private PolicyText text(String organisation, String name, String text) {
        PolicyText before = policy.register().policies().get(organisation + "/" + name);
        return new PolicyText(
                organisation,
                name,
                before == null ? 1 : before.version() + 1,
                Sha256.of(text),
                text,
                NOW,
                false);
    }

    private void put(String organisation, String name, String text) {
        done(new Change.PutPolicy(text(organisation, name, text)));
    }

    private void remove(String organisation, String name) {
        int version = known(policy.register().policies(), organisation + "/" + name).version();
        done(
                new Change.PutPolicy(
                        new PolicyText(organisation, name, version + 1, "", "", NOW, true)));
    }

    private static Caller.Known caller(String organisation) {
        return new Caller.Known(
                organisation, organisation + "-1", "KEY-" + organisation, organisation + "/p");
    }

    private static Resource.Data object(String organisation, String name) {
        return new Resource.Data(organisation, "archive", name, List.of("de"), "home");
    }

    private Request request(String organisation, String address) {
        return new Request(
                "r", caller(organisation), "s3", "home", address, NOW, NOW, Optional.empty());
    }

    private Decision decide(String organisation, String action, String address) {
        return policy.decide(request(organisation, address), action, object(organisation, "a/b"));
    }

    @Test
    void whatAnOrganisationPutsJudgesItsOwnRequestsAlone() {
        String before = policy.standing(caller("city"));
        put("city", "archive", NO_DELETES);
        assertEquals("archive/kept", decide("city", "s3:DeleteObject", "192.0.2.1").reason());
        assertEquals("allowed", decide("city", "s3:GetObject", "192.0.2.1").reason());
        assertEquals("allowed", decide("water", "s3:DeleteObject", "192.0.2.1").reason());
        assertNotEquals(before, policy.standing(caller("city")));
        assertEquals(before, policy.standing(caller("water")));
        remove("city", "archive");
        assertEquals("allowed", decide("city", "s3:DeleteObject", "192.0.2.1").reason());
        assertEquals(before, policy.standing(caller("city")));
    }

    private static Resource.Data shared() throws Exception {
        BucketPolicy everybody =
                BucketPolicy.of(
                        "archive",
                        """
                        {"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*",\
                        "Resource":"arn:aws:s3:::archive/*"}}\
                        """);
        return object("city", "a/b")
                .shared(
                        new Access(
                                Sharing.NONE.under(everybody),
                                Facts.NONE,
                                Acl.NONE,
                                Map.of(),
                                "city/p"));
    }

    /** Whoever comes because a bucket is shared; by an outside engine and after a restart too. */
    @Test
    void whatAnOrganisationPutsJudgesWhoeverComesToWhatItShares() throws Exception {
        Resource.Data data = shared();
        policy.keep(data.access().sharing().policy().orElseThrow());
        Caller stranger = new Caller.Anonymous();
        put("water", "own", "forbid (principal, action == Action::\"s3:PutObject\", resource);");
        for (Caller each : List.of(caller("water"), stranger)) {
            Decision open = policy.decide(from(each), "s3:DeleteObject", data);
            assertEquals("allowed", open.reason());
            assertFalse(open.read().contains("policies"), open::read);
        }
        put("city", "archive", NO_DELETES);
        put("city", "night", AT_NIGHT);
        record Case(Caller caller, String action, String reason) {}
        for (Case each :
                List.of(
                        new Case(caller("water"), "s3:DeleteObject", "archive/kept"),
                        new Case(stranger, "s3:DeleteObject", "archive/kept"),
                        new Case(caller("water"), "s3:GetObject", "allowed"),
                        new Case(stranger, "s3:GetObject", "allowed"),
                        new Case(stranger, "s3:PutObject", "policy-error"),
                        new Case(caller("water"), "s3:PutObject", "own/policy0"))) {
            Decision decision = policy.decide(from(each.caller()), each.action(), data);
            assertEquals(each.reason(), decision.reason(), each::toString);
            assertEquals(policy.standing(each.caller()), decision.policy());
            Policy.Explanation.Explained again =
                    explained(onRecord(each.caller(), each.action(), decision));
            assertEquals(decision, again.decided());
            boolean asked = !each.reason().equals("own/policy0");
            assertEquals(
                    asked ? List.of("owner") : List.of(),
                    again.bounds().stream().map(Policy.Explanation.Within::name).toList());
        }
        Decision own = policy.decide(from(caller("city")), "s3:GetObject", data);
        assertFalse(own.read().contains("policies"), own::read);
        Decision refused = policy.decide(from(stranger), "s3:DeleteObject", data);
        remove("city", "archive");
        policy = open();
        assertEquals(refused, explained(onRecord(stranger, "s3:DeleteObject", refused)).decided());
        assertEquals("allowed", policy.decide(from(stranger), "s3:DeleteObject", data).reason());
    }

    private static Request from(Caller caller) {
        return new Request("r", caller, "s3", "home", "192.0.2.1", NOW, NOW, Optional.empty());
    }

    private static UseOnRecord onRecord(Caller caller, String action, Decision decision) {
        boolean known = caller instanceof Caller.Known;
        return new UseOnRecord(
                "city",
                NOW,
                action,
                known ? "water/p" : "city/p",
                "home",
                "home",
                decision.policy(),
                known ? "water-1" : "",
                known ? "KEY-water" : "",
                "archive/a/b",
                "192.0.2.1",
                decision.read());
    }

    /** Everything is shut, and operators can still take it away. */
    @Test
    void noOrganisationShutsOutOperatorsOrTheProgram() {
        put("city", "shut", "forbid (principal, action, resource);");
        Caller operator =
                new Caller.Known(Policy.INSTALLATION, "op", "operator", Policy.ADMINISTRATION);
        Resource installation = new Resource.Installation();
        done(
                new Change.NewPurpose(
                        new Purpose(
                                Policy.INSTALLATION,
                                "administration",
                                "t",
                                "o",
                                "b",
                                List.of("home"),
                                NOW,
                                Instant.MAX,
                                false)));
        assertEquals(
                "allowed",
                policy.decide(
                                SmallWorld.request(operator, "home"),
                                "admin:RemovePolicy",
                                installation)
                        .reason());
    }

    @Test
    void versionsAreKeptAndSealedAndTheSameAfterReopening() {
        put("city", "archive", NO_DELETES);
        put("city", "archive", AT_NIGHT);
        remove("city", "archive");
        put("city", "archive", NO_DELETES + "\n");
        Register before = policy.register();
        String standing = policy.standing(caller("city"));
        policy = open();
        assertEquals(before, policy.register());
        assertEquals(standing, policy.standing(caller("city")));
        assertEquals(
                NO_DELETES, policy.policy("city", "archive", 1).map(PolicyText::text).orElse(""));
        assertEquals(
                AT_NIGHT, policy.policy("city", "archive", 2).map(PolicyText::text).orElse(""));
        assertTrue(policy.policy("city", "archive", 3).orElseThrow().removed());
        assertEquals(Optional.empty(), policy.policy("city", "archive", 5));
        byte[] end = {(byte) 0xFF};
        try (Cursor cursor =
                keyspace.scan(Space.RECORDS, new Range(new byte[0], end), Reading.Direction.UP)) {
            while (cursor.next()) {
                String value = new String(cursor.value(), StandardCharsets.ISO_8859_1);
                assertTrue(!value.contains("Planted"), "a text lies open");
            }
        }
    }

    @Test
    void whatIsNotTakenSaysWhereAndWhatWasExpected() {
        record Case(String text, String part) {}
        for (Case each :
                List.of(
                        new Case("", "line 1, column 1: there is no policy"),
                        new Case("forbid (principal, action);", "line 1, column 26: found"),
                        new Case(
                                "forbid (principal, action, resource)\nwhen { context.nov };",
                                "line 2, column 16"),
                        new Case(
                                "forbid (principal, action == Action::\"s3:Gett\", resource);",
                                "declares no action"),
                        new Case(
                                "forbid (principal == ?principal, action, resource);",
                                "templates are not taken"),
                        new Case(
                                "@id(\"Zone Mismatch\") forbid (principal, action, resource);",
                                "lower-case letters"),
                        new Case(
                                "@id(\"policy1\") forbid (principal, action, resource);",
                                "name of a policy without one"),
                        new Case(
                                "@id(\"a\") forbid (principal, action, resource);"
                                        + "@id(\"a\") forbid (principal, action, resource);",
                                "stands here twice"),
                        new Case("forbid (principal, action, resource);".repeat(65), "at most 64"),
                        new Case("//" + "x".repeat(65_536), "at most 65,536"))) {
            Change change = new Change.PutPolicy(text("city", "x", each.text()));
            String objection = policy.objection(change);
            assertTrue(objection.contains(each.part()), () -> each + " → " + objection);
            assertInstanceOf(
                    Policy.Applied.Refused.class,
                    policy.change(SmallWorld.request(new Caller.Anonymous(), "home"), change));
        }
        assertEquals(Map.of(), policy.register().policies());
    }

    @Test
    void limitsAndNames() {
        for (int i = 0; i < PolicyText.MOST_SETS; i++) {
            put("city", "p" + i, NO_DELETES);
        }
        refused(text("city", "more", NO_DELETES), "16 policies");
        put("city", "p3", AT_NIGHT);
        remove("city", "p7");
        put("city", "more", NO_DELETES);
        refused(text("mars", "x", NO_DELETES), "there is no organisation mars");
        refused(text("city", "No Deletes", NO_DELETES), "is no name for policy");
        refused(text(Policy.INSTALLATION, "x", NO_DELETES), "come with the program");
        refused(
                new PolicyText("city", "p3", 2, "", NO_DELETES, NOW, false),
                "changed at the same time");
        refused(new PolicyText("city", "none", 1, "", "", NOW, true), "there is no policy");
        refused(new PolicyText("city", "p7", 3, "", "", NOW, true), "there is no policy");
    }

    private void refused(PolicyText text, String part) {
        String objection = policy.objection(new Change.PutPolicy(text));
        assertTrue(objection.contains(part), () -> "'" + objection + "' has no '" + part + "'");
    }

    @Test
    void aPermitIsTakenWithANote() {
        List<Policy.Problem> problems = Policy.check("permit (principal, action, resource);");
        assertEquals(1, problems.size());
        assertEquals(Policy.Problem.Weight.WARNING, problems.getFirst().weight());
        assertEquals(List.of(), Policy.check(NO_DELETES));
    }

    // ---- made again ----

    private UseOnRecord recorded(String organisation, String action, String address) {
        Decision decision = decide(organisation, action, address);
        return new UseOnRecord(
                organisation,
                NOW,
                action,
                organisation + "/p",
                "home",
                "home",
                decision.policy(),
                organisation + "-1",
                "KEY-" + organisation,
                "archive/a/b",
                address,
                decision.read());
    }

    private Policy.Explanation.Explained explained(UseOnRecord use) {
        return assertInstanceOf(Policy.Explanation.Explained.class, policy.explain(use));
    }

    /** The case alone, as somebody else's engine gets it: parsed, and decided anew. */
    private static org.domicile.cedar.Decision again(Policy.Explanation.Explained made)
            throws Exception {
        Schema schema = Schema.parse(made.schema());
        org.domicile.cedar.Request request =
                org.domicile.cedar.Request.of(
                        uid(made.principal()),
                        uid(made.action()),
                        uid(made.resource()),
                        made.context(),
                        schema);
        return Authorizer.decide(
                request, Entities.parse(made.entities(), schema), PolicySet.parse(made.policies()));
    }

    private static EntityUid uid(String json) {
        String[] parts = json.split("\"", -1);
        return new EntityUid(parts[3], parts[7]);
    }

    @Test
    void decisionsOfThePastAreMadeAgainWhateverChangedSince() throws Exception {
        put("city", "archive", NO_DELETES);
        UseOnRecord kept = recorded("city", "s3:DeleteObject", "192.0.2.1");
        UseOnRecord read = recorded("city", "s3:GetObject", "");
        put("city", "night", AT_NIGHT);
        UseOnRecord erring = recorded("city", "s3:PutObject", "192.0.2.1");
        UseOnRecord outside = recorded("city", "s3:AbortMultipartUpload", "198.51.100.1");
        UseOnRecord water = recorded("water", "s3:DeleteObject", "192.0.2.1");
        remove("city", "archive");
        remove("city", "night");
        done(new Change.WithdrawCredential("KEY-city"));
        done(new Change.WithdrawPurpose("city/p"));
        policy = open();
        record Case(UseOnRecord use, String reason, List<String> reasons) {}
        for (Case each :
                List.of(
                        new Case(kept, "archive/kept", List.of("archive/kept")),
                        new Case(read, "allowed", List.of("credential")),
                        new Case(erring, "policy-error", List.of("credential")),
                        new Case(outside, "night/policy0", List.of("night/policy0")),
                        new Case(water, "allowed", List.of("credential")))) {
            Policy.Explanation.Explained made = explained(each.use());
            assertEquals(each.reason(), made.decided().reason());
            assertEquals(each.reasons(), made.reasons());
            assertEquals(each.use().policy(), made.set());
            assertEquals(each.use().read(), made.decided().read());
            org.domicile.cedar.Decision again = again(made);
            assertEquals(made.reasons(), again.reasons());
            assertEquals(
                    made.errors().keySet(),
                    Map.copyOf(
                                    again.errors().stream()
                                            .collect(
                                                    java.util.stream.Collectors.toMap(
                                                            e -> e.policy(), e -> e.message())))
                            .keySet());
            assertEquals(made.answer() == Policy.Explanation.Answer.ALLOW, again.isAllowed());
        }
        assertEquals("{night/errs", explained(erring).errors().toString().substring(0, 11));
    }

    @Test
    void whatIsNotThereIsSaidInASentence() {
        UseOnRecord use = recorded("city", "s3:GetObject", "192.0.2.1");
        String digest = policy.register().digest();
        record Case(UseOnRecord use, String part) {}
        for (Case each :
                List.of(
                        new Case(with(use, use.policy(), ""), "no policy was asked"),
                        new Case(with(use, use.policy(), "(erased)"), "cannot be read"),
                        new Case(with(use, use.policy(), "{}"), "there is no register"),
                        new Case(with(use, digest, use.read()), "not kept here"),
                        new Case(
                                with(use, use.policy(), use.read().replace(digest, "0".repeat(64))),
                                "not kept here"))) {
            Policy.Explanation.Unexplained said =
                    assertInstanceOf(
                            Policy.Explanation.Unexplained.class, policy.explain(each.use()));
            assertTrue(said.sentence().contains(each.part()), said::sentence);
        }
    }

    private static UseOnRecord with(UseOnRecord use, String policy, String read) {
        return new UseOnRecord(
                use.organisation(),
                use.at(),
                use.action(),
                use.purpose(),
                use.dataZone(),
                use.clientZone(),
                policy,
                use.principal(),
                use.credential(),
                use.object(),
                use.address(),
                read);
    }
}
