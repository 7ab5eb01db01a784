package org.domicile.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.domicile.bytes.StorageFailure;
import org.domicile.ledger.Ledger;
import org.domicile.objects.Bucket;
import org.domicile.policy.Policy;
import org.domicile.policy.Purpose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Founding, first steps, administration, upkeep. */
@Timeout(90)
class GuardTest {
    private static final Ledger.Filter ALL =
            new Ledger.Filter(Instant.EPOCH, Instant.MAX, "", 10_000);

    /** Commits of a founding: seven steps and the keys that they need, with room to spare. */
    private static final long FOUNDING = 14;

    @TempDir private Path folder;

    private static List<String> actions(List<Ledger.Recorded> uses) {
        return uses.stream().map(use -> use.action() + " " + use.outcome()).toList();
    }

    /** What the public log says, entry by entry. */
    private static List<String> statements(Installation installation) {
        List<String> said = new ArrayList<>();
        var logs = installation.keyspace().logs();
        logs.entries("public", 0, 10_000)
                .forEach(entry -> said.add(new String(entry, StandardCharsets.UTF_8)));
        return said;
    }

    @Test
    void foundingIsDoneOnce() {
        try (Installation installation = Installation.inMemory(folder)) {
            String digest = installation.policy().register().digest();
            long entries = installation.entries(Policy.INSTALLATION);
            assertEquals(8, entries);
            installation.reopen();
            assertEquals(digest, installation.policy().register().digest());
            assertEquals(entries, installation.entries(Policy.INSTALLATION));
            assertEquals(
                    Set.of(Founding.SYSTEM, Founding.OPERATOR),
                    installation.policy().register().principals().keySet());
            assertEquals(
                    Set.of(Policy.ADMINISTRATION, Policy.UPKEEP, Policy.LIFECYCLE),
                    installation.policy().register().purposes().keySet());
        }
    }

    /** Cut after each commit in turn, the next start goes on, and each step is on record once. */
    @Test
    void aFoundingThatWasCutGoesOn() {
        long commits;
        try (Installation whole = Installation.inMemory(folder.resolve("whole"))) {
            commits = whole.keyspace().commits();
        }
        int cuts = 0;
        for (long cut = Math.max(1, commits - FOUNDING); cut < commits; cut++) {
            Path place = folder.resolve("cut" + cut);
            try (Installation installation = Installation.founding(place, cut)) {
                // The ledger's rounds commit too: the last cut may lie after the founding.
                installation.keyspace().heal();
                cuts++;
                List<Ledger.Recorded> uses = installation.admin().uses(Policy.INSTALLATION, ALL);
                Set<String> objects = new TreeSet<>();
                int founded = 0;
                for (Ledger.Recorded use : uses) {
                    if (use.reason().equals("founding") && use.outcome().equals("done")) {
                        founded++;
                        objects.add(use.object());
                    }
                }
                assertEquals(8, founded, "cut after " + cut);
                assertEquals(5, objects.size());
                assertEquals(2, installation.policy().register().principals().size());
                assertTrue(installation.guard().firstSteps().isPresent());
            }
        }
        assertTrue(cuts > 6);
    }

    @Test
    void firstStepsAreMadeOnceAndTheirCredentialWorksForThirtyDays() {
        try (Installation installation = Installation.inMemory(folder)) {
            Administration.Issued first = installation.guard().firstSteps().orElseThrow();
            assertEquals(40, first.secret().length());
            assertEquals(
                    Optional.empty(),
                    installation.guard().firstSteps(first.credential().accessKey()));
            assertEquals(
                    GuardedObjects.Created.CREATED,
                    installation.as(first).createBucket("archive", ""));
            Purpose purpose =
                    Installation.known(
                            installation.policy().register().purposes(), "main/first-steps");
            assertEquals(
                    Duration.ofDays(30), Duration.between(purpose.created(), purpose.expires()));
            installation.reopen();
            assertEquals(
                    Optional.empty(),
                    installation.guard().firstSteps(first.credential().accessKey()));
            assertTrue(
                    installation
                            .guard()
                            .identity()
                            .signingKey(first.credential().accessKey(), "20260301", "home", "s3")
                            .isPresent());
            installation.time().advance(Duration.ofDays(30));
            Refused refused = assertThrows(Refused.class, () -> installation.as(first).buckets());
            assertEquals("purpose-expired", refused.reason());
        }
    }

    @Test
    void upkeepIsRecordedWhenItDidSomethingOrFailed() {
        try (Installation installation = Installation.inMemory(folder)) {
            long before = installation.entries(Policy.INSTALLATION);
            installation.guard().upkeep("system:Scrub", () -> 0);
            assertEquals(before, installation.entries(Policy.INSTALLATION));
            installation.guard().upkeep("system:Scrub", () -> 77);
            IllegalStateException bug = new IllegalStateException("a bug");
            assertEquals(
                    bug,
                    assertThrows(
                            IllegalStateException.class,
                            () ->
                                    installation
                                            .guard()
                                            .upkeep(
                                                    "system:Compact",
                                                    () -> {
                                                        throw bug;
                                                    })));
            List<Ledger.Recorded> uses = installation.usesSince(Policy.INSTALLATION, before);
            assertEquals(List.of("system:Scrub done", "system:Compact failed"), actions(uses));
            assertEquals(77, uses.getFirst().size());
            assertEquals("system:upkeep", uses.getFirst().principal());
            assertEquals(Policy.UPKEEP, uses.getFirst().purpose());
        }
    }

