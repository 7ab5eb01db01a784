package org.domicile.keys;

import java.io.InputStream;
import java.nio.ByteBuffer;

/** Opens what was sealed under one bucket's key. Safe for concurrent use. */
public interface Opener {
    /**
     * Opens a sealed value. @throws org.domicile.bytes.StorageFailure CORRUPT when it does not
     * verify
     */
    byte[] open(byte[] context, byte[] sealed);

    /** Opens many small values, one after the other, for less than {@link #open} takes for each. */
    Values values();

    /**
     * The plain bytes from {@code offset}, {@code length} of them, of a sealed body whose sealed
     * bytes {@code source} reads. Only chunks that the range touches are read and opened; nothing
     * unverified is handed out.
     *
     * @throws org.domicile.bytes.StorageFailure from reads, CORRUPT when a chunk does not verify
     */
    default InputStream body(byte[] context, Sealed source, long offset, long length) {
        return body(context, SecondKey.NONE, source, offset, length);
    }

    /** The same of a body that was sealed under a second key, too. */
    InputStream body(byte[] context, SecondKey second, Sealed source, long offset, long length);

    /**
     * Small values in a row, as a page of a listing has them. Holds a copy of the key until it is
     * closed, so a key that dies meanwhile is felt by the next page: it is for one page and not for
     * keeping. Owned by one thread.
     */
    interface Values extends AutoCloseable {
        /** As {@link Opener#open}. */
        byte[] open(byte[] context, byte[] sealed);

        @Override
        void close();
    }

    /** Random access to sealed bytes: of an inline body or of a blob. */
    interface Sealed {
        /** Length of the sealed form. */
        long length();

        /**
         * Fills {@code target} from {@code position} as far as there are bytes; the count, -1 at
         * the end.
         */
        int read(ByteBuffer target, long position);
    }
}
