package org.domicile.verifier;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The right edge of a tree that grows leaf by leaf, kept as tiles: for each level the hashes of its
 * last, unfinished tile. 8 KiB a level, whatever the size. Owned by one thread.
 */
final class Tree {
    static final int TILE = 256;

    private final TreeHash hash = new TreeHash();
    private final List<Level> levels = new ArrayList<>();
    private final FullTile whenFull;
    private long size;

    /** Told of each tile that became full: its level, its index, its 256 hashes. */
    interface FullTile {
        void full(int level, long index, byte[] hashes) throws Refused;
    }

    private static final class Level {
        final byte[] hashes = new byte[TILE * TreeHash.SIZE];
        int width;
        long tile;
    }

    Tree(FullTile whenFull) {
        this.whenFull = whenFull;
        levels.add(new Level());
    }

    /**
     * Begins after entries that are not there.
     *
     * @param entries a multiple of 256
     * @param rows hashes of the unfinished tiles from level 1 up
     */
    void resume(long entries, List<byte[]> rows) {
        size = entries;
        long tile = entries / TILE;
        levels.getFirst().tile = tile;
        for (byte[] row : rows) {
            tile /= TILE;
            Level level = new Level();
            System.arraycopy(row, 0, level.hashes, 0, row.length);
            level.width = row.length / TreeHash.SIZE;
            level.tile = tile;
            levels.add(level);
        }
    }

    TreeHash hash() {
        return hash;
    }

    long size() {
        return size;
    }

    /** Appends the entry that stands in these bytes. */
    void append(byte[] source, int offset, int length) throws Refused {
        Level leaves = levels.getFirst();
        hash.leaf(source, offset, length, leaves.hashes, leaves.width * TreeHash.SIZE);
        leaves.width++;
        size++;
        for (int level = 0; levels.get(level).width == TILE; level++) {
            Level full = levels.get(level);
            whenFull.full(level, full.tile, full.hashes);
            if (level + 1 == levels.size()) {
                levels.add(new Level());
            }
            Level above = levels.get(level + 1);
            System.arraycopy(
                    hash.perfect(full.hashes, 0, TILE),
                    0,
                    above.hashes,
                    above.width * TreeHash.SIZE,
                    TreeHash.SIZE);
            above.width++;
            full.width = 0;
            full.tile++;
        }
    }

    int levels() {
        return levels.size();
    }

    long tile(int level) {
        return levels.get(level).tile;
    }

    /** The hashes of the unfinished tile; empty when the last one is just full. */
    byte[] unfinished(int level) {
        Level at = levels.get(level);
        return Arrays.copyOf(at.hashes, at.width * TreeHash.SIZE);
    }

    /** RFC 6962 section 2.1: the root of all leaves so far. */
    byte[] root() {
        byte[] root = null;
        for (Level level : levels) {
            int end = level.width;
            // The perfect trees of this level, smallest (rightmost) first.
            while (end > 0) {
                int count = Integer.lowestOneBit(end);
                byte[] left = hash.perfect(level.hashes, end - count, count);
                root = root == null ? left : hash.node(left, root);
                end -= count;
            }
        }
        return root == null ? hash.empty() : root;
    }
}
