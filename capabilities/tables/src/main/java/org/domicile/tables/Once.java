package org.domicile.tables;

import java.time.Duration;
import java.util.Arrays;

/**
 * A change that happens once, however often it is asked for.
 *
 * @param key SHA-256 over who asks and the key that came along; empty for a change that is as often
 *     made as it is asked for
 * @param asked SHA-256 over what is asked
 */
public record Once(byte[] key, byte[] asked) {
    /** As often as it is asked for. */
    public static final Once NOT = new Once(new byte[0], new byte[0]);

    /** How long it is remembered. */
    public static final Duration REMEMBERED = Duration.ofMinutes(30);

    boolean counts() {
        return key.length > 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Once(byte[] theirs, byte[] what)
                && Arrays.equals(key, theirs)
                && Arrays.equals(asked, what);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(key);
    }
}
