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

    /**
     * No number that this transaction's {@link Write.Add} raises at the key would then pass its
     * limit; what it leaves or lowers may be above. Numbers without a limit are not judged.
     */
    record Within(Space space, byte[] key, long[] limits) implements Condition {}
}
