package org.domicile.policy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.domicile.bytes.StorageFailure;
import org.domicile.cedar.Value;
import org.domicile.keys.Subjects;
import org.domicile.keys.Vault;
import org.domicile.keyspace.Cursor;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Range;
import org.domicile.keyspace.Reading;
import org.domicile.keyspace.Space;
import org.domicile.request.Append;
import org.domicile.request.Caller;
import org.domicile.request.Outcome;
import org.domicile.request.Pending;
import org.domicile.request.Request;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The register and its rules, over a keyspace in memory. */
@Timeout(60)
class PolicyTest {
    private static final String LOG = "use/test";
    private static final String PERSON = "Ada Planted Lovelace";
    private static final byte[] SECRET = "planted-secret-of-forty-characters-00000".getBytes();
    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
    private static final Instant END = NOW.plusSeconds(1_000).plusNanos(1_234_567);

    /** Seals by turning all bits; not a cipher, but nothing plain is left and names are bound. */
    private static final Vault VAULT =
            new Vault() {
                @Override
                public byte[] seal(String name, byte[] secret) {
                    byte[] sealed = Arrays.copyOf(secret, secret.length + 4);
                    for (int i = 0; i < secret.length; i++) {
                        sealed[i] ^= (byte) 0xFF;
                    }
                    int hash = name.hashCode();
                    for (int i = 0; i < 4; i++) {
                        sealed[secret.length + i] = (byte) (hash >>> (8 * i));
                    }
                    return sealed;
                }

                @Override
                public byte[] open(String name, byte[] sealed) {
                    byte[] secret = Arrays.copyOf(sealed, sealed.length - 4);
                    for (int i = 0; i < secret.length; i++) {
                        secret[i] ^= (byte) 0xFF;
                    }
                    if (!Arrays.equals(seal(name, secret), sealed)) {
                        throw new StorageFailure(StorageFailure.Kind.CORRUPT, "another's secret");
                    }
                    return secret;
                }
            };

    /** The same for what hangs on a person's key; those in {@code gone} are erased. */
    private static final Set<String> GONE = ConcurrentHashMap.newKeySet();

    private static final Subjects SUBJECTS = new SealedNames(VAULT, GONE);

    private final Keyspace keyspace = Keyspace.inMemory();
    private Instant now = NOW;
    private Policy policy = open();

    private Policy open() {
        return Policy.open(keyspace, VAULT, SUBJECTS, () -> now);
    }

    @BeforeEach
    void found() {
        done(new Change.NewZone(new Zone("eu", Optional.empty())));
        done(new Change.NewZone(new Zone("de", Optional.of("eu"))));
        done(new Change.NewZone(new Zone("home", Optional.of("de"))));
        done(new Change.NewZone(new Zone("us", Optional.empty())));
        for (String name : List.of("city", "water", Policy.INSTALLATION)) {
            done(new Change.NewOrganisation(new Organisation(name, "home", "k-" + name, NOW)));
        }
        done(new Change.NewPurpose(purpose("city", "p", List.of("de"), END)));
        for (String name : List.of("administration", "upkeep")) {
            done(
                    new Change.NewPurpose(
                            purpose(Policy.INSTALLATION, name, List.of("home"), Instant.MAX)));
        }
        done(
                new Change.NewPrincipal(
                        new Principal(
                                "ada", "city", PERSON, "22732d61646122000000000000000000", NOW)));
        done(
                new Change.NewCredential(
                        credential("KEY", List.of("s3:*"), List.of("*"), Instant.MAX), SECRET));
    }

    @AfterEach
    void end() {
        keyspace.close();
    }

    private static Purpose purpose(
            String organisation, String name, List<String> zones, Instant expires) {
        return new Purpose(
                organisation, name, "text", "owner", "basis", zones, NOW, expires, false);
    }

    private static Credential credential(
            String key, List<String> actions, List<String> buckets, Instant expires) {
        return new Credential(key, "ada", "city", "city/p", actions, buckets, NOW, expires, false);
    }

    private static final class Record implements Pending {
        Optional<Outcome> outcome = Optional.empty();
        private Optional<Outcome> taken = Optional.empty();

        @Override
        public List<Append> take(Outcome how) {
            taken = Optional.of(how);
            return List.of(new Append(LOG, new byte[] {1}, new byte[0]));
        }

        @Override
        public void committed(List<Long> indices) {
            outcome = taken;
        }
    }

