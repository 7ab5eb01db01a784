package org.domicile.duckdb;

import java.lang.reflect.Field;

/**
 * The driver's events for Java's Flight Recorder. To register them loads all of the recorder, which
 * takes a quarter of the work of a worker's start, and nobody records in a worker.
 */
final class MemoryEvents {
    private MemoryEvents() {}

    /** Before anything else of the driver: it believes that they are registered. */
    static void leaveOut() {
        try {
            Field registered =
                    Class.forName("org.duckdb.DuckDBMemoryMonitor").getDeclaredField("initialized");
            registered.setAccessible(true);
            registered.setBoolean(null, true);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("another version of the driver", e);
        }
    }
}
