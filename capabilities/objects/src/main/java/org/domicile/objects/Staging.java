package org.domicile.objects;

import java.nio.ByteBuffer;

/**
 * Takes sealed bytes of one body, keeps a small one in memory and streams a large one to stable
 * storage.
 */
public interface Staging extends AutoCloseable {
    /** Takes all of {@code sealed}. */
    void write(ByteBuffer sealed);

    /** Ends it: durable, or inline. @param size the plain length */
    Content finish(long size);

    /** Gives up what was not committed. */
    @Override
    void close();
}
