package org.domicile.launcher;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.domicile.admin.AdminDoor;
import org.domicile.admin.AdminOptions;
import org.domicile.admin.Logs;
import org.domicile.admin.Running;
import org.domicile.blobs.Blobs;
import org.domicile.bytes.Disk;
import org.domicile.guard.Guard;
import org.domicile.guard.GuardOptions;
import org.domicile.http.HttpServer;
import org.domicile.http.ListenerOptions;
import org.domicile.keys.FolderMark;
import org.domicile.keys.KeyOptions;
import org.domicile.keys.Keys;
import org.domicile.keyspace.Keyspace;
import org.domicile.ledger.Ledger;
import org.domicile.ledger.LedgerOptions;
import org.domicile.objects.Objects;
import org.domicile.policy.Policy;
import picocli.CommandLine;

/** A data folder with the real admin door before a whole guard, and commands run against it. */
final class AdminRig implements AutoCloseable, Running, Logs {
    static final String ORIGIN = "test.example/ledger";
    private static final String TOKEN = "0123456789abcdef0123456789abcdef";

    final Path data;
    final Path known;
    final Ledger ledger;
    private final Keys keys;
    private final Keyspace keyspace;
    private final HttpServer http;

    AdminRig(Path folder) throws IOException {
        data = Files.createDirectories(folder.resolve("d"));
        known = folder.resolve("known-logs");
        Path run = Files.createDirectories(data.resolve("run"));
        Path place =
                Files.createDirectory(
                        folder.resolve("keys"),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwx------")));
        Clock clock = Clock.systemUTC();
        SecureRandom random = new SecureRandom();
        keyspace = Keyspace.inMemory();
        keys =
                Keys.open(
                        new KeyOptions(
                                List.of(place), new KeyOptions.Root.KeyFile(place.resolve("root"))),
                        new Mark(new AtomicLong()),
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
                        LedgerOptions.of(data.resolve("ledger"), "node-1", ORIGIN));
        Policy policy = Policy.open(keyspace, keys.vault(), clock);
        Objects objects = Objects.open(keyspace, Blobs.inMemory(keyspace), clock, random);
        Guard guard =
                Guard.open(GuardOptions.in("home"), policy, keys, ledger, objects, clock, random);
        AdminDoor door = new AdminDoor(guard, this, this, new AdminOptions(TOKEN, Set.of()), clock);
        Path socket = run.resolve("admin.sock");
        http =
                HttpServer.open(
                        List.of(
                                new HttpServer.Listener(
                                        new ListenerOptions(
                                                "admin",
                                                new ListenerOptions.Address.Unix(socket),
                                                Optional.empty(),
                                                16,
                                                Duration.ofSeconds(10)),
                                        door)));
        Files.writeString(run.resolve("admin.token"), TOKEN + "\n");
        tell(run, socket);
    }

    /** What the server writes for commands, as far as commands of this test read it. */
    private static void tell(Path run, Path socket) throws IOException {
        ProcessHandle self = ProcessHandle.current();
        Json.Row told =
                Json.row(
                        "pid",
                        self.pid(),
                        "processStarted",
                        RunningServer.began(self),
                        "region",
                        "home",
                        "endpoints",
                        Json.row("s3", "http://127.0.0.1:1"),
                        "socket",
                        socket.toString());
        Files.writeString(run.resolve("endpoints.json"), told.line());
    }

    private record Mark(AtomicLong count) implements FolderMark {
        @Override
        public String installation() {
            return "aa11";
        }

        @Override
        public long generation() {
            return count.get();
        }

        @Override
        public void raise(long to) {
            count.set(to);
        }
    }

    /** What a command did. */
    record Ran(int code, String out, String err) {
        /** The objects that it printed, one a line. */
        List<Json.Row> rows() throws IOException {
            List<Json.Row> rows = new ArrayList<>();
            for (String line : out.lines().toList()) {
                rows.add(Json.object(line.getBytes(StandardCharsets.UTF_8)));
            }
            return rows;
        }
    }

    /** Runs a command as the program does. */
    static Ran command(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line =
                Main.commandLine()
                        .setColorScheme(
                                CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
                        .setOut(new PrintWriter(out, true))
                        .setErr(new PrintWriter(err, true));
        int code = line.execute(arguments);
        return new Ran(code, out.toString(), err.toString());
    }

    /** Runs a command on this folder. */
    Ran run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--data");
        all.add(data.toString());
        return command(all.toArray(String[]::new));
    }

    @Override
    public Status status() {
        return new Status("ready", "test", Instant.EPOCH, Map.of(), Map.of(), List.of());
    }

    @Override
    public void stop() {
        // commands that stop the program are tested with the program
    }

    @Override
    public List<String> names() {
        return ledger.logs();
    }

    @Override
    public Path folder(String log) {
        return ledger.folder(log);
    }

    @Override
    public List<String> keys(String log) {
        return ledger.verifierKeys(log);
    }

    @Override
    public String prove(String log, long index) {
        return ledger.prove(log, index);
    }

    /** Ends the server; its files stay. */
    @Override
    public void close() {
        http.close();
        ledger.close();
        keys.close();
        keyspace.close();
        try {
            Files.deleteIfExists(data.resolve("run").resolve("endpoints.json"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
