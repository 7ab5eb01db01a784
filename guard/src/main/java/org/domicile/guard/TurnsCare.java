package org.domicile.guard;

import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How work of the program on each table stands ({@link TableTurns}), by the table's id, since the
 * program started. Written by the thread of that work alone; {@link #told} and {@link #sums} are
 * for any.
 */
final class TurnsCare {
    private static final Table UNKNOWN = new Table();

    private final Words words;

    private final Map<String, Table> tables = new ConcurrentHashMap<>();
    private volatile String off = "the server has not begun with it";
    private final AtomicLong conflicts = new AtomicLong();

    /**
     * What people and programs are told it by.
     *
     * @param work the work, {@code compaction} @param at when it was done, {@code compacted}
     * @param things what was done, {@code files-packed}
     */
    record Words(String work, String at, String things) {}

    TurnsCare(Words words) {
        this.words = words;
    }

    /** What came of the last look at a table. */
    enum Stage {
        /** It was not looked at yet. */
        UNSEEN,
        /** There is nothing to do. */
        FINE,
        /** The table says that it wants none. */
        NOT_WANTED,
        /** It cannot be done here. */
        NOT_HERE,
        /** It is due, and waits. */
        WAITS,
        /** Somebody committed in between. */
        CONFLICT,
        FAILED
    }

    /** One table. What is volatile, or counts, is for any to read. */
    static final class Table {
        /** Of the metadata that were looked at; -1 where it has to be looked at again. */
        long version = -1;

        /** Of the metadata that were seen last; -1 before the first time. */
        long seen = -1;

        /** When it was seen that they had changed. */
        Instant changed = Instant.MAX;

        /** Since when it was found to be due, or {@link Instant#MAX}. */
        Instant due = Instant.MAX;

        /** What else was looked at. */
        String also = "";

        /** The use of its last own commit; empty for none. */
        String use = "";

        /** Turns that came to nothing, one after the other. */
        int tries;

        volatile Instant notBefore = Instant.EPOCH;
        volatile Stage stage = Stage.UNSEEN;
        volatile String why = "";
        volatile Instant last = Instant.EPOCH;
        final AtomicLong times = new AtomicLong();
        final AtomicLong things = new AtomicLong();
    }

    /** It is done. */
    void on() {
        off = "";
    }

    /** It is not done. @param why for people */
    void off(String why) {
        off = why;
    }

    Table of(String id) {
        return tables.computeIfAbsent(id, _ -> new Table());
    }

    /** Forgets those whose ids nobody has any more. */
    void keepOnly(Set<String> ids) {
        tables.keySet().retainAll(ids);
    }

    /** One more gave way. */
    void conflict() {
        conflicts.incrementAndGet();
    }

    /**
     * Of all tables.
     *
     * @param times that it was done @param things what that came to
     * @param conflicts times that it gave way to writers
     * @param failing tables whose last turn failed, for another reason
     * @param waiting tables that are due and wait
     * @param last when it was done; {@link Instant#EPOCH} for never
     */
    record Sums(
            long times, long things, long conflicts, long failing, long waiting, Instant last) {}

    Sums sums() {
        long times = 0;
        long things = 0;
        long failing = 0;
        long waiting = 0;
        Instant last = Instant.EPOCH;
        for (Table each : tables.values()) {
            times += each.times.get();
            things += each.things.get();
            failing += each.stage == Stage.FAILED ? 1 : 0;
            waiting += each.stage == Stage.WAITS || each.stage == Stage.CONFLICT ? 1 : 0;
            last = each.last.isAfter(last) ? each.last : last;
        }
        return new Sums(times, things, conflicts.get(), failing, waiting, last);
    }

    /**
     * For people and programs, by its words: {@code compaction}, a sentence of how it stands;
     * {@code compacted} (a time) and {@code files-packed} since the program started, where there
     * were some; {@code compaction-next} (a time), before which it does not come.
     */
    Map<String, String> told(String id) {
        Map<String, String> told = new TreeMap<>();
        Table table = tables.getOrDefault(id, UNKNOWN);
        String way = off;
        told.put(words.work(), way.isEmpty() ? sentence(table) : "off: " + way);
        if (table.times.get() > 0) {
            told.put(words.at(), table.last.toString());
            told.put(words.things(), Long.toString(table.things.get()));
        }
        if (way.isEmpty() && table.notBefore.isAfter(Instant.EPOCH)) {
            told.put(words.work() + "-next", table.notBefore.toString());
        }
        return told;
    }

    private static String sentence(Table table) {
        return switch (table.stage) {
            case UNSEEN -> "not looked at since the server started";
            case FINE -> "nothing to do";
            case NOT_WANTED -> "off: " + table.why;
            case NOT_HERE -> "not here: " + table.why;
            case WAITS -> "due, and waits: " + table.why;
            case CONFLICT -> "gave way to a writer, and comes again";
            case FAILED -> "failed, and comes again: " + table.why;
        };
    }
}
