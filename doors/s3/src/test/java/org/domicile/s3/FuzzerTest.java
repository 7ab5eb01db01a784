package org.domicile.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each target is fuzzed for a moment; {@code domicile proof fuzz} does it for hours, with these
 * properties: {@code domicile.fuzz.seconds} for each target, {@code domicile.fuzz.targets} with
 * commas between (all, when it is not said), {@code domicile.fuzz.work} for a folder that stays.
 */
class FuzzerTest {
    private static final long SECONDS = Long.getLong("domicile.fuzz.seconds", 2);

    /** As many at once as the smallest machine has processors. */
    private static final int LANES = 2;

    @TempDir Path folder;

    private static List<FuzzTarget> targets() {
        String chosen = System.getProperty("domicile.fuzz.targets", "");
        return chosen.isEmpty()
                ? List.of(FuzzTarget.values())
                : Arrays.stream(chosen.split(",", -1)).map(FuzzTarget::of).toList();
    }

    private Path work(FuzzTarget target) throws IOException {
        String kept = System.getProperty("domicile.fuzz.work", "");
        Path work = kept.isEmpty() ? folder : Path.of(kept);
        return Files.createDirectories(work.resolve(target.word()));
    }

    @Test
    void nothingIsFound() throws IOException, InterruptedException, ExecutionException {
        List<Future<String>> ends = new ArrayList<>();
        try (ExecutorService lanes = Executors.newFixedThreadPool(LANES)) {
            for (FuzzTarget target : targets()) {
                ends.add(lanes.submit(() -> fuzz(target)));
            }
        }
        List<String> found = new ArrayList<>();
        for (Future<String> end : ends) {
            if (!end.get().isEmpty()) {
                found.add(end.get());
            }
        }
        assertEquals(List.of(), found);
    }

    /** What was found; empty for nothing. Prints a line that {@code proof fuzz} reads. */
    private String fuzz(FuzzTarget target) throws IOException, InterruptedException {
        Path work = work(target);
        Path corpus = CorpusTest.folder().resolve(target.word());
        Fuzzer.Ended ended = new Fuzzer(target.word(), corpus, work).run(SECONDS);
        if (ended.status() == 0 && ended.runs() > 0) {
            System.out.printf("fuzz %s: %d runs%n", target.word(), ended.runs());
            return "";
        }
        String input = ended.found().map(Path::toString).orElse("no input");
        System.out.printf("fuzz %s: FOUND %s%n", target.word(), input);
        return "%s, status %d, %s; add it to the corpus when it is mended:%n%s"
                .formatted(target.word(), ended.status(), input, ended.said());
    }

    /** Without it, a fuzzer that tries nothing would find nothing either. */
    @Test
    void whatIsPlantedIsFound() throws IOException, InterruptedException {
        Path corpus = CorpusTest.folder().resolve(FuzzTarget.RANGE.word());
        Fuzzer.Ended ended = new Fuzzer(Fuzzing.PLANTED, corpus, folder).run(60);
        assertTrue(ended.said().contains("IllegalStateException: planted"), ended.said());
        String found = Files.readString(ended.found().orElseThrow());
        assertTrue(found.startsWith("bytes=") && found.endsWith(","), found);
    }
}
