package org.domicile.launcher;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Stops the server in good order. */
@Command(
        name = "down",
        description = "Stop the server: requests under way are served, then it ends.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example: ./domicile down --data /srv/cloud"})
final class Down implements Callable<Integer> {
    /** The longest that draining may be set to, and a while for closing. */
    private static final Duration LONGEST = Duration.ofHours(1).plusMinutes(1);

    @Mixin CommonOptions common = new CommonOptions();

    @SuppressWarnings("NullAway.Init") // picocli
    @Spec
    CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        Folder folder = common.folder();
        Optional<Endpoints> running = Endpoints.running(folder);
        if (running.isEmpty()) {
            Optional<String> held = folder.heldBy();
            if (held.isPresent()) {
                throw new Problem(held.get());
            }
            say(folder, "not running", "No server runs on " + folder.path() + ".");
            return 0;
        }
        Endpoints server = running.get();
        Optional<ProcessHandle> process = ProcessHandle.of(server.pid());
        if (process.isPresent()) {
            CompletableFuture<ProcessHandle> end = process.get().onExit();
            ask(folder, server, process.get());
            try {
                end.get(LONGEST.toSeconds(), TimeUnit.SECONDS);
            } catch (TimeoutException | ExecutionException e) {
                throw new Problem(
                        "the server (pid %d) has not ended; %s says what it does"
                                .formatted(server.pid(), folder.log().resolve("server.log")));
            }
        }
        say(folder, "stopped", "Domicile has stopped (pid " + server.pid() + ").");
        return 0;
    }

    private static void ask(Folder folder, Endpoints server, ProcessHandle process) {
        try {
            if (AdminClient.of(folder, server).ask("POST", "/v1/stop").status() == 202) {
                return;
            }
        } catch (IOException | Problem e) {
            if (!server.alive()) {
                return; // it was ending already
            }
        }
        // It does not answer, or does not know us any more (its token file was lost). A signal asks
        // for the same, and the process is ours: its number and its begin are in its file.
        process.destroy();
    }

    private void say(Folder folder, String state, String sentence) {
        Output.of(spec, common).result(Json.row("state", state, "data", folder.path()), sentence);
    }
}
