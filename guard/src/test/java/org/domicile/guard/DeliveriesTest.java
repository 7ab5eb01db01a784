package org.domicile.guard;

import static org.domicile.guard.Installation.draft;
import static org.domicile.guard.Installation.upstream;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.domicile.bytes.StorageFailure;
import org.domicile.events.Destination;
import org.domicile.events.Notification;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.domicile.keyspace.Tuple;
import org.domicile.keyspace.Write;
import org.domicile.ledger.Ledger;
import org.domicile.objects.Bucket;
import org.domicile.objects.Lock;
import org.domicile.policy.Facts;
import org.domicile.policy.Marks;
import org.domicile.policy.Ownership;
import org.domicile.policy.Purpose;
import org.domicile.policy.Target;
import org.domicile.streams.StreamRecord;
import org.domicile.streams.Streams;
import org.domicile.streams.Topic;
import org.domicile.streams.Volume;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a bucket tells a webhook on loopback of its changes, and what it tells nobody. */
@Timeout(120)
class DeliveriesTest {
    private static final Optional<String> NEWEST = Optional.empty();
    private static final Match ANY = new Match.Any();
    private static final byte[] BODY = "a reading".getBytes(StandardCharsets.UTF_8);
    private static final List<String> ALL =
            List.of(
                    "s3:ObjectCreated:*",
                    "s3:ObjectRemoved:*",
                    "s3:ObjectTagging:*",
                    "s3:ObjectAcl:Put",
                    "s3:LifecycleExpiration:*");

    @TempDir private Path folder;
    private Installation installation;
    private Administration.Issued city;
    private Receiver receiver;

    @BeforeEach
    void begin() throws IOException {
        receiver = new Receiver();
        installation = Installation.inMemory(folder);
        city = installation.tenant("city");
        city().createBucket("archive", "");
        target("hook", receiver, "home");
    }

    @AfterEach
    void end() {
        installation.guard().deliveries().close();
        installation.close();
        receiver.close();
    }

    private GuardedObjects city() {
        return installation.as(city);
    }

    private void target(String name, Receiver to, String zone) {
        installation
                .admin()
                .createTarget(
                        new Target(
                                "city",
                                name,
                                to.url(),
                                zone,
                                List.of("127.0.0.0/8"),
                                Instant.EPOCH,
                                false));
        to.trust(installation.admin().makeTargetSecret("city/" + name));
    }

    /** As many as one page and more, of which a name fails on the first. */
    @Test
    void aLaterPageTellsNothingOfANameThatFailedOnAnEarlierOne() throws InterruptedException {
        tell(rule("all", "hook", ""));
        receiver.answer(got -> {
            if (got.text("key").equals("bad") && got.text("eventName").endsWith("Put")) {
                installation.time().advance(Duration.ofMinutes(10)); // every pause is over
                return 500;
            }
            return 200;
        });
        put("bad");
        for (int i = 0; i < 260; i++) {
            city().tag("archive", "bad", NEWEST, Map.of("k", "" + i));
        }
        put("good");
        start();
        assertEquals("ObjectCreated:Put good", receiver.next().what());
        receiver.answer(_ -> 200);
        assertEquals("ObjectCreated:Put bad", receiver.next().what());
        assertEquals("ObjectTagging:Put bad", receiver.next().what());
    }

