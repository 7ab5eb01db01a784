package org.domicile.bytes;

import java.io.IOException;

/**
 * A failure of something that stores bytes: what kind it is, and what was being done. Unchecked,
 * because no caller between the store and the door can mend it; a door maps the kind to its own
 * error.
 */
public final class StorageFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What went wrong, as far as a caller can act on it. */
    public enum Kind {
        /** No room is left. Nothing was written; room may come back. */
        FULL,
        /** An fsync or a write failed earlier or now: nothing more is accepted until a restart. */
        FENCED,
        /** Stored bytes are not what was written. They were not handed out. */
        CORRUPT,
        /**
         * The data were written by a newer or another program, or belong to another installation.
         */
        FOREIGN,
        /** A limit on waiting or size is reached; come back later. */
        OVERLOADED,
        /** The store is closed. */
        CLOSED
    }

    private final Kind kind;

    /**
     * A failure of {@code kind} while doing {@code what}, in words that an operator understands.
     */
    public StorageFailure(Kind kind, String what) {
        super(what);
        this.kind = kind;
    }

    /** The same, with the cause. */
    public StorageFailure(Kind kind, String what, Throwable cause) {
        super(what, cause);
        this.kind = kind;
    }

    /**
     * What a failed disk call means to a store: FULL when no room was left, FENCED for everything
     * else.
     */
    public static StorageFailure of(IOException cause, String what) {
        Kind kind = cause instanceof DiskFull ? Kind.FULL : Kind.FENCED;
        return new StorageFailure(kind, what + ": " + cause.getMessage(), cause);
    }

    /** The kind, for those who map failures to answers. */
    public Kind kind() {
        return kind;
    }
}
