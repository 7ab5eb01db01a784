package org.domicile.ledger;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Inclusion and consistency paths (RFC 6962 sections 2.1.1 and 2.1.2) of one tree, read out of a
 * log's tiles. Roots over whole tiles, and at the right edge, are kept: whoever waited for the same
 * checkpoint asks for them at the same moment. Safe for concurrent use.
 */
final class TreeProof {
    /** Roots that are kept at most. */
    private static final int MOST = 4_096;

    private final LogFolder folder;
    private final long size;
    private final Map<Span, byte[]> roots = new ConcurrentHashMap<>();

    /** Leaves from one to before another. */
    private record Span(long from, long to) {}

    /** Of a tile. */
    private record Place(int level, long index) {}

    TreeProof(LogFolder folder, long size) {
        this.folder = folder;
        this.size = size;
    }

    long size() {
        return size;
    }

    /** From the leaf's sibling up to the root's child. */
    List<byte[]> path(long index) throws IOException {
        List<byte[]> path = new ArrayList<>();
        new Making().collect(index, 0, size, path);
        return path;
    }

    /** From a tree of {@code older} entries, greater than 0, to this one. */
    List<byte[]> consistency(long older) throws IOException {
        if (older < 1 || older > size) {
            throw new IllegalArgumentException(
                    "no tree of %d entries is within one of %d".formatted(older, size));
        }
        List<byte[]> path = new ArrayList<>();
        new Making().subproof(older, 0, size, Start.WHOLE, path);
        return path;
    }

    /** Whether the older tree's root is known to whoever checks: then it is not in the path. */
    private enum Start {
        WHOLE,
        PART
    }

    /** One path, by one thread; it reads each tile once. */
    private final class Making {
        private final Merkle merkle = new Merkle();
        private final Map<Place, byte[][]> read = new HashMap<>();

        /** SUBPROOF(m, D[from:to], b) of RFC 6962, with m counted from the log's beginning. */
        void subproof(long older, long from, long to, Start start, List<byte[]> path)
                throws IOException {
            if (older == to) {
                if (start == Start.PART) {
                    path.add(root(from, to));
                }
                return;
            }
            long middle = from + Long.highestOneBit(to - from - 1);
            if (older <= middle) {
                subproof(older, from, middle, start, path);
                path.add(root(middle, to));
            } else {
                subproof(older, middle, to, Start.PART, path);
                path.add(root(from, middle));
            }
        }

        void collect(long index, long from, long to, List<byte[]> path) throws IOException {
            if (to - from == 1) {
                return;
            }
            long middle = from + Long.highestOneBit(to - from - 1);
            if (index < middle) {
                collect(index, from, middle, path);
                path.add(root(middle, to));
            } else {
                collect(index, middle, to, path);
                path.add(root(from, middle));
            }
        }

        private byte[] root(long from, long to) throws IOException {
            if (to - from < Frontier.TILE && to != size) {
                return made(from, to);
            }
            Span span = new Span(from, to);
            byte[] root = roots.get(span);
            if (root == null) {
                root = made(from, to);
                if (roots.size() < MOST) {
                    roots.put(span, root);
                }
            }
            return root;
        }

        private byte[] made(long from, long to) throws IOException {
            long width = to - from;
            if (Long.bitCount(width) == 1) {
                return perfect(Long.numberOfTrailingZeros(width), from);
            }
            long middle = from + Long.highestOneBit(width - 1);
            return merkle.node(root(from, middle), root(middle, to));
        }

        /** The top over 2^height leaves: within one tile, eight heights to a level. */
        private byte[] perfect(int height, long from) throws IOException {
            int level = height / 8;
            int span = 1 << (height % 8);
            long first = from >>> (8 * level);
            byte[][] row = row(new Place(level, first / Frontier.TILE));
            int at = (int) (first % Frontier.TILE);
            return merkle.top(row, at, at + span);
        }

        private byte[][] row(Place place) throws IOException {
            byte[][] row = read.get(place);
            if (row == null) {
                row = folder.hashes(place.level(), place.index(), size);
                read.put(place, row);
            }
            return row;
        }
    }
}
