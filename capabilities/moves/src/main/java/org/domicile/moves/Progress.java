package org.domicile.moves;

import java.time.Instant;
import java.util.List;

/**
 * How far a move came.
 *
 * @param after the name up to which everything is done; empty at the beginning
 * @param settings whether what is set for the bucket is done
 * @param pages of the report
 * @param carried versions and delete markers that were carried
 * @param present those that were there already, the same
 * @param left those that could not be carried, and what is set for the bucket and could not be;
 *     what waits is not counted
 * @param bytes of the carried ones
 * @param versions how many there are on the side that they come from; -1 until they are counted
 * @param size their bytes; -1 until they are counted
 * @param at when it came so far
 */
public record Progress(
        String after,
        Settings settings,
        int pages,
        long carried,
        long present,
        long left,
        long bytes,
        long versions,
        long size,
        Instant at) {
    /** Whether the bucket's settings are carried. */
    public enum Settings {
        /** Not yet: they come last. */
        TO_COME,
        /** They are. */
        DONE
    }

    /** Nothing yet. */
    public static Progress none(Instant at) {
        return new Progress("", Settings.TO_COME, 0, 0, 0, 0, 0, -1, -1, at);
    }

    /** With one page more. */
    Progress with(Page page) {
        long more = 0;
        long same = 0;
        long not = 0;
        long added = 0;
        for (Line line : page.lines()) {
            switch (line.fate()) {
                case CARRIED -> {
                    more += line.name().isEmpty() ? 0 : 1;
                    added += line.size();
                }
                case PRESENT -> same += line.name().isEmpty() ? 0 : 1;
                case LEFT -> not++;
                case WAITING -> {}
            }
        }
        return new Progress(
                page.after(),
                page.settings(),
                page.lines().isEmpty() ? pages : pages + 1,
                carried + more,
                present + same,
                left + not,
                bytes + added,
                versions,
                size,
                page.at());
    }

    /** Knowing how many there are. */
    Progress of(long allVersions, long allBytes) {
        return new Progress(
                after, settings, pages, carried, present, left, bytes, allVersions, allBytes, at);
    }

    /**
     * What became of all versions of some names.
     *
     * @param after the last of these names, which everything up to is done with now, or waits
     * @param at when
     * @param waiting which of these names wait to be tried again
     * @param settled names that waited and do not any more
     */
    public record Page(
            String after,
            Settings settings,
            List<Line> lines,
            Instant at,
            List<Waiting> waiting,
            List<String> settled) {
        /** Of which nothing waits. */
        public Page(String after, Settings settings, List<Line> lines, Instant at) {
            this(after, settings, lines, at, List.of(), List.of());
        }
    }

    /**
     * A name that is tried again.
     *
     * @param from id of its first version that waits: what comes before is reported already
     */
    public record Waiting(String name, String from) {}
}
