package org.domicile.objects;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.domicile.keyspace.Range;
import org.domicile.keyspace.Tuple;

/**
 * The keys of the store, as the package's page lists them. Every key is a tuple; those with a name
 * are packed here in one pass, because they are made for each request.
 */
final class Layout {
    static final int NAME_LIMIT = 1_024;
    static final int ID_BYTES = 16;

    /** Version id of the null version. */
    static final String NULL = "null";

    /**
     * Stands for the commit version of a null version that was put while its bucket was
     * unversioned: older than all others, and known without looking, so that the common case is a
     * point read.
     */
    static final long UNVERSIONED = 0;

    private static final int TEXT = 0x02;
    // A tuple's number of eight bytes: what a complemented stamp always is.
    private static final byte STAMP = 0x1C;
    private static final int STAMPED = 1 + Long.BYTES;

    private Layout() {}

    static byte[] bucket(String name) {
        return Tuple.of().text("o").text("b").text(name).pack();
    }

    static Range buckets() {
        return Tuple.of().text("o").text("b").range();
    }

    static byte[] endedKey(String key) {
        return Tuple.of().text("o").text("k").text(key).pack();
    }

    static Range endedKeys() {
        return Tuple.of().text("o").text("k").range();
    }

    static byte[] live(byte[] bucket) {
        return Tuple.of().text("o").text("l").bytes(bucket).pack();
    }

    /** What is counted of a bucket. */
    static byte[] counter(byte[] bucket) {
        return Tuple.of().text("o").text("c").bytes(bucket).pack();
    }

    /** What is counted of an organisation. */
    static byte[] counter(String organisation) {
        return Tuple.of().text("o").text("c").text(organisation).pack();
    }

    static Range counters() {
        return all("c");
    }

    /** There once all counters are. */
    static byte[] counted() {
        return Tuple.of().text("o").text("a").pack();
    }

    static byte[] quota(byte[] bucket) {
        return Tuple.of().text("o").text("q").bytes(bucket).pack();
    }

    static byte[] quota(String organisation) {
        return Tuple.of().text("o").text("q").text(organisation).pack();
    }

    static Range quotas() {
        return all("q");
    }

    /** All keys of one kind. */
    static Range all(String kind) {
        return Tuple.of().text("o").text(kind).range();
    }

    /** What begins the keys of one kind of thing in one bucket: v, n, u or f. */
    static byte[] of(String kind, byte[] bucket) {
        return Tuple.of().text("o").text(kind).bytes(bucket).pack();
    }

    static Range finished() {
        return Tuple.of().text("o").text("f").range();
    }

    static byte[] part(byte[] upload, int number) {
        return Tuple.of().text("o").text("p").bytes(upload).unsigned(number).pack();
    }

    /** Parts with numbers above {@code after}. */
    static Range parts(byte[] upload, int after) {
        byte[] from = part(upload, after + 1);
        return new Range(from, Tuple.of().text("o").text("p").bytes(upload).range().to());
    }

    static byte[] touched(byte[] upload) {
        return Tuple.of().text("o").text("t").bytes(upload).pack();
    }

    static byte[] garbage() {
        return stamping(Tuple.of().text("o").text("g").pack());
    }

    static Range allGarbage() {
        return Tuple.of().text("o").text("g").range();
    }

    static byte[] body(byte[] id) {
        return Tuple.of().text("o").text("d").bytes(id).pack();
    }

    /**
     * A name's UTF-8.
     *
     * @throws IllegalArgumentException when it is empty, too long, or no Unicode
     */
    static byte[] name(String name) {
        byte[] utf8 = utf8(name);
        if (utf8.length == 0 || utf8.length > NAME_LIMIT) {
            throw new IllegalArgumentException(
                    "a name has 1 to " + NAME_LIMIT + " bytes, not " + utf8.length);
        }
        return utf8;
    }

