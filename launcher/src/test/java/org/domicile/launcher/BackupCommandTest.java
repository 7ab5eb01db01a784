package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.domicile.bytes.CrashPoint;
import org.domicile.bytes.Disk;
import org.domicile.bytes.StorageFailure;
import org.domicile.launcher.Rig.Ran;
import org.domicile.s3client.S3Signature;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups of a data folder and what comes back of them. */
class BackupCommandTest {
    private static final long LONGEST_SECONDS = 90;
    private static final String BUCKET = "archive";
    private static final DateTimeFormatter SECOND =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    @TempDir Path above;
    private final byte[] big = new byte[300_000];

    private Rig rig() {
        return new Rig(above);
    }

    private Path backups() {
        return above.resolve("backups");
    }

    private S3Client client(Cloud cloud) throws IOException {
        FirstCredential first = FirstCredential.read(rig().firstCredential()).orElseThrow();
        return new S3Client(
                URI.create(cloud.endpoints().s3()),
                new S3Signature(first.accessKey(), first.secret(), "home"),
                Clock.systemUTC(),
                Optional.empty());
    }

    private void fill(S3Client s3) throws IOException {
        new Random(5).nextBytes(big);
        put(s3, "", Map.of("x-amz-bucket-object-lock-enabled", "true"), new byte[0]);
        put(s3, "big", Map.of(), big);
        put(s3, "small", Map.of(), "small".getBytes(StandardCharsets.UTF_8));
    }

    private static void put(S3Client s3, String key, Map<String, String> headers, byte[] body)
            throws IOException {
        s3.call("PUT", BUCKET, key, Map.of(), headers, S3Client.Payload.of(body));
    }

    private static byte[] get(S3Client s3, String key) throws IOException {
        return s3.get(BUCKET, key, body -> body.readAllBytes());
    }

    private Json.Row done(Path data, String... words) throws IOException {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--data", data.toString(), "--json"));
        Ran ran = Rig.command(all.toArray(String[]::new));
        assertEquals(0, ran.code(), ran.out() + ran.err());
        return ran.rows().getFirst();
    }

    private Json.Row backup() throws IOException {
        nextSecond();
        return done(rig().data(), "backup", backups().toString());
    }

    /** A snapshot is called after its second. */
    private void nextSecond() {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        Path snapshots = backups().resolve("snapshots");
        while (Files.exists(snapshots.resolve(SECOND.format(Instant.now())))) {
            assertTrue(System.nanoTime() < end, "the clock stands still");
            LockSupport.parkNanos(20_000_000);
        }
    }

    private String origin(Path data) throws IOException {
        return Files.readAllLines(data.resolve("ledger/public/checkpoint")).getFirst();
    }

    @Test
    void whileItRunsEveryAcknowledgedObjectIsInItAndTheLogsGoOnUnderANewName() throws Exception {
        Json.Row one;
        int before;
        try (Cloud cloud = rig().open();
                S3Client s3 = client(cloud)) {
            fill(s3);
            AtomicInteger acknowledged = new AtomicInteger();
            AtomicInteger stop = new AtomicInteger();
            Thread writer =
                    Thread.startVirtualThread(() -> {
                        while (stop.get() == 0) {
                            int next = acknowledged.get();
                            try {
                                put(s3, "n/" + next, Map.of(), new byte[] {(byte) next});
                            } catch (IOException e) {
                                throw new java.io.UncheckedIOException(e);
                            }
                            acknowledged.incrementAndGet();
                        }
                    });
            // more than a bundle, so that entries lie in full tiles and the keyspace forgot them
            while (acknowledged.get() < 300) {
                assertTrue(writer.isAlive());
                LockSupport.parkNanos(1_000_000);
            }
            before = acknowledged.get();
            one = backup();
            assertTrue(acknowledged.get() > before, "writes went on");
            assertFalse(
                    Files.exists(rig().data().resolve("hold")), "nothing stands still any more");
            put(s3, "after", Map.of(), big);
            stop.set(1);
            writer.join();
            Hold hold = new Hold(new Folder(rig().data()), Disk.real());
            try (FileChannel _ = hold.lock("holder").orElseThrow()) {
                assertTrue(hold.inUse());
                Ran second = rig().run("backup", backups().toString());
                assertEquals(1, second.code());
                assertTrue(second.err().contains("another backup"), second.err());
            }
            assertFalse(hold.inUse());
            Json.Row two = backup();
            assertTrue(two.number("new") < two.number("bytes"), two.line());
            Ran check = Rig.command("backup", "check", backups().toString());
            assertEquals(0, check.code(), check.out() + check.err());
            assertTrue(check.out().contains(one.text("snapshot") + " is whole"), check.out());
            assertEquals(
                    2, Rig.command("backup", "list", backups().toString(), "--json").rows().size());

            Json.Row told =
                    done(
                            above.resolve("restored"),
                            "restore",
                            backups().toString(),
                            "--snapshot",
                            one.text("snapshot"));
            assertFalse(told.texts("unknown").isEmpty());
        }
        restoredHolds(above.resolve("restored"), before);
        // one backup, restored twice: both go on, and contradict neither the first nor each other
        Path again = above.resolve("again");
        done(again, "restore", backups().toString(), "--snapshot", one.text("snapshot"));
        Cloud.open(again, rig().settings()).close();
        assertNotEquals(origin(above.resolve("restored")), origin(again));
        assertNotEquals(origin(rig().data()), origin(again));
        // and it starts as any other from then on
        String name = origin(again);
        // what a backup left that was killed goes
        Files.createDirectories(again.resolve("hold/blobs"));
        Cloud.open(again, rig().settings()).close();
        assertFalse(Files.exists(again.resolve("hold")));
        assertEquals(name, origin(again));
    }

