package org.domicile.guard;

import static org.domicile.guard.Installation.bytes;
import static org.domicile.guard.Installation.draft;
import static org.domicile.guard.Installation.upstream;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.domicile.keys.KeyId;
import org.domicile.ledger.Ledger;
import org.domicile.objects.Bucket;
import org.domicile.objects.Lock;
import org.domicile.policy.Change;
import org.domicile.policy.NamedKey;
import org.domicile.policy.Policy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Bodies under second keys: what is on record of them, and what keeps a key from ending. */
@Timeout(60)
class SecondKeysTest {
    private static final byte[] BODY = "the body".getBytes(StandardCharsets.UTF_8);
    private static final Match ANY = new Match.Any();

    @TempDir private Path folder;
    private Installation installation;
    private Administration.Issued city;

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

    private static CustomerKey customer(int fill) {
        byte[] key = new byte[CustomerKey.LENGTH];
        Arrays.fill(key, (byte) fill);
        return CustomerKey.of(key);
    }

    private Stored put(String name, Encryption encryption, Lock lock) {
        GuardedObjects.Draft draft =
                new GuardedObjects.Draft(
                                Map.of(),
                                Map.of(),
                                Map.of(),
                                lock,
                                "",
                                Attributes.ChecksumType.FULL_OBJECT)
                        .sealed(encryption);
        return objects().put("archive", name, draft, upstream(BODY), ANY);
    }

    private GuardedObjects.Got get(CustomerKey brought) {
        return objects()
                .get("archive", "n", Optional.empty(), brought, GuardedObjects.Glimpse::size);
    }

    private void refused(GuardedObjects.Got.KeyRefused.Why why, GuardedObjects.Got got) {
        assertEquals(why, assertInstanceOf(GuardedObjects.Got.KeyRefused.class, got).why());
    }

    /** A refused key is on record as a read that gave nothing. */
    @Test
    void whoBringsAnotherKeyIsOnRecordAsHavingReadNothing() {
        put("n", new Encryption.Customer(customer(1)), Lock.OPEN);
        long before = installation.entries("city");
        refused(GuardedObjects.Got.KeyRefused.Why.WRONG, get(customer(2)));
        refused(GuardedObjects.Got.KeyRefused.Why.MISSING, get(CustomerKey.NONE));
        refused(
                GuardedObjects.Got.KeyRefused.Why.WRONG,
                objects().head("archive", "n", Optional.empty(), customer(2)));
        List<Ledger.Recorded> uses = installation.usesSince("city", before);
        assertEquals(3, uses.size());
        for (Ledger.Recorded use : uses) {
            assertEquals(
                    "s3:GetObject invalid 0",
                    use.action() + " " + use.outcome() + " " + use.size());
        }
        assertArrayEquals(BODY, bytes(get(customer(1))));
        before = installation.entries("city");
        assertThrows(
                Upstream.Invalid.class, () -> put("m", new Encryption.Named("none"), Lock.OPEN));
        assertEquals("invalid", installation.usesSince("city", before).getFirst().outcome());
    }

    /** What is known of a key is part of a version: it survives a restart, and a change of tags. */
    @Test
    void aRestartLeavesTheKeyNeeded() {
        installation.admin().createKey("city", "records");
        put("n", new Encryption.Customer(customer(1)), Lock.OPEN);
        put("m", new Encryption.Named("records"), Lock.OPEN);
        installation.reopen();
        objects().tag("archive", "n", Optional.empty(), Map.of("a", "b"));
        refused(GuardedObjects.Got.KeyRefused.Why.MISSING, get(CustomerKey.NONE));
        assertArrayEquals(BODY, bytes(get(customer(1))));
        assertArrayEquals(BODY, bytes(objects().get("archive", "m", Optional.empty())));
    }

    @Test
    void aKeyDoesNotEndBeforeWhatItKeepsReadable() {
        installation.admin().createKey("city", "records");
        installation.admin().createKey("city", "other");
        Instant until = installation.time().instant().plus(Duration.ofDays(3));
        objects().version("archive", Bucket.Versioning.ENABLED);
        objects().lock("archive", LockRule.PLAIN);
        put("n", new Encryption.Named("records"), Lock.OPEN.retained(Lock.Mode.COMPLIANCE, until));
        Administration.Impossible kept =
                assertThrows(
                        Administration.Impossible.class,
                        () -> installation.admin().destroyKey("city", "records"));
        assertTrue(String.valueOf(kept.getMessage()).contains("archive/n"), kept.getMessage());
        assertArrayEquals(BODY, bytes(get(CustomerKey.NONE)));
        assertTrue(installation.admin().destroyKey("city", "other").destroyed());
        installation.time().advance(Duration.ofDays(4));
        assertTrue(installation.admin().destroyKey("city", "records").destroyed());
        refused(GuardedObjects.Got.KeyRefused.Why.DESTROYED, get(CustomerKey.NONE));
        assertTrue(installation.lastPublic("key.destroyed").contains("records"));
    }

    private Stored hold() {
        return objects().hold("archive", "n", Optional.empty(), Lock.Hold.ON);
    }

    private void lockable() {
        installation.admin().createKey("city", "records");
        objects().version("archive", Bucket.Versioning.ENABLED);
        objects().lock("archive", LockRule.PLAIN);
        put("n", new Encryption.Named("records"), Lock.OPEN);
    }

