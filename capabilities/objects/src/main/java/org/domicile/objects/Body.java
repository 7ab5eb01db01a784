package org.domicile.objects;

import java.nio.ByteBuffer;

/**
 * The sealed bytes of one piece of a version. Stays readable while open, whatever happens to the
 * version.
 */
public interface Body extends AutoCloseable {
    /** Sealed length. */
    long length();

    /**
     * Fills {@code target} from {@code position} as far as there are bytes; the count, -1 at the
     * end.
     */
    int read(ByteBuffer target, long position);

    @Override
    void close();
}
