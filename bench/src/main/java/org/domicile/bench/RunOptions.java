package org.domicile.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every name takes. A mixin. */
final class RunOptions {
    @Option(names = "--json", description = "Answer with one object of JSON on standard output.")
    boolean json;

    @Option(
            names = "--seconds",
            defaultValue = "5",
            paramLabel = "N",
            description = "How long each load lasts (default: ${DEFAULT-VALUE}).")
    double seconds;

    @Option(
            names = "--warm",
            defaultValue = "3",
            paramLabel = "N",
            description = "How long each server is warmed up (default: ${DEFAULT-VALUE}).")
    double warm;

    @Option(
            names = "--rounds",
            defaultValue = "3",
            paramLabel = "N",
            description =
                    "How often each load is run; figures are medians (default: ${DEFAULT-VALUE}).")
    int rounds;

    @Option(
            names = "--folder",
            paramLabel = "DIR",
            description =
                    "Where temporary folders are made, on the disk to measure (default: the"
                            + " system's).")
    @Nullable Path folder;

    @Option(
            names = "--profile",
            paramLabel = "FILE",
            description =
                    "Record the server with Flight Recorder during the small loads, and print where"
                            + " its CPU time goes.")
    @Nullable Path profile;

    Scratch scratch() throws IOException {
        return Scratch.in(folder == null ? Path.of(System.getProperty("java.io.tmpdir")) : folder);
    }

    Duration lasts() {
        return Duration.ofNanos((long) (seconds * 1e9));
    }

    Duration warms() {
        return Duration.ofNanos((long) (warm * 1e9));
    }

    Optional<Path> profiled() {
        return Optional.ofNullable(profile);
    }

    /** Says what is being done, when a person watches. */
    void progress(String what) {
        if (System.console() != null && System.console().isTerminal()) {
            System.err.println("bench: " + what);
        }
    }

    /** The last of a run: everything, on standard output. */
    void answer(Report report, String line) {
        System.out.println(json ? report.json(line) : report.text(line));
    }
}