    /**
     * Story: a destruction looked for what is kept, and a hold that was set before its commit kept
     * an object that nobody could read any more.
     */
    @Test
    void nothingIsLockedUnderAKeyThatIsBeingDestroyed() throws Exception {
        lockable();
        Instant until = installation.time().instant().plus(Duration.ofDays(3));
        Lock retention = Lock.OPEN.retained(Lock.Mode.GOVERNANCE, until);
        List<Callable<Stored>> lockings =
                List.of(
                        this::hold,
                        () ->
                                objects()
                                        .retain(
                                                "archive",
                                                "n",
                                                Optional.empty(),
                                                retention,
                                                Lock.Bypass.NO),
                        () -> put("m", new Encryption.Named("records"), retention));
        List<Future<Stored>> tried = new ArrayList<>();
        try (ExecutorService others = Executors.newVirtualThreadPerTaskExecutor()) {
            // The look is over, and the commit has not come: all of them come in between.
            installation
                    .keyspace()
                    .meanwhile(() -> {
                        for (Callable<Stored> each : lockings) {
                            tried.add(others.submit(each));
                        }
                        for (Future<Stored> each : tried) {
                            await(each);
                        }
                    });
            assertTrue(installation.admin().destroyKey("city", "records").destroyed());
        }
        assertEquals(3, tried.size());
        for (Future<Stored> each : tried) {
            Upstream.Invalid no =
                    assertInstanceOf(Upstream.Invalid.class, each.exceptionNow(), each::toString);
            assertEquals("OperationAborted", no.code());
        }
    }

    @Test
    void aKeyUnderWhichSomethingIsBeingLockedIsNotDestroyed() throws Exception {
        lockable();
        try (ExecutorService others = Executors.newVirtualThreadPerTaskExecutor()) {
            CountDownLatch begun = new CountDownLatch(1);
            List<Future<NamedKey>> destroying = new ArrayList<>();
            installation
                    .keyspace()
                    .meanwhile(() ->
                            destroying.add(
                                    others.submit(() -> {
                                        begun.countDown();
                                        return installation.admin().destroyKey("city", "records");
                                    })));
            assertInstanceOf(Stored.Amended.class, hold());
            assertTrue(begun.await(10, TimeUnit.SECONDS));
            await(destroying.getFirst());
            assertInstanceOf(Administration.Impossible.class, destroying.getFirst().exceptionNow());
        }
        assertArrayEquals(BODY, bytes(get(CustomerKey.NONE)));
    }

    /** A body that began under a living key, and is locked, is not stored under a dead one. */
    @Test
    void aLockedBodyWhoseKeyDiedWhileItCameIsNotStored() {
        lockable();
        Instant until = installation.time().instant().plus(Duration.ofDays(3));
        GuardedObjects.Draft draft =
                draft().locked(Lock.OPEN.retained(Lock.Mode.GOVERNANCE, until))
                        .sealed(new Encryption.Named("records"));
        Upstream slow =
                new Upstream() {
                    private final Upstream body = upstream(BODY);

                    @Override
                    public long expected() {
                        return body.expected();
                    }

                    @Override
                    public InputStream body() throws IOException {
                        return body.body();
                    }

                    @Override
                    public String algorithm() {
                        return body.algorithm();
                    }

                    @Override
                    public Digests finish() {
                        installation.admin().destroyKey("city", "records");
                        return body.finish();
                    }
                };
        Upstream.Invalid no =
                assertThrows(
                        Upstream.Invalid.class,
                        () -> objects().put("archive", "m", draft, slow, ANY));
        assertEquals("KMS.NotFoundException", no.code());
    }

    private static void await(Future<?> one) {
        try {
            one.get(10, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            assertInstanceOf(RuntimeException.class, e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    /** A destruction is on record first; what was cut off then is done at the next start. */
    @Test
    void aDestructionThatWasCutOffIsCompleted() {
        NamedKey key = installation.admin().createKey("city", "records");
        put("n", new Encryption.Named("records"), Lock.OPEN);
        Policy.Applied applied =
                installation
                        .policy()
                        .change(
                                installation.request(installation.caller(city)),
                                new Change.EndKey(key.id()));
        assertInstanceOf(Policy.Applied.Done.class, applied);
        KeyId id = new KeyId(KeyId.Kind.NAMED, key.key());
        assertTrue(installation.keys().exists(id));
        installation.reopen();
        assertFalse(installation.keys().exists(id));
        refused(GuardedObjects.Got.KeyRefused.Why.DESTROYED, get(CustomerKey.NONE));
    }

    @Test
    void whatCannotBeAKeyIsSaid() {
        Administration admin = installation.admin();
        admin.createKey("city", "records");
        impossible("exists already", () -> admin.createKey("city", "records"));
        impossible("is no name", () -> admin.createKey("city", "Records"));
        impossible("no organisation", () -> admin.createKey("nobody", "records"));
        impossible("'key list'", () -> admin.destroyKey("city", "none"));
        admin.destroyKey("city", "records");
        impossible("'key list'", () -> admin.destroyKey("city", "records"));
    }

    private static void impossible(String part, Runnable act) {
        Administration.Impossible thrown = assertThrows(Administration.Impossible.class, act::run);
        assertTrue(String.valueOf(thrown.getMessage()).contains(part), thrown.getMessage());
    }

    @Test
    void aDraftSaysNothingOfKeysUnlessAsked() {
        assertInstanceOf(Encryption.Unsaid.class, draft().encryption());
        Stored stored = objects().put("archive", "n", draft(), upstream(BODY), ANY);
        assertEquals(
                Encrypted.OWN, assertInstanceOf(Stored.Done.class, stored).found().encrypted());
        refused(GuardedObjects.Got.KeyRefused.Why.UNNEEDED, get(customer(1)));
    }
}