    private static Request request(Caller caller, String zone, Instant at) {
        return new Request(
                "r", caller, "s3", zone, "192.0.2.1", at, at.plusSeconds(60), Optional.empty());
    }

    private Policy.Applied change(Change change, Outcome expected) {
        Record record = new Record();
        long before = keyspace.logs().size(LOG);
        Policy.Applied applied =
                policy.change(
                        request(new Caller.Anonymous(), "home", now).carrying(record), change);
        assertEquals(Optional.of(expected), record.outcome);
        assertEquals(before + 1, keyspace.logs().size(LOG));
        return applied;
    }

    private void done(Change change) {
        assertEquals("", policy.objection(change));
        assertEquals(new Policy.Applied.Done(), change(change, Outcome.DONE));
    }

    private static Principal principal(Policy policy, String id) {
        return Optional.ofNullable(policy.register().principals().get(id)).orElseThrow();
    }

    /** Who was erased is forgotten at once, and after a restart; the id stays. */
    @Test
    void anErasedPrincipalHasNoName() {
        String key = "6a".repeat(16);
        done(new Change.NewPrincipal(new Principal("cy", "city", "Cy", key, NOW)));
        assertEquals("Cy", principal(open(), "cy").name());
        done(new Change.ErasePrincipal("cy"));
        refused(new Change.ErasePrincipal("cy"), "no such principal");
        refused(new Change.ErasePrincipal("ada"), "still has a credential");
        for (Policy each : List.of(policy, open())) {
            assertTrue(principal(each, "cy").erased());
        }
        done(new Change.NewPrincipal(new Principal("di", "city", "Di", "6b".repeat(16), NOW)));
        GONE.add("6b".repeat(16));
        assertTrue(principal(open(), "di").erased(), "with its key, the name");
    }

    /** Another target of the name starts without one, whoever knew the last. */
    @Test
    void aTargetsSecretIsKeptSealedAndEndsWithTheTarget() {
        Target hook =
                new Target("city", "hook", "https://hook.example/", "home", List.of(), NOW, false);
        byte[] secret = {7, 8, 9};
        refused(new Change.SetTargetSecret("city/hook", secret), "no target city/hook");
        done(new Change.NewTarget(hook));
        String digest = policy.register().digest();
        assertEquals(0, policy.targetSecret("city/hook").length);
        done(new Change.SetTargetSecret("city/hook", secret));
        assertEquals(digest, policy.register().digest(), "no decision reads it");
        for (Policy each : List.of(policy, open())) {
            assertArrayEquals(secret, each.targetSecret("city/hook"));
        }
        done(new Change.RemoveTarget("city/hook"));
        refused(new Change.SetTargetSecret("city/hook", secret), "no target city/hook");
        done(new Change.NewTarget(hook));
        for (Policy each : List.of(policy, open())) {
            assertEquals(0, each.targetSecret("city/hook").length);
        }
    }

    private void refused(Change change, String part) {
        Register before = policy.register();
        String objection = policy.objection(change);
        assertTrue(objection.contains(part), () -> "'" + objection + "' has no '" + part + "'");
        assertEquals(new Policy.Applied.Refused(objection), change(change, Outcome.CONFLICT));
        assertEquals(before, policy.register());
    }

    private static <T> T known(Map<String, T> all, String name) {
        return Optional.ofNullable(all.get(name)).orElseThrow();
    }

    private static Caller.Known known() {
        return new Caller.Known("city", "ada", "KEY", "city/p");
    }

    private static Resource.Data data(String organisation, String bucket, String... zones) {
        return new Resource.Data(organisation, bucket, "n", List.of(zones), "home");
    }

    private String judge(Caller caller, String zone, Instant at, String action, Resource resource) {
        Decision decision = policy.decide(request(caller, zone, at), action, resource);
        assertEquals(
                decision.reason().equals("allowed")
                        ? Decision.Effect.ALLOW
                        : Decision.Effect.REFUSE,
                decision.effect());
        assertEquals(policy.standing(caller), decision.policy());
        assertTrue(decision.read().contains(policy.register().digest()), decision::read);
        return decision.reason();
    }

    private String judge(Resource resource) {
        return judge(known(), "home", NOW, "s3:GetObject", resource);
    }

    // ---- the rules ----

