package org.domicile.objects;

import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/**
 * A change of a version in its place: its body, token, attributes and time stay as they are. It may
 * be computed more than once, from what stands there at the time, and what is committed was
 * computed from what it replaces. What a change throws is thrown, and nothing is changed.
 */
public sealed interface Amendment {
    /** Other state. @param change gives the new state (at most 64 KiB) for the old */
    record State(UnaryOperator<byte[]> change) implements Amendment {}

    /**
     * Another lock.
     *
     * @param change gives the new lock for the state and the old lock; where that is less than the
     *     old one allows, the answer is {@link Changed.Locked}
     */
    record Locking(BiFunction<byte[], Lock, Next> change) implements Amendment {}

    /** What follows a lock. @param bypass whether governance may be passed over for it */
    record Next(Lock lock, Lock.Bypass bypass) {}
}
