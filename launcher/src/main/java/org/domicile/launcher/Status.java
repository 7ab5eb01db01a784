package org.domicile.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Map;
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
        description = "Say how the server is; exit code 0 when it is ready, 1 when not.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {"  ./domicile status", "  ./domicile status --wait 30s --json"})
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
        Folder folder = new Folder(common.folder());
        long end = System.nanoTime() + wait(wait).toNanos();
        while (true) {
            Optional<AdminCall> answer = ask(folder);
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
    private static Optional<AdminCall> ask(Folder folder) {
        Optional<Endpoints> server = Endpoints.running(folder);
        if (server.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(AdminCall.of(folder, server.get(), "GET", "/v1/status"));
        } catch (IOException e) {
            return Optional.empty(); // it has its file and does not listen: starting, or ending
        }
    }

    private int absent(Folder folder) {
        PrintWriter out = spec.commandLine().getOut();
        if (common.json) {
            out.print(new String(Flat.write(Map.of("state", "stopped")), UTF_8));
        } else {
            out.println(
                    "No server runs on %s. Start one with: ./domicile up%s"
                            .formatted(
                                    folder.path(),
                                    common.data == null
                                            ? ""
                                            : " --data " + Shell.quoted(folder.path().toString())));
        }
        out.flush();
        return 1;
    }

    /** True when it is ready. Says nothing of a server that is not, while there is time. */
    private boolean say(AdminCall answer, boolean over) {
        Map<String, String> values;
        try {
            values = Flat.read(answer.body());
        } catch (IOException e) {
            throw new Problem("the server's answer is not understood: " + e.getMessage());
        }
        if (answer.status() != 200) {
            throw new Problem(values.getOrDefault("message", "it answered " + answer.status()));
        }
        boolean ready = "ready".equals(values.get("state"));
        if (ready || over) {
            PrintWriter out = spec.commandLine().getOut();
            if (common.json) {
                out.println(new String(answer.body(), UTF_8));
            } else {
                print(values, out);
            }
            out.flush();
        }
        return ready;
    }

    private static void print(Map<String, String> values, PrintWriter out) {
        out.println(
                "Domicile %s is %s since %s."
                        .formatted(
                                values.getOrDefault("version", ""),
                                values.getOrDefault("state", ""),
                                values.getOrDefault("started", "")));
        section(values, "endpoints.", out);
        section(values, "figures.", out);
        values.forEach((key, value) -> {
            if (key.startsWith("warnings.")) {
                out.println();
                out.println("! " + value);
            }
        });
    }

    private static void section(Map<String, String> values, String prefix, PrintWriter out) {
        out.println();
        values.forEach((key, value) -> {
            if (key.startsWith(prefix)) {
                out.println("  %-22s %s".formatted(key.substring(prefix.length()), value));
            }
        });
    }
}
