package org.domicile.ledger;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What has to be remembered of a tree to let it grow: for each tile level the hashes of its last,
 * unfinished tile. A leaf goes into level 0; 256 hashes are a tile, whose top goes one level up.
 * Owned by one thread.
 */
final class Frontier {
    static final int TILE = 256;

    private final Merkle merkle = new Merkle();
    private final List<byte[][]> rows = new ArrayList<>();
    private long size;

    /** Told of each tile that is full now. */
    interface Full {
        void tile(int level, long index, byte[] hashes);
    }

    Frontier() {}

    /** A tree of {@code size} leaves, of which the unfinished rows are these, lowest first. */
    Frontier(long size, List<byte[][]> unfinished) {
        this.size = size;
        for (int level = 0; level < unfinished.size(); level++) {
            if (unfinished.get(level).length != width(level, size)) {
                throw new IllegalArgumentException("level " + level + " has another width");
            }
            rows.add(Arrays.copyOf(unfinished.get(level), TILE));
        }
    }

    /** A copy that grows apart. */
    Frontier copy() {
        Frontier copy = new Frontier();
        copy.size = size;
        for (byte[][] row : rows) {
            copy.rows.add(row.clone());
        }
        return copy;
    }

    /** C2SP tlog-tiles, "Partial Tiles": floor(s / 256^l) mod 256. */
    static int width(int level, long size) {
        return (int) (size >>> (8 * level)) & (TILE - 1);
    }

    /** The last tile's index at a level, whether it has hashes already or not. */
    static long lastTile(int level, long size) {
        return level == 7 ? 0 : size >>> (8 * (level + 1));
    }

    /** Tile levels that a tree of this size has. */
    static int levels(long size) {
        return (64 - Long.numberOfLeadingZeros(size) + 7) / 8;
    }

    long size() {
        return size;
    }

    void append(byte[] entry, Full full) {
        byte[] hash = merkle.leaf(entry);
        for (int level = 0; ; level++) {
            if (level == rows.size()) {
                rows.add(new byte[TILE][]);
            }
            byte[][] row = rows.get(level);
            int at = width(level, size);
            row[at] = hash;
            if (at < TILE - 1) {
                break;
            }
            full.tile(level, lastTile(level, size), joined(row, TILE));
            hash = merkle.top(row, 0, TILE);
        }
        size++;
    }

    /** The unfinished tile of a level; empty when there is none. */
    byte[] unfinished(int level) {
        return level < rows.size() ? joined(rows.get(level), width(level, size)) : new byte[0];
    }

    byte[] root() {
        byte @Nullable [] root = null;
        for (int level = 0; level < rows.size(); level++) {
            byte[][] row = rows.get(level);
            int width = width(level, size);
            for (int bit = 1; bit < TILE; bit <<= 1) {
                if ((width & bit) != 0) {
                    int to = width & -bit;
                    byte[] top = merkle.top(row, to - bit, to);
                    root = root == null ? top : merkle.node(top, root);
                }
            }
        }
        return root == null ? merkle.empty() : root;
    }

    /** The bytes of a tile of so many hashes. */
    static byte[] joined(byte[][] row, int width) {
        byte[] joined = new byte[width * Merkle.HASH];
        for (int i = 0; i < width; i++) {
            System.arraycopy(row[i], 0, joined, i * Merkle.HASH, Merkle.HASH);
        }
        return joined;
    }
}
