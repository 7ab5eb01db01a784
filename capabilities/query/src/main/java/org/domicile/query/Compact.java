package org.domicile.query;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads Thrift's compact protocol, as far as Parquet uses it. Source: Apache Thrift, {@code
 * thrift-compact-protocol.md}.
 */
final class Compact {
    static final int STOP = 0;
    private static final int TRUE = 1;
    private static final int FALSE = 2;
    private static final int BYTE = 3;
    private static final int I16 = 4;
    private static final int I32 = 5;
    private static final int I64 = 6;
    private static final int DOUBLE = 7;
    private static final int BINARY = 8;
    static final int LIST = 9;
    private static final int SET = 10;
    private static final int MAP = 11;
    static final int STRUCT = 12;
    private static final int UUID = 13;

    private static final int MOST_DEPTH = 32;

    private final byte[] bytes;
    private final int end;
    private int at;

    Compact(byte[] bytes, int end) {
        this.bytes = bytes;
        this.end = end;
    }

    /** A field of a struct. @param id its number; 0 and STOP at the struct's end */
    record Field(int id, int type) {}

    /** The next field after another one. */
    Field field(int before) throws NotParquet {
        int head = octet();
        int type = head & 15;
        if (type == STOP) {
            return new Field(0, STOP);
        }
        int delta = head >> 4;
        return new Field(delta == 0 ? (int) whole() : before + delta, type);
    }

    /** Where it is, in bytes. */
    int place() {
        return at;
    }

    /** An integer of any width. */
    long whole() throws NotParquet {
        long bits = varint();
        return (bits >>> 1) ^ -(bits & 1);
    }

    String text() throws NotParquet {
        int length = size(varint());
        String text = new String(bytes, at, length, StandardCharsets.UTF_8);
        at += length;
        return text;
    }

    /** Bytes as they are. */
    byte[] octets() throws NotParquet {
        int length = size(varint());
        byte[] octets = Arrays.copyOfRange(bytes, at, at + length);
        at += length;
        return octets;
    }

    /** How many elements a list has; all are of the type that is wanted. */
    int list(int wanted) throws NotParquet {
        int head = octet();
        int count = head >> 4 == 15 ? size(varint()) : head >> 4;
        if ((head & 15) != wanted && count > 0) {
            throw broken();
        }
        return count;
    }

    void skip(int type) throws NotParquet {
        skip(type, 0);
    }

    private void skip(int type, int depth) throws NotParquet {
        if (depth > MOST_DEPTH) {
            throw broken();
        }
        switch (type) {
            case TRUE, FALSE -> {}
            case BYTE -> octet();
            case I16, I32, I64 -> varint();
            case DOUBLE -> jump(8);
            case UUID -> jump(16);
            case BINARY -> jump(size(varint()));
            case LIST, SET -> {
                int head = octet();
                int count = head >> 4 == 15 ? size(varint()) : head >> 4;
                for (int i = 0; i < count; i++) {
                    skipElement(head & 15, depth);
                }
            }
            case MAP -> {
                int count = size(varint());
                int types = count == 0 ? 0 : octet();
                for (int i = 0; i < count; i++) {
                    skipElement(types >> 4, depth);
                    skipElement(types & 15, depth);
                }
            }
            case STRUCT -> {
                Field field = field(0);
                while (field.type() != STOP) {
                    skip(field.type(), depth + 1);
                    field = field(field.id());
                }
            }
            default -> throw broken();
        }
    }

    /** In collections a truth value is a byte. */
    private void skipElement(int type, int depth) throws NotParquet {
        if (type == TRUE || type == FALSE) {
            octet();
        } else {
            skip(type, depth + 1);
        }
    }

    private void jump(int count) throws NotParquet {
        if (count > end - at) {
            throw broken();
        }
        at += count;
    }

    private int size(long count) throws NotParquet {
        if (count < 0 || count > end - at) {
            throw broken();
        }
        return (int) count;
    }

    private long varint() throws NotParquet {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int octet = octet();
            value |= (long) (octet & 127) << shift;
            if (octet < 128) {
                return value;
            }
        }
        throw broken();
    }

    private int octet() throws NotParquet {
        if (at >= end) {
            throw broken();
        }
        return bytes[at++] & 255;
    }

    static NotParquet broken() {
        return new NotParquet("its footer is broken");
    }
}
