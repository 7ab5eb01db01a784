package org.domicile.keyspace;

/** One change of a transaction. Later writes of a transaction win over earlier ones. */
public sealed interface Write {
    /** Sets the key. */
    record Put(Space space, byte[] key, byte[] value) implements Write {}

    /** Removes the key; nothing happens when it is absent. */
    record Delete(Space space, byte[] key) implements Write {}

    /** Removes all keys of the range. */
    record DeleteRange(Space space, Range range) implements Write {}

    /**
     * Sets the key {@code prefix ‖ stamp ‖ suffix}; the lane fills in the commit version as eight
     * big-endian bytes, for {@link Stamp#NEWEST_FIRST} as its bitwise complement.
     */
    record PutStamped(Space space, byte[] prefix, Stamp stamp, byte[] suffix, byte[] value)
            implements Write {}

    /**
     * Adds to the numbers that the key's value is made of, eight big-endian bytes each, signed; an
     * absent key, and what lies behind the end of the value, is 0. The lane knows what stands
     * there, so additions do not conflict with one another. A transaction adds to a key once, and
     * writes it in no other way.
     *
     * @param amounts 1 to 8 of them; sums that pass 64 bits are the caller's bug and wrap
     */
    record Add(Space space, byte[] key, long[] amounts) implements Write {}

    /** How the commit version stands in a key. */
    enum Stamp {
        /** Older versions sort first. */
        OLDEST_FIRST,
        /** Newer versions sort first. */
        NEWEST_FIRST
    }
}