    static byte[] utf8(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                // getBytes would write a question mark for half a pair, and two names would be one.
                try {
                    ByteBuffer strict =
                            StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
                    return Arrays.copyOf(strict.array(), strict.limit());
                } catch (CharacterCodingException e) {
                    throw new IllegalArgumentException("half a surrogate pair is no text", e);
                }
            }
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** {@code prefix ‖ name} as a tuple, with room for {@code more} bytes behind it. */
    private static byte[] named(byte[] prefix, byte[] name, int more) {
        int zeros = 0;
        for (byte b : name) {
            if (b == 0) {
                zeros++;
            }
        }
        byte[] key = new byte[prefix.length + 2 + name.length + zeros + more];
        System.arraycopy(prefix, 0, key, 0, prefix.length);
        int at = prefix.length;
        key[at++] = TEXT;
        if (zeros == 0) {
            System.arraycopy(name, 0, key, at, name.length);
        } else {
            escape(name, key, at);
        }
        return key;
    }

    private static void escape(byte[] name, byte[] key, int from) {
        int at = from;
        for (byte b : name) {
            key[at++] = b;
            if (b == 0) {
                key[at++] = (byte) 0xFF;
            }
        }
    }

    /** What a stamped write puts its stamp behind. */
    static byte[] stamping(byte[] prefix) {
        byte[] key = Arrays.copyOf(prefix, prefix.length + 1);
        key[prefix.length] = STAMP;
        return key;
    }

    static byte[] stamping(byte[] prefix, byte[] name) {
        byte[] key = named(prefix, name, 1);
        key[key.length - 1] = STAMP;
        return key;
    }

    static byte[] stamped(byte[] prefix, byte[] name, long version) {
        byte[] key = named(prefix, name, STAMPED);
        key[key.length - STAMPED] = STAMP;
        ByteBuffer.wrap(key).putLong(key.length - Long.BYTES, ~version);
        return key;
    }

    /** The commit version that a stamped key ends with. */
    static long stamp(byte[] key) {
        return ~ByteBuffer.wrap(key).getLong(key.length - Long.BYTES);
    }

    /** All stamped keys of one name. */
    static Range versions(byte[] prefix, byte[] name) {
        byte[] from = stamping(prefix, name);
        byte[] to = from.clone();
        to[to.length - 1]++;
        return new Range(from, to);
    }

    /** The key of an upload. */
    static byte[] upload(byte[] prefix, byte[] name, byte[] id) {
        return join(named(prefix, name, 0), Tuple.of().bytes(id).pack());
    }

    /** The first key behind every key of this name and kind. */
    static byte[] behind(byte[] prefix, byte[] name) {
        // Behind a name come a stamp (1C), an id (01), or FF when the zero was the name's own.
        byte[] key = named(prefix, name, 1);
        key[key.length - 1] = (byte) 0xFE;
        return key;
    }

    /** All keys whose name begins with {@code start}; all keys of the kind when it is empty. */
    static Range beginning(byte[] prefix, byte[] start) {
        byte[] key = named(prefix, start, 0);
        // Without the terminator, every longer name begins the same way.
        return Range.prefix(Arrays.copyOf(key, key.length - 1));
    }

    static byte[] join(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    /** Where the terminator of the text that begins at {@code from} stands. */
    static int end(byte[] key, int from) {
        int at = from;
        while (key[at] != 0 || (at + 1 < key.length && key[at + 1] == (byte) 0xFF)) {
            at += key[at] == 0 ? 2 : 1;
        }
        return at;
    }

    /** The bytes of a text between two places of a key, without escapes. */
    static byte[] unescape(byte[] key, int from, int to) {
        byte[] name = new byte[to - from];
        int length = 0;
        for (int at = from; at < to; at++) {
            name[length++] = key[at];
            if (key[at] == 0) {
                at++;
            }
        }
        return length == name.length ? name : Arrays.copyOf(name, length);
    }

    /** The id of a version, as doors show it. */
    static String hex(long version) {
        return HexFormat.of().toHexDigits(version);
    }

    /** The commit version that an id names; empty when it can name none. */
    static Optional<Long> version(String id) {
        return id.length() == 2 * Long.BYTES && isHex(id)
                ? Optional.of(HexFormat.fromHexDigitsToLong(id))
                : Optional.empty();
    }

    /** Sixteen bytes from 32 digits; empty when they are not. */
    static Optional<byte[]> id(String hex) {
        return hex.length() == 2 * ID_BYTES && isHex(hex)
                ? Optional.of(HexFormat.of().parseHex(hex))
                : Optional.empty();
    }

    private static boolean isHex(String text) {
        return text.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
    }
}
