package org.domicile.ledger;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.domicile.bytes.Disk;

/** The static files of one log: their names and their content (C2SP tlog-tiles). */
record LogFolder(Disk disk, Path path) {
    private static final String ENTRIES = "entries";

    Path checkpoint() {
        return path.resolve("checkpoint");
    }

    Path bundle(long index, int width) {
        return file(ENTRIES, index, width);
    }

    Path tile(int level, long index, int width) {
        return file(Integer.toString(level), index, width);
    }

    private Path path(LogFile file) {
        return switch (file) {
            case LogFile.Checkpoint() -> checkpoint();
            case LogFile.Tile(int level, long index, int width) -> tile(level, index, width);
            case LogFile.Bundle(long index, int width) -> bundle(index, width);
        };
    }

    /** A static file's bytes; empty when it is not there (any more). */
    Optional<byte[]> read(LogFile file) throws IOException {
        Path place = path(file);
        if (!disk.exists(place)) {
            return Optional.empty();
        }
        try {
            return Optional.of(disk.read(place));
        } catch (IOException e) {
            // A partial file may have given way to the full one just now.
            if (disk.exists(place)) {
                throw e;
            }
            return Optional.empty();
        }
    }

    /** Where the partial forms of a bundle lie. */
    Path partialBundles(long index) {
        return partials(bundle(index, Frontier.TILE));
    }

    /** Where the partial forms of a tile lie. */
    Path partialTiles(int level, long index) {
        return partials(tile(level, index, Frontier.TILE));
    }

    private static Path partials(Path full) {
        return full.resolveSibling(full.getFileName() + ".p");
    }

    /** "tile/L/N" with N in groups of three digits, all but the last marked with an x. */
    private Path file(String level, long index, int width) {
        StringBuilder groups = new StringBuilder();
        String digits = Long.toString(index);
        digits = "0".repeat((3 - digits.length() % 3) % 3) + digits;
        for (int at = 0; at < digits.length(); at += 3) {
            boolean last = at + 3 == digits.length();
            groups.append(last ? "" : "x").append(digits, at, at + 3).append(last ? "" : "/");
        }
        Path full = path.resolve("tile").resolve(level).resolve(groups.toString());
        return width == Frontier.TILE ? full : partials(full).resolve(Integer.toString(width));
    }

    /**
     * The hashes of a tile of a tree of this size, whole or partial.
     *
     * @throws IOException also when the file is there and has another length
     */
    byte[][] hashes(int level, long index, long size) throws IOException {
        int width = width(level, index, size);
        byte[] bytes = partialOrFull(tile(level, index, width), tile(level, index, Frontier.TILE));
        if (bytes.length < width * Merkle.HASH) {
            throw new IOException(
                    tile(level, index, width) + " has only " + bytes.length + " bytes");
        }
        byte[][] hashes = new byte[width][Merkle.HASH];
        for (int i = 0; i < width; i++) {
            System.arraycopy(bytes, i * Merkle.HASH, hashes[i], 0, Merkle.HASH);
        }
        return hashes;
    }

    /** The entries of a bundle of a tree of this size, whole or partial. */
    List<byte[]> entries(long index, long size) throws IOException {
        int width = width(0, index, size);
        ByteBuffer buffer = bundleOf(index, width);
        List<byte[]> entries = new ArrayList<>(width);
        while (entries.size() < width) {
            byte[] entry = new byte[length(buffer, index, width)];
            buffer.get(entry);
            entries.add(entry);
        }
        return entries;
    }

    /** One entry of a tree of this size. */
    byte[] entry(long index, long size) throws IOException {
        long bundle = index / Frontier.TILE;
        int width = width(0, bundle, size);
        ByteBuffer buffer = bundleOf(bundle, width);
        for (int left = (int) (index % Frontier.TILE); left > 0; left--) {
            int length = length(buffer, bundle, width);
            buffer.position(buffer.position() + length);
        }
        byte[] entry = new byte[length(buffer, bundle, width)];
        buffer.get(entry);
        return entry;
    }

    private ByteBuffer bundleOf(long index, int width) throws IOException {
        return ByteBuffer.wrap(partialOrFull(bundle(index, width), bundle(index, Frontier.TILE)));
    }

    /** Of the entry that comes next, which is there. */
    private int length(ByteBuffer buffer, long index, int width) throws IOException {
        if (buffer.remaining() >= 2) {
            int length = Short.toUnsignedInt(buffer.getShort());
            if (buffer.remaining() >= length) {
                return length;
            }
        }
        throw new IOException(bundle(index, width) + " ends too early");
    }

    private static int width(int level, long index, long size) {
        return index < Frontier.lastTile(level, size) ? Frontier.TILE : Frontier.width(level, size);
    }

    private byte[] partialOrFull(Path partial, Path full) throws IOException {
        if (!partial.equals(full) && !disk.exists(partial)) {
            return disk.read(full);
        }
        return disk.read(partial);
    }

    /** The bytes of a bundle: each entry after its length, big-endian in two bytes. */
    static byte[] bundle(List<byte[]> entries) {
        int total = entries.stream().mapToInt(entry -> 2 + entry.length).sum();
        ByteBuffer buffer = ByteBuffer.allocate(total);
        for (byte[] entry : entries) {
            buffer.putShort((short) entry.length).put(entry);
        }
        return buffer.array();
    }

    /** Removes the partial forms of what is full now. Nobody needs it to be durable. */
    void deletePartials(Path partials) throws IOException {
        List<String> names = disk.list(partials);
        for (String name : names) {
            disk.delete(partials.resolve(name));
        }
        if (!names.isEmpty()) {
            disk.delete(partials);
        }
    }

    /** Removes a full bundle and the tile of its leaves, whose content was pruned. */
    Path prune(long index) throws IOException {
        disk.delete(bundle(index, Frontier.TILE));
        Path leaves = tile(0, index, Frontier.TILE);
        disk.delete(leaves);
        return leaves;
    }

    /** The published checkpoint's bytes. */
    Optional<byte[]> published() throws IOException {
        return disk.exists(checkpoint()) ? Optional.of(disk.read(checkpoint())) : Optional.empty();
    }
}
