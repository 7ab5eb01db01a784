package org.domicile.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The clients that people have, each doing its ordinary job against the program as it is started by
 * its own command. The jobs are scripts in {@code proof/clients/jobs}; each prints a line for what
 * it has shown and fails at the first difference.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ClientsTest {
    private static final Path ROOT = SourceTree.root();
    private static final long JOB_SECONDS = 120;

    @TempDir static Path folder;
    private Map<String, String> environment = Map.of();
    private Map<String, String> kafka = Map.of();

    /** What a program printed, and its exit code. */
    private record Ended(int code, String output) {}

    @BeforeAll
    void up() throws IOException, InterruptedException {
        Ended up =
                run(
                        List.of(
                                domicile(),
                                "up",
                                "--data",
                                data(),
                                "--set",
                                "s3.listen=127.0.0.1:0",
                                "--set",
                                "web.listen=127.0.0.1:0",
                                "--set",
                                "sql.listen=127.0.0.1:0",
                                "--set",
                                "kafka.listen=127.0.0.1:0",
                                "--set",
                                "limits.disk.reserve=16MiB",
                                "--set",
                                "blobs.segment=16MiB",
                                "--set",
                                "keys.places=" + folder.resolve("keys")),
                        // a server for minutes, and its workers, go less far
                        Map.of("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1"));
        assertEquals(0, up.code(), up.output());
        Ended env = run(List.of(domicile(), "env", "--data", data()), Map.of());
        assertEquals(0, env.code(), env.output());
        environment =
                env.output()
                        .lines()
                        .filter(line -> line.startsWith("export "))
                        .map(line -> line.substring("export ".length()).split("=", 2))
                        .collect(
                                Collectors.toMap(
                                        pair -> pair[0], pair -> pair[1].replace("'", "")));
        assertTrue(environment.containsKey("AWS_ENDPOINT_URL"), env.output());
    }

    @AfterAll
    void down() throws IOException, InterruptedException {
        // the keys are learned while a server can name them, and hold afterwards
        own("ledger", "verify");
        Ended down = run(List.of(domicile(), "down", "--data", data()), Map.of());
        assertEquals(0, down.code(), down.output());
        Ended verify = run(List.of(domicile(), "ledger", "verify", "--data", data()), Map.of());
        assertEquals(0, verify.code(), verify.output());
    }

    @Test
    void awsCli() throws IOException, InterruptedException {
        job("aws.sh", 8);
    }

    @Test
    void boto3() throws IOException, InterruptedException {
        job("sdk.py", 10);
    }

    /** A webhook in Python, as docs/use/events.md has it, and a stream. */
    @Test
    void events() throws IOException, InterruptedException {
        int port = freePort();
        String url = "http://127.0.0.1:" + port + "/";
        own("target", "create", "hook", url, "--zone", "home", "--network", "127.0.0.0/8");
        String secret = value(own("target", "secret", "hook", "--json"), "secret");
        own("stream", "create", "job.bucket");
        Map<String, String> more = new HashMap<>(kafka());
        more.put("HOOK_PORT", "" + port);
        more.put("HOOK_ARN", "arn:aws:sns:home:main:hook");
        more.put("HOOK_SECRET", secret);
        job("events.py", 4, more);
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    /** Three clients of PostgreSQL's protocol, each on the same small table. */
    @Test
    void sql() throws IOException, InterruptedException {
        done("aws", "s3", "mb", "s3://sql-job");
        Path flights = ROOT.resolve("proof/clients/jobs/flights.parquet");
        done("aws", "s3", "cp", flights.toString(), "s3://sql-job/flights.parquet");
        job("psql.sh", 11);
        job("postgres.py", 4);
        job("pg.mjs", 3);
    }

    @Test
    void kcat() throws IOException, InterruptedException {
        own("stream", "create", "job.levels", "--partitions", "2");
        job("kcat.sh", 11, kafka());
    }

    @Test
    void confluentKafka() throws IOException, InterruptedException {
        own("stream", "create", "job.events", "--partitions", "3");
        job("streams.py", 6, kafka());
    }

    /** What confluent-kafka's clients of a schema registry write and read, as records and rows. */
    @Test
    void schemaRegistry() throws IOException, InterruptedException {
        for (String stream : List.of("framed.avro", "framed.json", "framed.proto")) {
            own("stream", "create", stream);
        }
        job("schemas.py", 6, kafka());
    }

    /** What those clients publish, watched. */
    @Test
    void watches() throws IOException, InterruptedException {
        for (String stream : List.of("watch.avro", "watch.proto")) {
            own("stream", "create", stream);
            own("stream", "create", stream + ".found");
        }
        job("watches.py", 3, kafka());
    }

    /**
     * OTLP, as OpenTelemetry's SDK for Python sends it, and events, as that of CloudEvents does.
     */
    @Test
    void telemetry() throws IOException, InterruptedException {
        own("stream", "create", "job.telemetry");
        own("stream", "create", "job.cloud");
        job("telemetry.py", 7, kafka());
    }

    @Test
    void kafkajs() throws IOException, InterruptedException {
        own("stream", "create", "job.node");
        job("kafkajs.mjs", 3, kafka());
    }

    @Test
    void kafkaConnect() throws IOException, InterruptedException {
        own("stream", "create", "job.files");
        job("connect.sh", 2, kafka());
    }

    /** librdkafka with tokens of an issuer that the job itself is. */
    @Test
    void kafkaTokens() throws IOException, InterruptedException {
        int port = freePort();
        String url = "http://127.0.0.1:" + port + "/realm";
        own("stream", "create", "job.tokens");
        own("target", "create", "jobs", url, "--zone", "home", "--network", "127.0.0.0/8");
        Path permissions =
                Files.writeString(
                        folder.resolve("gauges.cedar"), "permit (principal, action, resource);");
        own(
                "role",
                "create",
                "gauges",
                permissions.toString(),
                "--purpose",
                "first-steps",
                "--issuer",
                "jobs",
                "--audience",
                "jobs",
                "--subject",
                "gauge-*");
        Map<String, String> more = new HashMap<>(kafka());
        more.put("ISSUER_PORT", "" + port);
        job("tokens.py", 3, more);
    }

    /** Settings of Kafka's clients, as the program prints them; asked for once. */
    private Map<String, String> kafka() throws IOException, InterruptedException {
        if (kafka.isEmpty()) {
            String properties = own("env", "--for", "librdkafka");
            kafka =
                    Map.of(
                            "KAFKA_LIBRDKAFKA",
                            properties,
                            "KAFKA_JAVA",
                            own("env", "--for", "java"),
                            "KAFKA_BOOTSTRAP",
                            properties
                                    .lines()
                                    .filter(line -> line.startsWith("bootstrap.servers="))
                                    .map(line -> line.substring("bootstrap.servers=".length()))
                                    .findFirst()
                                    .orElseThrow(),
                            "WEB",
                            Server.json(folder.resolve("data/run/endpoints.json"))
                                    .get("endpoints.web"));
        }
        return kafka;
    }

    /** Two engines that share nothing but the format, on the same tables. */
    @Test
    void tables() throws IOException, InterruptedException {
        Map<String, String> endpoints = Server.json(folder.resolve("data/run/endpoints.json"));
        job("tables.py", 10, Map.of("CATALOG", endpoints.get("endpoints.web") + "/iceberg"));
    }

    /** Its exports, by the validators of those whose forms they have. */
    @Test
    void register() throws IOException, InterruptedException {
        own(
                "purpose",
                "create",
                "flood-forecast",
                "--kind",
                "public-service",
                "--text",
                "Saying a day ahead where the river floods",
                "--owner",
                "Office of rivers",
                "--legal-basis",
                "=Water Act, section 9",
                "--contact",
                "rivers@city.example",
                "--algorithm",
                "rule-based,predictive,limited",
                "--expires",
                "2099-12-31");
        Map<String, String> endpoints = Server.json(folder.resolve("data/run/endpoints.json"));
        job("register.py", 4, Map.of("WEB", endpoints.get("endpoints.web")));
    }

    @Test
    void rclone() throws IOException, InterruptedException {
        job("rclone.sh", 5);
    }

    @Test
    void s3cmd() throws IOException, InterruptedException {
        job("s3cmd.sh", 4);
    }

    @Test
    void restic() throws IOException, InterruptedException {
        job("restic.sh", 3);
    }

    @Test
    void duplicity() throws IOException, InterruptedException {
        job("duplicity.sh", 4);
    }

    /** From another server, through a death of ours, and out again; on a data folder of its own. */
    @Test
    void moving() throws IOException, InterruptedException {
        job("moving.py", 5);
    }

    /** What a person does first, and then checks with programs that are not ours. */
    @Test
    void theFirstSession() throws Exception {
        Path tree = folder.resolve("some-real-folder");
        Files.createDirectories(tree.resolve("a/b c"));
        Files.writeString(tree.resolve("a/b c/ü.txt"), "one line\n");
        Files.write(tree.resolve("large.bin"), new Content(1, 9 << 20).bytes());
        done("aws", "s3", "mb", "s3://archive");
        String imported = own("import", tree.toString(), "s3://archive/prefix", "--json");
        assertTrue(imported.contains("\"copied\":2"), imported);
        assertTrue(own("import", tree.toString(), "s3://archive/prefix").contains("2"), imported);
        Path back = folder.resolve("back");
        done("aws", "s3", "cp", "--recursive", "s3://archive/prefix", back.toString());
        assertEquals(-1, Files.mismatch(tree.resolve("large.bin"), back.resolve("large.bin")));

        String uses = own("uses", "--bucket", "archive", "--last", "1h", "--json");
        String put =
                uses.lines()
                        .filter(line -> line.contains("prefix/large.bin"))
                        .reduce((first, second) -> second)
                        .orElseThrow(() -> new AssertionError("no use of it: " + uses));
        String index = value(put, "index");
        String log = value(put, "log");
        Path proof = folder.resolve("use.tlog-proof");
        Files.writeString(proof, own("ledger", "prove", index, "--log", log));
        Path keys = folder.resolve("keys.txt");
        Files.writeString(keys, own("ledger", "key", "--log", log));
        assertTrue(
                own("ledger", "check", proof.toString(), "--key", keys.toString())
                        .contains("proven"));
        assertTrue(own("ledger", "verify").contains(log));

        Judges judges = new Judges(folder);
        Path files = folder.resolve("data/ledger").resolve(log);
        for (Judges.Judge judge : Judges.Judge.ofLogs()) {
            Judges.Judgement whole = judges.verify(judge, files, keys, List.of());
            assertTrue(whole.holds(), whole::toString);
        }
        for (Judges.Judge judge : Judges.Judge.values()) {
            Judges.Judgement one = judges.check(judge, proof, keys);
            assertTrue(one.holds(), one::toString);
        }
        byte[] changed = Files.readAllBytes(proof);
        changed[60] ^= 1; // within the entry: every judge looks there
        Files.write(proof, changed);
        for (Judges.Judge judge : Judges.Judge.values()) {
            Judges.Judgement refused = judges.check(judge, proof, keys);
            assertTrue(!refused.holds(), refused::toString);
        }
    }

    private static String value(String object, String name) {
        var found =
                java.util.regex.Pattern.compile("\"" + name + "\":\"?([^\",}]+)").matcher(object);
        assertTrue(found.find(), object);
        return found.group(1);
    }

    /** A command of ours on this data folder. */
    private String own(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(domicile()));
        command.addAll(List.of(words));
        command.addAll(List.of("--data", data()));
        return done(command.toArray(String[]::new));
    }

    private String done(String... command) throws IOException, InterruptedException {
        Ended ended = run(List.of(command), environment);
        assertEquals(0, ended.code(), ended.output());
        return ended.output();
    }

    private void job(String script, long shown) throws IOException, InterruptedException {
        job(script, shown, Map.of());
    }

    /**
     * @param more of its environment
     */
    private void job(String script, long shown, Map<String, String> more)
            throws IOException, InterruptedException {
        Map<String, String> all = new HashMap<>(environment);
        all.putAll(more);
        Path job = ROOT.resolve("proof/clients/jobs").resolve(script);
        Path work = folder.resolve(script);
        List<String> command = List.of(interpreter(script), job.toString(), work.toString());
        Ended ended = run(command, all);
        if (ended.code() != 0) {
            String refused =
                    own("uses", "--last", "1h", "--json")
                            .lines()
                            .filter(line -> line.contains("refused"))
                            .limit(20)
                            .collect(java.util.stream.Collectors.joining("\n"));
            fail(ended.output() + whatTheServerSaid() + "\nrefused:\n" + refused);
        }
        assertEquals(
                shown,
                ended.output().lines().filter(line -> line.startsWith("ok: ")).count(),
                ended.output());
    }

    private static String interpreter(String script) {
        if (script.equals("tables.py")) {
            return "python-tables";
        }
        return script.endsWith(".py") ? "python" : script.endsWith(".mjs") ? "node" : "bash";
    }

    /** The end of the server's log: the folder is gone when somebody reads of a failure. */
    private String whatTheServerSaid() {
        try {
            List<String> lines = Files.readAllLines(folder.resolve("data/log/server.log"));
            return "\nserver.log ends with:\n"
                    + String.join(
                            "\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
        } catch (IOException e) {
            return "\nno server.log: " + e;
        }
    }

    private String domicile() {
        return ROOT.resolve("domicile").toString();
    }

    private String data() {
        return folder.resolve("data").toString();
    }

    private Ended run(List<String> command, Map<String, String> more)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile(folder, "out", "");
        ProcessBuilder builder =
                new ProcessBuilder(new ArrayList<>(command))
                        .redirectErrorStream(true)
                        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                        .redirectOutput(output.toFile());
        builder.environment().putAll(more);
        // The clients' own settings of whoever runs the tests stay out.
        builder.environment().put("AWS_CONFIG_FILE", folder.resolve("none").toString());
        builder.environment().put("AWS_SHARED_CREDENTIALS_FILE", folder.resolve("none").toString());
        builder.environment().put("AWS_EC2_METADATA_DISABLED", "true");
        builder.environment().put("AWS_MAX_ATTEMPTS", "1");
        Process process = builder.start();
        if (!process.waitFor(JOB_SECONDS, TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            return new Ended(-1, command + " did not end in time: " + Files.readString(output));
        }
        return new Ended(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
    }
}
