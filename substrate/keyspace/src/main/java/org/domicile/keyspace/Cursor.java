package org.domicile.keyspace;

/**
 * A walk over a range. Starts before the first pair. Owned by one thread and closed by it. {@code
 * key} and {@code value} copy; {@code value} is read only when asked for.
 */
public interface Cursor extends AutoCloseable {
    /** Steps to the next pair; false at the end. */
    boolean next();

    /** The present key. */
    byte[] key();

    /** The present value. */
    byte[] value();

    /**
     * Steps so that the following {@link #next} gives the first pair at or after {@code key} (in
     * the walk's direction); used to jump over a group of keys.
     */
    void seek(byte[] key);

    @Override
    void close();
}
