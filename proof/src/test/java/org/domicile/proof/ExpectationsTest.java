package org.domicile.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the harness itself must notice, and that it knows every crash point. */
class ExpectationsTest {
    private static final Content ONE = new Content(1, 1_000);
    private static final Content TWO = new Content(2, 1_000);

    private static Optional<byte[]> bytes(Content content) {
        return Optional.of(content.bytes());
    }

    @Test
    void anAcknowledgedWriteHasToBeThere() {
        Known known = new Known();
        known.is("a", new Known.State.Present(ONE));
        assertTrue(known.found("a", Optional.empty()).isPresent());
        assertTrue(known.found("a", bytes(TWO)).isPresent());
        assertTrue(known.found("a", bytes(ONE)).isEmpty());
    }

    @Test
    void anUnansweredWriteIsOldOrNewAndNeverMixed() {
        for (Content found : List.of(ONE, TWO)) {
            Known known = new Known();
            known.is("a", new Known.State.Present(ONE));
            known.mayBe("a", new Known.State.Present(TWO));
            assertTrue(known.certain("a").isEmpty());
            byte[] mixed = ONE.bytes();
            System.arraycopy(TWO.bytes(), 500, mixed, 500, 500);
            assertTrue(known.found("a", Optional.of(mixed)).isPresent());
            assertTrue(known.found("a", Optional.empty()).isPresent());
            assertTrue(known.found("a", bytes(found)).isEmpty());
            // once seen it stays
            Content other = found.equals(ONE) ? TWO : ONE;
            assertTrue(known.found("a", bytes(other)).isPresent());
        }
    }

    @Test
    void whatWasDeletedStaysAway() {
        Known known = new Known();
        known.is("a", Known.ABSENT);
        assertTrue(known.found("a", bytes(ONE)).isPresent());
        assertTrue(known.found("never used", bytes(ONE)).isPresent());
    }

    @Test
    void aRaceHasOneWinner() {
        Races races = new Races();
        String name = races.enter(ONE);
        assertEquals(name, races.enter(TWO));
        races.won(name, ONE);
        races.won(name, TWO);
        assertTrue(races.found(name, bytes(ONE)).isPresent(), "two winners");
        races.turnPage();
        String next = races.enter(ONE);
        assertFalse(next.equals(name), "a race that was looked at is over");
        races.enter(TWO);
        races.lost(next, TWO);
        assertTrue(races.found(next, bytes(TWO)).isPresent(), "the loser's bytes");
        races.turnPage();
        String unanswered = races.enter(ONE);
        assertTrue(races.found(unanswered, bytes(ONE)).isEmpty(), "it may have won");
    }

    @Test
    void everyCrashPointOfTheProgramIsVisited() throws IOException {
        Pattern at = Pattern.compile("CrashPoint\\.at\\(\"([a-z.-]+)\"\\)");
        TreeSet<String> inSources = new TreeSet<>();
        try (Stream<Path> all = Files.walk(SourceTree.root())) {
            for (Path file : all.filter(ExpectationsTest::isMainSource).toList()) {
                at.matcher(Files.readString(file))
                        .results()
                        .forEach(found -> inSources.add(found.group(1)));
            }
        }
        TreeSet<String> visited = new TreeSet<>();
        Moment.POINTS.forEach(point -> visited.add(point.name()));
        // Copies are made by commands of their own; the launcher's BackupCommandTest kills those.
        inSources.removeIf(name -> name.startsWith("backup."));
        assertEquals(inSources, visited);
        assertTrue(visited.size() > 20, "the sources were not found");
    }

    private static boolean isMainSource(Path file) {
        String name = file.toString();
        return name.endsWith(".java")
                && name.contains("/src/main/")
                && !name.contains("/target/")
                && !name.contains("/.domicile/");
    }
}
