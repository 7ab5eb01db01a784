package org.domicile.moving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is to be done about the versions of a name. */
class CourseTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final Course.Step CARRY = new Course.Step.Carry();

    private static Seen object(int content, int second) {
        return new Seen(Seen.Kind.OBJECT, 7, "%032x".formatted(content), NOON.plusSeconds(second));
    }

    private static Seen opaque(int content, int second) {
        return new Seen(
                Seen.Kind.OBJECT, 7, "%032x-2".formatted(content), NOON.plusSeconds(second));
    }

    private static Seen marker(int second) {
        return new Seen(Seen.Kind.MARKER, 0, "", NOON.plusSeconds(second));
    }

    private static List<Course.Step> kept(List<Seen> from, List<Seen> to) {
        return Course.ofVersions(from, to, Course.Dates.KEPT);
    }

    private static Course.Step present(int at) {
        return new Course.Step.Present(at);
    }

    @Test
    void whatIsNotThereIsCarried() {
        List<Seen> from = List.of(object(1, 1), marker(2), object(3, 3));
        assertEquals(List.of(CARRY, CARRY, CARRY), kept(from, List.of()));
        assertEquals(List.of(present(0), CARRY, CARRY), kept(from, List.of(object(1, 1))));
        assertEquals(List.of(present(0), present(1), present(2)), kept(from, from));
    }

    /** Wherever it was cut off, going on ends with the same versions in the same order. */
    @Test
    void goingOnAfterAnyCutGivesTheSame() {
        long seed = Long.getLong("domicile.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            List<Seen> from = new ArrayList<>();
            for (int i = random.nextInt(6); i >= 0; i--) {
                // the same content and the same second may come again
                from.add(
                        switch (random.nextInt(3)) {
                            case 0 -> marker(from.size() / 2);
                            case 1 -> opaque(random.nextInt(2), from.size() / 2);
                            default -> object(random.nextInt(2), from.size() / 2);
                        });
            }
            for (Course.Dates dates : Course.Dates.values()) {
                for (int cut = 0; cut <= from.size(); cut++) {
                    List<Seen> to = new ArrayList<>(from.subList(0, cut));
                    List<Course.Step> steps = Course.ofVersions(from, to, dates);
                    for (int i = 0; i < from.size(); i++) {
                        if (steps.get(i) instanceof Course.Step.Carry) {
                            to.add(from.get(i));
                        }
                    }
                    assertEquals(from, to, "seed " + seed + " round " + round);
                }
            }
        }
    }

    @Test
    void nothingIsPutBetweenOrOnTopOfOthers() {
        List<Seen> from = List.of(object(1, 1), object(2, 2), object(3, 3));
        assertEquals(
                List.of(new Course.Step.Leave(Course.BETWEEN), present(0), CARRY),
                kept(from, List.of(object(2, 2))));
        Course.Step changed = new Course.Step.Leave(Course.CHANGED);
        assertEquals(
                List.of(present(0), changed, changed),
                kept(from, List.of(object(1, 1), object(9, 9))));
        assertEquals(List.of(changed, changed, changed), kept(from, List.of(object(9, 9))));
    }

    /** Where both sides tell dates within a second, what changed within one is newer. */
    @Test
    void aChangeWithinASecondIsSeenWhereDatesTellIt() {
        Seen there = new Seen(Seen.Kind.OBJECT, 7, "%032x".formatted(2), NOON.plusMillis(200));
        Seen here = new Seen(Seen.Kind.OBJECT, 7, "%032x".formatted(3), NOON.plusMillis(900));
        assertEquals(
                new Course.Step.Replace(there),
                Course.ofOne(here, List.of(there), Course.Dates.GIVEN_ANEW));
        assertEquals(
                new Course.Step.Leave(Course.NEWER),
                Course.ofOne(there, List.of(here), Course.Dates.GIVEN_ANEW));
        assertEquals(
                new Course.Step.Leave(Course.NEWER),
                Course.ofOne(here, List.of(object(1, 0)), Course.Dates.GIVEN_ANEW));
    }

    /** Two ETags of which one is no MD5 say nothing when they differ: the date does. */
    @Test
    void whereETagsTellNothingDatesDo() {
        assertEquals(List.of(present(0)), kept(List.of(opaque(1, 1)), List.of(object(2, 1))));
        assertInstanceOf(
                Course.Step.Leave.class,
                kept(List.of(opaque(1, 1)), List.of(object(2, 5))).getFirst());
        assertEquals(
                List.of(present(0)),
                Course.ofVersions(
                        List.of(opaque(1, 1)), List.of(object(2, 5)), Course.Dates.GIVEN_ANEW));
        assertInstanceOf(
                Course.Step.Leave.class,
                Course.ofVersions(
                                List.of(object(1, 1)),
                                List.of(object(2, 5)),
                                Course.Dates.GIVEN_ANEW)
                        .getFirst());
    }

    @Test
    void ofOneVersionTheNewerWins() {
        Seen from = object(1, 5);
        assertEquals(CARRY, Course.ofOne(from, List.of(), Course.Dates.KEPT));
        assertEquals(present(0), Course.ofOne(from, List.of(object(1, 9)), Course.Dates.KEPT));
        assertEquals(
                new Course.Step.Replace(object(2, 4)),
                Course.ofOne(from, List.of(object(2, 4)), Course.Dates.KEPT));
        assertEquals(
                new Course.Step.Leave(Course.NEWER),
                Course.ofOne(from, List.of(object(2, 6)), Course.Dates.KEPT));
    }

    /**
     * Two MD5s that differ are other bytes, whatever size and date say; so are two of as many
     * parts.
     */
    @Test
    void whereETagsTellTheyDo() {
        Course.Step newer = new Course.Step.Leave(Course.NEWER);
        assertEquals(newer, Course.ofOne(object(1, 5), List.of(object(2, 5)), Course.Dates.KEPT));
        assertEquals(newer, Course.ofOne(opaque(1, 5), List.of(opaque(2, 5)), Course.Dates.KEPT));
        for (Course.Dates dates : Course.Dates.values()) {
            assertInstanceOf(
                    Course.Step.Leave.class,
                    Course.ofVersions(List.of(opaque(1, 5)), List.of(opaque(2, 5)), dates)
                            .getFirst());
            // unless one of them is none of its bytes
            assertEquals(
                    present(0), Course.ofOne(opaque(1, 5), List.of(opaque(2, 5).opaque()), dates));
            assertTrue(Course.doubtful(opaque(1, 5), opaque(2, 5), dates));
            assertTrue(Course.doubtful(object(1, 5), object(2, 5), dates));
            assertFalse(Course.doubtful(object(1, 5), object(1, 5), dates));
            assertFalse(Course.doubtful(object(1, 5), opaque(1, 5), dates));
            assertFalse(Course.doubtful(object(1, 5), object(2, 5).opaque(), dates));
        }
    }

    /** What was carried is never older than what it was carried from. */
    @Test
    void whatIsNewerThanItsCopyIsCarriedAgain() {
        Course.Dates anew = Course.Dates.GIVEN_ANEW;
        assertEquals(
                new Course.Step.Replace(object(2, 1)),
                Course.ofOne(opaque(1, 5), List.of(object(2, 1)), anew));
        // also with the same bytes: their metadata may be others
        assertEquals(
                new Course.Step.Replace(object(1, 1)),
                Course.ofOne(object(1, 5), List.of(object(1, 1)), anew));
        assertEquals(present(0), Course.ofOne(object(1, 5), List.of(object(1, 9)), anew));
        assertInstanceOf(
                Course.Step.Leave.class,
                Course.ofVersions(List.of(opaque(1, 5)), List.of(object(2, 1)), anew).getFirst());
    }
}
