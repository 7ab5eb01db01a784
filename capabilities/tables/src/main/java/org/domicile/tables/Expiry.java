package org.domicile.tables;

import java.time.Duration;
import java.time.Instant;

/**
 * Which snapshots somebody wants to end.
 *
 * @param age older than that
 * @param keep at least so many of each branch, 1 or more
 */
public record Expiry(Duration age, int keep) {
    /** Reads both; the first is in milliseconds, the second 1 where it is empty. */
    public static Expiry parse(String age, String keep) {
        if (!age.matches("\\d{1,15}") || !keep.matches("\\d{0,9}")) {
            throw new Refusal(
                    Refusal.Kind.INVALID,
                    "older-than-ms says how old a snapshot has to be, in milliseconds, and keep how"
                            + " many of a branch stay");
        }
        return new Expiry(
                Duration.ofMillis(Long.parseLong(age)),
                keep.isEmpty() ? 1 : Integer.parseInt(keep));
    }

    /** What that means now. */
    public TableUpkeep.Ending at(Instant now) {
        return new TableUpkeep.Ending.Asked(now.minus(age), keep, now);
    }
}
