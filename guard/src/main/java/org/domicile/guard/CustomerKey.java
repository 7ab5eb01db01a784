package org.domicile.guard;

import org.domicile.keys.SecondKey;

/**
 * A key that a caller keeps and sends along (SSE-C), from its arrival until the call is answered.
 * Prints as nothing.
 */
public final class CustomerKey implements AutoCloseable {
    /** None was sent. */
    public static final CustomerKey NONE = new CustomerKey(SecondKey.NONE);

    /** Bytes of a key. */
    public static final int LENGTH = SecondKey.LENGTH;

    private final SecondKey key;

    private CustomerKey(SecondKey key) {
        this.key = key;
    }

    /** Takes {@code key} over, {@link #LENGTH} bytes; {@link #close} wipes them. */
    public static CustomerKey of(byte[] key) {
        return new CustomerKey(SecondKey.of(key));
    }

    SecondKey key() {
        return key;
    }

    @Override
    public void close() {
        key.close();
    }
}
