package org.domicile.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.domicile.proof.Linearizability.Effect;
import org.domicile.proof.Linearizability.Seen;
import org.domicile.proof.Linearizability.Verdict;
import org.domicile.proof.Linearizability.When;
import org.junit.jupiter.api.Test;

/** The search finds what cannot be, and takes nothing for it that can. */
class LinearizabilityTest {
    private static final long SEED = Long.getLong("domicile.seed", System.nanoTime());
    private static final String ABSENT = Linearizability.ABSENT;
    private static final Set<String> NOTHING = Set.of(ABSENT);
    private static final When ANY = new When.Any();

    private static Seen at(long began, long ended, Effect effect) {
        return new Seen(began, ended, effect);
    }

    private static Effect saw(String value) {
        return new Effect.Saw(value);
    }

    private static Effect put(String value) {
        return new Effect.Changed(ANY, value);
    }

    private static Effect swap(String from, String to) {
        return new Effect.Changed(new When.Is(from), to);
    }

    private static void possible(Set<String> last, Seen... history) {
        assertEquals(
                new Verdict.Possible(last),
                Linearizability.check(List.of(history), NOTHING, 1_000));
    }

    /**
     * @param at the answer that shows it
     */
    private static void impossible(int at, Seen... history) {
        Verdict verdict = Linearizability.check(List.of(history), NOTHING, 1_000);
        assertEquals(history[at], assertInstanceOf(Verdict.Impossible.class, verdict).at());
    }

    @Test
    void aReadShowsWhatWasWrittenBeforeIt() {
        possible(Set.of("a"), at(1, 2, put("a")), at(3, 4, saw("a")));
        impossible(1, at(1, 2, put("a")), at(3, 4, saw(ABSENT)));
        impossible(2, at(1, 2, put("a")), at(3, 4, put("b")), at(5, 6, saw("a")));
        // while it is written either may be seen, but not the old one after the new one
        possible(Set.of("a"), at(1, 8, put("a")), at(2, 3, saw(ABSENT)), at(4, 5, saw("a")));
        impossible(2, at(1, 8, put("a")), at(2, 3, saw("a")), at(4, 5, saw(ABSENT)));
    }

    @Test
    void noUpdateIsLost() {
        impossible(2, at(1, 2, put("a")), at(3, 6, swap("a", "b")), at(4, 7, swap("a", "c")));
        possible(
                Set.of("c"),
                at(1, 2, put("a")),
                at(3, 6, swap("a", "b")),
                at(4, 7, swap("b", "c")));
    }

    @Test
    void ofManyFirstWritesOneWins() {
        Effect first = new Effect.Changed(new When.Absent(), "a");
        Effect second = new Effect.Changed(new When.Absent(), "b");
        impossible(1, at(1, 4, first), at(2, 5, second));
        possible(Set.of("a"), at(1, 4, first), at(2, 5, new Effect.Refused(new When.Absent())));
        impossible(0, at(1, 2, new Effect.Refused(new When.Absent())));
        possible(Set.of("a", "b"), at(1, 4, first), at(2, 5, second), at(3, 6, put(ABSENT)));
    }

    @Test
    void whatWasDeletedStaysDeleted() {
        impossible(2, at(1, 2, put("a")), at(3, 4, put(ABSENT)), at(5, 6, saw("a")));
        impossible(2, at(1, 2, put("a")), at(3, 4, put(ABSENT)), at(5, 6, swap("a", "b")));
    }

    /** A change without an answer is there or not, from then on. */
    @Test
    void whatNobodyKnowsIsDecidedOnce() {
        Effect perhaps = new Effect.Perhaps(ANY, Set.of("b"));
        possible(Set.of("a", "b"), at(1, 2, put("a")), at(3, 9, perhaps));
        possible(Set.of("b"), at(1, 2, put("a")), at(3, 9, perhaps), at(10, 11, saw("b")));
        possible(Set.of("a"), at(1, 2, put("a")), at(3, 9, perhaps), at(10, 11, saw("a")));
        impossible(
                3,
                at(1, 2, put("a")),
                at(3, 9, perhaps),
                at(10, 11, saw("b")),
                at(12, 13, saw("a")));
        impossible(2, at(1, 2, put("a")), at(3, 9, perhaps), at(10, 11, saw("c")));
        Effect guarded = new Effect.Perhaps(new When.Is("x"), Set.of("b"));
        impossible(2, at(1, 2, put("a")), at(3, 9, guarded), at(10, 11, saw("b")));
    }

    @Test
    void tooMuchIsSaid() {
        List<Seen> history = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            history.add(at(1 + i, 100 + i, new Effect.Perhaps(ANY, Set.of("v" + i))));
        }
        assertInstanceOf(Verdict.Undecided.class, Linearizability.check(history, NOTHING, 1_000));
    }

    /** Held against trying all orders, on histories so small that this can be done. */
    @Test
    void itSaysWhatTryingAllOrdersSays() {
        System.out.println("seed " + SEED);
        Random random = new Random(SEED);
        int wrong = 0;
        for (int round = 0; round < 3_000; round++) {
            List<Seen> history = random(random);
            Set<String> last = new HashSet<>();
            orders(history, ABSENT, last);
            Verdict verdict = Linearizability.check(history, NOTHING, 100_000);
            if (last.isEmpty()) {
                wrong++;
                assertInstanceOf(Verdict.Impossible.class, verdict, () -> SEED + " " + history);
            } else {
                assertEquals(new Verdict.Possible(last), verdict, () -> SEED + " " + history);
            }
        }
        assertTrue(wrong > 300 && wrong < 2_700, wrong + " of them cannot be");
    }

    private static List<Seen> random(Random random) {
        List<Seen> history = new ArrayList<>();
        List<Long> moments = new ArrayList<>();
        int count = 2 + random.nextInt(4);
        for (long i = 0; i < 2L * count; i++) {
            moments.add(i);
        }
        java.util.Collections.shuffle(moments, random);
        for (int i = 0; i < count; i++) {
            long one = moments.get(2 * i);
            long other = moments.get(2 * i + 1);
            history.add(at(Math.min(one, other), Math.max(one, other), effect(random)));
        }
        return history;
    }

    private static Effect effect(Random random) {
        String value = random.nextInt(3) == 0 ? ABSENT : "ab".charAt(random.nextInt(2)) + "";
        When when =
                switch (random.nextInt(3)) {
                    case 0 -> ANY;
                    case 1 -> new When.Absent();
                    default -> new When.Is("ab".charAt(random.nextInt(2)) + "");
                };
        return switch (random.nextInt(5)) {
            case 0 -> new Effect.Perhaps(when, Set.of(value));
            case 1 -> new Effect.Refused(when);
            case 2 -> saw(value);
            default -> new Effect.Changed(when, value);
        };
    }

    /** All values in which some order ends. */
    private static void orders(List<Seen> left, String value, Set<String> last) {
        if (left.isEmpty()) {
            last.add(value);
        }
        for (Seen next : left) {
            // whatever ended before it began has to come before it
            if (left.stream().noneMatch(each -> each != next && each.ended() < next.began())) {
                List<Seen> rest = new ArrayList<>(left);
                rest.remove(next);
                for (String after : next.effect().after(value)) {
                    orders(rest, after, last);
                }
            }
        }
    }
}
