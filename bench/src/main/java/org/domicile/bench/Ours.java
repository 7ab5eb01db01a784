package org.domicile.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Our own server, started by the command that people use, on free ports, with a data folder and a
 * key store of its own.
 *
 * @param data its data folder
 * @param process what runs
 * @param s3 where it speaks S3
 * @param web where it answers {@code /health}
 * @param sql where it speaks PostgreSQL's protocol
 */
record Ours(Path home, Path data, ServerProcess process, URI s3, URI web, URI sql, String region)
        implements AutoCloseable {
    /** The first use builds the program. */
    private static final long UP_SECONDS = 900;

    private static final long COMMAND_SECONDS = 60;
    private static final long LOOK_AGAIN_NANOS = 1_000_000;
    private static final Duration ENDS_WITHIN = Duration.ofSeconds(30);
    private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(30);
    private static final int SOCKET_MILLIS = 2_000;
    private static final Pattern VARIABLE =
            Pattern.compile("(AWS_[A-Z_]+)[\"']?\\s*[=:]\\s*[\"']?([^\\s\"',}]+)");

    /**
     * How long a start took.
     *
     * @param command seconds from the command's start to the first answer
     * @param server seconds from the server process's start to it
     */
    record Start(Ours ours, double command, double server) {}

    /**
     * Starts a server on a folder and waits until both of its listeners have answered.
     *
     * @param folder holds data and keys, which are made when absent
     */
    static Start start(Scratch scratch, Path folder) throws IOException {
        return start(scratch, folder, List.of());
    }

    /** The same with more settings, as {@code key=value}. */
    static Start start(Scratch scratch, Path folder, List<String> settings) throws IOException {
        String named = System.getProperty("domicile.home", "");
        if (named.isEmpty()) {
            throw new IOException(
                    "bench does not know where the program lies: start it with ./domicile bench");
        }
        Path home = Path.of(named);
        Path data = folder.resolve("data");
        Path endpoints = data.resolve("run").resolve("endpoints.json");
        List<String> command = new ArrayList<>();
        command.add(home.resolve("domicile").toString());
        command.addAll(List.of("up", "--data", data.toString()));
        for (String setting :
                List.of(
                        "s3.listen=127.0.0.1:0",
                        "web.listen=127.0.0.1:0",
                        "sql.listen=127.0.0.1:0",
                        "kafka.listen=127.0.0.1:0",
                        // what is measured is asked for: nothing runs beside it at its own time
                        "upkeep.compaction=off",
                        "keys.places=" + folder.resolve("keys"))) {
            command.addAll(List.of("--set", setting));
        }
        settings.forEach(each -> command.addAll(List.of("--set", each)));
        Files.deleteIfExists(endpoints);
        long begin = System.nanoTime();
        Process up = started(command);
        try {
            await(up, endpoints, begin);
            Ours ours = scratch.with(read(home, data, endpoints));
            ours.awaitAnswers();
            double whole = (System.nanoTime() - begin) / 1e9;
            double server =
                    ProcessHandle.of(ours.process.pid())
                            .flatMap(process -> process.info().startInstant())
                            .map(since -> Duration.between(since, Instant.now()).toNanos() / 1e9)
                            .orElse(-1.0);
            finish(up, command);
            return new Start(ours, whole, server);
        } finally {
            up.destroy();
        }
    }

    private static Process started(List<String> command) throws IOException {
        return new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static void await(Process up, Path endpoints, long begin) throws IOException {
        while (!Files.exists(endpoints)) {
            if (!up.isAlive() && up.exitValue() != 0) {
                throw new IOException("domicile up failed; its error stands above");
            }
            if (System.nanoTime() - begin > TimeUnit.SECONDS.toNanos(UP_SECONDS)) {
                throw new IOException("domicile up was not ready in " + UP_SECONDS + " s");
            }
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
    }

    private static void finish(Process process, List<String> command) throws IOException {
        try {
            if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException(String.join(" ", command) + " did not end");
            }
            if (process.exitValue() != 0) {
                throw new IOException(
                        String.join(" ", command) + " ended with " + process.exitValue());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static Ours read(Path home, Path data, Path endpoints) throws IOException {
        Map<String, Object> told = Json.object(Files.readString(endpoints));
        Map<?, ?> urls = told.get("endpoints") instanceof Map<?, ?> inner ? inner : told;
        if (!(told.get("pid") instanceof Long pid)
                || !(urls.get("s3") instanceof String s3)
                || !(urls.get("web") instanceof String web)
                || !(urls.get("sql") instanceof String sql)
                || !(told.get("region") instanceof String region)) {
            throw new IOException(endpoints + " lacks pid, s3, web, sql or region");
        }
        return new Ours(
                home,
                data,
                new ServerProcess(pid),
                URI.create(s3),
                URI.create(web),
                URI.create(sql),
                region);
    }

    private void awaitAnswers() throws IOException {
        long end = System.nanoTime() + ANSWERS_WITHIN.toNanos();
        while (!(answers(web, "/health", "HTTP/1.1 200") && answers(s3, "/", "HTTP/1.1 "))) {
            if (System.nanoTime() - end > 0) {
                throw new IOException("the server is up and does not answer at " + web);
            }
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
    }

    private static boolean answers(URI at, String path, String begins) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(at.getHost(), at.getPort()), SOCKET_MILLIS);
            socket.setSoTimeout(SOCKET_MILLIS);
            String request =
                    "GET "
                            + path
                            + " HTTP/1.1\r\nHost: "
                            + at.getAuthority()
                            + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(UTF_8));
            byte[] answer = socket.getInputStream().readNBytes(begins.length());
            return new String(answer, UTF_8).equals(begins);
        } catch (IOException e) {
            return false; // not yet
        }
    }

    /** The first credential, as {@code domicile env} tells it. */
    Signer.Credential credential() throws IOException {
        List<String> command =
                List.of(home.resolve("domicile").toString(), "env", "--data", data.toString());
        Process env =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try {
            String said = new String(env.getInputStream().readAllBytes(), UTF_8);
            finish(env, command);
            Matcher variables = VARIABLE.matcher(said);
            String access = "";
            String secret = "";
            while (variables.find()) {
                switch (variables.group(1)) {
                    case "AWS_ACCESS_KEY_ID" -> access = variables.group(2);
                    case "AWS_SECRET_ACCESS_KEY" -> secret = variables.group(2);
                    default -> {} // the rest we know
                }
            }
            if (access.isEmpty() || secret.isEmpty()) {
                throw new IOException("domicile env names no credential");
            }
            return new Signer.Credential(access, secret);
        } finally {
            env.destroy();
        }
    }

    /** What a command of the program prints. */
    String output(String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(home.resolve("domicile").toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of("--data", data.toString()));
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try {
            String said = new String(process.getInputStream().readAllBytes(), UTF_8);
            finish(process, command);
            return said;
        } finally {
            process.destroy();
        }
    }

    /** Does what a command of the program does, and waits until it has. */
    void command(String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(home.resolve("domicile").toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of("--data", data.toString()));
        Process process = started(command);
        try {
            finish(process, command);
        } finally {
            process.destroy();
        }
    }

    /** Stops it as people do, and by force if that does not help. */
    @Override
    public void close() throws IOException {
        Optional<ProcessHandle> running = ProcessHandle.of(process.pid());
        if (running.isEmpty() || !running.get().isAlive()) {
            return;
        }
        List<String> command =
                List.of(home.resolve("domicile").toString(), "down", "--data", data.toString());
        Process down = started(command);
        try {
            finish(down, command);
            long end = System.nanoTime() + ENDS_WITHIN.toNanos();
            while (running.get().isAlive() && System.nanoTime() - end < 0) {
                LockSupport.parkNanos(LOOK_AGAIN_NANOS);
            }
        } finally {
            down.destroy();
            if (running.get().isAlive()) {
                running.get().destroyForcibly();
            }
        }
    }
}