    /**
     * Events of a bucket are records of a stream, each a use on record, and only where they may.
     */
    @Test
    void eventsGoIntoAStream() throws InterruptedException {
        MemoryLog log = new MemoryLog();
        Destination into = new Destination.Stream("home", "city", "scans");
        Notification.Rule all = new Notification.Rule("all", into, ALL, "", "");
        assertThrows(Upstream.Invalid.class, () -> tell(all)); // there are no streams yet
        try (GuardedStreams streams =
                installation
                        .guard()
                        .streams(Streams.open(installation.keyspace(), installation.time()), log)) {
            assertThrows(Upstream.Invalid.class, () -> tell(all));
            streams.create(
                    installation.request(installation.caller(city)),
                    new Topic("scans", 1, Duration.ofDays(1), 1 << 20));
            Administration.Issued other = installation.tenant("village");
            streams.create(
                    installation.request(installation.caller(other)),
                    new Topic("theirs", 1, Duration.ofDays(1), 1 << 20));
            Notification.Rule theirs =
                    new Notification.Rule(
                            "t", new Destination.Stream("home", "city", "theirs"), ALL, "", "");
            assertThrows(Upstream.Invalid.class, () -> tell(theirs));
            tell(all);
            long before = installation.entries("city");
            start();
            put("a/1");
            put("a/2");
            await(() -> log.extents("scans").getFirst().next() == 2);
            List<StreamRecord> records =
                    log.read("scans", Map.of(0, 0L)).poll(Duration.ofSeconds(1));
            assertEquals(
                    Set.of("archive/a/1", "archive/a/2"),
                    records.stream()
                            .map(each -> text(each.key().orElseThrow()))
                            .collect(Collectors.toSet()));
            assertTrue(
                    text(records.getLast().value().orElseThrow())
                            .contains("\"eventName\":\"ObjectCreated:Put\""));
            await(() ->
                    installation.usesSince("city", before).stream()
                                    .filter(use -> use.action().equals("notification:Deliver"))
                                    .count()
                            == 2);
            // what labels keep from the stream's readers is not told there
            installation
                    .admin()
                    .label(
                            "archive",
                            "closed/",
                            new Marks(List.of(), List.of("statistics"), List.of()));
            put("closed/1");
            put("a/3");
            await(() -> log.extents("scans").getFirst().next() == 3);
            installation
                    .admin()
                    .label(
                            "streams:city",
                            "",
                            new Marks(List.of(), List.of("statistics"), List.of()));
            installation.time().advance(Duration.ofHours(1));
            put("a/4");
            await(() -> log.extents("scans").getFirst().next() == 5);
        }
    }

    /** What no producer may publish comes in no other way either. */
    @Test
    void eventsAboutPeopleNeedAnEncryptedVolume() throws InterruptedException {
        MemoryLog log = new MemoryLog();
        Administration.Issued caring =
                installation.caring(city.credential().principal(), "people", "public-service");
        Notification all =
                new Notification(
                        List.of(
                                new Notification.Rule(
                                        "all",
                                        new Destination.Stream("home", "city", "scans"),
                                        ALL,
                                        "",
                                        "")),
                        "");
        Streams register = Streams.open(installation.keyspace(), installation.time());
        long before;
        try (GuardedStreams streams = installation.guard().streams(register, log)) {
            streams.create(
                    installation.request(installation.caller(city)),
                    new Topic("scans", 1, Duration.ofDays(1), 1 << 20));
            installation
                    .as(caring)
                    .putNotification("archive", all, GuardedObjects.Announce.NOTHING);
            Marks people = new Marks(List.of("personal"), List.of(), List.of());
            installation.admin().label("archive", "", people);
            installation.admin().label("streams:city", "", people);
            before = installation.entries("city");
            start();
            installation.as(caring).put("archive", "face", draft(), upstream(BODY), ANY);
            await(() ->
                    installation.usesSince("city", before).stream()
                            .anyMatch(use ->
                                    use.action().equals("notification:Deliver")
                                            && use.verdict().equals("refused")));
            assertEquals(0, log.extents("scans").getFirst().next());
            // nor may anybody say so who could not publish it
            assertEquals(
                    "clear-volume",
                    assertThrows(
                                    Refused.class,
                                    () ->
                                            installation
                                                    .as(caring)
                                                    .putNotification(
                                                            "archive",
                                                            all,
                                                            GuardedObjects.Announce.NOTHING))
                            .reason());
        }
        log.on(new Volume(Volume.Encryption.STATED, "a disk"));
        try (GuardedStreams _ = installation.guard().streams(register, log)) {
            installation.time().advance(Duration.ofHours(1));
            await(() -> log.extents("scans").getFirst().next() == 1);
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, java.nio.charset.StandardCharsets.UTF_8);
    }

    private static Notification.Rule rule(String id, String target, String prefix) {
        return new Notification.Rule(
                id, new Destination.Webhook("home", "city", target), ALL, prefix, "");
    }

    private void tell(Notification.Rule... rules) {
        assertTrue(
                city().putNotification(
                                "archive",
                                new Notification(List.of(rules), ""),
                                GuardedObjects.Announce.NOTHING));
    }

    private Found put(String name) {
        return assertInstanceOf(
                        Stored.Done.class,
                        city().put("archive", name, draft(), upstream(BODY), ANY))
                .found();
    }

