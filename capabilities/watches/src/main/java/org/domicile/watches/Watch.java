package org.domicile.watches;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A watch, as the register has it.
 *
 * @param id 16 random hexadecimal digits, its own even when its name is used again
 * @param organisation whose
 * @param name of it, unique in the organisation: 1 to 64 of {@code a-z 0-9 _ -}
 * @param purpose under which it reads and publishes
 * @param maker principal that made it
 * @param credential of the maker, as which it acts
 * @param sql its query
 * @param to the stream that takes results
 * @param sources names of the streams that it reads
 * @param tables of the catalog that it looks into
 * @param time column of each source that says when something happened; empty for when its record
 *     came
 * @param late seconds by which records may come out of order
 * @param from where it begins
 */
public record Watch(
        String id,
        String organisation,
        String name,
        String purpose,
        String maker,
        String credential,
        String sql,
        String to,
        List<String> sources,
        List<Table> tables,
        String time,
        int late,
        From from,
        Instant made) {
    /** Characters of a query. */
    public static final int LONGEST_SQL = 20_000;

    /** Tables that one looks into. */
    public static final int MOST_TABLES = 4;

    /** Seconds by which records may be late. */
    public static final int LATEST = 3_600;

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,63}");

    /** A table, as the watch began with it. @param columns types by name, in Flink's SQL */
    public record Table(String name, Map<String, String> columns) {
        /** They are its own, in their order. */
        public Table {
            columns = Collections.unmodifiableMap(new LinkedHashMap<>(columns));
        }
    }

    /** Where a watch begins to read. */
    public enum From {
        /** With what comes from now on. */
        NOW,
        /** With the oldest record that is kept. */
        BEGINNING
    }

    /**
     * Checks what can be checked by itself; sources and tables are its own, and times have
     * milliseconds.
     */
    public Watch {
        if (!names(name)) {
            throw new IllegalArgumentException("no name of a watch: " + name);
        }
        if (sql.isBlank() || sql.length() > LONGEST_SQL || late < 0 || late > LATEST) {
            throw new IllegalArgumentException("no watch: " + name);
        }
        sources = List.copyOf(sources);
        tables = List.copyOf(tables);
        made = Instant.ofEpochMilli(made.toEpochMilli());
    }

    /** Whether a text can be a watch's name. */
    public static boolean names(String text) {
        return NAME.matcher(text).matches();
    }
}
