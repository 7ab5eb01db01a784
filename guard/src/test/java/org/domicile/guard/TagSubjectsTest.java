package org.domicile.guard;

import static org.domicile.guard.Installation.draft;
import static org.domicile.guard.Installation.upstream;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.domicile.bytes.StorageFailure;
import org.domicile.keys.KeyId;
import org.domicile.keys.Keys;
import org.domicile.ledger.Ledger;
import org.domicile.lifecycle.Lifecycle;
import org.domicile.objects.Amendment;
import org.domicile.objects.Bucket;
import org.domicile.objects.Lock;
import org.domicile.people.Rule;
import org.domicile.policy.Policy;
import org.domicile.request.Caller;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A data set whose objects say in a tag whom they are about. */
@Timeout(90)
class TagSubjectsTest {
    private static final byte[] BODY = "a finding".getBytes(StandardCharsets.UTF_8);
    private static final Match ANY = new Match.Any();
    private static final Optional<String> NEWEST = Optional.empty();
    private static final Ledger.Span ALL = new Ledger.Span(Instant.EPOCH, Long.MAX_VALUE, 1_000);
    private static final GuardedObjects.Directive KEEP =
            new GuardedObjects.Directive.Keep("", Optional.empty(), Lock.OPEN, Encryption.UNSAID);

    @TempDir private Path folder;
    private Installation installation;
    private Administration.Issued city;
    private Rule rule;

    @BeforeEach
    void begin() {
        installation = Installation.inMemory(folder);
        city = installation.tenant("city");
        objects().createBucket("clinic", "");
        rule = people().createRule("clinic", "scans/", new Rule.Where.InTag("subject"));
    }

    @AfterEach
    void end() {
        installation.close();
    }

    private GuardedPeople people() {
        return installation.admin().people();
    }

    private GuardedObjects objects() {
        return installation.as(city);
    }

    private static Map<String, String> about(String who) {
        return Map.of("subject", who, "ward", "7");
    }

    private static void put(GuardedObjects objects, String name, Map<String, String> tags) {
        assertInstanceOf(
                Stored.Done.class,
                objects.put("clinic", name, draft().tagged(tags), upstream(BODY), ANY));
    }

    private Optional<KeyId> key(String who) {
        String organisation =
                Installation.known(installation.policy().register().organisations(), "city").key();
        return installation.keys().subject(new KeyId(KeyId.Kind.ORGANISATION, organisation), who);
    }

    /** The uses of objects that concern a person, oldest first; none when nobody knows her. */
    private List<String> told(String who) {
        if (key(who).isEmpty()) {
            return List.of();
        }
        String code = people().issueCode("city", who, Duration.ofMinutes(5)).code();
        return installation
                .guard()
                .people(
                        installation.request(
                                new Caller.Program("system:person", Policy.ADMINISTRATION)))
                .own(code, ALL)
                .orElseThrow()
                .uses()
                .reversed()
                .stream()
                .map(use -> use.concern().action() + " " + use.concern().verdict())
                .filter(each -> !each.startsWith("admin:") && !each.startsWith("people:"))
                .toList();
    }

    /** What doing something adds to what a person is told. */
    private List<String> adds(String who, Runnable act) {
        List<String> before = told(who);
        act.run();
        List<String> after = told(who);
        assertEquals(before, after.subList(0, before.size()));
        return after.subList(before.size(), after.size());
    }

    private static List<String> allowed(String... actions) {
        return List.of(actions).stream().map(each -> each + " allowed").toList();
    }

