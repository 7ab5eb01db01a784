package org.domicile.ledger;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Where and how often.
 *
 * @param folder holds one folder for each log; made when absent
 * @param node name of this node in numbers and log names: letters, digits, {@code -}, {@code _},
 *     {@code .}
 * @param origin what every log's origin begins with: a schema-less URL without spaces and plus
 *     signs, for example {@code cloud.city.example/ledger}; never changes
 * @param period how long new entries may wait for a checkpoint; at most a second
 * @param unpublished entries that may wait to be made into tiles before nothing more is recorded
 * @param former beginnings of the origins that the logs had before they were restored from an older
 *     copy; what is signed under one of them is taken over
 */
public record LedgerOptions(
        Path folder,
        String node,
        String origin,
        Duration period,
        long unpublished,
        List<String> former) {
    /** Half a second, at most four million entries behind, never restored. */
    public static LedgerOptions of(Path folder, String node, String origin) {
        return new LedgerOptions(
                folder, node, origin, Duration.ofMillis(500), 4_000_000, List.of());
    }

    /** The same for logs that were restored. */
    public LedgerOptions after(List<String> beginnings) {
        return new LedgerOptions(
                folder, node, origin, period, unpublished, List.copyOf(beginnings));
    }

    /** Checks names and limits. */
    public LedgerOptions {
        if (!node.matches("[A-Za-z0-9_.-]{1,64}") || node.startsWith(".")) {
            throw new IllegalArgumentException("not a node's name: " + node);
        }
        if (origin.isEmpty()
                || origin.length() > 100
                || !origin.chars().allMatch(c -> c > ' ' && c < 0x7F && c != '+')) {
            throw new IllegalArgumentException("not the beginning of an origin: " + origin);
        }
        if (period.isNegative() || period.isZero() || period.toMillis() > 1_000) {
            throw new IllegalArgumentException(
                    "checkpoints come at least every second, not every " + period);
        }
    }
}
