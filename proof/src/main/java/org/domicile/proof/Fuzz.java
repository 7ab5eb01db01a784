package org.domicile.proof;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The fuzz targets of the S3 door, for as long as somebody wants. They lie among its tests, because
 * what they try is private to it; so Maven builds those once more, in folders of their own, and
 * runs {@code FuzzerTest}. What the fuzzer learned stays in the working folder and is where the
 * next run begins.
 */
final class Fuzz {
    private static final Pattern LINE =
            Pattern.compile("fuzz ([a-z-]+): (?:(\\d+) runs|FOUND (.*))");
    private static final int TAIL = 40;

    private final Path work;
    private final Consumer<String> told;
    private final List<String> found = new ArrayList<>();
    private long runs;
    private int targets;

    /**
     * @param work a folder that stays @param told hears of each target
     */
    Fuzz(Path work, Consumer<String> told) {
        this.work = work;
        this.told = told;
    }

    /** Fuzzes. @param chosen targets; all, when there is none @param lasts for each of them */
    Figures run(String name, List<String> chosen, Duration lasts)
            throws IOException, InterruptedException {
        Process maven =
                Children.keep(
                        new ProcessBuilder(command(chosen, lasts))
                                .redirectErrorStream(true)
                                .redirectInput(
                                        ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                                .start());
        Deque<String> tail = new ArrayDeque<>();
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(maven.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                hear(line);
                tail.addLast(line);
                if (tail.size() > TAIL) {
                    tail.removeFirst();
                }
            }
        }
        if (maven.waitFor() != 0 && found.isEmpty() || targets == 0) {
            throw new IOException("the targets were not run: " + String.join("\n", tail));
        }
        Map<String, Long> more = new LinkedHashMap<>();
        more.put("inputs", runs);
        return new Figures(
                name, targets - found.size(), found.size(), 0, more, 0, List.copyOf(found));
    }

    private List<String> command(List<String> chosen, Duration lasts) {
        List<String> words =
                new ArrayList<>(
                        List.of(
                                "mvn",
                                "-B",
                                "-ntp",
                                "-q",
                                "-f",
                                SourceTree.root().resolve("pom.xml").toString(),
                                "-pl",
                                "doors/s3",
                                "-am",
                                // neither a test run's classes nor the program's, and not judged
                                "-Dbuilt=target/fuzz",
                                "-Djudge=-Xlint:none",
                                "-Dtest=FuzzerTest#nothingIsFound",
                                "-Dsurefire.failIfNoSpecifiedTests=false",
                                "-Dtest.limit.seconds=0",
                                "-Dtest.limit.each=3650 d",
                                "-Ddomicile.fuzz.seconds=" + lasts.toSeconds(),
                                "-Ddomicile.fuzz.work=" + work));
        if (!chosen.isEmpty()) {
            words.add("-Ddomicile.fuzz.targets=" + String.join(",", chosen));
        }
        words.add("test");
        return words;
    }

    private void hear(String line) {
        Matcher heard = LINE.matcher(line);
        if (!heard.find()) {
            return;
        }
        told.accept(heard.group());
        targets++;
        if (heard.group(2) == null) {
            found.add(heard.group(1) + ": " + heard.group(3));
        } else {
            runs += Long.parseLong(heard.group(2));
        }
    }
}