    @Test
    void whatIsStoredAndReadConcernsWhomItsTagNames() {
        assertEquals(
                allowed("s3:PutObject"),
                adds("p-1", () -> put(objects(), "scans/a", about("p-1"))));
        put(objects(), "scans/nobody", Map.of("ward", "7"));
        put(objects(), "scans/empty", Map.of("subject", ""));
        put(objects(), "elsewhere", about("p-9"));
        assertEquals(Optional.empty(), key("p-9"), "a rule holds below its prefix");
        assertEquals(Optional.empty(), key("7"));
        GuardedObjects objects = objects();
        assertEquals(
                allowed(
                        "s3:GetObject",
                        "s3:GetObject",
                        "s3:GetObjectTagging",
                        "s3:GetObjectAcl",
                        "s3:DeleteObject"),
                adds(
                        "p-1",
                        () -> {
                            Installation.bytes(objects.get("clinic", "scans/a", NEWEST));
                            objects.head("clinic", "scans/a", NEWEST);
                            objects.facts("s3:GetObjectTagging", "clinic", "scans/a", NEWEST);
                            objects.sharing().acl("clinic", "scans/a", NEWEST);
                            objects.get("clinic", "scans/nobody", NEWEST);
                            objects.get("clinic", "scans/absent", NEWEST);
                            objects.delete("clinic", "scans/a", NEWEST, ANY);
                        }));
        assertEquals(List.of(rule), people().rules());
        assertTrue(installation.lastPublic("subject-rule.created").contains("\"tag\":"));
        people().removeRule(rule.id());
        put(objects(), "scans/b", about("p-3"));
        assertEquals(Optional.empty(), key("p-3"));
    }

    @Test
    void aRuleThatIsThereLaterFindsWhomOlderObjectsName() {
        put(objects(), "older/a", about("p-1"));
        assertEquals(Optional.empty(), key("p-1"));
        people().createRule("clinic", "older/", new Rule.Where.InTag("subject"));
        installation.reopen();
        objects().get("clinic", "older/a", NEWEST);
        assertEquals(allowed("s3:GetObject"), told("p-1"));
    }

    /** One commitment for each whom a name, a tag or the caller names, and none twice. */
    @Test
    void namesTagsAndStatementsFindOneEach() {
        people().createRule("clinic", "scans/", new Rule.Where.InName("{subject}/"));
        people().createRule("clinic", "", new Rule.Where.InTag("doctor"));
        GuardedObjects stating =
                installation
                        .guard()
                        .objects(
                                installation.request(installation.caller(city)),
                                List.of("p-1", "p-4"),
                                Asking.NOTHING);
        put(stating, "scans/p-1/x", Map.of("subject", "p-1", "doctor", "d-1"));
        String entry =
                new String(
                        installation
                                .keyspace()
                                .logs()
                                .entries("use/city/node-1", installation.entries("city") - 1, 1)
                                .getFirst(),
                        StandardCharsets.UTF_8);
        String subjects = entry.substring(entry.indexOf("\"subjects\":["));
        assertEquals(3, subjects.substring(0, subjects.indexOf(']')).split(",", -1).length, entry);
        for (String who : List.of("p-1", "p-4", "d-1")) {
            assertEquals(allowed("s3:PutObject"), told(who));
        }
    }

    @Test
    void aChangedTagConcernsWhoWasAndWhoIs() {
        put(objects(), "scans/a", about("p-1"));
        Runnable change = () -> objects().tag("clinic", "scans/a", NEWEST, about("p-2"));
        assertEquals(allowed("s3:PutObjectTagging"), adds("p-1", change));
        assertEquals(allowed("s3:PutObjectTagging"), told("p-2"));
        assertEquals(
                allowed("s3:DeleteObjectTagging"),
                adds("p-2", () -> objects().tag("clinic", "scans/a", NEWEST, Map.of())));
        assertEquals(1, told("p-1").stream().filter(each -> each.contains("Tagging")).count());
        // Story: whom a version that was tagged meanwhile names would have been left out.
        put(objects(), "scans/a", about("p-1"));
        List<String> first =
                adds(
                        "p-1",
                        () -> {
                            meanwhileTagged("p-5");
                            objects().tag("clinic", "scans/a", NEWEST, about("p-6"));
                        });
        assertEquals(allowed("s3:PutObjectTagging"), first, "the one change that found it hers");
        assertEquals(allowed("s3:PutObjectTagging", "s3:PutObjectTagging"), told("p-5"));
        assertEquals(allowed("s3:PutObjectTagging"), told("p-6"));
    }

