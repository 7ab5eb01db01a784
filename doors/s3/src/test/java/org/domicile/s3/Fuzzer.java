package org.domicile.s3;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Jazzer in a process of its own: it fuzzes one target in its life, and what it changes of classes
 * as they are loaded stays there.
 *
 * @param word the target, or what else {@link Fuzzing} knows
 * @param corpus where it begins; nothing is written there
 * @param work a folder for what it learns, kept from run to run, and for what it finds
 */
record Fuzzer(String word, Path corpus, Path work) {
    /** What only JUnit's own runs need: Jazzer would look for tests with it. */
    private static final Pattern LEFT_OUT =
            Pattern.compile(
                    ".*/(junit-platform-(launcher|engine)|junit-jupiter-engine|surefire)[^/]*");

    private static final Pattern RUNS = Pattern.compile("Done (\\d+) runs");

    private static final long SHORT_SECONDS = 60;
    private static final String DETECTORS = "com.code_intelligence.jazzer.sanitizers.";

    /** What starting, stopping and one input may take beside the fuzzing. */
    private static final long GRACE_SECONDS = 240;

    /**
     * What came of it.
     *
     * @param runs how many inputs were tried; 0 when it ended early
     * @param found the input that it failed at
     * @param said all that the process said
     */
    record Ended(int status, long runs, Optional<Path> found, String said) {}

    /** Fuzzes for so long, or until something is found. */
    Ended run(long seconds) throws IOException, InterruptedException {
        Path learned = Files.createDirectories(work.resolve("learned"));
        Path output = work.resolve("output");
        List<String> words =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx512m",
                                // of a process that lives for seconds, starting is the work
                                "-XX:TieredStopAtLevel=" + (seconds < SHORT_SECONDS ? 1 : 4),
                                "-XX:+UseSerialGC",
                                "-XX:+EnableDynamicAgentLoading",
                                "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow",
                                "-Djava.io.tmpdir=" + work,
                                "-D" + Fuzzing.TARGET + "=" + word,
                                "-cp",
                                classPath(),
                                "com.code_intelligence.jazzer.Jazzer",
                                "--target_class=" + Fuzzing.class.getName(),
                                "--instrumentation_includes="
                                    + "org.domicile.s3.**:org.domicile.iam.**:org.domicile.objects.**",
                                "--disabled_hooks=" + String.join(":", unmeant()),
                                "-max_total_time=" + seconds,
                                // an input that takes so long, or a heap that is full, is a finding
                                "-timeout=30",
                                "-artifact_prefix=" + work + File.separator,
                                learned.toString(),
                                corpus.toString()));
        Process process =
                new ProcessBuilder(words)
                        .directory(work.toFile())
                        .redirectErrorStream(true)
                        .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                        .redirectOutput(output.toFile())
                        .start();
        try {
            if (!process.waitFor(seconds + GRACE_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("Jazzer did not end: " + said(output));
            }
        } finally {
            process.destroyForcibly();
        }
        String said = said(output);
        Matcher runs = RUNS.matcher(said);
        return new Ended(
                process.exitValue(),
                runs.find() ? Long.parseLong(runs.group(1)) : 0,
                found(),
                said);
    }

    /**
     * Of Jazzer's own detectors those that see what a server does by itself: Netty's queues, and an
     * installation's files and sockets. A parser that opened any would be a finding.
     */
    private List<String> unmeant() {
        Stream<String> names =
                word.equals(FuzzTarget.MODEL.word())
                        ? Stream.of(
                                "UnsafeSanitizer", "FilePathTraversal", "ServerSideRequestForgery")
                        : Stream.of("UnsafeSanitizer");
        return names.map(DETECTORS::concat).toList();
    }

    private static String said(Path output) throws IOException {
        return new String(Files.readAllBytes(output), StandardCharsets.ISO_8859_1);
    }

    private Optional<Path> found() throws IOException {
        try (Stream<Path> all = Files.list(work)) {
            return all.filter(each ->
                            each.getFileName()
                                    .toString()
                                    .matches("(crash|timeout|oom|slow-unit)-.*"))
                    .findFirst();
        }
    }

    private static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(each -> !LEFT_OUT.matcher(each).matches())
                .collect(Collectors.joining(File.pathSeparator));
    }
}
