package org.domicile.guard;

import static org.domicile.guard.Installation.draft;
import static org.domicile.guard.Installation.upstream;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.domicile.bytes.StorageFailure;
import org.domicile.keys.KeyId;
import org.domicile.keyspace.Cursor;
import org.domicile.keyspace.Reading;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.domicile.keyspace.Tuple;
import org.domicile.keyspace.Write;
import org.domicile.ledger.Ledger;
import org.domicile.objects.Bucket;
import org.domicile.objects.Condition;
import org.domicile.objects.Finding;
import org.domicile.objects.Finding.Kind;
import org.domicile.objects.Lock;
import org.domicile.objects.Quota;
import org.domicile.objects.Usage;
import org.domicile.policy.Policy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The check opens what it can, on record, and says what is not what was sealed. */
@Timeout(60)
class CheckTest {
    private static final byte[] BODY = "what is stored".getBytes(StandardCharsets.UTF_8);
    private static final Match ANY = new Match.Any();

    @TempDir private Path folder;
    private Installation installation;
    private Administration.Issued city;
    private long verified;
    private long versions;

    @BeforeEach
    void begin() {
        installation = Installation.inMemory(folder);
        city = installation.tenant("city");
        objects().createBucket("archive", "");
    }

    @AfterEach
    void end() {
        installation.close();
    }

    private GuardedObjects objects() {
        return installation.as(city);
    }

    private List<Finding> records() {
        List<Finding> found = new ArrayList<>();
        installation.guard().check().records(found::add);
        return found;
    }

    private List<Finding> bodies() {
        verified = 0;
        versions = 0;
        List<Finding> found = new ArrayList<>();
        GuardedCheck check = installation.guard().check();
        GuardedCheck.Pace pace =
                new GuardedCheck.Pace() {
                    @Override
                    public boolean read(long bytes) {
                        return true;
                    }

                    @Override
                    public void verified(long bytes) {
                        verified += bytes;
                        versions++;
                    }
                };
        Optional<byte[]> next = Optional.of(new byte[0]);
        while (next.isPresent()) {
            next = check.bodies(next.get(), pace, found::add);
        }
        return found;
    }

    private static Finding only(List<Finding> found) {
        assertEquals(1, found.size(), found::toString);
        return found.getFirst();
    }

    private void put(String name, Encryption encryption) {
        GuardedObjects.Draft draft =
                new GuardedObjects.Draft(
                                Map.of(),
                                Map.of(),
                                Map.of("tag", "value"),
                                Lock.OPEN,
                                "",
                                Attributes.ChecksumType.FULL_OBJECT)
                        .sealed(encryption);
        objects().put("archive", name, draft, upstream(BODY), ANY);
    }

    private void parts(String name) {
        byte[] large = new byte[5 << 20];
        new Random(1).nextBytes(large);
        String upload = objects().createUpload("archive", name, draft()).orElseThrow().id();
        List<GuardedObjects.ChosenPart> chosen = new ArrayList<>();
        for (int number = 1; number <= 2; number++) {
            Stored stored = objects().putPart("archive", name, upload, number, upstream(large));
            String etag = assertInstanceOf(Stored.PartDone.class, stored).digests().etag();
            chosen.add(new GuardedObjects.ChosenPart(number, etag, Map.of()));
        }
        Stored stored =
                objects()
                        .complete(
                                "archive",
                                name,
                                upload,
                                chosen,
                                new GuardedObjects.Completion(Map.of(), -1, Encryption.UNSAID),
                                ANY);
        assertInstanceOf(Stored.Done.class, stored);
    }

    @Test
    void whatIsRightIsOpenedAndFoundRight() {
        installation.admin().createKey("city", "records");
        installation.admin().createKey("city", "gone");
        byte[] key = new byte[CustomerKey.LENGTH];
        put("own", Encryption.UNSAID);
        put("empty/own", Encryption.UNSAID);
        objects().put("archive", "empty", draft(), upstream(new byte[0]), ANY);
        put("named", new Encryption.Named("records"));
        put("destroyed", new Encryption.Named("gone"));
        put("customer", new Encryption.Customer(CustomerKey.of(key)));
        parts("parts");
        String upload = objects().createUpload("archive", "begun", draft()).orElseThrow().id();
        objects().putPart("archive", "begun", upload, 1, upstream(BODY));
        installation.admin().destroyKey("city", "gone");
        long before = installation.entries(Policy.INSTALLATION);
        assertEquals(List.of(), records());
        assertEquals(List.of(), bodies());
        assertEquals(8, versions);
        assertEquals(6L * BODY.length + (10 << 20), verified);
        List<Ledger.Recorded> uses = installation.usesSince(Policy.INSTALLATION, before);
        assertEquals(
                List.of("upkeep:OpenToVerify"),
                uses.stream().map(Ledger.Recorded::action).toList());
    }

