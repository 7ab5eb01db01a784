package org.domicile.keys;

/**
 * Name of a stored key.
 *
 * @param kind what it belongs to
 * @param id 32 lower-case hexadecimal digits, random
 */
public record KeyId(Kind kind, String id) {
    /** What a key belongs to. */
    public enum Kind {
        /** A tenant. */
        ORGANISATION,
        /** A bucket of a tenant. */
        BUCKET,
        /** A person whom uses concern. */
        SUBJECT
    }
}
