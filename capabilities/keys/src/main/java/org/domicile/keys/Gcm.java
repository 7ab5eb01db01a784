package org.domicile.keys;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * AES-256-GCM (NIST SP 800-38D) with 12-byte nonces and 16-byte tags. Making a Cipher costs ten
 * times what a small seal costs, and a thread-local one would be made for every virtual thread, so
 * a bounded pool lends them. A key finds the ciphers that it used last: such a cipher has its
 * schedule already, and making that is a quarter of what a small seal costs.
 */
final class Gcm {
    static final int NONCE = 12;
    static final int TAG = 16;

    private static final int POOLED = 64;

    /** Slots looked at before a cipher is made or dropped. */
    private static final int WALK = 8;

    private static final String ALGORITHM = "AES/GCM/NoPadding";
    private static final byte[] NOTHING = new byte[0];

    private final AtomicReferenceArray<@Nullable Cipher> pool = new AtomicReferenceArray<>(POOLED);

    /** The bytes did not verify under this key, nonce and context. */
    static final class Unverified extends Exception {
        private static final long serialVersionUID = 1L;

        Unverified() {
            super("a sealed form does not verify", null, false, false);
        }
    }

    /** Ciphertext and tag. */
    byte[] seal(byte[] key, byte[] nonce, byte[] label, byte[] context, byte[] plain) {
        byte[] sealed = new byte[plain.length + TAG];
        seal(key, nonce, label, context, ByteBuffer.wrap(plain), ByteBuffer.wrap(sealed));
        return sealed;
    }

    /**
     * Appends ciphertext and tag to {@code target}. What is authenticated besides is {@code label}
     * followed by {@code context}; a label has one length for its use, so the two cannot be
     * confused.
     */
    void seal(
            byte[] key,
            byte[] nonce,
            byte[] label,
            byte[] context,
            ByteBuffer plain,
            ByteBuffer target) {
        Cipher cipher = take(key);
        try {
            start(cipher, Cipher.ENCRYPT_MODE, key, nonce, label, context);
            cipher.doFinal(plain, target);
        } catch (GeneralSecurityException e) {
            // Sealing fails only when we call it wrongly: the cipher is dropped, not lent again.
            throw new IllegalStateException("AES-GCM refused to seal", e);
        }
        give(key, cipher);
    }

    /**
     * Opens {@code length} sealed bytes into {@code target} and returns the number of plain bytes.
     * On failure the target holds no plain byte.
     */
    int open(
            byte[] key,
            byte[] nonce,
            byte[] label,
            byte[] context,
            byte[] sealed,
            int from,
            int length,
            byte[] target,
            int to)
            throws Unverified {
        Cipher cipher = take(key);
        int opened;
        try {
            start(cipher, Cipher.DECRYPT_MODE, key, nonce, label, context);
            opened = cipher.doFinal(sealed, from, length, target, to);
        } catch (AEADBadTagException e) {
            throw new Unverified();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM refused to open", e);
        }
        give(key, cipher);
        return opened;
    }

    /** Opens several sealed forms under one key, which the caller wipes after closing the run. */
    Run run(byte[] key) {
        return new Run(key);
    }

    /**
     * Openings with one borrowed cipher, so that the key's schedule is made once. Owned by one
     * thread.
     */
    final class Run implements AutoCloseable {
        private final byte[] key;
        private final Secret.Raw raw;
        private @Nullable Cipher cipher;

        private Run(byte[] key) {
            this.key = key;
            this.raw = new Secret.Raw(key, "AES");
        }

        /** Opens {@code length} bytes at {@code from}, whose nonce stands at {@code nonce}. */
        void open(
                byte[] sealed,
                int nonce,
                byte[] label,
                byte[] context,
                int from,
                int length,
                byte[] target)
                throws Unverified {
            Cipher borrowed = cipher == null ? take(key) : cipher;
            cipher = null; // one that failed is dropped, not lent again
            try {
                borrowed.init(
                        Cipher.DECRYPT_MODE,
                        raw,
                        new GCMParameterSpec(TAG * 8, sealed, nonce, NONCE));
                borrowed.updateAAD(label);
                if (context.length > 0) {
                    borrowed.updateAAD(context);
                }
                borrowed.doFinal(sealed, from, length, target, 0);
            } catch (AEADBadTagException e) {
                throw new Unverified();
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("AES-GCM refused to open", e);
            }
            cipher = borrowed;
        }

        @Override
        public void close() {
            if (cipher != null) {
                give(key, cipher);
                cipher = null;
            }
        }
    }

    /** Drops the pooled ciphers and with them the key schedules they still hold. */
    void forget() {
        for (int i = 0; i < POOLED; i++) {
            pool.set(i, null);
        }
    }

    private static void start(
            Cipher cipher, int mode, byte[] key, byte[] nonce, byte[] label, byte[] context)
            throws GeneralSecurityException {
        cipher.init(mode, new Secret.Raw(key, "AES"), new GCMParameterSpec(TAG * 8, nonce));
        cipher.updateAAD(label);
        if (context.length > 0) {
            cipher.updateAAD(context);
        }
    }

    private Cipher take(byte[] key) {
        int start = slot(key);
        for (int i = 0; i < WALK; i++) {
            Cipher cipher = pool.getAndSet((start + i) % POOLED, null);
            if (cipher != null) {
                return cipher;
            }
        }
        try {
            return Cipher.getInstance(ALGORITHM);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }

    private void give(byte[] key, Cipher cipher) {
        int start = slot(key);
        for (int i = 0; i < WALK; i++) {
            if (pool.compareAndSet((start + i) % POOLED, null, cipher)) {
                return;
            }
        }
    }

    private static int slot(byte[] key) {
        return key[0] & (POOLED - 1);
    }

    static byte[] nothing() {
        return NOTHING;
    }
}
