package org.domicile.iceberg;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.domicile.tables.TableName;
import org.jspecify.annotations.Nullable;

/**
 * Who was too late with a commit goes first when it comes back. Without that, whoever has just
 * committed is back before those who wait to try again, and some of them are too late until they
 * give up: clients try five times. So many writers of one table form a line.
 *
 * <p>A caller whose commit was refused as too late <b>is owed</b> a turn at that table. Its next
 * load of the table waits for the turns of those who came before, and then <b>has the turn</b>:
 * until it commits, or for {@link #TURN} at most, commits of others to that table wait. They are
 * answered as they would be otherwise, a moment later; if they are too late by then, they are owed
 * a turn themselves. Nothing here decides what is committed, and loads of everybody else never
 * wait.
 *
 * <p>Waiting is bounded: {@link #LONGEST} for a load, {@code TURN} for a commit, {@link #MOST_WAIT}
 * requests at a time; whoever is beyond goes on without a turn. What is owed is forgotten after
 * {@link #OWED}. Safe for concurrent use; a table's lock guards its line, and nothing else is done
 * under it.
 */
final class Turns {
    /** From a load to its commit: reading a list of manifests and writing another. */
    static final Duration TURN = Duration.ofMillis(500);

    static final Duration LONGEST = Duration.ofSeconds(5);
    static final Duration OWED = Duration.ofMinutes(1);
    static final int MOST_WAIT = 128;
    private static final int MOST_TABLES = 1_024;
    private static final int MOST_OWED = 256;

    private final Map<Table, Line> lines = new ConcurrentHashMap<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final LongSupplier nanos;

    /** A table of an organisation. */
    record Table(String organisation, TableName name) {}

    /**
     * @param nanos a clock that only goes on
     */
    Turns(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Before a table is loaded. */
    void load(Table table, String who) {
        Line line = lines.get(table);
        if (line != null) {
            line.load(who);
        }
    }

    /** Before a table is changed. */
    void commit(Table table, String who) {
        Line line = lines.get(table);
        if (line != null) {
            line.commit(who);
        }
    }

    /** After a change that was made, or refused for another reason than that it was too late. */
    void ended(Table table, String who) {
        Line line = lines.get(table);
        if (line != null) {
            line.ended(who);
            lines.computeIfPresent(table, (_, each) -> each.idle() ? null : each);
        }
    }

    /** After a change that was too late. */
    void tooLate(Table table, String who) {
        if (lines.size() >= MOST_TABLES) {
            lines.values().removeIf(Line::idle);
        }
        // within the map's own step, so that a line which is being dropped owes nobody
        lines.compute(
                table,
                (_, there) -> {
                    if (there == null && lines.size() >= MOST_TABLES) {
                        return null;
                    }
                    Line line = there == null ? new Line() : there;
                    line.owe(who);
                    return line;
                });
    }

    /** How many tables have a line. */
    int tables() {
        return lines.size();
    }

    /** Those who change one table. */
    private final class Line {
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition changed = lock.newCondition();
        private final Deque<Long> queue = new ArrayDeque<>();
        private final Map<String, Owed> owed = new LinkedHashMap<>();
        private long places;
        private @Nullable String holder;
        private long until;

        /**
         * @param since of the last time
         */
        private record Owed(int turns, long since) {}

        void owe(String who) {
            lock.lock();
            try {
                forget();
                if (owed.size() < MOST_OWED || owed.containsKey(who)) {
                    Owed before = owed.get(who);
                    owed.put(
                            who,
                            new Owed(before == null ? 1 : before.turns() + 1, nanos.getAsLong()));
                }
                end(who);
            } finally {
                lock.unlock();
            }
        }

        private void forget() {
            long now = nanos.getAsLong();
            owed.values().removeIf(each -> now - each.since() > OWED.toNanos());
        }

        private boolean taken() {
            return holder != null && until - nanos.getAsLong() > 0;
        }

        void load(String who) {
            lock.lock();
            try {
                if (claim(who) && first()) {
                    holder = who;
                    until = nanos.getAsLong() + TURN.toNanos();
                }
            } finally {
                lock.unlock();
            }
        }

        /** Whether a turn is owed, which is not from here on. */
        private boolean claim(String who) {
            forget();
            Owed before = owed.remove(who);
            if (before != null && before.turns() > 1) {
                owed.put(who, new Owed(before.turns() - 1, before.since()));
            }
            return before != null;
        }

        /** Waits for its turn; false when that takes too long, or too many wait. */
        private boolean first() {
            if (waiting.incrementAndGet() > MOST_WAIT) {
                waiting.decrementAndGet();
                return false;
            }
            Long place = places++;
            queue.addLast(place);
            try {
                long end = nanos.getAsLong() + LONGEST.toNanos();
                while (!place.equals(queue.peekFirst()) || taken()) {
                    long now = nanos.getAsLong();
                    long left = taken() ? Math.min(until, end) - now : end - now;
                    if (end - now <= 0) {
                        return false;
                    }
                    changed.awaitNanos(Math.max(1, left));
                }
                return true;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            } finally {
                waiting.decrementAndGet();
                queue.remove(place);
                changed.signalAll();
            }
        }

        void commit(String who) {
            lock.lock();
            try {
                if (taken() && !who.equals(holder)) {
                    others(who);
                }
            } finally {
                lock.unlock();
            }
        }

        /** Lets those go first whose turn it is. */
        private void others(String who) {
            try {
                long end = nanos.getAsLong() + TURN.toNanos();
                boolean waits = waiting.incrementAndGet() <= MOST_WAIT;
                while (waits && taken() && !who.equals(holder)) {
                    long now = nanos.getAsLong();
                    waits = end - now > 0;
                    changed.awaitNanos(Math.max(1, Math.min(until, end) - now));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                waiting.decrementAndGet();
            }
        }

        void ended(String who) {
            lock.lock();
            try {
                end(who);
            } finally {
                lock.unlock();
            }
        }

        private void end(String who) {
            if (who.equals(holder)) {
                holder = null;
                changed.signalAll();
            }
        }

        boolean idle() {
            lock.lock();
            try {
                forget();
                return owed.isEmpty() && queue.isEmpty() && !taken();
            } finally {
                lock.unlock();
            }
        }
    }
}
