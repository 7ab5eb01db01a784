package org.domicile.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.domicile.bytes.Disk;
import org.domicile.verifier.VerifierKey;
import org.domicile.witness.Witness;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Our server with somebody else's witness (litewitness of filippo.io/torchwood), and our witness
 * before somebody else's verifier (transparency-dev/formats).
 */
@Timeout(180)
class ForeignWitnessTest {
    private static final Pattern KEY = Pattern.compile("vkey=\"?([^\\s\"]+)");

    @TempDir Path folder;
    private Path programs;

    @BeforeEach
    void build() throws Exception {
        programs = Files.createDirectories(folder.resolve("programs"));
        for (String what : List.of(".", "tool")) {
            Foreign.command(
                            Foreign.program("go", "/usr/local/go/bin/go"),
                            "build",
                            "-mod=readonly",
                            "-buildvcs=false",
                            "-o",
                            programs + "/",
                            what)
                    .in(SourceTree.root().resolve("proof/witness"))
                    .with("GOPROXY", "off")
                    .with("CGO_ENABLED", "0")
                    .with("GOFLAGS", "")
                    .done();
        }
    }

    private Foreign.Ended judged(Path checkpoint, String log, List<String> witnesses)
            throws IOException, InterruptedException {
        List<String> words =
                new ArrayList<>(
                        List.of(
                                programs.resolve("witness").toString(),
                                checkpoint.toString(),
                                log));
        words.addAll(witnesses);
        return Foreign.command(words.toArray(String[]::new)).run();
    }

    @Test
    void ourWitnessesCosignaturesAreGoodToOthers() throws Exception {
        try (MadeLedger made = new MadeLedger(Files.createDirectories(folder.resolve("made")))) {
            made.growTo(300);
            List<VerifierKey> keys =
                    made.verifierKeys("public").stream().map(VerifierKey::parse).toList();
            Path own = folder.resolve("w1");
            Witness.create(own, "witness.example/w1", Disk.real());
            Witness witness = Witness.open(own, Disk.real(), InstantSource.system(), keys);
            String note = Files.readString(made.folder("public").resolve("checkpoint"));
            Witness.Answer answer =
                    witness.addCheckpoint(("old 0\n\n" + note).getBytes(StandardCharsets.UTF_8));
            assertEquals(200, answer.status());
            Path cosigned = folder.resolve("cosigned");
            Files.writeString(cosigned, note + new String(answer.body(), StandardCharsets.UTF_8));
            List<String> witnesses =
                    witness.key().verifierKeys().stream().map(VerifierKey::format).toList();
            String log = keys.getFirst().format();
            Foreign.Ended good = judged(cosigned, log, witnesses);
            assertEquals(0, good.status(), good.said());
            Files.writeString(cosigned, note);
            assertEquals(1, judged(cosigned, log, witnesses).status());
        }
    }

    @Test
    void somebodyElsesWitnessCosignsOurLog() throws Exception {
        Site site = new Site.Folder(folder);
        site.prepare(0);
        List<String> keys = new ArrayList<>();
        try (Server server = start(site, List.of())) {
            Server.command("ledger", "key", "--log", "public", "--data", data(site))
                    .lines()
                    .forEach(keys::add);
            assertNotNull(server);
        }
        String origin = keys.getFirst().substring(0, keys.getFirst().indexOf('+'));
        Process agent = agent();
        try (Litewitness foreign = new Litewitness(origin, keys.getFirst())) {
            Path policy = folder.resolve("policy");
            Files.writeString(
                    policy,
                    "log %s\nwitness w1 %s %s\nquorum w1\n"
                            .formatted(keys.getFirst(), foreign.key, foreign.url));
            Path checkpoint = site.data(0).resolve("ledger/public/checkpoint");
            try (Server server =
                    start(
                            site,
                            List.of(
                                    "ledger.witnesses=" + policy,
                                    "ledger.witnesses.demand=quorum"))) {
                for (int i = 0; i < 3; i++) {
                    long before = size(checkpoint);
                    Server.command(
                            "zone", "create", "z" + i, "--parent", "home", "--data", data(site));
                    awaitGrown(checkpoint, before);
                    Foreign.Ended good = judged(checkpoint, keys.getFirst(), List.of(foreign.key));
                    assertEquals(0, good.status(), good.said());
                }
                String verified =
                        Server.command(
                                "ledger",
                                "verify",
                                "--policy",
                                policy.toString(),
                                "--data",
                                data(site));
                assertTrue(verified.contains("public:"), verified);
                assertNotNull(server);
            }
        } finally {
            agent.destroy();
            agent.waitFor();
        }
    }

