package org.domicile.keys;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.SecureRandom;
import org.domicile.bytes.StorageFailure;

/** The sealed form of a small value; the package's page specifies it. */
final class SealedValue {
    static final byte FORMAT = 1;
    static final int LARGEST = 1 << 20;
    static final int OVERHEAD = 1 + Gcm.NONCE + Gcm.TAG;

    private static final byte[] LABEL = "domicile/sealed-value/1\0".getBytes(US_ASCII);

    private SealedValue() {}

    /**
     * Seals under {@code key}, which it wipes. A nonce is random: after 2^32 values under one key
     * the chance that any two ever shared one is 2^-33, the bound of SP 800-38D.
     */
    static byte[] seal(Gcm gcm, SecureRandom random, byte[] key, byte[] context, byte[] plain) {
        try {
            if (plain.length > LARGEST) {
                throw new IllegalArgumentException(
                        "a value of "
                                + plain.length
                                + " bytes; at most "
                                + LARGEST
                                + " are sealed");
            }
            byte[] nonce = new byte[Gcm.NONCE];
            random.nextBytes(nonce);
            return assemble(nonce, gcm.seal(key, nonce, LABEL, context, plain));
        } finally {
            Secret.wipe(key);
        }
    }

    private static byte[] assemble(byte[] nonce, byte[] sealed) {
        byte[] value = new byte[1 + nonce.length + sealed.length];
        value[0] = FORMAT;
        System.arraycopy(nonce, 0, value, 1, nonce.length);
        System.arraycopy(sealed, 0, value, 1 + nonce.length, sealed.length);
        return value;
    }

    /** Opens under {@code key}, which it wipes. {@code what} names the value in the failure. */
    static byte[] open(Gcm gcm, byte[] key, byte[] context, byte[] sealed, String what) {
        try (Gcm.Run run = gcm.run(key)) {
            return open(run, context, sealed, what);
        } finally {
            Secret.wipe(key);
        }
    }

    /** One of several under the key of {@code run}. */
    static byte[] open(Gcm.Run run, byte[] context, byte[] sealed, String what) {
        int plain = sealed.length - OVERHEAD;
        if (plain < 0 || plain > LARGEST || sealed[0] != FORMAT) {
            throw corrupt(what);
        }
        byte[] opened = new byte[plain];
        int from = 1 + Gcm.NONCE;
        try {
            run.open(sealed, 1, LABEL, context, from, sealed.length - from, opened);
        } catch (Gcm.Unverified e) {
            throw corrupt(what);
        }
        return opened;
    }

    private static StorageFailure corrupt(String what) {
        return new StorageFailure(
                StorageFailure.Kind.CORRUPT,
                what + " does not verify: it was changed, moved, or sealed under another key");
    }
}
