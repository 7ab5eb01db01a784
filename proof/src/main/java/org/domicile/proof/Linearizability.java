package org.domicile.proof;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whether what clients saw of one key can have happened one after the other: each operation at one
 * moment between its call and its answer (Herlihy and Wing, "Linearizability", 1990). The search is
 * Wing and Gong's, just in time as Lowe has it ("Testing for linearizability", 2017): operations
 * are put in order only when an answer needs it, and of all orders only where they lead is kept,
 * the value with the operations that have happened and have no answer yet. So its cost grows with
 * how many run at once and not with how long the history is.
 *
 * <p>A key holds a value, which is its object's ETag, or nothing, which is the empty text.
 */
final class Linearizability {
    /** Nothing is there. */
    static final String ABSENT = "";

    /** The most operations that may run at once: each has a bit. */
    static final int MOST_AT_ONCE = Long.SIZE;

    /** What must hold of the value that a change meets. */
    sealed interface When {
        /** Nothing. */
        record Any() implements When {}

        /** If-None-Match: *. */
        record Absent() implements When {}

        /** If-Match. */
        record Is(String value) implements When {}

        /** Whether it holds. */
        default boolean holds(String value) {
            return switch (this) {
                case Any() -> true;
                case Absent() -> value.equals(ABSENT);
                case Is(String wanted) -> value.equals(wanted);
            };
        }
    }

    /** What an operation did, as its answer says. */
    sealed interface Effect {
        /** It read this. */
        record Saw(String value) implements Effect {}

        /** It changed nothing, because something was there that did not meet its condition. */
        record Refused(When when) implements Effect {}

        /** It made this of it. */
        record Changed(When when, String to) implements Effect {}

        /** Nobody knows whether it happened; if it did, it made one of these. */
        record Perhaps(When when, Set<String> to) implements Effect {}

        /** What can be there after it; empty where it cannot have been. */
        default Set<String> after(String value) {
            return switch (this) {
                case Saw(String seen) -> seen.equals(value) ? Set.of(value) : Set.of();
                case Refused(When when) ->
                        value.equals(ABSENT) || when.holds(value) ? Set.of() : Set.of(value);
                case Changed(When when, String to) -> when.holds(value) ? Set.of(to) : Set.of();
                case Perhaps(When when, Set<String> to) -> {
                    Set<String> all = new HashSet<>(when.holds(value) ? to : Set.of());
                    all.add(value);
                    yield all;
                }
            };
        }
    }

    /**
     * One operation.
     *
     * @param began and @param ended moments of one clock, no two the same
     */
    record Seen(long began, long ended, Effect effect) {
        Seen {
            if (began >= ended) {
                throw new IllegalArgumentException("it ends at " + ended + ", begun at " + began);
            }
        }
    }

    /** What came of a search. */
    sealed interface Verdict {
        /** There is an order. @param last what the key can hold at the end */
        record Possible(Set<String> last) implements Verdict {}

        /** There is none. @param at whose answer cannot be @param held what the key could hold */
        record Impossible(Seen at, Set<String> held) implements Verdict {}

        /** More was to be looked at than was allowed. */
        record Undecided(Seen at) implements Verdict {}
    }

    /** Where an order leads. @param happened bits of the operations that have no answer yet */
    private record Place(String value, long happened) {}

    private record Event(long moment, int operation, boolean isAnswer) {}

    private final List<Seen> history;
    private final int most;
    private final int[] slots;
    private final int[] running = new int[MOST_AT_ONCE];
    private long taken;
    private Set<Place> places = new HashSet<>();

    private Linearizability(List<Seen> history, Set<String> first, int most) {
        this.history = history;
        this.most = most;
        this.slots = new int[history.size()];
        first.forEach(value -> places.add(new Place(value, 0)));
    }

    /**
     * Searches.
     *
     * @param first what the key can hold at the beginning
     * @param most how many places a single answer may make it look at
     */
    static Verdict check(List<Seen> history, Set<String> first, int most) {
        return new Linearizability(history, first, most).search();
    }

    private Verdict search() {
        List<Event> events = new ArrayList<>(2 * history.size());
        for (int i = 0; i < history.size(); i++) {
            events.add(new Event(history.get(i).began(), i, false));
            events.add(new Event(history.get(i).ended(), i, true));
        }
        events.sort((a, b) -> Long.compare(a.moment(), b.moment()));
        for (Event event : events) {
            if (!event.isAnswer()) {
                begin(event.operation());
                continue;
            }
            Seen answered = history.get(event.operation());
            Set<String> held = values();
            if (!end(event.operation())) {
                return new Verdict.Undecided(answered);
            }
            if (places.isEmpty()) {
                return new Verdict.Impossible(answered, held);
            }
        }
        return new Verdict.Possible(values());
    }

    private Set<String> values() {
        Set<String> values = new TreeSet<>();
        places.forEach(place -> values.add(place.value()));
        return values;
    }

    private void begin(int operation) {
        int slot = Long.numberOfTrailingZeros(~taken);
        if (slot == MOST_AT_ONCE) {
            throw new IllegalArgumentException("more than " + MOST_AT_ONCE + " run at once");
        }
        taken |= 1L << slot;
        slots[operation] = slot;
        running[slot] = operation;
    }

    /** Keeps the places where an operation has happened; false when there are too many. */
    private boolean end(int operation) {
        long bit = 1L << slots[operation];
        Set<Place> reached = new HashSet<>();
        Set<Place> known = new HashSet<>(places);
        Deque<Place> open = new ArrayDeque<>(places);
        while (!open.isEmpty()) {
            Place place = open.pop();
            if ((place.happened() & bit) != 0) {
                reached.add(new Place(place.value(), place.happened() & ~bit));
                continue;
            }
            for (long left = taken & ~place.happened(); left != 0; left &= left - 1) {
                int slot = Long.numberOfTrailingZeros(left);
                Effect effect = history.get(running[slot]).effect();
                for (String value : effect.after(place.value())) {
                    Place next = new Place(value, place.happened() | 1L << slot);
                    if (known.add(next)) {
                        open.push(next);
                    }
                }
            }
            if (known.size() > most) {
                return false;
            }
        }
        places = reached;
        taken &= ~bit;
        return true;
    }
}