    private void restoredHolds(Path to, int acknowledged) throws IOException {
        try (Cloud cloud = Cloud.open(to, rig().settings());
                S3Client s3 = client(cloud)) {
            assertArrayEquals(big, get(s3, "big"));
            for (int i = acknowledged - 1; i >= 0; i -= 20) {
                assertArrayEquals(new byte[] {(byte) i}, get(s3, "n/" + i));
            }
            assertEquals("NoSuchKey", assertThrows(S3Failure.class, () -> get(s3, "after")).code());
            put(s3, "new", Map.of(), big);
            assertFalse(Files.exists(to.resolve("restored")), "the public log has told of it");
        }
        String log = origin(to);
        assertTrue(log.matches(".*/ledger-2-[0-9a-f]{8}/public"), log);
        Ran verified =
                Rig.command(
                        "ledger",
                        "verify",
                        "--data",
                        to.toString(),
                        "--known",
                        above.resolve("known").toString());
        assertEquals(1, verified.code(), "its keys are new: they have to be told");
        try (Cloud _ = Cloud.open(to, rig().settings())) {
            Ran trusted =
                    Rig.command(
                            "ledger",
                            "verify",
                            "--data",
                            to.toString(),
                            "--known",
                            above.resolve("known").toString());
            assertEquals(0, trusted.code(), trusted.err() + trusted.out());
        }
    }

    @Test
    void aKilledBackupAndAKilledRestoreGoOn() throws Exception {
        try (Cloud cloud = rig().open();
                S3Client s3 = client(cloud)) {
            fill(s3);
        }
        settle();
        died("backup.object:2", "backup", backups().toString(), "--data", data());
        died("backup.before-snapshot", "backup", backups().toString(), "--data", data());
        Ran none =
                Rig.command(
                        "restore",
                        backups().toString(),
                        "--data",
                        above.resolve("nothing").toString());
        assertEquals(1, none.code());
        assertTrue(none.err().contains("there is no finished backup"), none.err());
        Json.Row one = backup();
        assertEquals(0, one.number("new") >> 20, "large files were there: " + one.line());
        try (Cloud cloud = rig().open();
                S3Client s3 = client(cloud)) {
            put(s3, "after", Map.of(), big);
        }
        backup();

        Path to = above.resolve("restored");
        died("backup.restored:3", "restore", backups().toString(), "--data", to.toString());
        Problem cut = assertThrows(Problem.class, () -> Cloud.open(to, rig().settings()).close());
        assertTrue(String.valueOf(cut.getMessage()).contains("was cut short"), cut.getMessage());
        Ran other =
                Rig.command(
                        "restore",
                        backups().toString(),
                        "--snapshot",
                        one.text("snapshot"),
                        "--data",
                        to.toString());
        assertEquals(1, other.code());
        assertTrue(other.err().contains("holds part of a restore"), other.err());
        done(to, "restore", backups().toString());
        try (Cloud cloud = Cloud.open(to, rig().settings());
                S3Client s3 = client(cloud)) {
            assertArrayEquals(big, get(s3, "after"));
        }
        Ran full = Rig.command("restore", backups().toString(), "--data", to.toString());
        assertEquals(1, full.code());
        assertTrue(full.err().contains("is not empty"), full.err());
    }

