package org.domicile.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Readers of what clients send are fuzzed: by Jazzer for seconds, and by changed seeds. */
class FuzzTest {
    private static final Pattern LEFT_OUT =
            Pattern.compile(
                    ".*/(junit-platform-(launcher|engine)|junit-jupiter-engine|surefire)[^/]*");
    private static final Pattern RUNS = Pattern.compile("Done (\\d+) runs");
    private static final long SECONDS = Long.getLong("domicile.fuzz.seconds", 10);

    @TempDir Path work;

    @ParameterizedTest
    @EnumSource
    void seedsAreReadAndWhatIsMadeOfThemIsReadOrRefused(Fuzzing.Target target) {
        long seed = Long.getLong("domicile.seed", System.nanoTime());
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        int read = 0;
        int refused = 0;
        for (byte[] each : Fuzzing.seeds(target)) {
            assertTrue(
                    Fuzzing.read(target, each),
                    () -> new String(each, StandardCharsets.ISO_8859_1));
            for (int i = 0; i < 2_000; i++) {
                byte[] changed = Arrays.copyOf(each, 1 + random.nextInt(each.length + 4));
                for (int at = random.nextInt(4); at >= 0; at--) {
                    changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
                }
                if (Fuzzing.read(target, changed)) {
                    read++;
                } else {
                    refused++;
                }
            }
        }
        assertTrue(refused > 0 && read + refused > 0, target::toString);
    }

    @Test
    void jazzerFindsNothing() throws IOException, InterruptedException {
        Path corpus = Files.createDirectory(work.resolve("corpus"));
        for (Fuzzing.Target target : Fuzzing.Target.values()) {
            int number = 0;
            for (byte[] seed : Fuzzing.seeds(target)) {
                byte[] input = new byte[seed.length + 1];
                input[0] = (byte) target.ordinal();
                System.arraycopy(seed, 0, input, 1, seed.length);
                Files.write(corpus.resolve(target + "-" + ++number), input);
            }
        }
        Path output = work.resolve("output");
        Process process =
                new ProcessBuilder(
                                List.of(
                                        Path.of(System.getProperty("java.home"), "bin", "java")
                                                .toString(),
                                        "-Xmx512m",
                                        "-XX:TieredStopAtLevel=1",
                                        "-XX:+UseSerialGC",
                                        "-XX:+EnableDynamicAgentLoading",
                                        "--enable-native-access=ALL-UNNAMED",
                                        "--sun-misc-unsafe-memory-access=allow",
                                        "-Djava.io.tmpdir=" + work,
                                        "-cp",
                                        classPath(),
                                        "com.code_intelligence.jazzer.Jazzer",
                                        "--target_class=" + Fuzzing.class.getName(),
                                        "--instrumentation_includes=org.domicile.sql.**"
                                                + ":org.domicile.postgres.**",
                                        "--disabled_hooks="
                                            + "com.code_intelligence.jazzer.sanitizers.RegexInjection",
                                        "-max_total_time=" + SECONDS,
                                        "-timeout=30",
                                        "-artifact_prefix=" + work + File.separator,
                                        corpus.toString()))
                        .directory(work.toFile())
                        .redirectErrorStream(true)
                        .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                        .redirectOutput(output.toFile())
                        .start();
        try {
            assertTrue(process.waitFor(SECONDS + 240, TimeUnit.SECONDS), "Jazzer did not end");
        } finally {
            process.destroyForcibly();
        }
        String said = Files.readString(output, StandardCharsets.ISO_8859_1);
        assertEquals(0, process.exitValue(), said);
        Matcher runs = RUNS.matcher(said);
        assertTrue(runs.find(), said);
        System.out.println("fuzz sql: " + runs.group(1) + " runs");
        try (Stream<Path> all = Files.list(work)) {
            assertFalse(
                    all.anyMatch(each ->
                            each.getFileName().toString().matches("(crash|timeout|oom)-.*")),
                    said);
        }
    }

    private static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(each -> !LEFT_OUT.matcher(each).matches())
                .collect(Collectors.joining(File.pathSeparator));
    }
}
