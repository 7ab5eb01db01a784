package org.domicile.outbound;

import java.time.Duration;

/**
 * What one request may take.
 *
 * @param bytes longest body of its answer
 * @param time from the look-up of the name to the answer's last byte
 */
public record Limits(int bytes, Duration time) {
    /** Checks that there is something to take. */
    public Limits {
        if (bytes < 0 || time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException("limits are positive");
        }
    }
}