    /** While one copies, nobody may have what it copies made anew under it. */
    @Test
    void whatIsBeingCopiedIsNotTakenAway() throws Exception {
        try (Cloud cloud = rig().open();
                S3Client s3 = client(cloud)) {
            fill(s3);
            Hold hold = new Hold(new Folder(rig().data()), Disk.real());
            try (FileChannel _ = hold.lock("aaaa").orElseThrow()) {
                cloud.instruments().hold("aaaa");
                Path held = hold.keyspace();
                FileTime made = Files.getLastModifiedTime(held);
                for (String other : List.of("", "bbbb")) {
                    StorageFailure refused =
                            assertThrows(
                                    StorageFailure.class, () -> cloud.instruments().hold(other));
                    assertEquals(StorageFailure.Kind.OVERLOADED, refused.kind());
                }
                assertEquals(made, Files.getLastModifiedTime(held));
                cloud.instruments().hold("aaaa"); // who has it may have it made anew
            }
        }
    }

    /** As if nothing had been written for a minute: what was written just now is read again. */
    private void settle() throws IOException {
        FileTime before = FileTime.from(Instant.now().minusSeconds(60));
        try (Stream<Path> all = Files.walk(rig().data())) {
            for (Path each : all.filter(Files::isRegularFile).toList()) {
                Files.setLastModifiedTime(each, before);
            }
        }
    }

    private String data() {
        return rig().data().toString();
    }

    /** Runs a command in a process of its own, which dies at a crash point. */
    private void died(String point, String... words) throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-Xmx256m",
                                "-Ddomicile.crash=" + point,
                                "-cp",
                                System.getProperty("java.class.path"),
                                Main.class.getName()));
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS));
        assertEquals(CrashPoint.STATUS, process.exitValue(), said);
    }

    @Test
    void ofALaterFolderTheLaterRetentionsAreTakenOver() throws Exception {
        try (Cloud cloud = rig().open();
                S3Client s3 = client(cloud)) {
            fill(s3);
            retain(s3, "small", "2098-01-01T00:00:00Z");
            backup();
            retain(s3, "small", "2099-01-01T00:00:00Z");
            put(s3, "big", Map.of(), "another".getBytes(StandardCharsets.UTF_8));
            put(
                    s3,
                    "late",
                    Map.of(
                            "x-amz-object-lock-mode",
                            "GOVERNANCE",
                            "x-amz-object-lock-retain-until-date",
                            "2099-02-02T00:00:00Z"),
                    new byte[1]);
            assertEquals(0, rig().run("ledger", "retention", "--days", "730").code());
            assertEquals(0, rig().run("purpose", "withdraw", "main/first-steps").code());
        }
        Path to = above.resolve("restored");
        Json.Row told = done(to, "restore", backups().toString(), "--newer", data()).row("newer");
        assertEquals(1, told.number("locks"), told.line());
        assertEquals(1, told.number("missing"), told.line());
        assertEquals(List.of(BUCKET + "/late"), told.texts("missingNames"));
        String since = String.join("\n", told.texts("since"));
        assertTrue(since.contains("purpose.withdrawn  purpose main/first-steps"), since);
        assertTrue(since.contains("ledger.retention"), since);
        try (Cloud cloud = Cloud.open(to, rig().settings());
                S3Client s3 = client(cloud)) {
            S3Client.Answer lock =
                    s3.call(
                            "GET",
                            BUCKET,
                            "small",
                            Map.of("retention", ""),
                            Map.of(),
                            S3Client.Payload.nothing());
            assertEquals("2099-01-01T00:00:00.000Z", lock.text("RetainUntilDate"));
            Ran days = Rig.command("ledger", "retention", "--data", to.toString());
            assertTrue(days.out().contains("730"), days.out());
        }
        // of a folder whose keyspace is lost the public log still tells
        try (Stream<Path> tables = Files.list(rig().data().resolve("keyspace/rocks"))) {
            for (Path each : tables.toList()) {
                Files.writeString(each, "lost");
            }
        }
        Json.Row half =
                done(above.resolve("half"), "restore", backups().toString(), "--newer", data())
                        .row("newer");
        assertEquals(1, half.texts("unread").size(), half.line());
        assertEquals(told.texts("since"), half.texts("since"));
        Ran foreign =
                Rig.command(
                        "restore",
                        backups().toString(),
                        "--data",
                        above.resolve("third").toString(),
                        "--newer",
                        above.resolve("no-folder").toString());
        assertEquals(1, foreign.code());
        assertTrue(foreign.err().contains("there is no data folder"), foreign.err());
    }

    private static void retain(S3Client s3, String key, String until) throws IOException {
        s3.call(
                "PUT",
                BUCKET,
                key,
                Map.of("retention", ""),
                Map.of(),
                S3Client.Payload.of(
                        ("<Retention><Mode>COMPLIANCE</Mode><RetainUntilDate>"
                                        + until
                                        + "</RetainUntilDate></Retention>")
                                .getBytes(StandardCharsets.UTF_8)));
    }
}
