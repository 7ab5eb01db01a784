package org.domicile.keys;

import java.nio.ByteBuffer;

/**
 * Seals under one bucket's key; cannot open data. Safe for concurrent use; the body sealers it
 * makes are not.
 */
public interface Sealer {
    /** Length of the sealed form of a body of {@code plain} bytes. */
    static long sealedLength(long plain) {
        return SealedBody.sealedLength(plain);
    }

    /**
     * The most bytes that one {@link BodySealer#update} of {@code plain} bytes and the {@link
     * BodySealer#finish} after it can give, whatever came before: up to a chunk is held back from
     * one update to the next.
     */
    static int room(int plain) {
        return SealedBody.room(plain);
    }

    /**
     * Seals a small value (at most 1 MiB), bound to {@code context}: it opens only with the same
     * context.
     */
    byte[] seal(byte[] context, byte[] plain);

    /** Starts sealing a body, bound to {@code context}, under the bucket's key alone. */
    default BodySealer body(byte[] context) {
        return body(context, SecondKey.NONE);
    }

    /** The same under a second key, too: who opens it needs both. */
    BodySealer body(byte[] context, SecondKey second);

    /**
     * A keyed, deterministic 16-byte token of a value in a context: equal tokens mean equal values.
     * Lets a commit compare an ETag with a stored one without opening anything.
     */
    byte[] token(byte[] context, byte[] value);

    /**
     * Seals the working state of an unfinished write (digests of uploaded parts), under a key that
     * {@link #openState} may use: whoever may write may also finish what was written. It never
     * holds bytes of an object.
     */
    byte[] sealState(byte[] context, byte[] plain);

    /** Opens what {@link #sealState} sealed. */
    byte[] openState(byte[] context, byte[] sealed);

    /** Streams one body from plain to sealed. Owned by one thread. */
    interface BodySealer {
        /**
         * Takes all of {@code plain}, appends sealed bytes (the header first) to {@code target}.
         */
        void update(ByteBuffer plain, ByteBuffer target);

        /** Appends the rest. */
        void finish(ByteBuffer target);
    }
}
