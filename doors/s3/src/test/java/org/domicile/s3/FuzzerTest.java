package org.domicile.s3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
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
 * What strangers send is fuzzed for a moment: six kinds of parsers in one process, ten seconds for
 * each, the model in another, because what costs is to start one. {@code domicile proof fuzz} does
 * it for hours, a process a target, with these properties: {@code domicile.fuzz.seconds} for each,
 * {@code domicile.fuzz.targets} with commas between (all, when it is not said), {@code
 * domicile.fuzz.work} for a folder that stays.
 */
class FuzzerTest {
    private static final long LONG_SECONDS = Long.getLong("domicile.fuzz.seconds", 0);
    private static final long EACH_SECONDS = 10;

    /** For signatures, chunks, XML, forms with their policies, ranges and sources of copies. */
    private static final long PARSERS_SECONDS = 6 * EACH_SECONDS;

    /** As many at once as the smallest machine has processors. */
    private static final int LANES = 2;

    @TempDir Path folder;

    /** One process. */
    private record Work(String word, Path corpus, long seconds) {}

    private List<Work> work() throws IOException {
        if (LONG_SECONDS > 0) {
            return targets().stream()
                    .map(each -> new Work(each.word(), corpus(each), LONG_SECONDS))
                    .toList();
        }
        return List.of(
                new Work(Fuzzing.PARSERS, all(), PARSERS_SECONDS),
                new Work(FuzzTarget.MODEL.word(), corpus(FuzzTarget.MODEL), EACH_SECONDS));
    }

    private static List<FuzzTarget> targets() {
        String chosen = System.getProperty("domicile.fuzz.targets", "");
        return chosen.isEmpty()
                ? List.of(FuzzTarget.values())
                : Arrays.stream(chosen.split(",", -1)).map(FuzzTarget::of).toList();
    }

    private static Path corpus(FuzzTarget target) {
        return CorpusTest.folder().resolve(target.word());
    }

    /** The corpora of all parsers, each input behind the byte that says whose it is. */
    private Path all() throws IOException {
        Path all = Files.createDirectory(folder.resolve("corpus"));
        for (FuzzTarget each : FuzzTarget.PARSERS) {
            for (Path file : CorpusTest.files(corpus(each))) {
                ByteArrayOutputStream input = new ByteArrayOutputStream();
                input.write(FuzzTarget.PARSERS.indexOf(each));
                input.write(Files.readAllBytes(file));
                Files.write(
                        all.resolve(each.word() + "-" + file.getFileName()), input.toByteArray());
            }
        }
        return all;
    }

    private Path folder(String word) throws IOException {
        String kept = System.getProperty("domicile.fuzz.work", "");
        Path work = kept.isEmpty() ? folder : Path.of(kept);
        return Files.createDirectories(work.resolve(word));
    }

    @Test
    void nothingIsFound() throws IOException, InterruptedException, ExecutionException {
        List<Future<String>> ends = new ArrayList<>();
        List<Work> all = work();
        try (ExecutorService lanes = Executors.newFixedThreadPool(LANES)) {
            for (Work each : all) {
                ends.add(lanes.submit(() -> fuzz(each)));
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
    private String fuzz(Work work) throws IOException, InterruptedException {
        Fuzzer.Ended ended =
                new Fuzzer(work.word(), work.corpus(), folder(work.word())).run(work.seconds());
        if (ended.status() == 0 && ended.runs() > 0) {
            System.out.printf("fuzz %s: %d runs%n", work.word(), ended.runs());
            return "";
        }
        String input = ended.found().map(Path::toString).orElse("no input");
        System.out.printf("fuzz %s: FOUND %s%n", work.word(), input);
        return "%s, status %d, %s; it joins the corpus of its target once that is mended:%n%s"
                .formatted(work.word(), ended.status(), input, ended.said());
    }

    /** Without it, a fuzzer that tries nothing would find nothing either. */
    @Test
    void whatIsPlantedIsFound() throws IOException, InterruptedException {
        Path corpus = corpus(FuzzTarget.RANGE);
        Fuzzer.Ended ended = new Fuzzer(Fuzzing.PLANTED, corpus, folder(Fuzzing.PLANTED)).run(50);
        assertTrue(ended.said().contains("IllegalStateException: planted"), ended.said());
        String found = Files.readString(ended.found().orElseThrow(), ISO_8859_1);
        assertTrue(found.startsWith("bytes=") && found.endsWith(","), found);
    }
}
