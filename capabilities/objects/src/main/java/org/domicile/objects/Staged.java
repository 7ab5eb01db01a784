package org.domicile.objects;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.domicile.blobs.BlobWriter;
import org.domicile.blobs.Blobs;
import org.jspecify.annotations.Nullable;

/**
 * Takes a body in. While it may still be small it grows in one array, which is exactly as long as
 * announced when the length is known, so that it goes into the commit without being copied again;
 * from the first byte above the limit it is a blob.
 */
final class Staged implements Staging {
    /** Sealed bytes that still lie inline. */
    static final int INLINE = 128 << 10;

    private static final int FIRST = 8 << 10;

    private final Blobs blobs;
    private final long expected;
    private byte[] small;
    private int length;
    private @Nullable BlobWriter large;
    private boolean over;

    Staged(Blobs blobs, long expected) {
        this.blobs = blobs;
        this.expected = expected;
        this.small = new byte[expected < 0 || expected > INLINE ? 0 : (int) expected];
    }

    @Override
    public void write(ByteBuffer sealed) {
        begun();
        if (large == null && (expected > INLINE || length + (long) sealed.remaining() > INLINE)) {
            large = blobs.create(expected);
            large.write(ByteBuffer.wrap(small, 0, length));
            small = new byte[0];
        }
        if (large != null) {
            large.write(sealed);
            return;
        }
        int more = sealed.remaining();
        if (small.length - length < more) {
            int room = Math.max(2 * small.length, FIRST);
            small = Arrays.copyOf(small, Math.min(INLINE, Math.max(room, length + more)));
        }
        sealed.get(small, length, more);
        length += more;
    }

    @Override
    public Content finish(long size) {
        begun();
        over = true;
        if (large != null) {
            return new Content.Stored(size, large.finish());
        }
        return new Content.Inline(
                size, length == small.length ? small : Arrays.copyOf(small, length));
    }

    @Override
    public void close() {
        over = true;
        if (large != null) {
            large.close();
        }
    }

    private void begun() {
        if (over) {
            throw new IllegalStateException("the body is finished or given up");
        }
    }
}