    @Test
    void whatIsReplacedConcernsWhomItNamed() {
        put(objects(), "scans/a", about("p-1"));
        assertEquals(
                allowed("s3:PutObject"),
                adds("p-1", () -> put(objects(), "scans/a", about("p-2"))));
        assertEquals(allowed("s3:PutObject"), told("p-2"));
        assertEquals(
                allowed("s3:PutObjectTagging"),
                adds(
                        "p-2",
                        () -> {
                            meanwhileTagged("p-3");
                            put(objects(), "scans/a", about("p-4"));
                        }));
        assertEquals(allowed("s3:PutObjectTagging", "s3:PutObject"), told("p-3"));
    }

    /** Just before the next commit with a record the object is somebody else's. */
    private void meanwhileTagged(String who) {
        installation
                .keyspace()
                .meanwhile(() -> objects().tag("clinic", "scans/a", NEWEST, about(who)));
    }

    @Test
    void versionsConcernWhomEachNames() {
        objects().version("clinic", Bucket.Versioning.ENABLED);
        put(objects(), "scans/a", about("p-1"));
        String first = version();
        assertEquals(
                List.of(), adds("p-1", () -> put(objects(), "scans/a", about("p-2"))), "it stays");
        String second = version();
        assertEquals(
                allowed("s3:GetObjectVersion"),
                adds("p-1", () -> objects().get("clinic", "scans/a", Optional.of(first))));
        assertEquals(
                allowed("s3:DeleteObject"),
                adds("p-2", () -> objects().delete("clinic", "scans/a", NEWEST, ANY)));
        assertEquals(
                allowed("s3:DeleteObjectVersion"),
                adds("p-2", () -> objects().delete("clinic", "scans/a", Optional.of(second), ANY)));
        assertEquals(
                allowed("s3:PutObjectVersionTagging", "s3:DeleteObjectVersion"),
                adds(
                        "p-1",
                        () -> {
                            objects().tag("clinic", "scans/a", Optional.of(first), about("p-1"));
                            objects().delete("clinic", "scans/a", Optional.of(first), ANY);
                        }));
    }

    private String version() {
        return assertInstanceOf(
                        GuardedObjects.Got.Object.class,
                        objects().head("clinic", "scans/a", NEWEST))
                .found()
                .version();
    }

    @Test
    void copiesConcernWhomSourceAndTargetName() {
        put(objects(), "scans/a", about("p-1"));
        GuardedObjects.Source source =
                new GuardedObjects.Source("clinic", "scans/a", NEWEST, _ -> {});
        assertEquals(
                allowed("s3:GetObject", "s3:PutObject"),
                adds("p-1", () -> objects().copy(source, "clinic", "scans/b", KEEP, ANY)));
        GuardedObjects.Directive other =
                new GuardedObjects.Directive.Keep(
                        "", Optional.of(about("p-2")), Lock.OPEN, Encryption.UNSAID);
        assertEquals(
                allowed("s3:GetObject"),
                adds("p-1", () -> objects().copy(source, "clinic", "scans/c", other, ANY)));
        assertEquals(allowed("s3:PutObject"), told("p-2"));
    }

    @Test
    void everythingAboutAnUploadConcernsWhomItsObjectWillName() {
        put(objects(), "scans/a", about("p-2"));
        List<String> first =
                adds(
                        "p-1",
                        () -> {
                            String upload = begun();
                            String etag =
                                    assertInstanceOf(
                                                    Stored.PartDone.class,
                                                    objects()
                                                            .putPart(
                                                                    "clinic",
                                                                    "scans/a",
                                                                    upload,
                                                                    1,
                                                                    upstream(BODY)))
                                            .digests()
                                            .etag();
                            objects().parts("clinic", "scans/a", upload, 0, 10);
                            completed(upload, etag);
                            completed(upload, etag); // its answer got lost
                            objects().abort("clinic", "scans/a", begun());
                        });
        assertEquals(
                allowed(
                        "s3:PutObject",
                        "s3:PutObject",
                        "s3:ListMultipartUploadParts",
                        "s3:PutObject",
                        "s3:PutObject",
                        "s3:PutObject",
                        "s3:AbortMultipartUpload"),
                first);
        assertEquals(allowed("s3:PutObject", "s3:PutObject"), told("p-2"), "it was replaced");
    }

