package org.domicile.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.domicile.bytes.StorageFailure;
import org.domicile.lifecycle.Rule.Expiration;
import org.domicile.lifecycle.Rule.Noncurrent;
import org.domicile.lifecycle.Subject.Kind;
import org.domicile.lifecycle.Subject.Place;
import org.junit.jupiter.api.Test;

/** What rules say of one version. */
class LifecycleTest {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Rule.Filter ALL = filter("", Map.of(), -1, Long.MAX_VALUE);

    private static Rule.Filter filter(
            String prefix, Map<String, String> tags, long over, long under) {
        return new Rule.Filter(Rule.Form.FILTER, prefix, tags, over, under);
    }

    private static Rule rule(String id, Rule.Filter filter, Expiration expiration) {
        return new Rule(id, Rule.State.ENABLED, filter, expiration, Noncurrent.NEVER, 0);
    }

    private static Lifecycle of(Rule... rules) {
        return new Lifecycle(List.of(rules), Lifecycle.Least.UNSAID);
    }

    private static Subject object(String name, long size, Map<String, String> tags) {
        return new Subject(name, Kind.OBJECT, Place.NEWEST, size, () -> tags, NOON, NOON, 0);
    }

    private static Subject marker(Place place) {
        return new Subject("n", Kind.MARKER, place, 0, Map::of, NOON, NOON, 0);
    }

    private static Subject older(Instant replaced, int newer) {
        return new Subject("n", Kind.OBJECT, Place.NONCURRENT, 1, Map::of, NOON, replaced, newer);
    }

    private static Expiry expiry(Lifecycle lifecycle, Subject subject) {
        return lifecycle.expiry(subject, Lifecycle.DAY);
    }

    private static String at(Lifecycle lifecycle, Subject subject) {
        return expiry(lifecycle, subject).at().toString();
    }

    @Test
    void daysEndAtTheNextMidnight() {
        Lifecycle one = of(rule("one", ALL, new Expiration.Days(1)));
        Subject subject = object("n", 1, Map.of());
        assertEquals("2026-03-03T00:00:00Z", at(one, subject));
        Instant midnight = Instant.parse("2026-03-01T00:00:00Z");
        assertEquals(
                "2026-03-02T00:00:00Z",
                at(
                        one,
                        new Subject(
                                "n", Kind.OBJECT, Place.ALONE, 1, Map::of, midnight, midnight, 0)));
        assertEquals(
                NOON.plusSeconds(10), one.expiry(subject, Duration.ofSeconds(10)).at(), "as tests");
        Expiry expiry = expiry(one, subject);
        assertEquals(false, expiry.due(expiry.at().minusMillis(1)));
        assertEquals(true, expiry.due(expiry.at()));
        assertEquals(
                NOON.minusSeconds(5),
                expiry(of(rule("on", ALL, new Expiration.On(NOON.minusSeconds(5)))), subject).at());
    }

    @Test
    void theEarliestRuleThatIsMetCounts() {
        Rule late = rule("late", ALL, new Expiration.Days(9));
        Rule soon = rule("soon", filter("a/", Map.of(), -1, 9), new Expiration.Days(2));
        Rule off =
                new Rule(
                        "off",
                        Rule.State.DISABLED,
                        ALL,
                        new Expiration.Days(1),
                        Noncurrent.NEVER,
                        1);
        Lifecycle rules = of(off, late, soon);
        assertEquals("soon", expiry(rules, object("a/n", 8, Map.of())).rule());
        assertEquals("late", expiry(rules, object("a/n", 9, Map.of())).rule());
        assertEquals("late", expiry(rules, object("b", 1, Map.of())).rule());
        assertEquals(Expiry.NEVER, expiry(of(off), object("b", 1, Map.of())));
        assertEquals(Expiry.NEVER, of(off).expiry("b", NOON, Lifecycle.DAY));
    }

