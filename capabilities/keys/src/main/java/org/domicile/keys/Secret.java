package org.domicile.keys;

import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.function.Supplier;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * Key bytes in memory that can die. Users take a copy, use it and wipe it, so that a death never
 * pulls the bytes from under a running computation: it would go on with zeros, and what it made
 * would look right. Prints as nothing.
 */
final class Secret {
    /** Length of every key of ours. */
    static final int LENGTH = 32;

    private final byte[] bytes;
    private volatile @Nullable Supplier<? extends RuntimeException> death;

    /** Takes the array over; nobody else keeps it. */
    Secret(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException("a key has " + LENGTH + " bytes");
        }
        this.bytes = bytes;
    }

    /** A copy, which the caller wipes. Throws what {@link #die} was given once the key is dead. */
    byte[] copy() {
        byte[] copy = bytes.clone();
        // The copy is good if the key was alive after the last byte was read: death is set before
        // the first byte is wiped.
        VarHandle.acquireFence();
        Supplier<? extends RuntimeException> why = death;
        if (why != null) {
            wipe(copy);
            throw why.get();
        }
        return copy;
    }

    /** A key derived from this one. */
    Secret derive(String label) {
        byte[] key = copy();
        try {
            return new Secret(Hkdf.expand(key, label, new byte[0]));
        } finally {
            wipe(key);
        }
    }

    /** Wipes the bytes; whoever asks later gets this failure. */
    void die(Supplier<? extends RuntimeException> why) {
        death = why;
        VarHandle.fullFence();
        wipe(bytes);
    }

    static void wipe(byte[] bytes) {
        Arrays.fill(bytes, (byte) 0);
    }

    /**
     * Key bytes as the JDK's ciphers take them. Unlike SecretKeySpec it keeps no copy that nobody
     * can wipe: the owner of the array wipes it.
     */
    record Raw(byte[] bytes, String algorithm) implements SecretKey {
        private static final long serialVersionUID = 1L;

        @Override
        public String getAlgorithm() {
            return algorithm;
        }

        @Override
        public String getFormat() {
            return "RAW";
        }

        @Override
        public byte[] getEncoded() {
            return bytes.clone();
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }

        @Override
        public String toString() {
            return algorithm + " key";
        }
    }
}
