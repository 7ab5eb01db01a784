package org.domicile.keys;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A key that bodies are sealed under beside their bucket's: neither of the two opens anything
 * without the other. It is a named key of the store, or one that a customer keeps and sends along.
 * Safe for concurrent use; prints as nothing.
 */
public final class SecondKey implements AutoCloseable {
    /** No second key: the bucket's opens alone. */
    public static final SecondKey NONE = new SecondKey(null);

    /** Bytes of a key. */
    public static final int LENGTH = Secret.LENGTH;

    private static final String SHARE = "domicile/second-share/1";
    private static final String DIGEST = "domicile/second-digest/1";

    private final @Nullable Secret secret;

    private SecondKey(@Nullable Secret secret) {
        this.secret = secret;
    }

    /** Takes {@code key} over, {@link #LENGTH} bytes; {@link #close} wipes them. */
    public static SecondKey of(byte[] key) {
        return new SecondKey(new Secret(key));
    }

    /**
     * 32 bytes that only who has the key can say of a value; of no use for opening anything. Not of
     * {@link #NONE}.
     */
    public byte[] digest(byte[] value) {
        return expand(DIGEST, value);
    }

    /** What goes into an object's key, of the random bytes of its header. */
    byte[] share(byte[] random) {
        return expand(SHARE, random);
    }

    private byte[] expand(String label, byte[] info) {
        if (secret == null) {
            throw new IllegalStateException("there is no second key");
        }
        byte[] key = secret.copy();
        try {
            return Hkdf.expand(key, label, info);
        } finally {
            Secret.wipe(key);
        }
    }

    /** Ends a key of the store. */
    void die(Supplier<? extends RuntimeException> why) {
        if (secret != null) {
            secret.die(why);
        }
    }

    /**
     * Wipes a customer's key. Who sent it closes it; a key of the store is its store's, and lives.
     */
    @Override
    public void close() {
        die(() -> new IllegalStateException("the customer's key was wiped"));
    }
}
