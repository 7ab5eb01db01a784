package org.domicile.keyspace;

import java.util.Optional;

/** What must still be true, in the lane, for a transaction to be applied. */
public sealed interface Condition {
    /** The key has exactly this value, or is absent when {@code value} is empty. */
    record Holds(Space space, byte[] key, Optional<byte[]> value) implements Condition {}

    /**
     * The first key of the range is this one, or the range is empty when {@code first} is empty.
     */
    record First(Space space, Range range, Optional<byte[]> first) implements Condition {}
}