    private String begun() {
        return objects()
                .createUpload("clinic", "scans/a", draft().tagged(about("p-1")))
                .orElseThrow()
                .id();
    }

    private void completed(String upload, String etag) {
        assertInstanceOf(
                Stored.Done.class,
                objects()
                        .complete(
                                "clinic",
                                "scans/a",
                                upload,
                                List.of(new GuardedObjects.ChosenPart(1, etag, Map.of())),
                                new GuardedObjects.Completion(Map.of(), -1, Encryption.UNSAID),
                                ANY));
    }

    /** A refusal concerns who is known, and makes nobody known. */
    @Test
    void refusalsMakeNobodyKnown() {
        put(objects(), "scans/a", about("p-1"));
        GuardedObjects other = installation.as(installation.person(city, "s3:ListBucket"));
        assertEquals(
                List.of("s3:GetObject refused"),
                adds(
                        "p-1",
                        () ->
                                assertThrows(
                                        Refused.class,
                                        () -> other.get("clinic", "scans/a", NEWEST))));
        assertThrows(Refused.class, () -> put(other, "scans/a", about("p-7")));
        assertEquals(Optional.empty(), key("p-7"));
    }

    /** However widely a bucket is shared, nobody from outside fills the key store by asking. */
    @Test
    void whoComesFromOutsideMakesNobodyKnownButByStoring() {
        put(objects(), "scans/a", Map.of());
        people().removeRule(rule.id());
        put(objects(), "scans/b", about("p-1"));
        people().createRule("clinic", "scans/", new Rule.Where.InTag("subject"));
        assertEquals(
                new GuardedSharing.Set.Done(),
                objects()
                        .sharing()
                        .putPolicy(
                                "clinic",
                                "{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":"
                                    + "\"s3:*\",\"Resource\":\"arn:aws:s3:::clinic/*\"}}"));
        GuardedObjects outside = installation.as(installation.tenant("village"));
        outside.get("clinic", "scans/b", NEWEST);
        assertEquals(Optional.empty(), key("p-1"), "looking makes nobody known");
        assertThrows(
                Refused.class, () -> outside.tag("clinic", "scans/absent", NEWEST, about("p-2")));
        assertEquals(Optional.empty(), key("p-2"), "nothing was stored");
        outside.tag("clinic", "scans/a", NEWEST, about("p-3"));
        put(outside, "scans/c", about("p-4"));
        assertEquals(allowed("s3:PutObjectTagging"), told("p-3"));
        assertEquals(allowed("s3:PutObject"), told("p-4"));
        objects().get("clinic", "scans/b", NEWEST);
        assertEquals(allowed("s3:GetObject"), told("p-1"));
    }

    @Test
    void whatRulesEndConcernsWhomItNames() {
        org.domicile.lifecycle.Rule all =
                new org.domicile.lifecycle.Rule(
                        "all",
                        org.domicile.lifecycle.Rule.State.ENABLED,
                        new org.domicile.lifecycle.Rule.Filter(
                                org.domicile.lifecycle.Rule.Form.FILTER,
                                "",
                                Map.of(),
                                -1,
                                Long.MAX_VALUE),
                        new org.domicile.lifecycle.Rule.Expiration.Days(1),
                        org.domicile.lifecycle.Rule.Noncurrent.NEVER,
                        1);
        byte[] document = new Lifecycle(List.of(all), Lifecycle.Least.UNSAID).document();
        put(objects(), "scans/a", about("p-1"));
        begun();
        objects().set("clinic", BucketSetting.LIFECYCLE, Optional.of(document));
        installation.time().advance(Duration.ofDays(3));
        List<String> ended = adds("p-1", () -> installation.guard().lifecycle(Duration.ofDays(1)));
        assertEquals(
                allowed("lifecycle:AbortUpload", "lifecycle:ExpireObject"),
                ended.stream().sorted().toList());
    }