    @Test
    void administrationIsOnRecordWhereItConcerns() {
        try (Installation installation = Installation.inMemory(folder)) {
            Administration.Issued city = installation.tenant("city");
            Administration admin = installation.admin();
            Bucket bucket = admin.createBucket("city", "archive", List.of());
            assertEquals(List.of(bucket), admin.buckets("city"));
            Administration.Issued next = admin.rotateCredential(city.credential().accessKey());
            assertEquals(
                    "credential-withdrawn",
                    assertThrows(Refused.class, () -> installation.as(city).buckets()).reason());
            assertEquals(1, installation.as(next).buckets().size());
            admin.operate("admin:Stop", "");
            assertEquals(
                    List.of(
                            "admin:CreatePurpose done",
                            "admin:CreatePrincipal done",
                            "admin:CreateCredential done",
                            "admin:CreateBucket done",
                            "admin:ListBuckets done",
                            "admin:RotateCredential done",
                            "s3:ListAllMyBuckets done",
                            "s3:ListAllMyBuckets done"),
                    actions(installation.usesSince("city", 0)));
            List<Ledger.Recorded> own = installation.usesSince(Policy.INSTALLATION, 8);
            assertEquals(List.of("admin:CreateOrganisation done", "admin:Stop done"), actions(own));
        }
    }

    /**
     * Story: a rotation was two changes; a stop between them left both credentials alive, and their
     * order in the log told nobody that one took the other's place.
     */
    @Test
    void aRotationIsOneChangeWithAGrace() {
        try (Installation installation = Installation.inMemory(folder)) {
            Administration.Issued old = installation.tenant("city");
            Administration admin = installation.admin();
            String key = old.credential().accessKey();
            admin.giveReceipts(key, Administration.Receipts.ALWAYS);
            long before = installation.entries("city");
            Administration.Issued next = admin.rotateCredential(key, Duration.ofHours(24));
            assertEquals(1, installation.entries("city") - before);
            assertEquals(
                    Administration.Receipts.ALWAYS, admin.receipts(next.credential().accessKey()));
            assertEquals(0, installation.as(old).buckets().size());
            installation.time().advance(Duration.ofHours(24));
            assertEquals(
                    "credential-expired",
                    assertThrows(Refused.class, () -> installation.as(old).buckets()).reason());
            assertEquals(0, installation.as(next).buckets().size());
            Administration later = installation.admin();
            assertThrows(
                    Administration.Impossible.class,
                    () ->
                            later.rotateCredential(
                                    next.credential().accessKey(), Duration.ofDays(91)));
        }
    }

    @Test
    void aKeptPairIsOfOneOrganisationAndNotWeak() {
        try (Installation installation = Installation.inMemory(folder)) {
            Administration.Issued city = installation.tenant("city");
            Administration.Issued water = installation.tenant("water");
            String secret = "0123456789abcdef";
            keep(installation, city, new KeyPair("old", secret));
            assertTrue(
                    installation
                            .guard()
                            .identity()
                            .caller("old", secret.getBytes(StandardCharsets.UTF_8))
                            .isPresent());
            assertRefused("exists already", installation, water, new KeyPair("old", secret));
            for (String key : List.of("ab", "a/b", "a b", "a:b", "k".repeat(129), "ASIAOLD")) {
                assertRefused("access key", installation, city, new KeyPair(key, secret));
            }
            for (String weak :
                    List.of(
                            "0123456789abcde",
                            "0123456012345601",
                            "0123456789 abcdef",
                            "x".repeat(129),
                            "new-0123456789abcdef")) {
                assertRefused("too weak", installation, city, new KeyPair("new", weak));
            }
            assertFalse(new KeyPair("new", secret).toString().contains(secret));
        }
    }

    private static void assertRefused(
            String part, Installation installation, Administration.Issued holder, KeyPair pair) {
        String sentence =
                assertThrows(
                                Administration.Impossible.class,
                                () -> keep(installation, holder, pair))
                        .getMessage();
        assertTrue(sentence.contains(part), sentence);
        assertFalse(sentence.contains(pair.secret()), sentence);
    }

    private static void keep(
            Installation installation, Administration.Issued holder, KeyPair pair) {
        installation
                .admin()
                .keepCredential(
                        pair,
                        holder.credential().principal(),
                        holder.credential().purpose(),
                        List.of("*"),
                        List.of("*"),
                        Instant.MAX);
    }

