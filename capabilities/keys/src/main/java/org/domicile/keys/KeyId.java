package org.domicile.keys;

/**
 * Name of a stored key.
 *
 * @param kind what it belongs to
 * @param id 32 lower-case hexadecimal digits, random
 */
public record KeyId(Kind kind, String id) {
    private static final int DIGITS = 32;

    /** Refuses what is no id. */
    public KeyId {
        boolean right = id.length() == DIGITS;
        for (int i = 0; right && i < DIGITS; i++) {
            char digit = id.charAt(i);
            right = (digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f');
        }
        if (!right) {
            throw new IllegalArgumentException(
                    "a key's id has " + DIGITS + " lower-case hexadecimal digits");
        }
    }

    /** What a key belongs to. */
    public enum Kind {
        /** A tenant. */
        ORGANISATION,
        /** A bucket of a tenant. */
        BUCKET,
        /** A person whom uses concern. */
        SUBJECT,
        /** What a tenant gave a name, to seal objects under beside their bucket's key. */
        NAMED
    }
}
