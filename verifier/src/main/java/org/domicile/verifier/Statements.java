package org.domicile.verifier;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a public log states about the other logs of its installation: their sizes and roots, second
 * by second. Its entries of the kind {@code checkpoints} are read ({@code
 * {"kind":"checkpoints","logs":[{"log":…,"root":…,"size":…}],…}}); all others are passed over. A
 * log that was dropped, rolled back or exchanged contradicts them, even if it is sound in itself
 * and signed with the right key.
 *
 * <p>Of one log at most 32,768 statements are kept: when there are more, every second of the older
 * ones is let go, never the newest. Owned by one thread.
 */
public final class Statements implements EntryReader {
    private static final int MOST = 32_768;
    private static final String CHECKPOINTS = "checkpoints";
    private static final String PRUNED = "pruned";

    private final Map<String, Pruned> pruned = new TreeMap<>();
    private final Map<String, NavigableMap<Long, byte[]>> roots = new TreeMap<>();

    /**
     * What a public log says was pruned of a log.
     *
     * @param to the first entry that is kept
     * @param numbers runs of the numbers that the pruned entries had, first and last of each
     */
    record Pruned(long to, List<Run> numbers) {
        static final Pruned NOTHING = new Pruned(0, List.of());
    }

    /** A run of numbers, both ends included. */
    record Run(long from, long to) {}

    /** None yet; {@link TiledLog.Options#reading} has a public log's check fill it. */
    public Statements() {}

    /** Names of the logs that it states something about. */
    public Set<String> logs() {
        return roots.keySet();
    }

    /** What is wrong when none of a log's files are there; empty when it states nothing of it. */
    public Optional<Verdict.Refused> missing(String log) {
        return Optional.ofNullable(roots.get(log))
                .map(stated ->
                        new Verdict.Refused(
                                "checkpoint",
                                "is missing, and the public log states that the log %s has %,d entries: the log was taken away"
                                        .formatted(log, stated.lastKey())));
    }

    /** A check begins, perhaps once more. */
    @Override
    public void begin(long first) {
        roots.clear();
        pruned.clear();
    }

    /** What was pruned of a log. */
    Pruned pruned(String log) {
        return pruned.getOrDefault(log, Pruned.NOTHING);
    }

    /** Roots by size. */
    NavigableMap<Long, byte[]> of(String log) {
        return roots.getOrDefault(log, new TreeMap<>());
    }

    /** Takes in one entry of the public log. */
    @Override
    public void entry(long index, byte[] entry) throws Refused {
        read(
                index,
                EntryJson.object(entry)
                        .orElseThrow(() ->
                                new Refused("entry " + index, "is not an entry of a public log")));
    }

    void read(long index, Map<?, ?> members) throws Refused {
        if (PRUNED.equals(members.get("kind"))) {
            prune(index, members);
            return;
        }
        if (!CHECKPOINTS.equals(members.get("kind"))) {
            return;
        }
        if (!(members.get("logs") instanceof List<?> logs)) {
            throw new Refused("entry " + index, "states checkpoints and names no logs");
        }
        for (Object each : logs) {
            if (!(each instanceof Map<?, ?> one
                    && one.get("log") instanceof String log
                    && one.get("size") instanceof Long size
                    && one.get("root") instanceof String text
                    && size >= 0
                    && isName(log))) {
                throw new Refused(
                        "entry " + index, "states a checkpoint without log, size or root");
            }
            state(
                    index,
                    log,
                    size,
                    Base64Text.decode(text)
                            .filter(root -> root.length == TreeHash.SIZE)
                            .orElseThrow(() ->
                                    new Refused(
                                            "entry " + index, "states a root that is no hash")));
        }
    }

    private void prune(long index, Map<?, ?> members) throws Refused {
        if (!(members.get("log") instanceof String log
                && isName(log)
                && members.get("to") instanceof Long to
                && members.get("numbers") instanceof List<?> runs)) {
            throw new Refused("entry " + index, "says that something was pruned, and not what");
        }
        if (to < pruned(log).to() || to % Tree.TILE != 0) {
            throw new Refused(
                    "entry " + index,
                    "says that the log %s was pruned to entry %,d, after %,d"
                            .formatted(log, to, pruned(log).to()));
        }
        pruned.put(log, new Pruned(to, runs(index, runs)));
    }

    static List<Run> runs(long index, List<?> runs) throws Refused {
        List<Run> read = new ArrayList<>();
        for (Object each : runs) {
            if (!(each instanceof List<?> ends
                    && ends.size() == 2
                    && ends.get(0) instanceof Long from
                    && ends.get(1) instanceof Long to
                    && from >= 1
                    && from <= to)) {
                throw new Refused("entry " + index, "names numbers that are none");
            }
            read.add(new Run(from, to));
        }
        return List.copyOf(read);
    }

    private void state(long index, String log, long size, byte[] root) throws Refused {
        NavigableMap<Long, byte[]> stated = roots.computeIfAbsent(log, name -> new TreeMap<>());
        if (!stated.isEmpty() && stated.lastKey() > size) {
            throw new Refused(
                    "entry " + index,
                    "states %,d entries for the log %s, of which %,d had been stated before"
                            .formatted(size, log, stated.lastKey()));
        }
        byte[] before = stated.put(size, root);
        if (before != null && !Arrays.equals(before, root)) {
            throw new Refused(
                    "entry " + index,
                    "states another root for the %,d entries of the log %s than was stated before"
                            .formatted(size, log));
        }
        if (stated.size() > MOST) {
            thin(stated);
        }
    }

    private static void thin(NavigableMap<Long, byte[]> stated) {
        boolean keep = false;
        for (Iterator<Long> sizes = stated.headMap(stated.lastKey()).keySet().iterator();
                sizes.hasNext(); ) {
            sizes.next();
            if (!keep) {
                sizes.remove();
            }
            keep = !keep;
        }
    }

    /** Names become paths: nothing in them leads elsewhere. */
    private static boolean isName(String log) {
        return log.length() <= 512
                && log.matches("[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*");
    }
}
