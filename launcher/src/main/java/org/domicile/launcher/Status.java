package org.domicile.launcher;

import java.io.IOException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Says how the server is. */
@Command(
        name = "status",
        description =
                "Say how the server is and what needs you; exit code 0 when it is ready, 1 when"
                        + " not.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example: ./domicile status", "Example: ./domicile status --wait 30s --json"})
final class Status implements Callable<Integer> {
    private static final long POLL_MILLIS = 50;

    @Mixin CommonOptions common = new CommonOptions();

    @Option(
            names = "--wait",
            paramLabel = "TIME",
            defaultValue = "0s",
            description = "Wait for it to become ready, such as 30s or 2m.")
    String wait = "0s";

    @SuppressWarnings("NullAway.Init") // picocli
    @Spec
    CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        Folder folder = common.folder();
        long end = System.nanoTime() + wait(wait).toNanos();
        while (true) {
            Optional<AdminClient.Answer> answer = ask(folder);
            boolean over = System.nanoTime() >= end;
            if (answer.isPresent()) {
                boolean ready = say(answer.get(), over);
                if (ready || over) {
                    return ready ? 0 : 1;
                }
            } else if (over) {
                return absent(folder);
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    private static Duration wait(String text) {
        if (!text.matches("\\d{1,6}[smh]")) {
            throw new Problem("--wait takes a time such as 30s or 2m, not " + text);
        }
        return Duration.parse("PT" + text.toUpperCase(java.util.Locale.ROOT));
    }

    /** Empty when no server answers. */
    private static Optional<AdminClient.Answer> ask(Folder folder) {
        Optional<Endpoints> server = Endpoints.running(folder);
        if (server.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(AdminClient.of(folder, server.get()).ask("GET", "/v1/status"));
        } catch (IOException e) {
            return Optional.empty(); // it has its file and does not listen: starting, or ending
        }
    }

    private int absent(Folder folder) {
        Optional<String> held =
                Endpoints.running(folder).isPresent() ? Optional.empty() : folder.heldBy();
        if (held.isPresent()) {
            throw new Problem(held.get());
        }
        Output.of(spec, common)
                .result(
                        Json.row("state", "stopped"),
                        "No server runs on the data folder %s. Start one with: %s"
                                .formatted(folder.path(), common.again("up")));
        return 1;
    }

    /** True when it is ready. Says nothing of a server that is not, while there is time. */
    private boolean say(AdminClient.Answer answer, boolean over) {
        Json.Row told = answer.object();
        if (answer.status() != 200) {
            String sentence = told.text("message");
            throw new Problem(
                    sentence.isEmpty() ? "the server answered " + answer.status() : sentence);
        }
        boolean ready = "ready".equals(told.text("state"));
        if (ready || over) {
            Output output = Output.of(spec, common);
            if (output.json()) {
                output.out().println(told.line());
            } else {
                new StatusPage(told).print(output.out(), ZoneId.systemDefault());
            }
            output.out().flush();
        }
        return ready;
    }
}
