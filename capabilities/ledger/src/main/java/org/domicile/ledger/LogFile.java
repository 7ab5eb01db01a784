package org.domicile.ledger;

/**
 * One static file of a log, named by what it is (C2SP tlog-tiles) and not by a path, so that
 * whoever asks for it can ask for nothing else.
 */
public sealed interface LogFile {
    /** Entries and hashes in a full bundle or tile. */
    int FULL = 256;

    /** Highest level of hash tiles that the format has. */
    int MAX_LEVEL = 63;

    /** Bundles and tiles have indices below this: a log has fewer than 2^63 entries. */
    long INDICES = 1L << 55;

    /** The newest signed checkpoint. It alone is ever replaced; the others never change. */
    record Checkpoint() implements LogFile {}

    /**
     * Hashes.
     *
     * @param level 0 for leaves
     * @param index its place in its level
     * @param width hashes in it; {@link #FULL}, or fewer in a partial one, which may be gone once
     *     the full one is there
     */
    record Tile(int level, long index, int width) implements LogFile {
        /** Checks limits. */
        public Tile {
            if (level < 0 || level > MAX_LEVEL) {
                throw new IllegalArgumentException("no level of tiles: " + level);
            }
            check(index, width);
        }
    }

    /**
     * Entries.
     *
     * @param index its place
     * @param width entries in it; as for {@link Tile}
     */
    record Bundle(long index, int width) implements LogFile {
        /** Checks limits. */
        public Bundle {
            check(index, width);
        }
    }

    private static void check(long index, int width) {
        if (index < 0 || index >= INDICES || width < 1 || width > FULL) {
            throw new IllegalArgumentException(
                    "no tile or bundle of a log: %d with a width of %d".formatted(index, width));
        }
    }
}