    /**
     * Story: a mistyped organisation got a use log of its own, for ever; and a rotation or a bucket
     * that could not be was not on record at all.
     */
    @Test
    void whatCannotBeIsSaidAndOnRecordAndMakesNoLog() {
        try (Installation installation = Installation.inMemory(folder)) {
            long before = installation.entries(Policy.INSTALLATION);
            Set<String> logs = Set.copyOf(installation.ledger().logs());
            Administration admin = installation.admin();
            Instant end = installation.time().instant().plusSeconds(99);
            Purpose nobodys =
                    new Purpose("none", "p", "t", "o", "b", List.of("home"), end, end, false);
            for (Runnable act :
                    List.<Runnable>of(
                            () -> admin.createBucket("none", "archive", List.of()),
                            () -> admin.createPrincipal("none", "Eve"),
                            () -> admin.createPurpose(nobodys),
                            () -> admin.withdrawPurpose("none/p"),
                            () -> admin.rotateCredential("NONE"),
                            () -> admin.withdrawCredential("NONE"),
                            () ->
                                    admin.createCredential(
                                            "none", "none/p", List.of("*"), List.of("*"), end),
                            () -> admin.createOrganisation("Bad Name", "home"),
                            () -> admin.createZone("home", Optional.empty()),
                            () -> admin.buckets("none"),
                            () -> admin.uses("none", ALL))) {
                assertThrows(Administration.Impossible.class, act::run);
            }
            List<Ledger.Recorded> uses = installation.usesSince(Policy.INSTALLATION, before);
            assertEquals(10, uses.size()); // readings of uses are left out
            assertEquals(10, uses.stream().filter(use -> use.outcome().equals("conflict")).count());
            assertEquals(logs, Set.copyOf(installation.ledger().logs()));
        }
    }

    /**
     * Story: of two who made the same zone one was told that it exists, and the public log said
     * twice that it was created; the same when the disk failed and the failure was recorded.
     */
    @Test
    void thePublicLogSaysWhatWasDoneAndNothingElse() throws Exception {
        try (Installation installation = Installation.inMemory(folder)) {
            int made = 0;
            for (int round = 0; round < 10; round++) {
                String zone = "z" + round;
                List<Callable<Boolean>> makers = new ArrayList<>();
                for (int i = 0; i < 6; i++) {
                    makers.add(() -> {
                        try {
                            installation.admin().createZone(zone, Optional.empty());
                            return true;
                        } catch (Administration.Impossible taken) {
                            return false;
                        }
                    });
                }
                try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                    for (Future<Boolean> each : threads.invokeAll(makers, 20, TimeUnit.SECONDS)) {
                        made += each.get() ? 1 : 0;
                    }
                }
            }
            assertEquals(10, made);
            long said =
                    statements(installation).stream()
                            .filter(entry -> entry.contains("zone.created"))
                            .count();
            assertEquals(11, said); // and home
        }
    }

    /** Above: by chance. Here: a refusal that only the commit finds. */
    @Test
    void aChangeThatFailsIsNotSaidInPublic() {
        try (Installation installation = Installation.inMemory(folder)) {
            long before = installation.keyspace().logs().size("public");
            installation.keyspace().fenceAfter(0);
            assertThrows(
                    StorageFailure.class,
                    () -> installation.admin().createZone("lost", Optional.empty()));
            installation.reopen();
            assertTrue(installation.keyspace().logs().size("public") >= before);
            assertTrue(statements(installation).stream().noneMatch(each -> each.contains("lost")));
            assertTrue(!installation.policy().register().zones().containsKey("lost"));
        }
    }

    @Test
    void networksPutClientsIntoZones() {
        Networks networks =
                new Networks(
                        List.of(
                                new GuardOptions.Network("10.0.0.0/8", "wide"),
                                new GuardOptions.Network("10.1.2.0/23", "near"),
                                new GuardOptions.Network("10.1.3.7", "one"),
                                new GuardOptions.Network("fd00::/8", "six"),
                                new GuardOptions.Network("0.0.0.0/0", "rest")));
        Map.of(
                        "10.200.0.1", "wide",
                        "10.1.2.255", "near",
                        "10.1.3.6", "near",
                        "10.1.3.7", "one",
                        "10.1.4.1", "wide",
                        "fd12::1", "six",
                        "11.0.0.1", "rest")
                .forEach((address, zone) ->
                        assertEquals(Optional.of(zone), networks.zone(address(address)), address));
        assertEquals(Optional.empty(), networks.zone(address("fe80::1")));
        for (String bad :
                List.of(
                        "10.0.0.0/33",
                        "10.0.0.0/-1",
                        "10.0.0.0/x",
                        "example.org/8",
                        "",
                        "/8",
                        "fd00::/129")) {
            IllegalArgumentException refused =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> new Networks(List.of(new GuardOptions.Network(bad, "z"))));
            assertTrue(String.valueOf(refused.getMessage()).contains("zone.networks"));
        }
    }

    private static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new UncheckedIOException(e);
        }
    }
}