    @Test
    void theFirstRuleThatSpeaksDecides() {
        Resource foreign = data("water", "b", "us");
        Resource misplaced = data("city", "b", "us");
        done(
                new Change.NewCredential(
                        credential("NARROW", List.of("s3:GetObject"), List.of("logs-*"), END),
                        SECRET));
        Caller.Known narrow = new Caller.Known("city", "ada", "NARROW", "city/p");
        Instant ended = Instant.parse("2027-01-01T00:00:00Z");
        // Each line breaks all rules from its own on; the first of them speaks.
        assertEquals("no-caller", judge(new Caller.Anonymous(), "us", ended, "x", foreign));
        assertEquals("credential-expired", judge(narrow, "us", ended, "x", foreign));
        assertEquals(
                "credential-withdrawn",
                judge(
                        new Caller.Known("city", "ada", "NONE", "city/p"),
                        "us",
                        ended,
                        "x",
                        foreign));
        assertEquals("purpose-expired", judge(known(), "us", ended, "x", foreign));
        assertEquals("other-organisation", judge(narrow, "us", NOW, "x", foreign));
        assertEquals("zone-mismatch", judge(narrow, "us", NOW, "x", misplaced));
        assertEquals("action-not-listed", judge(narrow, "home", NOW, "x", data("city", "b", "eu")));
        assertEquals(
                "bucket-not-listed",
                judge(narrow, "home", NOW, "s3:GetObject", data("city", "b", "eu")));
        assertEquals(
                "allowed",
                judge(narrow, "home", NOW, "s3:GetObject", data("city", "logs-1", "eu")));
        done(new Change.WithdrawCredential("NARROW"));
        assertEquals("credential-withdrawn", judge(narrow, "us", ended, "x", foreign));
        done(new Change.WithdrawPurpose("city/p"));
        assertEquals("purpose-withdrawn", judge(known(), "us", NOW, "x", foreign));
    }

    @Test
    void bothEndsMustBeInsideAZoneOfTheBucketAndOneOfThePurpose() {
        assertEquals("allowed", judge(data("city", "b", "home")));
        assertEquals("allowed", judge(data("city", "b", "us", "eu")));
        assertEquals("zone-mismatch", judge(data("city", "b", "us")));
        assertEquals("zone-mismatch", judge(data("city", "b")));
        assertEquals("zone-mismatch", judge(data("city", "b", "nowhere")));
        Resource wide = data("city", "b", "eu", "us");
        for (String zone : List.of("home", "de")) {
            assertEquals("allowed", judge(known(), zone, NOW, "s3:GetObject", wide));
        }
        // The purpose is for de: its country's region is outside, and so is everybody unknown.
        for (String zone : List.of("eu", "us", "nowhere", "")) {
            assertEquals("zone-mismatch", judge(known(), zone, NOW, "s3:GetObject", wide));
        }
        assertEquals(
                "zone-mismatch",
                judge(known(), "de", NOW, "s3:GetObject", data("city", "b", "home")));
        Resource elsewhere = new Resource.Data("city", "b", "n", List.of("eu"), "us");
        assertEquals("zone-mismatch", judge(elsewhere));
    }

    @Test
    void ownThingsNeedThePurposesZoneAlone() {
        assertEquals("allowed", judge(new Resource.Own("city")));
        assertEquals("other-organisation", judge(new Resource.Own("water")));
        assertEquals(
                "zone-mismatch",
                judge(known(), "us", NOW, "s3:ListAllMyBuckets", new Resource.Own("city")));
        assertEquals("other-organisation", judge(new Resource.Installation()));
    }

    @Test
    void operatorsActOnTheInstallationAndOnNoData() {
        Caller.Known operator =
                new Caller.Known(Policy.INSTALLATION, "op", "operator", Policy.ADMINISTRATION);
        assertEquals(
                "allowed", judge(operator, "home", NOW, "admin:X", new Resource.Installation()));
        assertEquals(
                "other-organisation",
                judge(operator, "home", NOW, "s3:GetObject", data("city", "b", "home")));
        // Story: an operator abroad was let in, though the purpose's zones do not hold him.
        assertEquals(
                "zone-mismatch",
                judge(operator, "us", NOW, "admin:X", new Resource.Installation()));
        Caller.Known pretender = new Caller.Known(Policy.INSTALLATION, "op", "operator", "city/p");
        assertEquals(
                "other-organisation",
                judge(pretender, "home", NOW, "admin:X", new Resource.Installation()));
        Caller program = new Caller.Program("system:upkeep", Policy.UPKEEP);
        assertEquals("allowed", judge(program, "home", NOW, "x", new Resource.Installation()));
        assertEquals(
                "no-purpose",
                judge(
                        new Caller.Program("system:x", "installation/none"),
                        "home",
                        NOW,
                        "x",
                        new Resource.Installation()));
    }

