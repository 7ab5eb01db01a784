package org.domicile.proof;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** The server as a child process. */
final class Server implements AutoCloseable {
    private static final long START_SECONDS = 60;
    private static final String MAIN = "org.domicile.launcher.Main";
    private static final String WATCH_WORKER = "org.domicile.flink.Main";

    /** It ended before it was ready. */
    static final class Died extends Exception {
        private static final long serialVersionUID = 1L;
        private final int status;

        Died(int status, String said) {
            super(
                    "the server ended with status %d before it was ready: %s"
                            .formatted(status, said));
            this.status = status;
        }

        int status() {
            return status;
        }
    }

    /**
     * How one is started.
     *
     * @param data its folder @param keys its key places @param output what it says
     * @param flags of its Java @param wrapper a program that starts it, usually none
     * @param settings more of them, as {@code key=value}; they win over those that all have
     */
    record Start(
            Path data,
            List<Path> keys,
            Path output,
            List<String> flags,
            List<String> wrapper,
            List<String> settings) {}

    private final Process process;
    private final Start start;
    private Map<String, String> endpoints = Map.of();

    private Server(Process process, Start start) {
        this.process = process;
        this.start = start;
    }

    static Server start(Start start) throws IOException {
        List<String> flags = new ArrayList<>(StartArchive.flags());
        flags.addAll(start.flags());
        return startPlain(
                new Start(
                        start.data(),
                        start.keys(),
                        start.output(),
                        flags,
                        start.wrapper(),
                        start.settings()));
    }

    /** One in a folder, with data, keys and output there, that is ready. */
    static Server ready(Path work, String... settings)
            throws IOException, Died, InterruptedException {
        Server server = begun(work, settings);
        server.awaitReady();
        return server;
    }

    /** The same, that has only just begun. */
    static Server begun(Path work, String... settings) throws IOException {
        return start(
                new Start(
                        work.resolve("data"),
                        List.of(work.resolve("keys")),
                        work.resolve("output"),
                        List.of(),
                        List.of(),
                        List.of(settings)));
    }

