package org.domicile.guard;

import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How compaction of each table stands, by its id, since the program started. Written by the thread
 * of {@link TableCompactionRun} alone; {@link #told} and {@link #standing} are for any.
 */
final class CompactionCare {
    private static final Table UNKNOWN = new Table();

    private final Map<String, Table> tables = new ConcurrentHashMap<>();
    private volatile String off = "the server has not begun with it";
    private final AtomicLong conflicts = new AtomicLong();

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

        /** The use of its last own commit; empty for none. */
        String use = "";

        /** Turns that came to nothing, one after the other. */
        int tries;

        volatile Instant notBefore = Instant.EPOCH;
        volatile Stage stage = Stage.UNSEEN;
        volatile String why = "";
        volatile Instant packed = Instant.EPOCH;
        final AtomicLong groups = new AtomicLong();
        final AtomicLong files = new AtomicLong();
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

    CompactionOfTables.Standing standing() {
        long groups = 0;
        long files = 0;
        long failing = 0;
        long waiting = 0;
        Instant last = Instant.EPOCH;
        for (Table each : tables.values()) {
            groups += each.groups.get();
            files += each.files.get();
            failing += each.stage == Stage.FAILED ? 1 : 0;
            waiting += each.stage == Stage.WAITS || each.stage == Stage.CONFLICT ? 1 : 0;
            last = each.packed.isAfter(last) ? each.packed : last;
        }
        return new CompactionOfTables.Standing(
                groups, files, conflicts.get(), failing, waiting, last);
    }

    /**
     * For people and programs: {@code compaction}, a sentence of how it stands; {@code compacted}
     * (a time) and {@code files-packed} since the program started, where there were some; {@code
     * compaction-next} (a time), before which it does not come.
     */
    Map<String, String> told(String id) {
        Map<String, String> told = new TreeMap<>();
        Table table = tables.getOrDefault(id, UNKNOWN);
        String way = off;
        told.put("compaction", way.isEmpty() ? sentence(table) : "off: " + way);
        if (table.groups.get() > 0) {
            told.put("compacted", table.packed.toString());
            told.put("files-packed", Long.toString(table.files.get()));
        }
        if (way.isEmpty() && table.notBefore.isAfter(Instant.EPOCH)) {
            told.put("compaction-next", table.notBefore.toString());
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
