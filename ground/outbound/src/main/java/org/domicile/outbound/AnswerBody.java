package org.domicile.outbound;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;

/**
 * The body of an answer, as it is framed (RFC 9112, section 6.3). It ends cleanly only where the
 * framing says so; trailers say nothing that anybody reads. Owned by one thread.
 */
final class AnswerBody extends InputStream {
    private static final int LONGEST_SIZE = 15;
    private static final int LONGEST_LINE = 1 << 10;
    private static final int MOST_TRAILERS = 64;

    private final InputStream in;
    private final Framing framing;

    /** Bytes that are left of it, or of the present chunk. */
    private long left;

    private boolean ended;
    private boolean begun;

    /** Bytes that chunks may still announce, and how many all may have. */
    private long room;

    private final long most;

    private enum Framing {
        LENGTH,
        CHUNKED,
        CONNECTION
    }

    private AnswerBody(InputStream in, Framing framing, long left, long most) {
        this.in = in;
        this.most = most;
        this.room = most;
        this.framing = framing;
        this.left = left;
        this.ended = framing == Framing.LENGTH && left == 0;
    }

    static AnswerBody exactly(InputStream in, long length) {
        return new AnswerBody(in, Framing.LENGTH, length, length);
    }

    /**
     * @param most bytes that it may have: a chunk that announces more is refused before it comes
     */
    static AnswerBody chunked(InputStream in, long most) {
        return new AnswerBody(in, Framing.CHUNKED, 0, most);
    }

    static AnswerBody toTheEnd(InputStream in) {
        return new AnswerBody(in, Framing.CONNECTION, Long.MAX_VALUE, Long.MAX_VALUE);
    }

    /** Whether all of it was read. */
    boolean ended() {
        return ended;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (framing == Framing.CHUNKED && left == 0 && !ended) {
            chunk();
        }
        if (ended) {
            return -1;
        }
        int count = in.read(target, offset, (int) Math.min(length, left));
        if (count < 0) {
            if (framing != Framing.CONNECTION) {
                throw early();
            }
            ended = true;
            return -1;
        }
        left -= framing == Framing.CONNECTION ? 0 : count;
        ended = framing == Framing.LENGTH && left == 0;
        return count;
    }

    private void chunk() throws IOException {
        if (begun && !AnswerReader.line(in, 2).isEmpty()) {
            throw early();
        }
        begun = true;
        String line = AnswerReader.line(in, LONGEST_LINE);
        int end = line.indexOf(';');
        String size = (end < 0 ? line : line.substring(0, end)).strip();
        if (!size.matches("[0-9a-fA-F]{1," + LONGEST_SIZE + "}")) {
            throw new ProtocolException("a chunk of the answer is malformed");
        }
        left = Long.parseLong(size, 16);
        if (left > room) {
            throw AnswerReader.tooLong(most);
        }
        room -= left;
        if (left == 0) {
            for (int i = 0; !AnswerReader.line(in, LONGEST_LINE).isEmpty(); i++) {
                if (i == MOST_TRAILERS) {
                    throw new ProtocolException("the answer has too many trailers");
                }
            }
            ended = true;
        }
    }

    private static EOFException early() {
        return new EOFException("the answer ends too early");
    }
}
