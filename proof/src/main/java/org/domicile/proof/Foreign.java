package org.domicile.proof;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A program that is not ours, run to its end with a bound. */
final class Foreign {
    /** The longest that they may take, unless somebody says otherwise. */
    private static final long LIMIT_SECONDS = 300;

    private final List<String> words;
    private final Map<String, String> environment = new HashMap<>();
    private Optional<Path> folder = Optional.empty();
    private long limit = LIMIT_SECONDS;

    /** How it ended, and all that it said on both streams. */
    record Ended(int status, String said) {}

    private Foreign(List<String> words) {
        this.words = words;
    }

    static Foreign command(String... words) {
        return new Foreign(List.of(words));
    }

    Foreign in(Path where) {
        folder = Optional.of(where);
        return this;
    }

    /** Lets it take longer than most. */
    Foreign within(long seconds) {
        limit = seconds;
        return this;
    }

    Foreign with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /** Runs it. What does not end in time is killed, and that is an error. */
    Ended run() throws IOException, InterruptedException {
        Path output = Files.createTempFile("domicile-foreign", ".out");
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(words)
                            .redirectErrorStream(true)
                            .redirectInput(
                                    ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                            .redirectOutput(output.toFile());
            folder.ifPresent(where -> builder.directory(where.toFile()));
            builder.environment().putAll(environment);
            Process process = builder.start();
            if (!process.waitFor(limit, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(words + " did not end in " + limit + " s");
            }
            String said = new String(Files.readAllBytes(output), StandardCharsets.UTF_8).strip();
            return new Ended(process.exitValue(), said);
        } finally {
            Files.deleteIfExists(output);
        }
    }

    /** Runs it and wants status 0; returns what it said. */
    String done() throws IOException, InterruptedException {
        Ended ended = run();
        if (ended.status() != 0) {
            throw new IOException(
                    "%s ended with %d: %s"
                            .formatted(String.join(" ", words), ended.status(), ended.said()));
        }
        return ended.said();
    }

    /**
     * Where a program lies: with the clients that were brought, on the PATH, or where it often is.
     */
    static String program(String name, String... others) {
        List<Path> places = new ArrayList<>();
        String clients = System.getenv("DOMICILE_CLIENTS");
        if (clients != null) {
            places.add(Path.of(clients, "bin", name));
        }
        String path = System.getenv("PATH");
        for (String folder :
                ((path == null ? "" : path) + ":/usr/local/sbin:/usr/sbin:/sbin").split(":", -1)) {
            if (!folder.isEmpty()) {
                places.add(Path.of(folder, name));
            }
        }
        for (String other : others) {
            places.add(Path.of(other));
        }
        return places.stream()
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() ->
                        new IllegalStateException(
                                name + " is not installed; proof/clients/bring installs" + " it"))
                .toString();
    }
}
