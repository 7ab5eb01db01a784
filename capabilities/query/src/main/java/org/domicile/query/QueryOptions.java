package org.domicile.query;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Where and within what sessions run.
 *
 * @param java the Java home that workers run on
 * @param classPath of a worker: its own module, this one, the walls, the engine
 * @param staging a folder in memory (tmpfs) for this program alone; made when it is not there,
 *     emptied at the start
 * @param total bytes that all sessions together may stage and spill
 * @param rows bytes of this program's heap that large rows on their way take, of all sessions; an
 *     organisation has half of them
 * @param warm workers that are kept ready once there was a session
 * @param usual limits of an organisation that has none of its own
 * @param limits by organisation
 */
public record QueryOptions(
        Path java,
        ClassPath classPath,
        Path staging,
        long total,
        long rows,
        int warm,
        Limits usual,
        Map<String, Limits> limits) {
    /** Finds what workers run; asked before each start, so it may unpack it at the first. */
    public interface ClassPath {
        /** Jars and folders. */
        List<Path> places() throws IOException;
    }

    /** Least that {@code rows} can be: the largest row fits into half of it. */
    public static final long LEAST_ROWS = 24 << 20;

    /** They are the record's own. */
    public QueryOptions {
        limits = Map.copyOf(limits);
        if (total < 1 << 20 || warm < 0 || rows < LEAST_ROWS) {
            throw new IllegalArgumentException(
                    "sessions need staging of at least 1 MiB, and 24 MiB of heap for their rows");
        }
    }

    /** Limits of an organisation. */
    Limits of(String organisation) {
        return limits.getOrDefault(organisation, usual);
    }
}
