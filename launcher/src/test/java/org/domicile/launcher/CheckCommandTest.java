package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.KeyspaceOptions;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.domicile.keyspace.Tuple;
import org.domicile.keyspace.Write;
import org.domicile.s3client.S3Signature;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an operator does to know that all is still there, and how much there may be. */
@Timeout(120)
class CheckCommandTest {
    private static final int LARGE = 300_000;

    /** Of the one large body: behind the segment's own page, and a page's header. */
    private static final long IN_THE_BODY = 65_536 + 5_000;

    @TempDir Path above;
    private Rig rig;

    @BeforeEach
    void rig() {
        rig = new Rig(above);
    }

    private void put(Cloud cloud, String key, int size) throws IOException {
        byte[] body = new byte[size];
        new Random(size).nextBytes(body);
        FirstCredential first = FirstCredential.read(rig.firstCredential()).orElseThrow();
        try (S3Client s3 =
                new S3Client(
                        URI.create(cloud.endpoints().s3()),
                        new S3Signature(first.accessKey(), first.secret(), "home"),
                        Clock.systemUTC(),
                        Optional.empty())) {
            s3.call("PUT", "archive", key, Map.of(), Map.of(), S3Client.Payload.of(body));
        }
    }

    private void flip() throws IOException {
        Path segment = rig.data().resolve("blobs/000000000001.segment");
        try (FileChannel file =
                FileChannel.open(segment, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            file.read(one, IN_THE_BODY);
            one.put(0, (byte) (one.get(0) ^ 1));
            file.write(one.flip(), IN_THE_BODY);
        }
    }

    private Rig.Ran ran(int code, String... arguments) {
        Rig.Ran ran = rig.run(arguments);
        assertEquals(code, ran.code(), ran.out() + ran.err());
        return ran;
    }

    /** A command that opens a stopped folder. */
    private Rig.Ran stopped(int code, String... more) {
        String[] arguments = new String[more.length + 3];
        arguments[0] = "check";
        arguments[1] = "--set";
        arguments[2] = "keys.places=" + rig.keys();
        System.arraycopy(more, 0, arguments, 3, more.length);
        return ran(code, arguments);
    }

    @Test
    void aRunningServerChecksItselfAndRemembers() throws IOException {
        try (Cloud cloud = rig.open()) {
            ran(0, "bucket", "create", "archive");
            assertTrue(ran(0, "check", "--last").out().startsWith("nothing was checked yet"));
            put(cloud, "dir/large", LARGE);
            put(cloud, "small", 10);
            Rig.Ran well = ran(0, "check");
            assertTrue(
                    well.out().startsWith("read 2 versions and parts (300.0 kB): nothing is wrong"),
                    well.out());
            assertTrue(
                    well.out().matches("(?s).*the files of \\d+ logs hold together.*"), well.out());
            flip();
            Json.Row found = ran(1, "check", "--json").rows().getFirst();
            assertEquals("damaged-body", found.text("kind"));
            assertEquals("archive", found.text("bucket"));
            assertEquals("dir/large", found.text("key"));
            assertEquals("null", found.text("version"));
            assertTrue(found.text("next").contains("from a backup"), found.text("next"));
            String warned = ran(0, "status").out();
            assertTrue(warned.contains("found 1 thing wrong"), warned);
            assertTrue(warned.contains("last read through and checked"), warned);
        }
        try (Cloud cloud = rig.open()) {
            Rig.Ran last = ran(1, "check", "--last");
            assertTrue(
                    last.out()
                            .startsWith(
                                    "damaged-body in bucket archive, key dir/large, version null:"
                                            + " "),
                    last.out());
            assertTrue(ran(1, "check", "--without-keys").err().contains("stopped folder"));
            assertEquals(1, cloud.instruments().status().figures().get("check.wrong"));
            flip();
            ran(0, "scrub");
            Json.Row state = Json.row("running", true);
            for (int i = 0; i < 600 && Boolean.TRUE.equals(state.fields().get("running")); i++) {
                pause();
                state = AdminClient.of(new Folder(rig.data())).object("/v1/check");
            }
            assertEquals(0, state.number("wrong"), state.line());
            assertEquals(LARGE + 10, state.number("done"));
        }
    }

    private static void pause() {
        LockSupport.parkNanos(50_000_000);
    }

    @Test
    void aStoppedFolderIsOpenedByTheCommand() throws IOException {
        assertTrue(stopped(1).err().contains("there is no data folder at"));
        try (Cloud cloud = rig.open()) {
            ran(0, "bucket", "create", "archive");
            put(cloud, "dir/large", LARGE);
            put(cloud, "small", 10);
        }
        Rig.Ran well = stopped(0);
        assertTrue(
                well.out().startsWith("read 2 versions and parts (300.0 kB): nothing is wrong"),
                well.out());
        flip();
        assertTrue(stopped(1).out().contains("key dir/large"));
        // Its keys are elsewhere: the command says what can still be done.
        Files.move(rig.keys(), above.resolve("away"));
        assertTrue(stopped(1).err().contains("--without-keys"));
        assertTrue(stopped(1, "--without-keys").out().contains("key dir/large"));
        flip();
        stopped(0, "--without-keys");
        Files.move(above.resolve("away"), rig.keys());
        // A counter that is wrong is found, and counted anew only when asked for.
        Path keyspace = new Folder(rig.data()).keyspace();
        try (Keyspace open = Keyspace.open(keyspace, KeyspaceOptions.defaults())) {
            byte[] counter = Tuple.of().text("o").text("c").text("main").pack();
            Write wrong = new Write.Add(Space.RECORDS, counter, new long[] {7, 0});
            open.commit(new Transaction().write(wrong));
        }
        for (int i = 0; i < 2; i++) {
            String told = stopped(1).out();
            assertTrue(
                    told.contains(
                            "wrong-counter: the organisation main is counted with 300017 bytes in 2"
                                    + " objects, and has 300010 in 2"),
                    told);
        }
        stopped(0, "--recount");
        stopped(0);
        try (Cloud cloud = rig.open()) {
            assertEquals("ready", cloud.instruments().status().state());
        }
    }

    /** Its place is kept over a restart, and so is what it had found. */
    @Test
    void aCheckThatWasCutShortGoesOn() throws IOException {
        // The next is due a week after this one began.
        Instant began = Instant.now().minus(Duration.ofDays(2)).truncatedTo(ChronoUnit.SECONDS);
        try (Cloud cloud = rig.open()) {
            ran(0, "bucket", "create", "archive");
            put(cloud, "a", 10);
            put(cloud, "b", 10);
        }
        CheckRecord.Look look =
                CheckRecord.Look.from(began)
                        .at(new byte[0])
                        .read(10)
                        .with(
                                new org.domicile.admin.Checking.Wrong(
                                        "orphan-body", "", "", "", "what", "next"));
        CheckRecord record = new CheckRecord(CheckRecord.Look.NONE, look);
        CheckRecord read = CheckRecord.decode(record.encode());
        assertEquals(look.named(), read.present().named());
        assertEquals(began, read.present().began());
        assertTrue(read.present().underWay());
        assertEquals(CheckRecord.NOTHING, CheckRecord.decode(new byte[] {9}));
        try (Keyspace open =
                Keyspace.open(new Folder(rig.data()).keyspace(), KeyspaceOptions.defaults())) {
            Write written =
                    new Write.Put(Space.RECORDS, Tuple.pack("launcher", "check"), record.encode());
            open.commit(new Transaction().write(written));
        }
        try (Cloud cloud = rig.open()) {
            Upkeep upkeep = new Upkeep(cloud.guard(), Clock.systemUTC());
            assertEquals(1, cloud.instruments().status().figures().get("check.wrong"));
            Upkeep.Turn turn = upkeep.turn(cloud.checker().job(), 0);
            assertEquals(20, turn.handled());
            Json.Row state = AdminClient.of(new Folder(rig.data())).object("/v1/check");
            assertEquals(began.toString(), state.text("began"));
            assertEquals(30, state.number("done"));
            assertEquals(3, state.number("versions"));
            assertEquals(1, state.number("wrong"));
            assertTrue(Instant.parse(state.text("ended")).isAfter(began));
            // It is not due again for a week.
            assertEquals(0, upkeep.turn(cloud.checker().job(), 0).handled());
        }
    }

    @Test
    void quotasAreShownAndSet() throws IOException {
        try (Cloud cloud = rig.open()) {
            ran(0, "bucket", "create", "archive");
            put(cloud, "a", 1_000);
            String none = ran(0, "bucket", "quota", "archive").out();
            assertTrue(none.startsWith("bucket archive holds 1.0 kB in 1 objects\n"), none);
            String set = ran(0, "bucket", "quota", "archive", "--bytes", "2KiB").out();
            assertEquals("bucket archive holds 1.0 kB of 2.0 kB (48 %) in 1 objects\n", set);
            set = ran(0, "bucket", "quota", "archive", "--objects", "1").out();
            assertTrue(set.contains("of 2.0 kB (48 %) in 1 objects of 1 (100 %)"), set);
            set = ran(0, "bucket", "quota", "archive", "--bytes", "none", "--objects", "9").out();
            assertTrue(set.contains("1.0 kB in 1 objects of 9 (11 %)"), set);
            Json.Row all =
                    ran(0, "organisation", "quota", "main", "--bytes", "1GiB", "--json")
                            .rows()
                            .getFirst();
            assertEquals(1L << 30, all.number("mostBytes"));
            assertEquals(1_000, all.number("bytes"));
            ran(2, "bucket", "quota", "archive", "--bytes", "lots");
            assertTrue(ran(1, "bucket", "quota", "no").err().contains("there is no bucket no"));
        }
    }

    @Test
    void anInventoryIsWhatS3sIs() throws IOException {
        try (Cloud cloud = rig.open()) {
            ran(0, "bucket", "create", "archive");
            assertTrue(ran(0, "bucket", "inventory", "archive").out().contains("is empty"));
            put(cloud, "a b\",=x", 1_000);
            List<String> lines =
                    ran(0, "bucket", "inventory", "archive", "--csv").out().lines().toList();
            assertTrue(lines.getFirst().startsWith("\"Bucket\",\"Key\",\"VersionId\""));
            assertTrue(
                    lines.get(1)
                            .startsWith(
                                    "\"archive\",\"a%20b%22%2C%3Dx\",\"null\",\"true\",\"false\",\"1000\","),
                    lines.get(1));
            assertTrue(lines.get(1).contains("\"SSE-S3\""), lines.get(1));
            Json.Row row = ran(0, "bucket", "inventory", "archive", "--json").rows().getFirst();
            assertEquals("a b\",=x", row.text("key"));
            String used = rig.run("uses", "--bucket", "archive").out();
            assertTrue(used.contains("admin:ReadInventory"), used);
        }
    }
}
