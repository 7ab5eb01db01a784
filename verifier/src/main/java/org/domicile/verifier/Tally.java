package org.domicile.verifier;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a public log counted of one use log, stretch by stretch, and what that log's entries give.
 * Of a stretch only a digest is kept. Owned by one thread.
 */
final class Tally {
    private static final List<String> BY =
            List.of("purpose", "action", "dataZone", "clientZone", "verdict");

    private final List<Stretch> stretches = new ArrayList<>();
    private int at;
    private Map<String, Long> running = new TreeMap<>();
    private long total;

    private record Stretch(long index, long from, long to, byte[] digest, long total) {}

    /** Takes in one counted stretch of a counts entry of the public log. */
    void counted(long index, Map<?, ?> log) throws Refused {
        if (!(log.get("from") instanceof Long from
                && log.get("to") instanceof Long to
                && log.get("uses") instanceof List<?> uses
                && from < to)) {
            throw new Refused("entry " + index, "counts no entries of a log");
        }
        if (from != end()) {
            throw new Refused(
                    "entry " + index,
                    "counts the entries of %s from %,d on, and those before %,d were counted already"
                            .formatted(log.get("log"), from, end()));
        }
        Map<String, Long> counts = new TreeMap<>();
        long sum = 0;
        for (Object each : uses) {
            if (!(each instanceof Map<?, ?> use
                    && use.get("count") instanceof Long count
                    && count > 0
                    && counts.put(key(use), count) == null)) {
                throw new Refused("entry " + index, "holds a count that is none");
            }
            sum += count;
        }
        stretches.add(new Stretch(index, from, to, digest(counts), sum));
    }

    /** The first entry that was not counted. */
    long end() {
        return stretches.isEmpty() ? 0 : stretches.getLast().to();
    }

    /** The log is about to be read, from this entry on. */
    void begin(long first) {
        running = new TreeMap<>();
        total = 0;
        at = 0;
        // of a stretch whose beginning was pruned nothing can be said
        while (at < stretches.size() && stretches.get(at).from() < first) {
            at++;
        }
    }

    /** An entry of the log that is a use. */
    void use(long index, Map<?, ?> use) {
        if (at < stretches.size() && index >= stretches.get(at).from()) {
            long count = use.get("count") instanceof Long several ? several : 1;
            running.merge(key(use), count, Long::sum);
            total += count;
        }
    }

    /** Every entry up to this one was seen: what is wrong with the stretch that ends there. */
    Optional<String> ended(long index) {
        if (at == stretches.size() || index + 1 < stretches.get(at).to()) {
            return Optional.empty();
        }
        Stretch stretch = stretches.get(at++);
        boolean same = Arrays.equals(digest(running), stretch.digest());
        String wrong =
                "the public log's entry %,d counts %,d uses among the entries %,d to %,d, which hold %,d%s"
                        .formatted(
                                stretch.index(),
                                stretch.total(),
                                stretch.from(),
                                stretch.to() - 1,
                                total,
                                stretch.total() == total ? " of other kinds" : "");
        running = new TreeMap<>();
        total = 0;
        return same ? Optional.empty() : Optional.of(wrong);
    }

    private static String key(Map<?, ?> use) {
        StringBuilder key = new StringBuilder();
        for (String name : BY) {
            String value = use.get(name) instanceof String text ? text : "";
            key.append(value.length()).append(':').append(value);
        }
        return key.toString();
    }

    private static byte[] digest(Map<String, Long> counts) {
        var sha256 = TreeHash.sha256();
        counts.forEach((key, count) ->
                sha256.update((key + "=" + count + "\n").getBytes(StandardCharsets.UTF_8)));
        return sha256.digest();
    }
}
