package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.stream.Stream;
import org.domicile.bytes.Disk;
import org.domicile.bytes.StorageFailure;
import org.domicile.http.HttpServer;
import org.domicile.http.ListenerOptions;
import org.domicile.verifier.VerifierKey;
import org.domicile.witness.Witness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server whose public log a witness cosigns, over HTTP; and a copy of it put back later. */
@Timeout(120)
class WitnessingTest {
    @TempDir Path above;

    private Rig rig() {
        return new Rig(above);
    }

    private void zone(Cloud cloud, String name) {
        Rig.administration(cloud.guard()).createZone(name, java.util.Optional.of("home"));
    }

    private static int port(HttpServer server) {
        return server.addresses().get("witness") instanceof java.net.InetSocketAddress tcp
                ? tcp.getPort()
                : 0;
    }

    private static String get(String url) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(url)).build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private String checkpoint() throws IOException {
        return Files.readString(rig().data().resolve("ledger/public/checkpoint"));
    }

    @Test
    void theWitnessesLinesStandInThePublishedCheckpoint() throws Exception {
        Path folder = above.resolve("w1");
        Rig.Ran made =
                Rig.command("witness", "create", folder.toString(), "--name", "witness.example/w1");
        assertEquals(0, made.code(), made.err());
        List<String> keys = made.out().lines().toList();
        assertEquals(2, keys.size());
        assertEquals(made.out(), Rig.command("witness", "key", folder.toString()).out());
        assertEquals(1, Rig.command("witness", "key", above.toString()).code());

        // the first start makes the log and its keys, which the witness is then told
        List<VerifierKey> logKeys;
        try (Cloud cloud = rig().open()) {
            assertTrue(cloud.endpoints().urls().containsKey("web"));
            Rig.Ran key = rig().run("ledger", "key", "--log", "public");
            logKeys = key.out().lines().map(VerifierKey::parse).toList();
        }
        Witness witness = Witness.open(folder, Disk.real(), Clock.systemUTC(), logKeys);
        try (HttpServer server =
                HttpServer.open(
                        List.of(
                                new HttpServer.Listener(
                                        ListenerOptions.plain("witness", "127.0.0.1", 0),
                                        new WitnessDoor(witness))))) {
            String url = "http://127.0.0.1:" + port(server);
            assertEquals(made.out(), get(url + "/"));
            Path policy = above.resolve("policy");
            Files.writeString(
                    policy,
                    "log %s\nlog %s\nwitness ed %s %s\nwitness ml %s %s\ngroup w1 all ed ml\nquorum w1\n"
                            .formatted(
                                    logKeys.get(0).format(),
                                    logKeys.get(1).format(),
                                    keys.get(0),
                                    url,
                                    keys.get(1),
                                    url));
            try (Cloud cloud =
                    rig().open("ledger.witnesses=" + policy, "ledger.witnesses.demand=quorum")) {
                zone(cloud, "annex");
                long end = System.nanoTime() + 30_000_000_000L;
                while (!checkpoint().contains("witness.example")) {
                    assertTrue(System.nanoTime() < end, "nothing was cosigned in 30 s");
                    java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
                }
                Rig.Ran proof = rig().run("ledger", "prove", "0");
                assertEquals(0, proof.code(), proof.err());
                Path file = above.resolve("proof");
                Files.writeString(file, proof.out());
                Rig.Ran checked =
                        Rig.command(
                                "ledger", "check", file.toString(), "--policy", policy.toString());
                assertEquals(0, checked.code(), checked.err());
                assertTrue(checked.out().contains("witness ed and witness ml"), checked.out());
                Rig.Ran verified = rig().run("ledger", "verify", "--policy", policy.toString());
                assertEquals(0, verified.code(), verified.err() + verified.out());
                Rig.Ran status = rig().run("status");
                assertTrue(status.out().contains("1 witness asked, all cosign"), status.out());
                assertTrue(
                        get(cloud.endpoints().urls().get("web") + "/metrics")
                                .contains("domicile_witness_failing_seconds{witness=\"ed/ml\"} 0"));
                Files.writeString(file, proof.out().replaceAll("\u2014 witness.example.*\n", ""));
                Rig.Ran bare =
                        Rig.command(
                                "ledger", "check", file.toString(), "--policy", policy.toString());
                assertEquals(1, bare.code());
                assertTrue(bare.err().contains("not the quorum"), bare.err());
            }
            assertEquals(2, checkpoint().lines().filter(l -> l.contains("witness.ex")).count());
            String hash = Witness.hash(logKeys.getFirst().name());
            assertTrue(get(url + "/" + hash + "/checkpoint").contains("witness.example/w1"));
        }
    }

    @Test
    void anOlderCopyNeverSignsASecondHistory() throws Exception {
        try (Cloud cloud = rig().open()) {
            zone(cloud, "annex");
        }
        Path backup = above.resolve("backup");
        copy(rig().data(), backup);
        try (Cloud cloud = rig().open()) {
            zone(cloud, "attic");
        }
        String lost = checkpoint();
        // the whole folder is put back, static files and all: only the mark beside the keys tells
        delete(rig().data());
        copy(backup, rig().data());
        StorageFailure refused = assertThrows(StorageFailure.class, () -> rig().open().close());
        assertEquals(StorageFailure.Kind.FOREIGN, refused.kind());
        assertTrue(
                String.valueOf(refused.getMessage()).contains("older copy"), refused.getMessage());
        assertEquals(Files.readString(backup.resolve("ledger/public/checkpoint")), checkpoint());

        try (Cloud cloud = rig().open("ledger.restore=new-history")) {
            zone(cloud, "cellar");
        }
        String now = checkpoint();
        String before = lost.lines().findFirst().orElseThrow();
        String after = now.lines().findFirst().orElseThrow();
        assertTrue(after.endsWith("/ledger-2/public"), after);
        assertTrue(!before.equals(after));
        String entries = entries();
        assertTrue(entries.contains("ledger.restored"), entries);
        assertTrue(entries.contains(before), entries);
        // it goes on under the new name without being told again, and verifies
        try (Cloud cloud = rig().open()) {
            zone(cloud, "shed");
            Rig.Ran verified =
                    rig().run("ledger", "verify", "--known", above.resolve("known").toString());
            assertEquals(0, verified.code(), verified.err() + verified.out());
        }
    }

    private String entries() throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.walk(rig().data().resolve("ledger/public/tile/entries"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                all.append(Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1));
            }
        }
        return all.toString();
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : all.toList()) {
                Path target = to.resolve(from.relativize(each).toString());
                if (Files.isDirectory(each)) {
                    Files.createDirectories(target);
                } else if (Files.isRegularFile(each)) {
                    Files.copy(each, target);
                }
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
