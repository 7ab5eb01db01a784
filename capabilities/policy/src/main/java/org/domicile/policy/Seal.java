package org.domicile.policy;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;

/**
 * Whether uses with a credential are sealed: on record and counted at once like any other, and told
 * to nobody but those to whom they are disclosed until the day on which they open. Two persons make
 * it so.
 */
public sealed interface Seal {
    /** They are not. */
    record None() implements Seal {}

    /**
     * Somebody asked for it; until somebody else approves it the credential has no secret, and
     * nothing can be done with it.
     *
     * @param opens the day with whose beginning, in UTC, its uses open
     * @param askedBy id of the principal
     */
    record Asked(LocalDate opens, String askedBy) implements Seal {}

    /**
     * @param opens the day with whose beginning, in UTC, its uses open
     * @param askedBy id of the principal
     * @param approvedBy id of another principal
     */
    record Approved(LocalDate opens, String askedBy, String approvedBy) implements Seal {}

    /** The moment in which uses open that are sealed until a day. */
    static Instant opening(LocalDate day) {
        return day.atStartOfDay(ZoneOffset.UTC).toInstant();
    }
}
