package org.domicile.keys;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.domicile.bytes.StorageFailure;

/**
 * The plain bytes of a range of a sealed body. Reads and opens only the chunks that the range
 * touches; a reader with room for whole chunks gets them without a copy, up to {@link #AT_ONCE} by
 * one read of the source.
 */
final class OpeningBody extends InputStream {
    /** Chunks that are read together; each costs the source the same, however many. */
    private static final int AT_ONCE = 4;

    private final Gcm gcm;
    private final byte[] key;
    private final byte[] header;
    private final byte[] context;
    private final byte[] nonce = new byte[Gcm.NONCE];
    private final Opener.Sealed source;
    private final long plainLength;
    private final long end;
    private long position;
    private byte[] sealed = Gcm.nothing();
    private byte[] opened = Gcm.nothing();

    /** Where in {@link #opened} the bytes lie that are not handed out yet. */
    private int from;

    private int to;
    private boolean closed;

    private OpeningBody(
            Gcm gcm,
            byte[] key,
            byte[] header,
            byte[] context,
            Opener.Sealed source,
            long plainLength,
            long position,
            long end) {
        this.gcm = gcm;
        this.key = key;
        this.header = header;
        this.context = context.clone();
        this.source = source;
        this.plainLength = plainLength;
        this.position = position;
        this.end = end;
    }

    /** Opens under {@code bodyKey}, which it wipes. */
    static OpeningBody open(
            Gcm gcm,
            byte[] bodyKey,
            SecondKey second,
            byte[] context,
            Opener.Sealed source,
            long offset,
            long length) {
        try {
            if (offset < 0 || length < 0) {
                throw new IllegalArgumentException("a range from " + offset + " of " + length);
            }
            long plainLength = SealedBody.plainLength(source.length());
            if (plainLength < 0 || length > plainLength - offset) {
                throw corrupt("a sealed body has a wrong length: it is cut, or was never whole");
            }
            byte[] header = new byte[SealedBody.HEADER];
            fill(source, header, header.length, 0);
            SealedBody.check(header, second);
            byte[] key = SealedBody.objectKey(bodyKey, second, header);
            OpeningBody body =
                    new OpeningBody(
                            gcm,
                            key,
                            header,
                            context,
                            source,
                            plainLength,
                            offset,
                            offset + length);
            if (plainLength == 0) {
                body.openChunks(0, 0, Gcm.nothing(), 0); // even of nothing, only what verifies
            }
            return body;
        } finally {
            Secret.wipe(bodyKey);
        }
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int at, int length) {
        Objects.checkFromIndexSize(at, length, target.length);
        if (length == 0) {
            return 0;
        }
        if (from == to) {
            if (position >= end) {
                return -1;
            }
            int direct = direct(target, at, length);
            if (direct > 0) {
                return direct;
            }
            next();
        }
        int count = Math.min(length, to - from);
        System.arraycopy(opened, from, target, at, count);
        from += count;
        return count;
    }

    @Override
    public byte[] readAllBytes() {
        byte[] all = new byte[Math.toIntExact(to - from + end - position)];
        int at = 0;
        while (at < all.length) {
            at += read(all, at, all.length - at);
        }
        return all;
    }

    @Override
    public long transferTo(OutputStream out) throws IOException {
        long count = 0;
        while (from < to || position < end) {
            if (from == to) {
                next();
            }
            out.write(opened, from, to - from);
            count += to - from;
            from = to;
        }
        return count;
    }

    @Override
    public int available() {
        return to - from;
    }

    @Override
    public void close() {
        closed = true;
        Secret.wipe(key);
    }

    /** Opens chunks that are wanted whole straight into the reader's array; 0 when none is. */
    private int direct(byte[] target, int at, int length) {
        long chunk = position / SealedBody.CHUNK;
        if (position % SealedBody.CHUNK != 0) {
            return 0;
        }
        int wanted = (int) Math.min(Math.min(length, end - position), AT_ONCE * SealedBody.CHUNK);
        boolean toTheEnd = position + wanted == plainLength;
        int plain = toTheEnd ? wanted : wanted - wanted % SealedBody.CHUNK;
        if (plain > 0) {
            openChunks(chunk, plain, target, at);
            position += plain;
        }
        return plain;
    }

    private void next() {
        long chunk = position / SealedBody.CHUNK;
        int plain = (int) Math.min(SealedBody.CHUNK, plainLength - chunk * SealedBody.CHUNK);
        if (opened.length < plain) {
            opened = new byte[plain];
        }
        openChunks(chunk, plain, opened, 0);
        from = (int) (position % SealedBody.CHUNK);
        to = (int) Math.min(plain, end - chunk * SealedBody.CHUNK);
        position += to - from;
    }

    /** Opens the chunks that hold {@code plain} bytes from the beginning of {@code first} on. */
    private void openChunks(long first, int plain, byte[] target, int at) {
        if (closed) {
            throw new StorageFailure(StorageFailure.Kind.CLOSED, "the body is closed");
        }
        int chunks = Math.max(1, (plain + SealedBody.CHUNK - 1) / SealedBody.CHUNK);
        int length = plain + chunks * Gcm.TAG;
        if (sealed.length < length) {
            sealed = new byte[length];
        }
        fill(source, sealed, length, SealedBody.position(first));
        long last = Math.max(0, (plainLength - 1) / SealedBody.CHUNK);
        for (int i = 0; i < chunks; i++) {
            int done = i * SealedBody.CHUNK;
            int share = Math.min(SealedBody.CHUNK, plain - done);
            SealedBody.nonce(nonce, first + i, last);
            try {
                gcm.open(
                        key,
                        nonce,
                        header,
                        context,
                        sealed,
                        i * SealedBody.SEALED_CHUNK,
                        share + Gcm.TAG,
                        target,
                        at + done);
            } catch (Gcm.Unverified e) {
                throw corrupt("chunk " + (first + i) + " of a sealed body does not verify");
            }
        }
    }

    private static void fill(Opener.Sealed source, byte[] target, int length, long position) {
        ByteBuffer rest = ByteBuffer.wrap(target, 0, length);
        while (rest.hasRemaining()) {
            if (source.read(rest, position + rest.position()) <= 0) {
                throw corrupt("a sealed body ends before its length");
            }
        }
    }

    private static StorageFailure corrupt(String what) {
        return new StorageFailure(StorageFailure.Kind.CORRUPT, what);
    }
}
