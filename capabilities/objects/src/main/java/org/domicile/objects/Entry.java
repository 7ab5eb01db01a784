package org.domicile.objects;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.domicile.objects.Version.Kind;

/**
 * The record of a version: everything but its name and its place among the others, which stand in
 * its key.
 *
 * @param mark whether it is the null version
 */
record Entry(
        Kind kind,
        Mark mark,
        Instant modified,
        byte[] token,
        byte[] attributes,
        byte[] state,
        Lock lock,
        List<Piece> pieces) {
    private static final int PLAIN = 1;
    private static final int AMENDABLE = 2;
    private static final int MARKER = 1;
    private static final int NULL = 2;
    private static final int HELD = 4;
    private static final int LET_GO = 8;
    private static final int LOCK_AND_STATE = 1 + 8 + 4;
    private static final int FIXED = 1 + 1 + 8 + 2 + 4 + 2;
    private static final byte[] NOTHING = {};
    private static final List<Lock.Mode> MODES = List.of(Lock.Mode.values());

    /** How the version is called. */
    enum Mark {
        /** By its commit version. */
        STAMPED,
        /** The null version. */
        NULL
    }

    static Entry marker(Mark mark, Instant modified) {
        return new Entry(
                Kind.DELETE_MARKER,
                mark,
                modified,
                NOTHING,
                NOTHING,
                NOTHING,
                Lock.OPEN,
                List.of());
    }

    Entry with(byte[] newState, Lock newLock) {
        return new Entry(kind, mark, modified, token, attributes, newState, newLock, pieces);
    }

    byte[] encode() {
        boolean plain = state.length == 0 && lock.equals(Lock.OPEN);
        int expected =
                FIXED
                        + token.length
                        + attributes.length
                        + pieces.size() * (8 + Place.BYTES)
                        + (plain ? 0 : LOCK_AND_STATE + state.length);
        int flags =
                (kind == Kind.DELETE_MARKER ? MARKER : 0)
                        | (mark == Mark.NULL ? NULL : 0)
                        | hold(lock.hold());
        Fields.Writer out =
                new Fields.Writer(plain ? PLAIN : AMENDABLE, expected)
                        .u8(flags)
                        .u64(modified.toEpochMilli())
                        .u16(token.length)
                        .u32(attributes.length)
                        .u16(pieces.size())
                        .raw(token)
                        .raw(attributes);
        for (Piece piece : pieces) {
            out.u64(piece.size()).raw(piece.place());
        }
        if (!plain) {
            out.u8(lock.mode().ordinal()).u64(lock.until().toEpochMilli()).bytes(state);
        }
        return out.done();
    }

    static Entry decode(byte[] value) {
        Fields.Reader in = new Fields.Reader(value, AMENDABLE, "a version's record");
        int flags = in.u8();
        Instant modified = Instant.ofEpochMilli(in.u64());
        int tokenLength = in.u16();
        int attributesLength = in.u32();
        int count = in.u16();
        byte[] token = in.raw(tokenLength);
        byte[] attributes = in.raw(attributesLength);
        List<Piece> pieces;
        if (count == 1) {
            pieces = List.of(new Piece(in.u64(), in.raw(Place.BYTES)));
        } else {
            pieces = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                pieces.add(new Piece(in.u64(), in.raw(Place.BYTES)));
            }
        }
        Lock lock = Lock.OPEN;
        byte[] state = NOTHING;
        if (in.format() == AMENDABLE) {
            Lock.Mode mode = MODES.get(in.u8());
            lock = new Lock(mode, Instant.ofEpochMilli(in.u64()), hold(flags));
            state = in.bytes();
        }
        return new Entry(
                (flags & MARKER) == 0 ? Kind.OBJECT : Kind.DELETE_MARKER,
                (flags & NULL) == 0 ? Mark.STAMPED : Mark.NULL,
                modified,
                token,
                attributes,
                state,
                lock,
                pieces);
    }

    private static int hold(Lock.Hold hold) {
        return switch (hold) {
            case NEVER -> 0;
            case ON -> HELD;
            case OFF -> LET_GO;
        };
    }

    private static Lock.Hold hold(int flags) {
        if ((flags & HELD) != 0) {
            return Lock.Hold.ON;
        }
        return (flags & LET_GO) == 0 ? Lock.Hold.NEVER : Lock.Hold.OFF;
    }

    /** Whether an encoded entry is a delete marker, without decoding the rest. */
    static boolean isMarker(byte[] value) {
        return (value[1] & MARKER) != 0;
    }

    /** Plain bytes. */
    long size() {
        long size = 0;
        for (Piece piece : pieces) {
            size += piece.size();
        }
        return size;
    }

    /** As the contract shows it, {@code stamp} being the commit version in its key. */
    Version version(String name, long stamp, boolean latest) {
        return new Version(
                name,
                mark == Mark.NULL ? Layout.NULL : Layout.hex(stamp),
                kind,
                latest,
                size(),
                modified,
                token,
                attributes,
                state,
                lock,
                pieces);
    }
}