    @Test
    void filtersAskForEverythingTheyName() {
        Map<String, String> two = Map.of("k", "v", "l", "w");
        Lifecycle rules = of(rule("r", filter("a", two, 10, 20), new Expiration.Days(1)));
        assertEquals(
                "r", expiry(rules, object("a", 11, Map.of("k", "v", "l", "w", "m", ""))).rule());
        for (Subject other :
                List.of(
                        object("b", 11, two),
                        object("a", 10, two),
                        object("a", 20, two),
                        object("a", 11, Map.of("k", "v")),
                        object("a", 11, Map.of("k", "v", "l", "x")))) {
            assertEquals(Expiry.NEVER, expiry(rules, other));
        }
        assertEquals(Expiry.NEVER, expiry(rules, marker(Place.ALONE)));
    }

    @Test
    void markersEndWhenTheyAreAllThatIsLeft() {
        Lifecycle rules = of(rule("r", ALL, new Expiration.Marker()));
        assertEquals(NOON, expiry(rules, marker(Place.ALONE)).at());
        assertEquals(Expiry.NEVER, expiry(rules, marker(Place.NEWEST)));
        assertEquals(Expiry.NEVER, expiry(rules, object("n", 1, Map.of())));
        Lifecycle days = of(rule("r", ALL, new Expiration.Days(1)));
        assertEquals("2026-03-03T00:00:00Z", at(days, marker(Place.ALONE)));
        assertEquals(Expiry.NEVER, expiry(days, marker(Place.NEWEST)));
        assertEquals(Expiry.NEVER, expiry(days, older(NOON, 0)), "not for older versions");
    }

    @Test
    void olderVersionsEndAfterTheyWereReplaced() {
        Rule rule =
                new Rule(
                        "r",
                        Rule.State.ENABLED,
                        ALL,
                        new Expiration.Never(),
                        new Noncurrent(2, 3),
                        0);
        Instant replaced = NOON.plus(Duration.ofDays(10));
        assertEquals("2026-03-14T00:00:00Z", at(of(rule), older(replaced, 3)));
        assertEquals(Expiry.NEVER, expiry(of(rule), older(replaced, 2)), "one of those kept");
        assertEquals(Expiry.NEVER, expiry(of(rule), object("n", 1, Map.of())));
    }

    @Test
    void uploadsEndAfterTheyBegan() {
        Rule rule =
                new Rule(
                        "r",
                        Rule.State.ENABLED,
                        filter("a/", Map.of(), -1, Long.MAX_VALUE),
                        new Expiration.Never(),
                        Noncurrent.NEVER,
                        3);
        assertEquals("2026-03-05T00:00:00Z", of(rule).expiry("a/n", NOON, Lifecycle.DAY).at() + "");
        assertEquals(Expiry.NEVER, of(rule).expiry("n", NOON, Lifecycle.DAY));
    }

    @Test
    void rulesComeBackFromTheirForm() {
        Lifecycle rules =
                new Lifecycle(
                        List.of(
                                rule(
                                        "é",
                                        filter("p/é", Map.of("k", "v"), 1, 2),
                                        new Expiration.Days(Rule.MOST_DAYS)),
                                rule("on", ALL, new Expiration.On(NOON)),
                                rule("marker", ALL, new Expiration.Marker()),
                                new Rule(
                                        "rest",
                                        Rule.State.DISABLED,
                                        new Rule.Filter(
                                                Rule.Form.PREFIX, "", Map.of(), -1, Long.MAX_VALUE),
                                        new Expiration.Never(),
                                        new Noncurrent(4, 100),
                                        5)),
                        Lifecycle.Least.VARIES);
        byte[] form = rules.document();
        assertEquals(rules, Lifecycle.of(form));
        for (int length = 0; length < form.length; length++) {
            byte[] cut = Arrays.copyOf(form, length);
            assertThrows(StorageFailure.class, () -> Lifecycle.of(cut));
        }
        byte[] newer = form.clone();
        newer[0] = 2;
        assertThrows(StorageFailure.class, () -> Lifecycle.of(newer));
        List<Rule> many =
                new ArrayList<>(
                        Collections.nCopies(
                                Lifecycle.MOST, rule("r", ALL, new Expiration.Never())));
        assertEquals(
                many, Lifecycle.of(new Lifecycle(many, Lifecycle.Least.ALL).document()).rules());
        many.add(many.getFirst());
        assertThrows(
                IllegalArgumentException.class, () -> new Lifecycle(many, Lifecycle.Least.ALL));
    }
}
