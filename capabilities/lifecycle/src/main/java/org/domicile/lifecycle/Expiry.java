package org.domicile.lifecycle;

import java.time.Instant;

/**
 * When something ends.
 *
 * @param at from then on
 * @param rule which rule says so; empty when none does
 */
public record Expiry(Instant at, String rule) {
    /** No rule ends it. */
    public static final Expiry NEVER = new Expiry(Instant.MAX, "");

    /** Whether it is over. */
    public boolean due(Instant now) {
        return !now.isBefore(at);
    }

    Expiry or(Expiry other) {
        return other.at.isBefore(at) ? other : this;
    }
}