    /** Lets pauses end, and the one who sleeps through them look. */
    private void later(Duration by) {
        installation.time().advance(by);
        put("elsewhere/later");
    }

    private void start() {
        installation.guard().deliveries().start();
    }

    @Test
    void everyKindOfChangeIsToldInItsOrder() throws InterruptedException {
        tell(rule("all", "hook", ""));
        city().version("archive", Bucket.Versioning.ENABLED);
        Found first = put("a b/ü");
        city().tag("archive", "a b/ü", NEWEST, Map.of("k", "v"));
        city().tag("archive", "a b/ü", NEWEST, Map.of());
        city().copy(
                        new GuardedObjects.Source("archive", "a b/ü", NEWEST, _ -> {}),
                        "archive",
                        "a b/ü",
                        new GuardedObjects.Directive.Keep(
                                "", Optional.empty(), Lock.OPEN, Encryption.UNSAID),
                        ANY);
        String upload = city().createUpload("archive", "a b/ü", draft()).orElseThrow().id();
        Stored.PartDone part =
                assertInstanceOf(
                        Stored.PartDone.class,
                        city().putPart("archive", "a b/ü", upload, 1, upstream(BODY)));
        city().complete(
                        "archive",
                        "a b/ü",
                        upload,
                        List.of(new GuardedObjects.ChosenPart(1, part.digests().etag(), Map.of())),
                        new GuardedObjects.Completion(Map.of(), -1, Encryption.UNSAID),
                        ANY);
        city().delete("archive", "a b/ü", NEWEST, ANY);
        city().delete("archive", "a b/ü", Optional.of(first.version()), ANY);
        start();

        Receiver.Got told = receiver.next();
        assertEquals("ObjectCreated:Put a+b%2F%C3%BC", told.what());
        assertEquals(first.version(), told.text("versionId"));
        assertEquals(first.version(), told.text("sequencer"));
        assertEquals(first.attributes().etag(), told.text("eTag"));
        assertEquals("" + BODY.length, told.text("size"));
        assertEquals("all", told.text("configurationId"));
        assertEquals(city.credential().principal(), told.text("principalId"));
        String last = told.text("sequencer");
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            Receiver.Got next = receiver.next();
            assertTrue(next.text("sequencer").compareTo(last) > 0, next::body);
            last = next.text("sequencer");
            names.add(next.text("eventName"));
        }
        assertEquals(
                List.of(
                        "ObjectTagging:Put",
                        "ObjectTagging:Delete",
                        "ObjectCreated:Copy",
                        "ObjectCreated:CompleteMultipartUpload",
                        "ObjectRemoved:DeleteMarkerCreated",
                        "ObjectRemoved:Delete"),
                names);
    }

    @Test
    void whatChangesNothingIsToldNobody() throws InterruptedException {
        tell(rule("all", "hook", "in/"));
        put("out/n");
        put("in/n");
        city().put("archive", "in/n", draft(), upstream(BODY), new Match.Absent());
        city().delete("archive", "in/absent", NEWEST, ANY);
        city().createUpload("archive", "in/begun", draft());
        city().tag("archive", "in/absent", NEWEST, Map.of());
        city().delete("archive", "in/n", NEWEST, ANY);
        start();
        assertEquals(
                List.of("ObjectCreated:Put in%2Fn", "ObjectRemoved:Delete in%2Fn"),
                receiver.next(2));
        tell();
        put("in/m");
        await(() -> installation.objects().outbox().destinations().isEmpty());
        receiver.expectNothing();
    }

    @Test
    void eachTryIsAUseUnderThePurposeOfWhoeverAsked() throws InterruptedException {
        long before = installation.entries("city");
        tell(rule("all", "hook", ""));
        put("n");
        start();
        receiver.next();
        Ledger.Recorded use =
                installation.usesSince("city", before).stream()
                        .filter(each -> each.action().equals("notification:Deliver"))
                        .findFirst()
                        .orElseThrow();
        assertEquals("city/tests", use.purpose());
        assertEquals("system:notification", use.principal());
        assertEquals("archive/n", use.object());
        assertTrue(use.size() > 100, use::toString);
    }

    @Test
    void whatFailsIsToldAgainInItsOrderAndHoldsNoOtherNameUp() throws InterruptedException {
        tell(rule("all", "hook", ""));
        AtomicInteger refusals = new AtomicInteger();
        receiver.answer(
                got -> got.text("key").equals("bad") && refusals.getAndIncrement() < 2 ? 500 : 204);
        start();
        put("bad");
        city().delete("archive", "bad", NEWEST, ANY);
        put("good");
        assertEquals("ObjectCreated:Put good", receiver.next().what());
        later(Duration.ofSeconds(2));
        assertEquals("ObjectCreated:Put elsewhere%2Flater", receiver.next().what());
        later(Duration.ofSeconds(4));
        List<String> rest = new ArrayList<>(receiver.next(3));
        rest.remove("ObjectCreated:Put elsewhere%2Flater");
        assertEquals(List.of("ObjectCreated:Put bad", "ObjectRemoved:Delete bad"), rest);
        assertEquals(2, installation.guard().deliveries().failed());
    }

    @Test
    void oneThatIsDeadHoldsNoOtherUp() throws IOException, InterruptedException {
        Receiver dead = new Receiver();
        target("dead", dead, "home");
        dead.close();
        tell(rule("1", "dead", "dead/"), rule("2", "hook", "living/"));
        start();
        for (int i = 0; i < 20; i++) {
            put("dead/" + i);
        }
        put("living/n");
        assertEquals(List.of("ObjectCreated:Put living%2Fn"), receiver.next(1));
        Deliveries deliveries = installation.guard().deliveries();
        Deliveries.Waiting waiting = deliveries.waiting().getFirst();
        assertEquals("arn:aws:sns:home:city:dead", waiting.destination());
        assertEquals(20, waiting.events());
        // Eight names show that it is dead, or a few more that were asked at once; then one asks.
        awaitFailures(8);
        for (int i = 0; i < 5; i++) {
            installation.time().advance(Deliveries.LONGEST_PAUSE);
            put("living/" + i);
            receiver.next();
        }
        assertTrue(deliveries.failed() <= 8 + 8 + 2 * 5, () -> "tries: " + deliveries.failed());
    }

    @Test
    void everyEventComesAfterADeathAndNoneWithoutItsChange() throws InterruptedException {
        tell(rule("all", "hook", ""));
        int there = 0;
        for (int cut = 0; cut < 3; cut++) {
            installation.keyspace().fenceAfter(cut);
            String name = "n" + cut;
            try {
                put(name);
            } catch (StorageFailure e) {
                assertEquals(StorageFailure.Kind.FENCED, e.kind());
            }
            installation.reopen();
            boolean stored =
                    city().facts("s3:GetObject", "archive", name, NEWEST)
                            instanceof GuardedObjects.Got.Object;
            there += stored ? 1 : 0;
        }
        assertTrue(there > 0 && there < 3, "the cuts hit both sides of the commit");
        start();
        List<String> told = receiver.next(there);
        for (int cut = 0; cut < 3; cut++) {
            boolean stored =
                    city().facts("s3:GetObject", "archive", "n" + cut, NEWEST)
                            instanceof GuardedObjects.Got.Object;
            assertEquals(stored, told.contains("ObjectCreated:Put n" + cut), told::toString);
        }
        receiver.expectNothing();
    }

    @Test
    void theSameEventComesAgainUnderItsIdWhenItIsNotKnownThatItCame() throws InterruptedException {
        tell(rule("all", "hook", ""));
        put("n");
        receiver.answer(got -> {
            installation.keyspace().fenceAfter(0); // dies before it has noted that it came
            return 200;
        });
        start();
        Receiver.Got first = receiver.next();
        installation.guard().deliveries().close();
        receiver.answer(_ -> 200);
        installation.reopen();
        start();
        assertEquals(first, receiver.next());
    }

    @Test
    void destinationsThatAreNoneAreRefused() {
        installation.admin().createZone("abroad", Optional.empty());
        target("far", receiver, "abroad");
        installation
                .admin()
                .createTarget(
                        new Target(
                                "city",
                                "mute",
                                "https://m.example/",
                                "home",
                                List.of(),
                                Instant.EPOCH,
                                false));
        installation.tenant("village");
        for (Destination to :
                List.of(
                        new Destination.Webhook("home", "city", "nobody"),
                        new Destination.Webhook("abroad", "city", "hook"),
                        new Destination.Webhook("home", "city", "mute"),
                        new Destination.Webhook("home", "village", "hook"),
                        new Destination.Webhook("abroad", "city", "far"))) {
            Notification asked =
                    new Notification(List.of(new Notification.Rule("r", to, ALL, "", "")), "");
            Upstream.Invalid no =
                    assertThrows(
                            Upstream.Invalid.class,
                            () ->
                                    city().putNotification(
                                                    "archive",
                                                    asked,
                                                    GuardedObjects.Announce.TEST));
            assertTrue(String.valueOf(no.getMessage()).contains(to.arn()), no::getMessage);
        }
        assertEquals(List.of(), installation.objects().outbox().destinations());
    }

    /** The test was a commit of its own: whoever died between the two never sent it. */
    @Test
    void aTestIsSetWithItsNotification() throws InterruptedException {
        Notification asked = new Notification(List.of(rule("all", "hook", "")), "");
        installation.keyspace().fenceAfter(1);
        assertTrue(city().putNotification("archive", asked, GuardedObjects.Announce.TEST));
        installation.reopen();
        start();
        assertEquals("s3:TestEvent", receiver.next().text("Event"));
    }

    /** As many as wait at most are a matter of the outbox's own test. */
    @Test
    void whatFoundNoRoomIsGivenUpOnRecordWithItsNumber() throws InterruptedException {
        long before = installation.entries("city");
        Destination hook = new Destination.Webhook("home", "city", "hook");
        byte[] counter = Tuple.pack("events", "l", hook.arn(), "archive");
        installation
                .keyspace()
                .commit(
                        new Transaction()
                                .write(new Write.Add(Space.RECORDS, counter, new long[] {12})));
        start();
        await(() -> installation.guard().deliveries().givenUp() == 12);
        Ledger.Recorded use =
                installation.usesSince("city", before).stream()
                        .filter(each -> each.action().equals("notification:GiveUp"))
                        .findFirst()
                        .orElseThrow();
        assertEquals("archive", use.object());
        assertEquals(12, use.size());
        assertEquals(List.of(), installation.objects().outbox().lost());
    }

    @Test
    void thePurposeHasToListThatItTells() {
        Purpose all = Installation.known(installation.policy().register().purposes(), "city/tests");
        installation
                .admin()
                .changePurpose(
                        new Purpose(
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
                                List.of("s3:*"),
                                all.zones(),
                                all.parent(),
                                all.created(),
                                all.expires(),
                                false));
        Upstream.Invalid no =
                assertThrows(Upstream.Invalid.class, () -> tell(rule("all", "hook", "")));
        assertTrue(
                String.valueOf(no.getMessage()).contains("does not list the action notification:"),
                no::getMessage);
    }

    @Test
    void atItsDeliveryAnEventIsJudgedAgain() throws InterruptedException {
        tell(rule("all", "hook", ""));
        put("n");
        installation.admin().createZone("abroad", Optional.empty());
        installation.admin().removeTarget("city/hook");
        target("hook", receiver, "abroad");
        start();
        awaitFailures(1);
        await(() -> problem().contains("abroad")); // said when the turn is over
        installation.admin().removeTarget("city/hook");
        target("hook", receiver, "home");
        later(Duration.ofSeconds(2));
        assertTrue(receiver.next(2).contains("ObjectCreated:Put n"));
    }

    @Test
    void labelsAndTheEndOfThePurposeKeepAnEventHere() throws InterruptedException {
        tell(rule("all", "hook", ""));
        put("open/n");
        put("kept/n");
        installation
                .admin()
                .label("archive", "kept/", new Marks(List.of(), List.of("city/tests"), List.of()));
        long before = installation.entries("installation");
        start();
        assertEquals("ObjectCreated:Put open%2Fn", receiver.next().what());
        awaitFailures(1);
        Ledger.Recorded refusal =
                installation.usesSince("installation", before).stream()
                        .filter(each -> each.verdict().equals("refused"))
                        .findFirst()
                        .orElseThrow();
        assertEquals(
                "notification:Deliver purpose-prohibited",
                refusal.action() + " " + refusal.reason());
        put("open/m");
        assertEquals("ObjectCreated:Put open%2Fm", receiver.next().what());
        installation.admin().withdrawPurpose("city/tests");
        installation.time().advance(Duration.ofMinutes(10));
        installation.guard().deliveries().close();
        receiver.expectNothing();
    }

    @Test
    void whatDoesNotComeForAWeekIsGivenUpOnRecord() throws InterruptedException {
        tell(rule("all", "hook", ""));
        long before = installation.entries("city");
        receiver.answer(got -> got.text("key").equals("bad") ? 400 : 200);
        put("bad");
        start();
        awaitFailures(1);
        later(Duration.ofDays(6));
        receiver.next();
        awaitFailures(2);
        later(Duration.ofDays(2));
        receiver.next();
        await(() -> installation.guard().deliveries().givenUp() == 1);
        assertEquals(
                List.of("archive/bad"),
                installation.usesSince("city", before).stream()
                        .filter(each -> each.action().equals("notification:GiveUp"))
                        .map(Ledger.Recorded::object)
                        .toList());
        // It once looked again at once, and for ever, for the name that had nothing left.
        long looks = installation.keyspace().scans();
        LockSupport.parkNanos(Duration.ofMillis(500).toNanos());
        long more = installation.keyspace().scans() - looks;
        assertTrue(more < 50, () -> "looks in half a second: " + more);
    }

    /** What policy keeps once counted as the destination's failure: eight stopped everything. */
    @Test
    void whatIsKeptHereHoldsNothingElseUp() throws InterruptedException {
        tell(rule("all", "hook", ""));
        for (int i = 0; i < 300; i++) {
            put("kept/" + i);
        }
        put("open/n");
        label("kept/");
        start();
        assertEquals("ObjectCreated:Put open%2Fn", receiver.next().what());
        put("open/m");
        assertEquals("ObjectCreated:Put open%2Fm", receiver.next().what());
        await(() -> problem().contains("prohibits"));
    }

    /** More than a page of it stood before all that could have tried. */
    @Test
    void whatIsKeptHereDoesNotTryForADestinationThatFailed() throws InterruptedException {
        tell(rule("all", "hook", ""));
        for (int i = 0; i < 300; i++) {
            put("kept/" + i);
        }
        for (int i = 0; i < 8; i++) {
            put("open/" + i);
        }
        label("kept/");
        receiver.answer(_ -> 500);
        start();
        awaitFailures(300 + 8);
        receiver.answer(_ -> 200);
        later(Duration.ofSeconds(2));
        List<String> told = receiver.next(9);
        for (int i = 0; i < 8; i++) {
            assertTrue(told.contains("ObjectCreated:Put open%2F" + i), told::toString);
        }
    }

    private void label(String prefix) {
        installation
                .admin()
                .label("archive", prefix, new Marks(List.of(), List.of("city/tests"), List.of()));
    }

    @Test
    void ofABucketThatIsGoneAllIsToldThatItsKeyDoesNotKeep() throws InterruptedException {
        tell(rule("all", "hook", ""));
        put("n");
        city().delete("archive", "n", NEWEST, ANY);
        assertEquals(GuardedObjects.Removed.REMOVED, city().deleteBucket("archive"));
        start();
        Receiver.Got told = receiver.next();
        assertEquals("ObjectCreated:Put n", told.what());
        assertEquals("", told.text("eTag"));
        assertEquals("ObjectRemoved:Delete n", receiver.next().what());
    }

    @Test
    void anObjectInAFormAndAnAclAreTold() throws InterruptedException {
        tell(rule("all", "hook", ""));
        Asking form =
                new Asking() {
                    @Override
                    public Facts facts() {
                        return Facts.NONE;
                    }

                    @Override
                    public Arrival arrival() {
                        return Arrival.FORM;
                    }
                };
        GuardedObjects posting =
                installation
                        .guard()
                        .objects(installation.request(installation.caller(city)), List.of(), form);
        posting.put("archive", "n", draft(), upstream(BODY), ANY);
        city().sharing().putOwnership("archive", Ownership.PREFERRED);
        city().sharing().putAcl("archive", "n", NEWEST, new AclAsked.Nothing());
        start();
        assertEquals("ObjectCreated:Post n", receiver.next().what());
        assertEquals("ObjectAcl:Put n", receiver.next().what());
    }

    private String problem() {
        return installation.guard().deliveries().waiting().getFirst().problem();
    }

    private void awaitFailures(long count) throws InterruptedException {
        await(() -> installation.guard().deliveries().failed() >= count);
    }

    private static void await(BooleanSupplier wanted) throws InterruptedException {
        for (int i = 0; i < 2_000 && !wanted.getAsBoolean(); i++) {
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
        assertTrue(wanted.getAsBoolean(), "it does not come about");
    }
}
