package org.domicile.keyspace;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Keys made of parts, packed so that the bytewise order of the packed form is the order of the
 * parts, from left to right: a shorter tuple sorts before its extensions, byte strings before
 * texts, texts before numbers.
 *
 * <p>After the FoundationDB tuple layer (design/tuple.md in its repository), less what keys here do
 * not need, plus unsigned numbers:
 *
 * <pre>
 * bytes      01 ‖ content with each 00 written as 00 FF ‖ 00
 * text       02 ‖ UTF-8 with each 00 written as 00 FF ‖ 00
 * number     0C..13  negative, of 8..1 bytes: the sum of the number and 2^(8n)-1, big-endian
 *            14      zero
 *            15..1C  positive, of 1..8 bytes, big-endian
 * </pre>
 *
 * An unsigned number of 2^63 and more is a positive of eight bytes with its high bit set, so signed
 * and unsigned numbers sort together. Texts sort by code point, as UTF-8 does. The packed form of a
 * tuple is a prefix of the packed form of each of its extensions, and of nothing else: {@link
 * #range} names all of them.
 */
public final class Tuple {
    private static final int BYTES = 0x01;
    private static final int TEXT = 0x02;
    private static final int ZERO = 0x14;
    private static final int LONGEST_NEGATIVE = ZERO - Long.BYTES;
    private static final int LONGEST_POSITIVE = ZERO + Long.BYTES;

    private byte[] packed;
    private int length;

    private Tuple() {
        packed = new byte[48];
    }

    /** A part of an unpacked tuple. */
    public sealed interface Part {
        /** A byte string. */
        record Octets(byte[] value) implements Part {
            @Override
            public boolean equals(Object other) {
                return other instanceof Octets(byte[] theirs) && Arrays.equals(value, theirs);
            }

            @Override
            public int hashCode() {
                return Arrays.hashCode(value);
            }
        }

        /** A text. */
        record Text(String value) implements Part {}

        /**
         * A number. Numbers of 2^63 and more are told from negative ones by {@code negative}.
         *
         * @param value the 64 bits
         * @param sign which of the two readings of a high bit is meant
         */
        record Number(long value, Sign sign) implements Part {}
    }

    /** How the 64 bits of a number are to be read. */
    public enum Sign {
        /** Below zero. */
        NEGATIVE,
        /** Zero and above, up to 2^64 - 1. */
        POSITIVE
    }

    /** An empty tuple to add to. A builder owned by one thread. */
    public static Tuple of() {
        return new Tuple();
    }

    /**
     * Packs parts that are each a {@code byte[]}, a {@code String}, a {@code Long} or an {@code
     * Integer} (both signed).
     *
     * @throws IllegalArgumentException for a part of another type
     */
    public static byte[] pack(Object... parts) {
        Tuple tuple = new Tuple();
        for (Object part : parts) {
            switch (part) {
                case byte[] bytes -> tuple.bytes(bytes);
                case String text -> tuple.text(text);
                case Long number -> tuple.signed(number);
                case Integer number -> tuple.signed(number);
                default ->
                        throw new IllegalArgumentException(
                                "a tuple has no part of type " + part.getClass().getName());
            }
        }
        return tuple.pack();
    }

    /** Adds a byte string. */
    public Tuple bytes(byte[] value) {
        terminated(BYTES, value);
        return this;
    }

    /**
     * Adds a text.
     *
     * @throws IllegalArgumentException when it holds half of a surrogate pair, which has no UTF-8
     */
    public Tuple text(String value) {
        if (value.chars().anyMatch(c -> Character.isSurrogate((char) c))) {
            // getBytes would write a question mark for half a pair, and two keys would be one.
            try {
                StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(value));
            } catch (CharacterCodingException e) {
                throw new IllegalArgumentException("a text with half a surrogate pair", e);
            }
        }
        terminated(TEXT, value.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /** Adds a signed number. */
    public Tuple signed(long value) {
        if (value >= 0) {
            return unsigned(value);
        }
        // -value - 1 fits where -value does not, for the smallest long.
        int size = Math.max(1, octets(~value));
        // The smallest number of n bytes is -(2^8n - 1); -2^8n needs one byte more.
        if (size < Long.BYTES && ~value == (1L << (8 * size)) - 1) {
            size++;
        }
        long shifted = size == Long.BYTES ? value - 1 : value + (1L << (8 * size)) - 1;
        number(ZERO - size, shifted, size);
        return this;
    }

    /** Adds an unsigned number: all 64 bits count upwards from zero. */
    public Tuple unsigned(long value) {
        int size = octets(value);
        number(ZERO + size, value, size);
        return this;
    }

    /** The key. The builder may go on. */
    public byte[] pack() {
        return Arrays.copyOf(packed, length);
    }

    /** All tuples that begin with these parts and have at least one more. */
    public Range range() {
        // A further part starts with its type, which is neither 00 nor FF.
        byte[] from = Arrays.copyOf(packed, length + 1);
        byte[] to = Arrays.copyOf(packed, length + 1);
        to[length] = (byte) 0xFF;
        return new Range(from, to);
    }

    /**
     * All tuples that begin with these parts and go on with a byte string that begins with {@code
     * prefix}.
     */
    public Range rangeOfBytes(byte[] prefix) {
        Tuple tuple = new Tuple();
        tuple.packed = packed.clone();
        tuple.length = length;
        tuple.bytes(prefix);
        // Without the terminator every longer string starts the same way.
        return Range.prefix(Arrays.copyOf(tuple.packed, tuple.length - 1));
    }

    /**
     * The parts of a packed tuple, in order.
     *
     * @throws IllegalArgumentException when {@code key} is not one
     */
    public static List<Part> unpack(byte[] key) {
        List<Part> parts = new ArrayList<>();
        int at = 0;
        while (at < key.length) {
            int type = key[at++];
            if (type == BYTES || type == TEXT) {
                int end = end(key, at);
                byte[] content = unescape(key, at, end);
                parts.add(type == BYTES ? new Part.Octets(content) : new Part.Text(utf8(content)));
                at = end + 1;
            } else if (type >= LONGEST_NEGATIVE && type <= LONGEST_POSITIVE) {
                int size = Math.abs(type - ZERO);
                if (key.length - at < size) {
                    throw new IllegalArgumentException("a tuple ends within a number");
                }
                long bits = 0;
                for (int i = 0; i < size; i++) {
                    bits = bits << 8 | (key[at + i] & 0xFF);
                }
                at += size;
                parts.add(
                        type < ZERO
                                ? new Part.Number(negative(bits, size), Sign.NEGATIVE)
                                : new Part.Number(bits, Sign.POSITIVE));
            } else {
                throw new IllegalArgumentException("a tuple has no part of type " + type);
            }
        }
        return parts;
    }

    private static long negative(long bits, int size) {
        return size == Long.BYTES ? bits + 1 : bits - (1L << (8 * size)) + 1;
    }

    private static int octets(long value) {
        return (Long.SIZE - Long.numberOfLeadingZeros(value) + 7) / 8;
    }

    private void number(int type, long bits, int size) {
        room(1 + size);
        packed[length++] = (byte) type;
        for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) {
            packed[length++] = (byte) (bits >>> shift);
        }
    }

    private void terminated(int type, byte[] content) {
        room(2 + 2 * content.length);
        packed[length++] = (byte) type;
        for (byte b : content) {
            packed[length++] = b;
            if (b == 0) {
                packed[length++] = (byte) 0xFF;
            }
        }
        packed[length++] = 0;
    }

    private void room(int more) {
        if (packed.length - length < more) {
            packed = Arrays.copyOf(packed, Math.max(packed.length * 2, length + more));
        }
    }

    private static int end(byte[] key, int from) {
        for (int at = from; at < key.length; at++) {
            if (key[at] == 0) {
                if (at + 1 == key.length || key[at + 1] != (byte) 0xFF) {
                    return at;
                }
                at++;
            }
        }
        throw new IllegalArgumentException("a tuple ends within a string");
    }

    private static byte[] unescape(byte[] key, int from, int to) {
        byte[] content = new byte[to - from];
        int size = 0;
        for (int at = from; at < to; at++) {
            content[size++] = key[at];
            if (key[at] == 0) {
                at++;
            }
        }
        return Arrays.copyOf(content, size);
    }

    private static String utf8(byte[] content) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("a tuple holds a text that is not UTF-8", e);
        }
    }
}
