package org.domicile.objects;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.domicile.bytes.Bytes;
import org.domicile.keyspace.Cursor;
import org.domicile.keyspace.Range;
import org.domicile.keyspace.Reading;
import org.domicile.keyspace.Space;
import org.jspecify.annotations.Nullable;

/**
 * Walks the keys of one kind in one bucket as a listing wants them: from its prefix and place on,
 * past what was grouped. Owned by one thread.
 */
final class NameWalk implements AutoCloseable {
    // Keys to step over before a seek is cheaper than another step.
    private static final int PATIENCE = 6;

    private final byte[] kind;
    private final byte[] start;
    private final byte[] delimiter;
    private final @Nullable Cursor cursor;
    private byte[] key = {};
    private int end;
    private byte @Nullable [] past;
    // The present name, unescaped: in the key itself, or in a copy when it holds zeros.
    private byte[] text = {};
    private int textFrom;
    private int textEnd;

    /**
     * @param kind what begins all the keys
     * @param within the key to go on behind when the query goes on within a name; empty otherwise
     */
    NameWalk(Reading reading, byte[] kind, Listing.Query query, byte[] within) {
        this.kind = kind;
        this.start = Layout.utf8(query.prefix());
        this.delimiter = Layout.utf8(query.delimiter());
        Range range = Layout.beginning(kind, start);
        byte[] from = range.from();
        byte[] after = Layout.utf8(query.after());
        if (after.length > 0) {
            byte[] place = place(after, within);
            from = Bytes.compare(place, from) > 0 ? place : from;
        }
        cursor =
                Bytes.compare(from, range.to()) < 0
                        ? reading.scan(
                                Space.RECORDS, new Range(from, range.to()), Reading.Direction.UP)
                        : null;
    }

    private byte[] place(byte[] after, byte[] within) {
        if (Bytes.startsWith(after, start)) {
            int group = group(after, start.length, after.length);
            if (group >= 0) {
                // The common prefix around this place sorts before it: all of it is behind us.
                return Layout.beginning(kind, Arrays.copyOf(after, group)).to();
            }
        }
        // The first key behind a key is the key and a zero.
        return within.length > 0
                ? Arrays.copyOf(within, within.length + 1)
                : Layout.behind(kind, after);
    }

    /** Steps to the next key; false at the end. */
    boolean next() {
        if (cursor == null) {
            return false;
        }
        int steps = 0;
        while (cursor.next()) {
            key = cursor.key();
            if (past != null && Bytes.compare(key, past) < 0) {
                if (++steps == PATIENCE) {
                    cursor.seek(past);
                }
                continue;
            }
            past = null;
            locate();
            return true;
        }
        return false;
    }

    private void locate() {
        int from = kind.length + 1;
        end = Layout.end(key, from);
        text = key;
        textFrom = from;
        textEnd = end;
        for (int at = from; at < end; at++) {
            if (key[at] == 0) {
                text = Layout.unescape(key, from, end);
                textFrom = 0;
                textEnd = text.length;
                return;
            }
        }
    }

    /** The present key. */
    byte[] key() {
        return key;
    }

    /** What the present key has behind its name. */
    int behindName() {
        return end + 1;
    }

    /** The present value. */
    byte[] value() {
        if (cursor == null) {
            throw new IllegalStateException("the walk stands nowhere");
        }
        return cursor.value();
    }

    /** The present name. */
    String name() {
        return new String(text, textFrom, textEnd - textFrom, StandardCharsets.UTF_8);
    }

    /** The common prefix that the present name falls under; empty for none. */
    String group() {
        int group = group(text, textFrom + start.length, textEnd);
        return group < 0
                ? ""
                : new String(text, textFrom, group - textFrom, StandardCharsets.UTF_8);
    }

    /** Goes on behind the present name. */
    void passName() {
        past = Layout.behind(kind, Arrays.copyOfRange(text, textFrom, textEnd));
    }

    /** Goes on behind all names of a common prefix. */
    void passGroup(String group) {
        past = Layout.beginning(kind, group.getBytes(StandardCharsets.UTF_8)).to();
    }

    /** Where the first delimiter at or after {@code from} ends; -1 when there is none. */
    private int group(byte[] name, int from, int to) {
        if (delimiter.length == 0) {
            return -1;
        }
        for (int at = from; at + delimiter.length <= to; at++) {
            if (name[at] == delimiter[0]
                    && Arrays.equals(
                            name, at, at + delimiter.length, delimiter, 0, delimiter.length)) {
                return at + delimiter.length;
            }
        }
        return -1;
    }

    @Override
    public void close() {
        if (cursor != null) {
            cursor.close();
        }
    }
}
