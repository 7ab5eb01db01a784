package org.domicile.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.domicile.proof.KnownFailures.Ended;
import org.domicile.proof.KnownFailures.Extent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The list is strict both ways. */
class KnownFailuresTest {
    private static final Ended GOOD = new Ended("t.py::good", "passed", "");
    private static final Ended BAD = new Ended("t.py::bad[a b]", "failed", "assert 1 == 2");

    @TempDir Path folder;

    private KnownFailures read(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("list"), text);
        return KnownFailures.read(file);
    }

    @Test
    void whatIsListedAndFailsIsRight() throws IOException {
        KnownFailures known = read("# a reason for each\n\nt.py::bad[a b]  Ceph says 2\n");
        assertEquals("Ceph says 2", known.reasons().get("t.py::bad[a b]"));
        assertTrue(known.differences(List.of(GOOD, BAD), Extent.ALL).isEmpty());
    }

    @Test
    void everythingElseIsWrong() throws IOException {
        KnownFailures none = read("");
        assertEquals(
                List.of("t.py::bad[a b] failed: assert 1 == 2"),
                List.copyOf(none.differences(List.of(GOOD, BAD), Extent.ALL)));
        Ended skipped = new Ended("t.py::s", "skipped", "no key");
        assertEquals(
                List.of("t.py::s skipped: no key"),
                List.copyOf(none.differences(List.of(skipped), Extent.ALL)));
        KnownFailures passing = read("t.py::good  a reason");
        assertEquals(
                List.of("t.py::good passes and is listed: take it off the list"),
                List.copyOf(passing.differences(List.of(GOOD), Extent.ALL)));
        assertEquals(
                List.of("t.py::good is listed and was not run"),
                List.copyOf(passing.differences(List.of(), Extent.ALL)));
        assertTrue(passing.differences(List.of(), Extent.SOME).isEmpty());
    }

    @Test
    void aListWithoutReasonsIsNone() {
        for (String wrong : List.of("t.py::bad", "t.py::bad  ", "t.py::a  b\nt.py::a  c")) {
            assertThrows(IOException.class, () -> read(wrong), wrong);
        }
    }

    /** The list that is kept can be read, and each of its reasons says something. */
    @Test
    void theListThatIsKept() throws IOException {
        KnownFailures kept =
                KnownFailures.read(SourceTree.root().resolve("proof/s3-tests/known-failures.txt"));
        kept.reasons()
                .forEach((test, reason) -> {
                    assertTrue(test.matches("test_(s3|headers)\\.py::test_\\S+"), test);
                    assertFalse(reason.length() < 10, test);
                });
    }
}