    /** The same with these flags alone. */
    static Server startPlain(Start start) throws IOException {
        List<String> words = new ArrayList<>(start.wrapper());
        words.addAll(java(start.flags()));
        words.addAll(List.of("serve", "--data", start.data().toString()));
        List<String> settings =
                new ArrayList<>(
                        List.of(
                                "s3.listen=127.0.0.1:0",
                                "web.listen=127.0.0.1:0",
                                "sql.listen=127.0.0.1:0",
                                "kafka.listen=127.0.0.1:0",
                                "keys.places="
                                        + String.join(
                                                ",",
                                                start.keys().stream().map(Path::toString).toList()),
                                // one for all servers of a machine
                                "sql.engines="
                                        + Path.of(
                                                System.getProperty("java.io.tmpdir"),
                                                "domicile-test-engines"),
                                // small, so that segments fill, and a small volume has room
                                "blobs.segment=16MiB",
                                "limits.disk.reserve=16MiB",
                                // lives are short
                                "upkeep.pause=200ms"));
        settings.addAll(start.settings());
        for (String setting : settings) {
            words.add("--set");
            words.add(setting);
        }
        Process process =
                new ProcessBuilder(words)
                        .redirectErrorStream(true)
                        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(start.output().toFile()))
                        .start();
        return new Server(Children.keep(process), start);
    }

    /** A command of the program: its words after {@code domicile}. */
    static String command(String... words) throws IOException, InterruptedException {
        return asked(words).done();
    }

    /** The same, not run yet: for one that may fail. */
    static Foreign asked(String... words) {
        List<String> all = java(StartArchive.flags());
        all.addAll(List.of(words));
        return Foreign.command(all.toArray(String[]::new));
    }

    private static List<String> java(List<String> flags) {
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(
                List.of(
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow"));
        words.addAll(flags);
        words.add(Children.mark());
        words.addAll(List.of("-cp", classPath(), MAIN));
        return words;
    }

    /**
     * The launcher's jars as the test run built them, or those that we ourselves were started from.
     */
    private static String classPath() {
        Path built = SourceTree.root().resolve("launcher/target/domicile/lib");
        boolean installed = System.getProperty("java.class.path").contains(".domicile/program");
        return !installed && Files.isDirectory(built)
                ? built + "/*"
                : System.getProperty("java.class.path");
    }

    /** Waits until it says that it is ready. */
    void awaitReady() throws IOException, Died, InterruptedException {
        Path file = start.data().resolve("run/endpoints.json");
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (true) {
            if (!process.isAlive()) {
                throw new Died(process.waitFor(), tail());
            }
            if (Files.exists(file)) {
                Map<String, String> found = json(file);
                if (isOurs(found.getOrDefault("pid", ""))) {
                    endpoints = found;
                    return;
                }
            }
            if (System.nanoTime() > end) {
                throw new IOException(
                        "the server is not ready after %d s: %s".formatted(START_SECONDS, tail()));
            }
            LockSupport.parkNanos(5_000_000);
        }
    }

    /** A file that an older server left names another process. */
    private boolean isOurs(String pid) {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .anyMatch(each -> Long.toString(each.pid()).equals(pid));
    }

    /** Its S3 endpoint with the first credential. */
    S3Client client() throws IOException {
        return new S3Client(s3(), signature());
    }

    /** Its catalog of tables with the first credential. */
    S3Client catalog() throws IOException {
        return new S3Client(URI.create(value("endpoints.web")), signature());
    }

    URI s3() throws IOException {
        return URI.create(value("endpoints.s3"));
    }

    /** Where it speaks HTTP but for S3. */
    URI web() throws IOException {
        return URI.create(value("endpoints.web"));
    }

    /** Where it speaks PostgreSQL's protocol. */
    URI sql() throws IOException {
        return URI.create(value("endpoints.sql"));
    }

    /** With the first credential. */
    Signature signature() throws IOException {
        Map<String, String> credential = json(Path.of(value("firstCredential")));
        return new Signature(
                credential.getOrDefault("accessKey", ""),
                credential.getOrDefault("secret", ""),
                credential.getOrDefault("region", "home"));
    }

    /** What an engine needs to reach the catalog with the first credential. */
    Map<String, String> forEngines() throws IOException {
        Map<String, String> credential = json(Path.of(value("firstCredential")));
        return Map.of(
                "CATALOG",
                value("endpoints.web") + "/iceberg",
                "FILES",
                value("endpoints.s3"),
                "REGION",
                credential.getOrDefault("region", "home"),
                "CREDENTIAL",
                credential.getOrDefault("accessKey", "")
                        + ":"
                        + credential.getOrDefault("secret", ""));
    }

    /** Where the admin API answers. */
    String socket() {
        return start.data().resolve("run/admin.sock").toString();
    }

    /** What the admin API wants to see. */
    String token() throws IOException {
        return Files.readString(start.data().resolve("run/admin.token")).strip();
    }

    private String value(String name) throws IOException {
        String value = endpoints.get(name);
        if (value == null) {
            throw new IOException("endpoints.json has no " + name + ": " + endpoints.keySet());
        }
        return value;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** What it started, and what that did. */
    Stream<ProcessHandle> descendants() {
        return process.descendants();
    }

    /**
     * Status with which it ended by itself; waits for that, and returns -1 when it does not end.
     */
    int ended(long milliseconds) throws InterruptedException {
        return process.waitFor(milliseconds, TimeUnit.MILLISECONDS) ? process.exitValue() : -1;
    }

    /** Stops it where it is; it can only be killed then. */
    void freeze() throws IOException, InterruptedException {
        Freeze.now(process);
    }

    /** SIGKILL, to it and to what it started or was started by; returns when all are gone. */
    void kill() throws InterruptedException {
        List<ProcessHandle> children = process.descendants().toList();
        children.forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        process.waitFor();
        for (ProcessHandle child : children) {
            for (int i = 0; i < 2_000 && runs(child); i++) {
                LockSupport.parkNanos(5_000_000);
            }
        }
    }

    /** One that has ended holds nothing any more, though nobody may have asked for its status. */
    private static boolean runs(ProcessHandle child) {
        try {
            String stat = Files.readString(Path.of("/proc/" + child.pid() + "/stat"));
            return child.isAlive() && !stat.startsWith(" Z ", stat.lastIndexOf(')') + 1);
        } catch (IOException e) {
            return false;
        }
    }

    /** Processes of its own that run watches. */
    List<ProcessHandle> watchWorkers() {
        return process.descendants().filter(Server::isWatchWorker).toList();
    }

    private static boolean isWatchWorker(ProcessHandle child) {
        try {
            return Files.readString(Path.of("/proc/" + child.pid() + "/cmdline"))
                    .contains(WATCH_WORKER);
        } catch (IOException e) {
            return false; // it has ended
        }
    }

    /** SIGTERM: it serves what is under way and ends; killed when that takes too long. */
    void stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(START_SECONDS, TimeUnit.SECONDS)) {
            kill();
        }
    }

    /** The end of what it said. */
    String tail() throws IOException {
        String said = Files.exists(start.output()) ? Files.readString(start.output()) : "";
        return said.substring(Math.max(0, said.length() - 2_000)).strip();
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }

    /** A small JSON object, nested ones flattened with dots; empty when it is not whole. */
    static Map<String, String> json(Path file) throws IOException {
        return json(Files.readAllBytes(file));
    }

    /** The same of its bytes. */
    static Map<String, String> json(byte[] text) throws IOException {
        Map<String, String> values = new HashMap<>();
        Deque<String> within = new ArrayDeque<>();
        try (JsonParser parser = new JsonFactory().createParser(text)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                String name = parser.currentName() == null ? "" : parser.currentName();
                if (token == JsonToken.START_OBJECT) {
                    within.addLast(name.isEmpty() ? "" : name + ".");
                } else if (token == JsonToken.END_OBJECT) {
                    within.removeLast();
                } else if (token.isScalarValue()) {
                    values.put(String.join("", within) + name, parser.getText());
                }
            }
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            return Map.of(); // half written: asked again
        }
        return values;
    }
}
