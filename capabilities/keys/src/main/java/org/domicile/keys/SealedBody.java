package org.domicile.keys;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import org.domicile.bytes.StorageFailure;

/**
 * The sealed form of a body: its lengths, its header, its nonces. The package's page specifies it.
 */
final class SealedBody {
    /** Plain bytes of a chunk; the last one may have fewer. */
    static final int CHUNK = 64 << 10;

    static final int SEALED_CHUNK = CHUNK + Gcm.TAG;
    static final int RANDOM = 24;
    static final int HEADER = 32;

    private static final byte[] MAGIC = "DOMBODY".getBytes(US_ASCII);
    private static final byte FORMAT = 1;

    /** Under a second key beside the bucket's. */
    private static final byte TWO_KEYS = 2;

    private static final String LABEL = "domicile/object/1";
    private static final String MIXED = "domicile/object-of-two-keys/1";

    private SealedBody() {}

    /** Length of the sealed form of {@code plain} bytes. */
    static long sealedLength(long plain) {
        if (plain < 0) {
            throw new IllegalArgumentException("a body of " + plain + " bytes");
        }
        long chunks = Math.max(1, (plain + CHUNK - 1) / CHUNK);
        return HEADER + plain + chunks * Gcm.TAG;
    }

    /** The most that {@code plain} more bytes and the end can give, with a chunk held back. */
    static int room(int plain) {
        return Math.toIntExact(sealedLength((long) CHUNK + plain));
    }

    /** Length of what {@code sealed} bytes hold, or -1 when no body seals to that length. */
    static long plainLength(long sealed) {
        long chunks = (sealed - HEADER + SEALED_CHUNK - 1) / SEALED_CHUNK;
        long plain = sealed - HEADER - chunks * Gcm.TAG;
        return sealed >= HEADER + Gcm.TAG && plain >= 0 && sealedLength(plain) == sealed
                ? plain
                : -1;
    }

    /** Where a chunk's sealed bytes begin. */
    static long position(long chunk) {
        return HEADER + chunk * SEALED_CHUNK;
    }

    static byte[] header(byte[] random, SecondKey second) {
        byte[] header = Arrays.copyOf(MAGIC, HEADER);
        header[MAGIC.length] = format(second);
        System.arraycopy(random, 0, header, HEADER - RANDOM, RANDOM);
        return header;
    }

    private static byte format(SecondKey second) {
        return second == SecondKey.NONE ? FORMAT : TWO_KEYS;
    }

    /** Refuses what is no header of this format, or of a body with fewer or more keys. */
    static void check(byte[] header, SecondKey second) {
        if (!Arrays.equals(header, 0, MAGIC.length, MAGIC, 0, MAGIC.length)
                || header[MAGIC.length] != format(second)) {
            throw new StorageFailure(
                    StorageFailure.Kind.CORRUPT, "a sealed body does not begin with its header");
        }
    }

    /**
     * The object's key, from its bucket's body key and the header's random bytes; what a second key
     * says of those bytes is mixed in. Each of the two is the key of a pseudo-random function, so
     * who lacks one knows nothing of the result.
     */
    static byte[] objectKey(byte[] bodyKey, SecondKey second, byte[] header) {
        byte[] random = Arrays.copyOfRange(header, HEADER - RANDOM, HEADER);
        byte[] own = Hkdf.expand(bodyKey, LABEL, random);
        if (second == SecondKey.NONE) {
            return own;
        }
        byte[] share = second.share(random);
        try {
            return Hkdf.expand(own, MIXED, share);
        } finally {
            Secret.wipe(own);
            Secret.wipe(share);
        }
    }

    /** Writes a chunk's nonce: its index in 11 bytes, and 1 for the last chunk, else 0. */
    static void nonce(byte[] nonce, long chunk, long last) {
        for (int i = 0; i < 8; i++) {
            nonce[3 + i] = (byte) (chunk >>> (56 - 8 * i));
        }
        nonce[Gcm.NONCE - 1] = (byte) (chunk == last ? 1 : 0);
    }
}
