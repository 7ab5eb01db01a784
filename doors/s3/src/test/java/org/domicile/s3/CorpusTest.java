package org.domicile.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every input of every corpus, once: where the fuzzer begins, and all that it ever found. */
class CorpusTest {
    /** Far more than any needs, on a machine that is busy. */
    private static final Duration EACH = Duration.ofSeconds(20);

    static Path folder() {
        URL corpus = Objects.requireNonNull(CorpusTest.class.getResource("corpus"));
        try {
            return Path.of(corpus.toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException("a resource is a file", e);
        }
    }

    static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @EnumSource
    void itHoldsForEachInput(FuzzTarget target) throws IOException {
        Set<FuzzTarget.Outcome> seen = EnumSet.noneOf(FuzzTarget.Outcome.class);
        for (Path file : files(folder().resolve(target.word()))) {
            byte[] input = Files.readAllBytes(file);
            seen.add(assertTimeoutPreemptively(EACH, () -> target.check(input), file::toString));
        }
        // a corpus that is only ever refused would try no more than the refusal
        assertEquals(EnumSet.allOf(FuzzTarget.Outcome.class), seen);
    }

    @Test
    void eachCorpusIsATargets() throws IOException {
        Set<String> words =
                Arrays.stream(FuzzTarget.values())
                        .map(FuzzTarget::word)
                        .collect(Collectors.toCollection(TreeSet::new));
        Set<String> folders = new TreeSet<>();
        for (Path each : files(folder())) {
            folders.add(each.getFileName().toString());
            assertTrue(files(each).size() > 3, each::toString);
        }
        assertEquals(words, folders);
    }
}
