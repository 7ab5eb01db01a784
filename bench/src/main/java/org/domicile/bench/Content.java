package org.domicile.bench;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/**
 * What objects hold: random bytes, and at the beginning of each 4 KiB page the object's number and
 * the page's place. So no two pages of a run are equal and none can be compressed, and an answer
 * can be told from another object's by its first eight bytes. Safe for concurrent use.
 */
final class Content {
    static final int PAGE = 4 << 10;
    static final int PIECE = 1 << 20;

    private final byte[] random = new byte[PIECE];
    private final long run;

    /**
     * @param run differs from run to run, so that no server knows the content already
     */
    Content(long run) {
        this.run = run;
        new SplittableRandom(run).nextBytes(random);
    }

    /** Puts the bytes of an object from {@code offset}, a multiple of the piece's size. */
    void put(ByteBuffer target, long object, long offset, int length) {
        int at = target.position();
        target.put(random, 0, length);
        for (int page = 0; page + 2 * Long.BYTES <= length; page += PAGE) {
            target.putLong(at + page, object ^ run);
            target.putLong(at + page + Long.BYTES, offset + page);
        }
    }

    /** One of an object's first eight bytes, by which it is told from others. */
    byte first(long object, int at) {
        return (byte) ((object ^ run) >>> (Long.SIZE - Byte.SIZE * (at + 1)));
    }
}
