package org.domicile.ledger;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.OptionalLong;
import java.util.TreeSet;

/**
 * The numbers of one organisation on this node: which is next, which were taken and are not yet on
 * record. Guarded by its own lock: callers take numbers, committing threads and the ledger's thread
 * mark them as recorded.
 *
 * <p>What is kept for a restart is {@link Kept}: next and open numbers at a moment when all entries
 * below {@code scanned} had been observed, so that the entries from there on tell the rest.
 */
final class Numbers {
    /** The first number of every organisation. */
    static final long FIRST = 1;

    private static final int RECENT = 1_024;

    private final NavigableSet<Long> open = new TreeSet<>();
    private final NavigableSet<Long> abandoned = new TreeSet<>();
    private long next = FIRST;
    // where the newest numbers have their entries, each at its remainder
    private final long[] recentNumbers = new long[RECENT];
    private final long[] recentPlaces = new long[RECENT];

    /** As it is stored beside the entries. */
    record Kept(long next, long scanned, long counted, List<Long> open) {
        static final Kept NONE = new Kept(FIRST, 0, 0, List.of());

        byte[] encode() {
            ByteBuffer buffer = ByteBuffer.allocate((3 + open.size()) * Long.BYTES);
            buffer.putLong(next).putLong(scanned).putLong(counted);
            open.forEach(buffer::putLong);
            return buffer.array();
        }

        static Kept decode(byte[] bytes) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            long next = buffer.getLong();
            long scanned = buffer.getLong();
            long counted = buffer.getLong();
            List<Long> open = new ArrayList<>();
            while (buffer.hasRemaining()) {
                open.add(buffer.getLong());
            }
            return new Kept(next, scanned, counted, open);
        }
    }

    /** A run of numbers, both ends included. */
    record Run(long from, long to) {}

    Numbers(Kept kept) {
        next = kept.next();
        open.addAll(kept.open());
    }

    synchronized long take() {
        long number = next++;
        open.add(number);
        return number;
    }

    /** Its entry is durable. */
    synchronized void recorded(long number) {
        open.remove(number);
        abandoned.remove(number);
    }

    /** The same, and where it is. */
    synchronized void recorded(long number, long place) {
        recorded(number);
        int at = (int) (number % RECENT);
        recentNumbers[at] = number;
        recentPlaces[at] = place;
    }

    /** Where a number that was recorded lately has its entry. */
    synchronized OptionalLong place(long number) {
        int at = (int) (number % RECENT);
        return number >= FIRST && recentNumbers[at] == number
                ? OptionalLong.of(recentPlaces[at])
                : OptionalLong.empty();
    }

    /** It will have no entry; a closing entry has to name it. */
    synchronized void abandon(long number) {
        if (open.contains(number)) {
            abandoned.add(number);
        }
    }

    /** For replay: an entry carries this number, which may be beyond what was kept. */
    synchronized void observed(long number) {
        while (next <= number) {
            open.add(next++);
        }
        recorded(number);
    }

    synchronized Kept kept(long scanned, long counted) {
        return new Kept(next, scanned, counted, List.copyOf(open));
    }

    /** After a replay, before any number is taken: all that are open have no entry. */
    synchronized List<Run> left() {
        return runs(open);
    }

    /** The abandoned ones, which a closing entry is about to name; they stay open until it does. */
    synchronized List<Run> drainAbandoned() {
        List<Run> runs = runs(abandoned);
        abandoned.clear();
        return runs;
    }

    /** The closing entry was not made after all. */
    synchronized void restore(List<Run> runs) {
        for (Run run : runs) {
            for (long number = run.from(); number <= run.to(); number++) {
                abandoned.add(number);
            }
        }
    }

    /** A closing entry names these. */
    synchronized void closed(Run run) {
        next = Math.max(next, run.to() + 1);
        open.subSet(run.from(), true, run.to(), true).clear();
        abandoned.subSet(run.from(), true, run.to(), true).clear();
    }

    static List<Run> runs(NavigableSet<Long> numbers) {
        List<Run> runs = new ArrayList<>();
        for (long number : numbers) {
            if (!runs.isEmpty() && runs.getLast().to() == number - 1) {
                runs.set(runs.size() - 1, new Run(runs.getLast().from(), number));
            } else {
                runs.add(new Run(number, number));
            }
        }
        return runs;
    }
}
