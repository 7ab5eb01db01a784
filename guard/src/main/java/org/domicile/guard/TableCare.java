package org.domicile.guard;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How the upkeep of each table stands, by its id, since the program started. Written by the
 * upkeep's thread alone; {@link #told} is for any.
 */
final class TableCare {
    /** Most files of a table that are remembered to be needed by nothing; others wait. */
    static final int MOST_WAITING = 100_000;

    private final Map<String, Table> tables = new ConcurrentHashMap<>();
    private final TurnsCare compaction =
            new TurnsCare(new TurnsCare.Words("compaction", "compacted", "files-packed"));
    private final TurnsCare statistics =
            new TurnsCare(new TurnsCare.Words("statistics", "counted", "columns-counted"));

    /** How compaction stands. */
    TurnsCare compaction() {
        return compaction;
    }

    /** How the counting of values stands. */
    TurnsCare statistics() {
        return statistics;
    }

    /** One table. Owned by the upkeep's thread, but for what is volatile or a count. */
    static final class Table {
        /** Of the metadata that were looked at; -1 before the first look. */
        long version = -1;

        /** Files that are needed by nothing and may yet become old enough. */
        boolean young;

        /** Since when it is known of a file that nothing needs it. */
        final Map<String, Instant> unneeded = new HashMap<>();

        volatile Instant looked = Instant.EPOCH;
        volatile int waiting;
        final AtomicLong files = new AtomicLong();
        final AtomicLong bytes = new AtomicLong();
        final AtomicLong snapshots = new AtomicLong();
        volatile Instant expired = Instant.EPOCH;
        volatile String failed = "";
    }

    Table of(String id) {
        return tables.computeIfAbsent(id, _ -> new Table());
    }

    /** Forgets those whose ids nobody has any more. */
    void keepOnly(Set<String> ids) {
        tables.keySet().retainAll(ids);
    }

    /**
     * For people and programs: {@code looked} (a time) once it was looked at, {@code files-waiting}
     * that nothing needs, {@code files-removed}, {@code bytes-removed} and {@code
     * snapshots-expired} since the program started, {@code expired} (a time), and {@code failed}, a
     * sentence, when the last turn could not do its work; and what {@link TurnsCare#told} says of
     * other work.
     */
    Map<String, String> told(String id) {
        Map<String, String> told = new TreeMap<>(compaction.told(id));
        told.putAll(statistics.told(id));
        Table table = tables.get(id);
        if (table == null) {
            return told;
        }
        if (table.looked.isAfter(Instant.EPOCH)) {
            told.put("looked", table.looked.toString());
        }
        if (table.expired.isAfter(Instant.EPOCH)) {
            told.put("expired", table.expired.toString());
        }
        told.put("files-waiting", Integer.toString(table.waiting));
        told.put("files-removed", Long.toString(table.files.get()));
        told.put("bytes-removed", Long.toString(table.bytes.get()));
        told.put("snapshots-expired", Long.toString(table.snapshots.get()));
        if (!table.failed.isEmpty()) {
            told.put("failed", table.failed);
        }
        return told;
    }
}
