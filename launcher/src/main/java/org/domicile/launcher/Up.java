package org.domicile.launcher;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.domicile.bytes.Disk;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Starts the server and returns when it is ready. */
@Command(
        name = "up",
        description = "Start the server on a data folder and return when it is ready.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Example: ./domicile up",
            "Example: ./domicile up --data /srv/cloud --config cloud.conf",
            "Example: ./domicile up --set s3.listen=127.0.0.1:0 --set zone.default=amsterdam",
            ""
        })
final class Up implements Callable<Integer> {
    private static final Duration LONGEST_START = Duration.ofMinutes(5);

    /** An old server drains for seconds; one that keeps the folder longer is not about to end. */
    private static final Duration LONGEST_END = Duration.ofSeconds(60);

    private static final long POLL_MILLIS = 10;
    private static final long AGAIN_MILLIS = 500;

    @Mixin CommonOptions common = new CommonOptions();
    @Mixin SettingsOptions options = new SettingsOptions();

    @Option(
            names = "--foreground",
            description =
                    "Serve in this process, for service managers; SIGTERM ends it in good order.")
    boolean foreground;

    @Option(
            names = "--flags",
            hidden = true,
            description = "Print the Java flags of a server with these settings, and end.")
    boolean flags;

    @SuppressWarnings("NullAway.Init") // picocli
    @Spec
    CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        Folder folder = common.folder();
        Settings settings = options.settings();
        if (flags) {
            ServerProcess.flags(settings).forEach(spec.commandLine().getOut()::println);
            return 0;
        }
        if (foreground) {
            return new Serving(folder, settings)
                    .run(ready -> say(folder, ready, "ready"), spec.commandLine().getErr());
        }
        try {
            return start(folder, settings);
        } catch (IOException e) {
            throw new Problem("cannot start on " + folder.path() + ": " + e.getMessage());
        }
    }

    private int start(Folder folder, Settings settings) throws IOException, InterruptedException {
        Optional<Endpoints> before = Endpoints.running(folder);
        if (before.isPresent() && answers(folder, before.get())) {
            say(folder, before.get(), "already running");
            return 0;
        }
        Disk disk = Disk.real();
        folder.check(disk);
        folder.create(disk);
        long end = System.nanoTime() + LONGEST_START.toNanos();
        ServerProcess server = ServerProcess.start(folder, settings, options.arguments());
        long takenSince = 0;
        while (System.nanoTime() < end) {
            Optional<Endpoints> running = Endpoints.running(folder);
            boolean ours = running.isPresent() && running.get().pid() == server.pid();
            if (ours || running.isPresent() && answers(folder, running.get())) {
                say(folder, running.orElseThrow(), ours ? "ready" : "already running");
                return 0;
            }
            if (server.alive()) {
                server.await(POLL_MILLIS);
            } else if (server.exitCode() == Serving.TAKEN) {
                // Another 'up' was faster, and its server will be ready soon; or an old server is
                // still ending, and then ours may come.
                takenSince = takenSince == 0 ? System.nanoTime() : takenSince;
                if (System.nanoTime() - takenSince > LONGEST_END.toNanos()) {
                    throw new Problem(server.lastWords());
                }
                Thread.sleep(AGAIN_MILLIS);
                if (Endpoints.running(folder).isEmpty()) {
                    server = ServerProcess.start(folder, settings, options.arguments());
                }
            } else {
                throw new Problem(server.lastWords());
            }
        }
        throw new Problem(
                "the server (pid %d) is not ready after %d minutes; %s says what it does"
                        .formatted(
                                server.pid(),
                                LONGEST_START.toMinutes(),
                                folder.log().resolve("server.log")));
    }

    /**
     * A process that was killed is there for as long as the system takes to give its memory back,
     * and answers nobody.
     */
    private static boolean answers(Folder folder, Endpoints server) {
        try {
            AdminClient.of(folder, server).ask("GET", "/v1/status");
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void say(Folder folder, Endpoints ready, String state) {
        PrintWriter out = spec.commandLine().getOut();
        if (common.json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("state", state);
            object.putAll(ready.row(folder).fields());
            out.println(new Json.Row(object).line());
            out.flush();
            return;
        }
        out.println(
                state.equals("ready")
                        ? "Domicile is ready (pid %d).".formatted(ready.pid())
                        : "Domicile is already running (pid %d)%s."
                                .formatted(
                                        ready.pid(),
                                        options.arguments().isEmpty()
                                                ? ""
                                                : " with the settings it was started with, not with"
                                                        + " these; end it with 'down' first"));
        out.println();
        out.println("  data folder       " + folder.path());
        ready.urls()
                .forEach((name, url) ->
                        out.println(
                                "  %-16s  %s%s"
                                        .formatted(
                                                name,
                                                url,
                                                name.equals("s3")
                                                        ? "   (region " + ready.zone() + ")"
                                                        : "")));
        out.println("  first credential  " + ready.firstCredential());
        ready.keyPlaces().forEach(place -> out.println("  key store         " + place));
        out.println("  root key          " + ready.rootKey());
        out.println();
        out.println(
                "Nothing in the data folder can be opened without its keys. Keep a copy of the");
        out.println("root key apart: on paper or a stick, never with backups of the data folder.");
        if (ready.firstSteps().getEpochSecond() != 0) {
            LocalDate day = LocalDate.ofInstant(ready.firstSteps(), ZoneOffset.UTC);
            out.println();
            out.println(
                    "The purpose main/first-steps is for trying out and expires on " + day + ".");
            out.println("Register a real one, and a credential for it:");
            out.println("  ./domicile purpose create --help");
            out.println("  ./domicile credential create --help");
        }
        out.println();
        out.println("Next:");
        out.println("  eval \"$(" + common.again("env") + ")\"");
        out.println("  aws s3 mb s3://archive");
        out.println("  " + common.again("status"));
        out.println("  " + common.again("down"));
        out.flush();
    }
}
