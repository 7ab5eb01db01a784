package org.domicile.keyspace;

import java.util.Optional;

/** What can be read: from the newest committed state, or from a {@link Snapshot}. */
public interface Reading {
    /** The value of a key. */
    Optional<byte[]> get(Space space, byte[] key);

    /** Walks a range upwards or downwards; the walk sees one consistent state. */
    Cursor scan(Space space, Range range, Direction direction);

    /** Which way a scan walks. */
    enum Direction {
        /** Smallest key first. */
        UP,
        /** Largest key first. */
        DOWN
    }
}
