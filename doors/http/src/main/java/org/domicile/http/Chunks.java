package org.domicile.http;

import io.netty.buffer.ByteBuf;

/**
 * Takes a chunked body apart (RFC 9112 section 7.1), strictly. Extensions and trailers are read
 * over. Owned by the event loop.
 */
final class Chunks {
    /** Bytes of one size line with its extension, and of all trailers together. */
    static final int LINES = 8 << 10;

    private enum Part {
        SIZE,
        EXTENSION,
        SIZE_LF,
        DATA,
        DATA_CR,
        DATA_LF,
        TRAILER_START,
        TRAILER,
        TRAILER_LF,
        END_LF,
        DONE
    }

    private Part part = Part.SIZE;
    private long left;
    private int digits;
    private int line;

    boolean done() {
        return part == Part.DONE;
    }

    /**
     * Reads over framing up to data, the body's end or the end of {@code in}. Returns how many
     * bytes of data stand at the reader index; the caller takes them before it calls again.
     *
     * @throws Refusal 400
     */
    int next(ByteBuf in) throws Refusal {
        while (in.isReadable() && part != Part.DONE) {
            if (part == Part.DATA) {
                if (left > 0) {
                    int take = (int) Math.min(left, in.readableBytes());
                    left -= take;
                    return take;
                }
                part = Part.DATA_CR;
            }
            step(in.readByte());
        }
        return 0;
    }

    private void step(byte b) throws Refusal {
        switch (part) {
            case SIZE -> size(b);
            case EXTENSION -> {
                limit();
                if (b == '\r') {
                    part = Part.SIZE_LF;
                } else if (b == '\n') {
                    throw broken();
                }
            }
            case SIZE_LF -> {
                expect(b, '\n');
                line = 0;
                digits = 0;
                part = left == 0 ? Part.TRAILER_START : Part.DATA;
            }
            case DATA_CR -> {
                expect(b, '\r');
                part = Part.DATA_LF;
            }
            case DATA_LF -> {
                expect(b, '\n');
                part = Part.SIZE;
            }
            case TRAILER_START -> {
                limit();
                if (b == '\n') {
                    throw broken();
                }
                part = b == '\r' ? Part.END_LF : Part.TRAILER;
            }
            case TRAILER -> {
                limit();
                if (b == '\n') {
                    throw broken();
                }
                if (b == '\r') {
                    part = Part.TRAILER_LF;
                }
            }
            case TRAILER_LF -> {
                expect(b, '\n');
                part = Part.TRAILER_START;
            }
            case END_LF -> {
                expect(b, '\n');
                part = Part.DONE;
            }
            case DATA, DONE -> throw new IllegalStateException("no framing expected in " + part);
        }
    }

    private void size(byte b) throws Refusal {
        int digit = Character.digit(b, 16);
        if (b >= 0 && digit >= 0) {
            if (++digits > 15) {
                throw broken();
            }
            left = left << 4 | digit;
        } else if (digits > 0 && b == '\r') {
            part = Part.SIZE_LF;
        } else if (digits > 0 && (b == ';' || b == ' ' || b == '\t')) {
            part = Part.EXTENSION;
        } else {
            throw broken();
        }
    }

    private void limit() throws Refusal {
        if (++line > LINES) {
            throw new Refusal(400, "the lines between chunks are too long");
        }
    }

    private static void expect(byte b, char c) throws Refusal {
        if (b != c) {
            throw broken();
        }
    }

    private static Refusal broken() {
        return new Refusal(400, "a chunk of the body is malformed");
    }
}