    private static String data(Site site) {
        return site.data(0).toString();
    }

    private Server start(Site site, List<String> settings) throws Exception {
        Server server =
                Server.start(
                        new Server.Start(
                                site.data(0),
                                site.keys(0),
                                folder.resolve("server.out"),
                                List.of(),
                                List.of(),
                                settings));
        server.awaitReady();
        return server;
    }

    private static long size(Path checkpoint) throws IOException {
        if (!Files.exists(checkpoint)) {
            return 0; // the server before this one may have ended before it published anything
        }
        String text = Files.readString(checkpoint);
        return text.contains("foreign.example") ? Long.parseLong(text.split("\n")[1]) : 0;
    }

    private static void awaitGrown(Path checkpoint, long before) throws IOException {
        long end = System.nanoTime() + 30_000_000_000L;
        while (size(checkpoint) <= before) {
            assertTrue(System.nanoTime() < end, "nothing was cosigned in 30 s");
            LockSupport.parkNanos(20_000_000);
        }
    }

    /** The key that the foreign witness signs with lies in an agent, as it wants it. */
    private Process agent() throws Exception {
        Foreign.command(
                        Foreign.program("ssh-keygen"),
                        "-q",
                        "-t",
                        "ed25519",
                        "-N",
                        "",
                        "-f",
                        folder.resolve("key").toString())
                .done();
        Path socket = folder.resolve("agent");
        Process agent =
                Children.keep(
                        new ProcessBuilder(
                                        Foreign.program("ssh-agent"), "-D", "-a", socket.toString())
                                .redirectErrorStream(true)
                                .redirectOutput(folder.resolve("agent.out").toFile())
                                .start());
        long end = System.nanoTime() + 10_000_000_000L;
        while (!Files.exists(socket)) {
            assertTrue(System.nanoTime() < end, "the agent does not start");
            LockSupport.parkNanos(10_000_000);
        }
        Foreign.command(Foreign.program("ssh-add"), folder.resolve("key").toString())
                .with("SSH_AUTH_SOCK", socket.toString())
                .done();
        return agent;
    }

    /** {@code SHA256:…}, the second word of what ssh-keygen says of a key. */
    private String fingerprint() throws Exception {
        String said =
                Foreign.command(
                                Foreign.program("ssh-keygen"),
                                "-lf",
                                folder.resolve("key.pub").toString())
                        .done();
        return said.split(" ", -1)[1];
    }

    /** The foreign witness as a process. */
    private final class Litewitness implements AutoCloseable {
        final Process process;
        final String url;
        final String key;

        Litewitness(String origin, String logKey) throws Exception {
            Path database = folder.resolve("witness.db");
            // what its own tool would write; that one needs modules that cannot be had
            Foreign.command(
                            Foreign.program("python3", "python"),
                            "-c",
                            """
                            import sqlite3, sys, base64, hashlib
                            db = sqlite3.connect(sys.argv[1])
                            db.execute("create table log (origin text primary key, tree_size integer not null, tree_hash text not null)")
                            db.execute("create table key (origin text not null, key text not null, foreign key(origin) references log(origin))")
                            db.execute("insert into log values (?, 0, ?)", (sys.argv[2], base64.b64encode(hashlib.sha256(b"").digest()).decode()))
                            db.execute("insert into key values (?, ?)", (sys.argv[2], sys.argv[3]))
                            db.commit()
                            """,
                            database.toString(),
                            origin,
                            logKey)
                    .done();
            int port;
            try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                port = free.getLocalPort();
            }
            url = "http://127.0.0.1:" + port;
            Path output = folder.resolve("witness.out");
            process =
                    Children.keep(
                            new ProcessBuilder(
                                            programs.resolve("litewitness").toString(),
                                            "-name",
                                            "foreign.example/w1",
                                            "-db",
                                            database.toString(),
                                            "-ssh-agent",
                                            folder.resolve("agent").toString(),
                                            "-key",
                                            fingerprint(),
                                            "-listen",
                                            "127.0.0.1:" + port)
                                    .redirectErrorStream(true)
                                    .redirectOutput(output.toFile())
                                    .start());
            long end = System.nanoTime() + 20_000_000_000L;
            String said = "";
            while (!said.contains("listening")) {
                assertTrue(System.nanoTime() < end && process.isAlive(), said);
                LockSupport.parkNanos(20_000_000);
                said = Files.readString(output);
            }
            Matcher found = KEY.matcher(said);
            assertTrue(found.find(), said);
            key = found.group(1);
        }

        @Override
        public void close() throws InterruptedException {
            process.destroy();
            process.waitFor();
        }
    }
}
