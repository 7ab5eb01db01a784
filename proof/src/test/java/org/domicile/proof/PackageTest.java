package org.domicile.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is carried to other machines: unpacked where there is no network but loopback and no Java,
 * it does the main job. Needs root, for the namespaces.
 */
class PackageTest {
    private static final Pattern DIGEST =
            Pattern.compile("\"digest\":\"sha256:([0-9a-f]{64})\",\"size\":(\\d+)");
    private static final Pattern LAYER = Pattern.compile("\"diff_ids\":\\[\"sha256:([0-9a-f]{64})");

    @TempDir static Path folder;
    private static Path made;

    @BeforeAll
    static void make() throws Exception {
        made = folder.resolve("made");
        Path root = SourceTree.root();
        Foreign.command(
                        root.resolve("packaging/make").toString(),
                        root.resolve("launcher/target/domicile/lib").toString(),
                        "--output",
                        made.toString())
                .with("JAVA_HOME", System.getProperty("java.home"))
                .done();
    }

    private static Path made(String end) throws IOException {
        try (Stream<Path> files = Files.list(made)) {
            return files.filter(file -> file.toString().endsWith(end)).findFirst().orElseThrow();
        }
    }

    /** Runs a script with nothing of this machine's environment, without network or Java. */
    private static String isolated(String script) throws Exception {
        Path file =
                Files.writeString(folder.resolve("script"), "set -e\nip link set lo up\n" + script);
        return Foreign.command(
                        "unshare",
                        "--net",
                        "--mount",
                        "env",
                        "-i",
                        "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
                        "HOME=" + Files.createDirectories(folder.resolve("home")),
                        "bash",
                        file.toString())
                .in(folder)
                .done();
    }

    @Test
    void theArchiveDoesTheMainJobWithoutNetworkAndJava() throws Exception {
        Foreign.command("tar", "-xzf", made(".tar.gz").toString(), "-C", folder.toString()).done();
        Files.createDirectories(folder.resolve("in"));
        Files.writeString(folder.resolve("in/a.txt"), "kept at home");
        String said =
                isolated(
                        """
                        export DOMICILE_DATA=$PWD/data
                        domicile=$(echo $PWD/domicile-*/bin/domicile)
                        trap '$domicile down >/dev/null 2>&1 || true' EXIT
                        $domicile up --set s3.listen=127.0.0.1:0 --set web.listen=127.0.0.1:0 --set sql.listen=127.0.0.1:0 \
                            --set kafka.listen=127.0.0.1:0 --set keys.places=$PWD/keys
                        echo "java $(readlink /proc/$(cat data/lock)/exe)"
                        $domicile bucket create archive
                        $domicile import in s3://archive/scans
                        $domicile sql "select 'answer ' || 6 * 7 as said"
                        $domicile stream create levels
                        echo '{"level": 4}' | $domicile stream publish levels
                        $domicile stream tail levels --from beginning --limit 1
                        $domicile uses --bucket archive --last 1h
                        $domicile ledger verify --known $PWD/known
                        """);
        assertTrue(said.contains("java " + folder.toRealPath()), said);
        assertTrue(said.contains("1 files copied"), said);
        assertTrue(said.contains("s3:PutObject"), said);
        assertTrue(said.contains("{\"level\": 4}"), "Kafka's broker, too: " + said);
        assertTrue(said.contains("answer 42"), "a worker runs on this Java too: " + said);
        Path home = only(folder, "domicile-");
        assertTrue(Files.readString(home.resolve("sbom.json")).contains("rocksdbjni"), "its parts");
        assertTrue(
                Files.readString(home.resolve("lib/flink/sbom.json"))
                        .contains("flink-table-planner-loader"),
                "those of what runs watches");
        assertTrue(Files.isRegularFile(home.resolve("server.aot")), "starts are quick");
    }

    /** OCI Image Layout: each descriptor's digest and size are those of its blob. */
    @Test
    void theImageIsWholeAndServes() throws Exception {
        Path layout = Files.createDirectories(folder.resolve("layout"));
        Foreign.command("tar", "-xf", made(".oci.tar").toString(), "-C", layout.toString()).done();
        assertEquals(
                "{\"imageLayoutVersion\":\"1.0.0\"}",
                Files.readString(layout.resolve("oci-layout")).strip());
        Path manifest = blobs(layout, layout.resolve("index.json")).getFirst();
        List<Path> parts = blobs(layout, manifest);
        String config = Files.readString(parts.getFirst());
        Matcher layer = LAYER.matcher(config);
        assertTrue(layer.find(), config);
        try (InputStream plain = new GZIPInputStream(Files.newInputStream(parts.getLast()))) {
            assertEquals(layer.group(1), sha256(plain));
        }
        Path tree = Files.createDirectories(folder.resolve("tree"));
        Foreign.command("tar", "-xzpf", parts.getLast().toString(), "-C", tree.toString()).done();
        assertFalse(Files.exists(tree.resolve("bin/sh")), "there is no shell in it");
        String said =
                isolated(
                        """
                        mount --bind tree tree
                        mkdir -p tree/proc tree/dev
                        mount -t proc proc tree/proc
                        mount --bind /dev tree/dev
                        %s &
                        server=$!
                        for i in $(seq 300); do
                            [ ! -e tree/data/cloud/run/endpoints.json ] || break
                            sleep 0.2
                        done
                        %s
                        kill $server
                        wait $server
                        echo "ended with $?"
                        """
                                .formatted(
                                        inside(config, words(config, "Cmd")),
                                        inside(
                                                config,
                                                List.of("status", "--data", "/data/cloud"))));
        assertTrue(said.contains("is ready since"), said);
        assertTrue(said.contains("ended with 0"), said);
    }

    private static String inside(String config, List<String> command) {
        StringBuilder line =
                new StringBuilder("timeout 120 chroot --userspec=65532:65532 $PWD/tree");
        words(config, "Entrypoint").forEach(word -> line.append(" '").append(word).append('\''));
        command.forEach(word -> line.append(" '").append(word).append('\''));
        return line.toString();
    }

    private static List<String> words(String config, String name) {
        int from = config.indexOf("\"" + name + "\":[") + name.length() + 4;
        String list = config.substring(from, config.indexOf(']', from));
        return Stream.of(list.split(",")).map(word -> word.replace("\"", "")).toList();
    }

    private static Path only(Path above, String begin) throws IOException {
        try (Stream<Path> files = Files.list(above)) {
            return files.filter(file -> file.getFileName().toString().startsWith(begin))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static List<Path> blobs(Path layout, Path document) throws Exception {
        Matcher digests = DIGEST.matcher(Files.readString(document));
        List<Path> found = new java.util.ArrayList<>();
        while (digests.find()) {
            Path blob = layout.resolve("blobs/sha256").resolve(digests.group(1));
            assertEquals(Long.parseLong(digests.group(2)), Files.size(blob));
            try (InputStream in = Files.newInputStream(blob)) {
                assertEquals(digests.group(1), sha256(in));
            }
            found.add(blob);
        }
        return found;
    }

    private static String sha256(InputStream in) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        try (DigestInputStream through = new DigestInputStream(in, digest)) {
            through.transferTo(java.io.OutputStream.nullOutputStream());
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