    /** Labels do not stop it; anything else that it could do to data is refused. */
    @Test
    void theProgramWritesFilesOfTablesAnewAndCountsAndDoesNothingElseToData() {
        Caller program = new Caller.Program("system:upkeep", Policy.UPKEEP);
        Resource.Data file =
                new Resource.Data(
                                "city",
                                "tables-1",
                                "0123456789abcdef0123/data/f",
                                List.of("home"),
                                "home")
                        .reserved();
        Marks marks =
                new Marks(
                        List.of("health"),
                        List.of(Policy.UPKEEP),
                        List.of(List.of("city/nothing")));
        for (String action :
                List.of(
                        "compaction:Plan",
                        "compaction:Read",
                        "compaction:Rewrite",
                        "statistics:Plan",
                        "statistics:Read",
                        "statistics:Set",
                        "statistics:Remove")) {
            assertEquals("allowed", judge(program, "home", NOW, action, file), action);
            assertEquals(
                    "allowed", judge(program, "home", NOW, action, file.carrying(marks)), action);
            assertEquals("zone-mismatch", judge(program, "us", NOW, action, file), action);
            assertEquals(
                    "other-organisation",
                    judge(program, "home", NOW, action, data("city", "b", "home")),
                    action);
            assertEquals(
                    "other-organisation",
                    judge(
                            new Caller.Program("system:upkeep", Policy.ADMINISTRATION),
                            "home",
                            NOW,
                            action,
                            file),
                    action);
            assertEquals(
                    "other-organisation",
                    judge(
                            new Caller.Program("system:other", Policy.UPKEEP),
                            "home",
                            NOW,
                            action,
                            file),
                    action);
        }
        for (String action :
                List.of("s3:GetObject", "iceberg:LoadTable", "lifecycle:RemoveFiles")) {
            assertEquals("other-organisation", judge(program, "home", NOW, action, file), action);
        }
    }

    @Test
    void patternsMatchAllAFamilyOrThemselves() {
        record Case(String pattern, String value, boolean matches) {}
        for (Case each :
                List.of(
                        new Case("*", "", true),
                        new Case("*", "x", true),
                        new Case("s3:Get*", "s3:GetObject", true),
                        new Case("s3:Get*", "s3:Get", true),
                        new Case("s3:Get*", "s3:ListBucket", false),
                        new Case("s3:Get*", "S3:GetObject", false),
                        new Case("s3:*Object", "s3:GetObject", false),
                        new Case("s3:*Object", "s3:*Object", true),
                        new Case("logs", "logs-1", false),
                        new Case("logs-*", "log", false),
                        new Case("", "", true),
                        new Case("", "x", false))) {
            assertEquals(
                    each.matches(),
                    Listed.names(each.value()) instanceof Value.Many(Set<Value> names)
                            && names.contains(Value.of(each.pattern())),
                    each::toString);
        }
    }

    /**
     * Story: until a restart an end stood with its nanoseconds, afterwards with its milliseconds: a
     * decision between the two could not be made again.
     */
    @Test
    void anEndIsAnInstantAndTheSameAfterReopening() {
        Instant end = Instant.ofEpochMilli(END.toEpochMilli());
        for (int round = 0; round < 2; round++) {
            assertEquals(
                    "allowed",
                    judge(known(), "home", end.minusNanos(1), "s3:X", data("city", "b", "de")));
            assertEquals(
                    "purpose-expired",
                    judge(known(), "home", end, "s3:X", data("city", "b", "de")));
            policy = open();
        }
    }

    // ---- the register ----

    @Test
    void theRegisterIsTheSameAfterReopening() {
        done(new Change.WithdrawCredential("KEY"));
        Register before = policy.register();
        policy = open();
        assertEquals(before, policy.register());
        assertEquals(PERSON, known(policy.register().principals(), "ada").name());
        assertArrayEquals(SECRET, policy.secret("KEY"));
        assertArrayEquals(new byte[0], policy.secret("NONE"));
    }

    @Test
    void secretsAndNamesLieSealed() {
        byte[] end = new byte[64];
        Arrays.fill(end, (byte) 0xFF);
        int seen = 0;
        for (Space space : Space.values()) {
            Range all = new Range(new byte[0], end);
            try (Cursor cursor = keyspace.scan(space, all, Reading.Direction.UP)) {
                while (cursor.next()) {
                    String pair =
                            new String(cursor.key(), StandardCharsets.ISO_8859_1)
                                    + new String(cursor.value(), StandardCharsets.ISO_8859_1);
                    assertFalse(pair.contains(new String(SECRET, StandardCharsets.ISO_8859_1)));
                    assertFalse(pair.contains("Planted"));
                    seen++;
                }
            }
        }
        assertTrue(seen > 10);
    }

