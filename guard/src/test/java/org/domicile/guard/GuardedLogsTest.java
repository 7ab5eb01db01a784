package org.domicile.guard;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.domicile.blobs.Blobs;
import org.domicile.bytes.Disk;
import org.domicile.bytes.StorageFailure;
import org.domicile.keys.FolderMark;
import org.domicile.keys.KeyOptions;
import org.domicile.keys.Keys;
import org.domicile.keyspace.Keyspace;
import org.domicile.ledger.Ledger;
import org.domicile.ledger.LedgerOptions;
import org.domicile.ledger.LogFile;
import org.domicile.objects.Objects;
import org.domicile.people.People;
import org.domicile.policy.Policy;
import org.domicile.policy.Purpose;
import org.domicile.request.Caller;
import org.domicile.request.Request;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may read which log, and that each reading of a use log is on record. */
class GuardedLogsTest {
    private static final String NODE = "node-1";
    private static final LogFile CHECKPOINT = new LogFile.Checkpoint();

    private Keyspace keyspace;
    private Keys keys;
    private Ledger ledger;
    private Guard guard;
    private Administration.Issued main;
    private Administration.Issued other;

    @BeforeEach
    void open(@TempDir Path folder) throws IOException {
        Path place =
                Files.createDirectory(
                        folder.resolve("keys"),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwx------")));
        SecureRandom random = new SecureRandom();
        Clock clock = Clock.systemUTC();
        keyspace = Keyspace.inMemory();
        keys =
                Keys.open(
                        new KeyOptions(
                                List.of(place), new KeyOptions.Root.KeyFile(place.resolve("root"))),
                        FolderMark.inMemory(),
                        Disk.real(),
                        random);
        ledger =
                Ledger.open(
                        keyspace,
                        keys.vault(),
                        keys.subjects(),
                        keys.passes(),
                        Disk.real(),
                        clock,
                        random,
                        LedgerOptions.of(folder.resolve("ledger"), NODE, "test.example/ledger"));
        Policy policy = Policy.open(keyspace, keys.vault(), keys.subjects(), clock);
        Objects objects = Objects.open(keyspace, Blobs.inMemory(keyspace), clock, random);
        guard =
                Guard.open(
                        GuardOptions.in("home"),
                        policy,
                        keys,
                        ledger,
                        objects,
                        People.open(keyspace, keys.vault()),
                        clock,
                        random);
        main = organisation("main");
        other = organisation("city");
        await("all is published", () -> ledger.state().unpublished() == 0);
    }

    @AfterEach
    void close() {
        ledger.close();
        keys.close();
        keyspace.close();
    }

    private Administration.Issued organisation(String name) {
        Administration administration = administration();
        administration.createOrganisation(name, "home");
        administration.createPurpose(
                new Purpose(
                        name,
                        "air",
                        "Air quality",
                        "Office",
                        "Act",
                        List.of("home"),
                        Instant.now(),
                        Instant.now().plus(Duration.ofDays(9)),
                        false));
        return credential(name, name + "/air", "*");
    }

    private Administration administration() {
        return guard.administration(request(guard.operator()));
    }

    private Administration.Issued credential(String organisation, String purpose, String action) {
        Administration administration = administration();
        String principal = administration.createPrincipal(organisation, "for " + action).id();
        return administration.createCredential(
                principal, purpose, List.of(action), List.of("*"), Instant.MAX);
    }

    private GuardedLogs logs(Administration.Issued issued) {
        return guard.logs(
                request(
                        guard.identity()
                                .caller(issued.credential().accessKey(), secret(issued))
                                .orElseThrow()));
    }

    private static byte[] secret(Administration.Issued issued) {
        return issued.secret().getBytes(StandardCharsets.UTF_8);
    }

    private static Request request(Caller caller) {
        Instant now = Instant.now();
        return new Request(
                "r",
                caller,
                "tiles",
                "home",
                "192.0.2.7",
                now,
                now.plusSeconds(60),
                Optional.empty());
    }

    private List<Ledger.Recorded> uses(String organisation) {
        return administration()
                .uses(organisation, new Ledger.Filter(Instant.EPOCH, Instant.MAX, "", 1_000))
                .stream()
                .filter(use -> use.action().equals(GuardedLogs.READ))
                .toList();
    }

    private static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, "waited 20 s in vain: " + what);
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    void anOrganisationReadsItsUseLogAndEachReadingIsInIt() throws IOException {
        GuardedLogs logs = logs(main);
        byte[] checkpoint = logs.useFile("main", NODE, CHECKPOINT).orElseThrow();
        assertTrue(
                new String(checkpoint, StandardCharsets.UTF_8)
                        .startsWith("test.example/ledger/use/main/node-1\n"));
        List<Ledger.Recorded> uses = uses("main");
        assertEquals(1, uses.size());
        assertEquals(logs.use(), "main/" + NODE + "/" + uses.getFirst().number());
        assertEquals("use/main/node-1", uses.getFirst().object());
        assertEquals(checkpoint.length, uses.getFirst().size());
        assertEquals("main/air", uses.getFirst().purpose());
        assertEquals("DONE", uses.getFirst().outcome().toUpperCase(java.util.Locale.ROOT));

        LogFile bundle = new LogFile.Bundle(0, 1);
        assertEquals(Optional.empty(), logs.useFile("main", "node-2", bundle));
        assertEquals(
                "ABSENT", uses("main").getFirst().outcome().toUpperCase(java.util.Locale.ROOT));
    }