    /** What is damaged is refused to readers, too. */
    @Test
    void aSealedByteThatChangedIsFound() {
        put("n", Encryption.UNSAID);
        try (Cursor cursor =
                installation
                        .keyspace()
                        .scan(
                                Space.BODIES,
                                Tuple.of().text("o").text("d").range(),
                                Reading.Direction.UP)) {
            assertTrue(cursor.next());
            byte[] sealed = cursor.value();
            sealed[sealed.length - 20] ^= 4;
            installation
                    .keyspace()
                    .commit(
                            new Transaction()
                                    .write(new Write.Put(Space.BODIES, cursor.key(), sealed)));
        }
        Finding finding = only(bodies());
        assertEquals(Kind.DAMAGED_BODY, finding.kind());
        assertEquals("archive", finding.bucket());
        assertEquals("n", finding.key());
        assertEquals("null", finding.version());
        StorageFailure refused =
                assertThrows(
                        StorageFailure.class,
                        () -> Installation.bytes(objects().get("archive", "n", Optional.empty())));
        assertEquals(StorageFailure.Kind.CORRUPT, refused.kind());
    }

    /** Sealed as it came, but what came was not what the client was told. */
    @Test
    void aContentThatIsNotThatOfItsDigestIsFound() {
        Upstream lying =
                new Upstream() {
                    private final Upstream honest = upstream(BODY);

                    @Override
                    public long expected() {
                        return honest.expected();
                    }

                    @Override
                    public String algorithm() {
                        return honest.algorithm();
                    }

                    @Override
                    public InputStream body() throws IOException {
                        return honest.body();
                    }

                    @Override
                    public Digests finish() {
                        return new Digests("0".repeat(32), honest.finish().checksums());
                    }
                };
        objects().put("archive", "n", draft(), lying, ANY);
        Finding finding = only(bodies());
        assertEquals(Kind.DAMAGED_BODY, finding.kind());
        assertTrue(finding.what().contains("digest"), finding::what);
    }

    @Test
    void aBucketWithoutItsKeyIsFoundAndItsBytesAreStillVerified() {
        put("n", Encryption.UNSAID);
        String key = installation.objects().buckets().bucket("archive").orElseThrow().key();
        installation.keys().destroy(List.of(new KeyId(KeyId.Kind.BUCKET, key)));
        Finding finding = only(records());
        assertEquals(Kind.MISSING_KEY, finding.kind());
        assertEquals("archive", finding.bucket());
        assertEquals(List.of(), bodies());
        assertEquals(1, versions);
    }

    @Test
    void aQuotaIsSetShownAndKept() {
        GuardedHoldings holdings = installation.admin().holdings();
        put("n", Encryption.UNSAID);
        Held held = holdings.limitBucket("archive", new Quota(BODY.length, 5));
        assertEquals(new Usage(BODY.length, 1), held.usage());
        assertEquals(held, holdings.bucket("archive"));
        long before = installation.entries("city");
        assertInstanceOf(
                Stored.OverQuota.class,
                objects().put("archive", "m", draft(), upstream(BODY), ANY));
        assertEquals("conflict", installation.usesSince("city", before).getFirst().outcome());
        // A large one is refused before it is read.
        byte[] large = new byte[1 << 20];
        Upstream unread = upstream(large);
        assertInstanceOf(
                Stored.OverQuota.class, objects().put("archive", "m", draft(), unread, ANY));
        assertEquals(large.length, remaining(unread));
        holdings.limitOrganisation("city", new Quota(0, 0));
        assertEquals(BODY.length, holdings.organisation("city").usage().bytes());
        for (Runnable act :
                List.<Runnable>of(
                        () -> holdings.bucket("none"),
                        () -> holdings.organisation("none"),
                        () -> holdings.inventory("none"))) {
            assertThrows(Administration.Impossible.class, act::run);
        }
    }

    private static int remaining(Upstream upstream) {
        try (InputStream body = upstream.body()) {
            return body.readAllBytes().length;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void anInventoryHasEveryVersionAndIsOneUse() {
        objects().version("archive", Bucket.Versioning.ENABLED);
        for (int i = 0; i < 1_002; i++) {
            installation
                    .objects()
                    .delete(
                            installation.request(installation.caller(city)),
                            installation.objects().buckets().bucket("archive").orElseThrow(),
                            "m",
                            Optional.empty(),
                            new Condition.None(),
                            Lock.Bypass.NO);
        }
        put("n", Encryption.UNSAID);
        long before = installation.entries("city");
        List<Found> all = new ArrayList<>();
        try (GuardedHoldings.Inventory inventory =
                installation.admin().holdings().inventory("archive")) {
            for (List<Found> page = inventory.page(); !page.isEmpty(); page = inventory.page()) {
                all.addAll(page);
            }
        }
        assertEquals(1_003, all.size());
        Found last = all.getLast();
        assertEquals("n", last.name());
        assertEquals(Map.of("tag", "value"), last.tags());
        assertEquals(32, last.attributes().etag().length());
        assertEquals(Found.Shown.LATEST_MARKER, all.getFirst().shown());
        assertEquals(
                List.of("admin:ReadInventory"),
                installation.usesSince("city", before).stream()
                        .map(Ledger.Recorded::action)
                        .toList());
        assertEquals(Arrays.asList("m", "n"), all.stream().map(Found::name).distinct().toList());
    }
}