    @Test
    void theDigestChangesExactlyWithWhatDecides() {
        String before = policy.register().digest();
        done(
                new Change.NewPrincipal(
                        new Principal(
                                "bob", "city", "Bob", "22732d626f6222000000000000000000", NOW)));
        assertEquals(before, policy.register().digest());
        refused(new Change.NewZone(new Zone("eu", Optional.empty())), "exists already");
        assertEquals(before, policy.register().digest());
        List<String> digests = new ArrayList<>(List.of(before));
        for (Change change :
                List.of(
                        new Change.NewZone(new Zone("fr", Optional.of("eu"))),
                        new Change.NewPurpose(purpose("city", "q", List.of("fr"), END)),
                        new Change.NewCredential(
                                credential("K2", List.of("*"), List.of("*"), Instant.MAX), SECRET),
                        new Change.WithdrawCredential("K2"),
                        new Change.WithdrawPurpose("city/q"))) {
            done(change);
            assertFalse(digests.contains(policy.register().digest()), change::toString);
            digests.add(policy.register().digest());
        }
        policy = open();
        assertEquals(digests.getLast(), policy.register().digest());
    }

    @Test
    void aRegisterInSomebodysHandDoesNotChange() {
        Register held = policy.register();
        done(new Change.WithdrawCredential("KEY"));
        assertFalse(known(held.credentials(), "KEY").withdrawn());
        assertNotEquals(held.digest(), policy.register().digest());
        assertThrows(UnsupportedOperationException.class, () -> held.zones().clear());
    }

    @Test
    void objectionsSayWhatToDo() {
        List<String> home = List.of("home");
        refused(organisation("City"), "is no name for organisation");
        refused(organisation("x".repeat(64)), "is no name");
        refused(organisation("city"), "exists already");
        refused(
                new Change.NewOrganisation(new Organisation("new", "mars", "k", NOW)),
                "there is no zone mars");
        refused(new Change.NewZone(new Zone("a b", Optional.empty())), "is no name for zone");
        refused(new Change.NewZone(new Zone("fr", Optional.of("mars"))), "there is no zone mars");
        refused(new Change.NewPurpose(purpose("none", "x", home, END)), "there is no organisation");
        refused(new Change.NewPurpose(purpose("city", "p", home, END)), "is not rewritten");
        refused(new Change.NewPurpose(purpose("city", "x", home, NOW)), "in the future");
        // Story: a purpose of a tenant could be registered for ever.
        refused(new Change.NewPurpose(purpose("city", "x", home, Instant.MAX)), "must expire");
        refused(
                new Change.NewPurpose(
                        purpose("city", "x", home, Instant.parse("+10000-01-01T00:00:00Z"))),
                "must expire");
        refused(new Change.NewPurpose(purpose("city", "x", List.of(), END)), "at least one zone");
        refused(new Change.NewPurpose(purpose("city", "x", List.of("mars"), END)), "no zone mars");
        refused(
                new Change.NewPurpose(
                        new Purpose("city", "x", " ", "o", "b", home, NOW, END, false)),
                "--text");
        refused(
                new Change.NewPurpose(
                        new Purpose("city", "x", "t", "", "b", home, NOW, END, false)),
                "--owner");
        refused(
                new Change.NewPurpose(
                        new Purpose("city", "x", "t", "o", "", home, NOW, END, false)),
                "--legal-basis");
        refused(new Change.WithdrawPurpose(Policy.UPKEEP), "cannot be withdrawn");
        refused(new Change.WithdrawPurpose("city/none"), "there is no purpose city/none");
        refused(
                new Change.NewPrincipal(
                        new Principal(
                                "x", "city", PERSON, "55555555555555555555555555555555", NOW)),
                "of that name already");
        refused(
                new Change.NewPrincipal(
                        new Principal("x", "none", "X", "55555555555555555555555555555555", NOW)),
                "organisation");
        refused(
                new Change.NewPrincipal(
                        new Principal("x", "city", " ", "55555555555555555555555555555555", NOW)),
                "needs a name");
        refused(new Change.WithdrawCredential("NONE"), "there is no credential NONE");
    }

    private static Change organisation(String name) {
        return new Change.NewOrganisation(new Organisation(name, "home", "k", NOW));
    }