    @Test
    void nobodyReadsAnothersLogWhetherItIsThereOrNot() {
        for (String foreign : List.of("main", "nobody", Policy.INSTALLATION)) {
            Refused refused =
                    assertThrows(
                            Refused.class, () -> logs(other).useFile(foreign, NODE, CHECKPOINT));
            assertEquals("other-organisation", refused.reason());
        }
        Ledger.Recorded first = uses("city").getLast();
        assertEquals("other-organisation", first.reason());
        assertEquals("use/main/node-1", first.object());
        assertEquals(List.of(), uses("main"));
        // not the operator either: what operators read has its own way, and record
        GuardedLogs operator = guard.logs(request(guard.operator()));
        assertThrows(Refused.class, () -> operator.useFile("main", NODE, CHECKPOINT));
        assertThrows(Refused.class, () -> operator.useFile(Policy.INSTALLATION, NODE, CHECKPOINT));
        GuardedLogs stranger = guard.logs(request(new Caller.Anonymous()));
        assertEquals(
                "no-caller",
                assertThrows(Refused.class, () -> stranger.useFile("main", NODE, CHECKPOINT))
                        .reason());
    }

    @Test
    void aCredentialListsTheReadingOfLogsLikeEverythingElse() {
        Administration.Issued objects = credential("city", "city/air", "s3:*");
        assertEquals(
                "action-not-listed",
                assertThrows(Refused.class, () -> logs(objects).useFile("city", NODE, CHECKPOINT))
                        .reason());
        Administration.Issued auditor = credential("city", "city/air", GuardedLogs.READ);
        assertTrue(logs(auditor).useFile("city", NODE, CHECKPOINT).isPresent());
        administration().withdrawCredential(auditor.credential().accessKey());
        assertEquals(
                "credential-withdrawn",
                assertThrows(Refused.class, () -> logs(auditor).useFile("city", NODE, CHECKPOINT))
                        .reason());
    }

    @Test
    void thePublicLogIsForEverybodyAndGoesOnWhenNothingCanBeRecorded() throws IOException {
        GuardedLogs logs = guard.logs(request(new Caller.Anonymous()));
        assertEquals("test.example/ledger/public", logs.publicLogs().getFirst().origin());
        assertEquals(2, logs.publicLogs().getFirst().verifierKeys().size());
        ledger.close();
        assertArrayEquals(
                Files.readAllBytes(ledger.folder(Ledger.PUBLIC).resolve("checkpoint")),
                logs.publicFile(CHECKPOINT).orElseThrow());
        assertEquals(Optional.empty(), logs.publicFile(new LogFile.Tile(0, 1_000, 256)));
        assertEquals("", logs.use());
        assertEquals(Optional.of("the ledger is closed"), ledger.obstacle());
        assertThrows(StorageFailure.class, () -> logs(main).useFile("main", NODE, CHECKPOINT));
    }

    @Test
    void aSecretBelongsToItsAccessKey() {
        Identity identity = guard.identity();
        String accessKey = main.credential().accessKey();
        assertEquals("main", identity.caller(accessKey, secret(main)).orElseThrow().organisation());
        assertEquals(Optional.empty(), identity.caller(accessKey, secret(other)));
        assertEquals(Optional.empty(), identity.caller(accessKey, new byte[0]));
        assertEquals(Optional.empty(), identity.caller("nobody", new byte[0]));
        assertEquals(Optional.empty(), identity.caller("nobody", secret(main)));
        assertEquals(Optional.empty(), identity.caller("", secret(main)));
    }
}