    /** Whom a state concerns that cannot be read, nobody can say: then nothing is done. */
    @Test
    void whatCannotBeReadIsNotUsed() {
        put(objects(), "scans/a", about("p-1"));
        Bucket bucket = installation.objects().buckets().bucket("clinic").orElseThrow();
        installation
                .objects()
                .amend(
                        installation.request(installation.guard().operator()),
                        bucket,
                        "scans/a",
                        NEWEST,
                        new Amendment.State(_ -> new byte[] {1, 2, 3}));
        for (Runnable act :
                List.<Runnable>of(
                        () -> objects().get("clinic", "scans/a", NEWEST),
                        () -> objects().tag("clinic", "scans/a", NEWEST, about("p-2")),
                        () -> put(objects(), "scans/a", about("p-2")),
                        () -> objects().delete("clinic", "scans/a", NEWEST, ANY))) {
            assertThrows(StorageFailure.class, act::run);
            Ledger.Recorded last = installation.usesSince("city", 0).getLast();
            assertEquals("failed", last.outcome(), last.action());
        }
        people().removeRule(rule.id());
        assertInstanceOf(
                Stored.Deleted.class,
                objects().delete("clinic", "scans/a", NEWEST, ANY),
                "without the rule nobody has to be found");
    }

    /** Without the bucket's key its tags say nothing any more. */
    @Test
    void aBucketWithoutItsKeyIsNotUsedWhileARuleReadsItsTags() {
        put(objects(), "scans/a", about("p-1"));
        Bucket bucket = installation.objects().buckets().bucket("clinic").orElseThrow();
        installation.keys().destroy(List.of(new KeyId(KeyId.Kind.BUCKET, bucket.key())));
        assertThrows(Keys.KeyGone.class, () -> installation.keys().sealer(Vessel.key(bucket)));
        assertThrows(Unopenable.class, () -> objects().delete("clinic", "scans/a", NEWEST, ANY));
        people().removeRule(rule.id());
        assertInstanceOf(Stored.Deleted.class, objects().delete("clinic", "scans/a", NEWEST, ANY));
    }

    @Test
    void anErasureLeavesProofsAndNothingElse() {
        put(objects(), "scans/a", about("p-1"));
        Installation.bytes(objects().get("clinic", "scans/a", NEWEST));
        long entries = installation.entries("city");
        KeyId dead = key("p-1").orElseThrow();
        GuardedPeople.Erased erased = people().erase("city", "p-1");
        assertEquals(dead.id(), erased.subject());
        assertFalse(installation.keys().exists(dead));
        for (Ledger.Recorded use : installation.usesSince("city", 0)) {
            if (use.index() < entries && use.action().startsWith("s3:") && use.index() > 1) {
                assertEquals(use.action().contains("Bucket") ? "clinic" : "(erased)", use.object());
            }
        }
        assertEquals(Optional.empty(), key("p-1"));
        // Who is asked for again is somebody new: the object itself was not touched.
        objects().get("clinic", "scans/a", NEWEST);
        assertEquals(allowed("s3:GetObject"), told("p-1"));
    }

    @Test
    void rulesThatSayNothingAreRefused() {
        for (Rule.Where wrong :
                List.of(
                        new Rule.Where.InTag(""),
                        new Rule.Where.InTag("k".repeat(129)),
                        new Rule.Where.InTag("a\nb"),
                        new Rule.Where.InTag("subject"))) {
            assertThrows(
                    Administration.Impossible.class,
                    () -> people().createRule("clinic", "scans/", wrong),
                    wrong::toString);
        }
    }
}