    @Test
    void objectionsToCredentialsSayWhatToDo() {
        List<String> all = List.of("*");
        record Case(Credential credential, String part) {}
        done(new Change.NewPurpose(purpose("water", "w", List.of("home"), END)));
        Instant far = Instant.parse("+20000-01-01T00:00:00Z");
        List<String> many = IntStream.range(0, 257).mapToObj(i -> "b" + i).toList();
        for (Case each :
                List.of(
                        new Case(credential("KEY", all, all, END), "exists already"),
                        new Case(credential("K", List.of(), all, END), "at least one action"),
                        new Case(credential("K", all, List.of(), END), "at least one action"),
                        new Case(credential("K", all, many, END), "at most 256"),
                        // Story: a pattern of any length was taken, up to what a record can hold.
                        new Case(credential("K", all, List.of("x".repeat(257)), END), "256 char"),
                        new Case(credential("K", List.of(""), all, END), "256 char"),
                        new Case(credential("K", all, all, NOW), "in the future"),
                        new Case(credential("K", all, all, far), "9999"),
                        new Case(
                                new Credential(
                                        "K", "eve", "city", "city/p", all, all, NOW, END, false),
                                "no such principal"),
                        new Case(
                                new Credential(
                                        "K", "ada", "water", "water/w", all, all, NOW, END, false),
                                "no such principal"),
                        new Case(
                                new Credential(
                                        "K", "ada", "city", "water/w", all, all, NOW, END, false),
                                "another organisation"),
                        new Case(
                                new Credential(
                                        "K", "ada", "city", "city/x", all, all, NOW, END, false),
                                "there is no purpose"))) {
            refused(new Change.NewCredential(each.credential(), SECRET), each.part());
        }
        now = END;
        refused(
                new Change.NewCredential(credential("K", all, all, Instant.MAX), SECRET),
                "not valid any more");
    }

    /** Story: a key pair for administration could have been issued, and been used over any wire. */
    @Test
    void noCredentialIsIssuedForABuiltInPurpose() {
        done(
                new Change.NewPrincipal(
                        new Principal(
                                "op",
                                Policy.INSTALLATION,
                                "operator",
                                "22732d6f702200000000000000000000",
                                NOW)));
        List<String> all = List.of("*");
        for (String purpose : List.of(Policy.ADMINISTRATION, Policy.UPKEEP)) {
            Credential credential =
                    new Credential(
                            "K", "op", Policy.INSTALLATION, purpose, all, all, NOW, END, false);
            refused(new Change.NewCredential(credential, SECRET), "no credential is issued for it");
        }
    }

    @Test
    void ofManyWhoMakeTheSameOneDoes() throws Exception {
        List<Callable<Policy.Applied>> makers = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            String own = "own" + i;
            makers.add(() ->
                    policy.change(
                            request(new Caller.Anonymous(), "home", NOW),
                            new Change.NewZone(new Zone("same", Optional.empty()))));
            makers.add(() ->
                    policy.change(
                            request(new Caller.Anonymous(), "home", NOW),
                            new Change.NewZone(new Zone(own, Optional.empty()))));
        }
        int done = 0;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Policy.Applied> each : threads.invokeAll(makers, 20, TimeUnit.SECONDS)) {
                done += each.get() instanceof Policy.Applied.Done ? 1 : 0;
            }
        }
        assertEquals(17, done);
        Register before = policy.register();
        assertEquals(4 + 17, before.zones().size());
        policy = open();
        assertEquals(before, policy.register());
    }

    @Test
    void aChangeThatCannotBeCommittedIsNotInForce() {
        Register before = policy.register();
        keyspace.close();
        assertThrows(
                StorageFailure.class,
                () ->
                        policy.change(
                                request(new Caller.Anonymous(), "home", NOW),
                                new Change.WithdrawCredential("KEY")));
        assertEquals(before, policy.register());
        assertEquals("allowed", judge(data("city", "b", "de")));
    }

    @Test
    void aRecordOfANewerProgramIsRefused() {
        byte[] key = {'p', 'z', 'n', 'e', 'w'};
        keyspace.commit(
                new org.domicile.keyspace.Transaction()
                        .write(
                                new org.domicile.keyspace.Write.Put(
                                        Space.RECORDS, key, new byte[] {9, 0, 0})));
        StorageFailure failure = assertThrows(StorageFailure.class, this::open);
        assertEquals(StorageFailure.Kind.FOREIGN, failure.kind());
        assertInstanceOf(StorageFailure.class, failure);
    }
}
