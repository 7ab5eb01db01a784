package org.domicile.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A streamed answer on its way out. Owned by the handler's thread. */
final class Answer extends BodyOutput {
    /** How the body's end is told. */
    enum Framing {
        LENGTH,
        CHUNKED,
        /** HTTP/1.0 and no length: the connection's end is the body's. */
        CLOSE,
        /** No body is sent; what is written is counted and dropped. */
        NONE
    }

    /** An answer up to this size leaves in one piece. */
    static final int SMALL = 64 << 10;

    private static final int PIECE = 128 << 10;
    private static final int SIZE_LINE = 10; // eight digits, CR, LF

    private final Wire wire;
    private final ByteBufAllocator buffers;
    private final Framing framing;
    private @Nullable ByteBuf stage;
    private int sizeAt = -1;
    private long left;
    private boolean closed;
    private boolean whole;

    Answer(Wire wire, ByteBufAllocator buffers, byte[] head, Framing framing, long length)
            throws IOException {
        this.wire = wire;
        this.buffers = buffers;
        this.framing = framing;
        this.left = length;
        int body = framing == Framing.LENGTH ? (int) Math.min(length, SMALL) : SMALL;
        if (framing == Framing.NONE) {
            body = 0;
        }
        stage = buffers.directBuffer(head.length + body).writeBytes(head);
        if (framing == Framing.NONE || framing == Framing.LENGTH && length == 0) {
            push();
        }
    }

    /** True when the client can tell that it has everything. */
    boolean whole() {
        return whole || framing == Framing.LENGTH && left == 0 || framing == Framing.NONE;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        take(length);
        if (framing == Framing.NONE) {
            return;
        }
        int from = offset;
        int rest = length;
        while (rest > 0) {
            ByteBuf to = stage();
            int part = Math.min(rest, room(to));
            to.writeBytes(bytes, from, part);
            from += part;
            rest -= part;
            pushIfDue(to);
        }
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        int length = bytes.remaining();
        take(length);
        if (framing == Framing.NONE) {
            bytes.position(bytes.limit());
            return;
        }
        if (bytes.isDirect() && length >= SMALL) {
            borrow(bytes, length);
            return;
        }
        int end = bytes.limit();
        while (bytes.position() < end) {
            ByteBuf to = stage();
            bytes.limit(bytes.position() + Math.min(end - bytes.position(), room(to)));
            to.writeBytes(bytes);
            bytes.limit(end);
            pushIfDue(to);
        }
    }

    private void borrow(ByteBuffer bytes, int length) throws IOException {
        push();
        if (framing == Framing.CHUNKED) {
            ByteBuf line = buffers.directBuffer(SIZE_LINE).writeZero(SIZE_LINE);
            size(line, 0, length);
            wire.send(line);
        }
        wire.sendBorrowed(bytes);
        if (framing == Framing.CHUNKED) {
            wire.send(buffers.directBuffer(2).writeByte('\r').writeByte('\n'));
        }
    }

    @Override
    public void flush() throws IOException {
        if (!closed) {
            push();
        }
    }

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        switch (framing) {
            case LENGTH -> {
                push();
                whole = left == 0;
            }
            case CHUNKED -> {
                ByteBuf to = stage;
                if (to == null) {
                    to = buffers.directBuffer(8);
                    stage = to;
                }
                endChunk(to);
                to.writeByte('0').writeByte('\r').writeByte('\n').writeByte('\r').writeByte('\n');
                push();
                whole = true;
            }
            case CLOSE -> {
                push();
                whole = true;
            }
            case NONE -> whole = true;
        }
    }

    /** Gives back what was never sent. */
    void abandon() {
        closed = true;
        if (stage != null) {
            stage.release();
            stage = null;
        }
    }

    private void take(int length) throws IOException {
        if (closed) {
            throw new IOException("the answer is closed");
        }
        if (framing == Framing.LENGTH) {
            if (length > left) {
                throw new IllegalStateException("more than the promised bytes were written");
            }
            left -= length;
        }
    }

    private ByteBuf stage() {
        ByteBuf to = stage;
        if (to == null) {
            to = buffers.directBuffer(PIECE);
            stage = to;
        }
        if (framing == Framing.CHUNKED && sizeAt < 0) {
            to.ensureWritable(SIZE_LINE + SMALL + 7);
            sizeAt = to.writerIndex();
            to.writeZero(SIZE_LINE);
        }
        return to;
    }

    /** Bytes of body that fit; a chunk's end and the last chunk need seven. */
    private int room(ByteBuf to) {
        return to.capacity() - to.writerIndex() - (framing == Framing.CHUNKED ? 7 : 0);
    }

    private void pushIfDue(ByteBuf to) throws IOException {
        if (room(to) <= 0 || framing == Framing.LENGTH && left == 0) {
            push();
        }
    }

    private void push() throws IOException {
        ByteBuf to = stage;
        if (to == null) {
            return;
        }
        endChunk(to);
        stage = null;
        wire.send(to);
    }

    private void endChunk(ByteBuf to) {
        if (sizeAt >= 0) {
            size(to, sizeAt, to.writerIndex() - sizeAt - SIZE_LINE);
            to.writeByte('\r').writeByte('\n');
            sizeAt = -1;
        }
    }

    private static void size(ByteBuf to, int at, int size) {
        for (int i = 0; i < 8; i++) {
            to.setByte(at + i, Character.forDigit(size >>> (28 - 4 * i) & 15, 16));
        }
        to.setByte(at + 8, '\r');
        to.setByte(at + 9, '\n');
    }
}
