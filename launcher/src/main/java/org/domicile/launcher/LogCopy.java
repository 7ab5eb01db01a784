package org.domicile.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;

/**
 * The entries of a log from a copy of its files (C2SP tlog-tiles), in their order.
 *
 * @param folder where its checkpoint lies
 * @param origin first line of the checkpoint
 * @param size second line
 * @param root third line
 */
record LogCopy(Path folder, String origin, long size, String root) {
    private static final int FULL = 256;
    private static final int LARGEST = FULL * (2 + 65_535);

    /** A copy in this folder: the log's own, or that of a ledger or a data folder around it. */
    static LogCopy in(Path given) {
        for (String below : new String[] {"", "public", "ledger/public"}) {
            Path folder = given.resolve(below);
            Path checkpoint = folder.resolve("checkpoint");
            if (Files.isRegularFile(checkpoint)) {
                return read(folder, checkpoint);
            }
        }
        throw new Problem(
                "there is no copy of a public log in "
                        + given
                        + ": a folder with its files checkpoint and tile/");
    }

    private static LogCopy read(Path folder, Path checkpoint) {
        try {
            String[] lines =
                    new String(Files.readAllBytes(checkpoint), StandardCharsets.UTF_8)
                            .split("\n", 4);
            if (lines.length == 4 && lines[1].matches("\\d{1,18}")) {
                return new LogCopy(folder, lines[0], Long.parseLong(lines[1]), lines[2]);
            }
            throw new Problem(checkpoint + " is no checkpoint of a log");
        } catch (IOException e) {
            throw new Problem("cannot read " + checkpoint + ": " + e.getMessage());
        }
    }

    /** Gives each entry to somebody, until they have enough or there are no more. */
    void entries(Predicate<byte[]> each) {
        entries(0, each);
    }

    /** The same from an entry on. */
    void entries(long from, Predicate<byte[]> each) {
        for (long index = from / FULL; index * FULL < size; index++) {
            int width = (int) Math.min(FULL, size - index * FULL);
            byte[] bundle = bundle(index, width);
            int at = 0;
            for (int entry = 0; entry < width; entry++) {
                int length =
                        at + 2 <= bundle.length
                                ? (bundle[at] & 0xFF) << 8 | bundle[at + 1] & 0xFF
                                : Integer.MAX_VALUE;
                if (length > bundle.length - at - 2) {
                    throw new Problem(
                            "the copy is cut short: entry %,d is not whole in %s"
                                    .formatted(index * FULL + entry, path(index)));
                }
                byte[] bytes = new byte[length];
                System.arraycopy(bundle, at + 2, bytes, 0, length);
                if (index * FULL + entry >= from && !each.test(bytes)) {
                    return;
                }
                at += 2 + length;
            }
        }
    }

    private byte[] bundle(long index, int width) {
        Path full = folder.resolve("tile/entries/" + path(index));
        Path partial = folder.resolve("tile/entries/" + path(index) + ".p/" + width);
        Path file = width < FULL && Files.exists(partial) ? partial : full;
        try {
            if (Files.size(file) > LARGEST) {
                throw new Problem(file + " is no bundle of entries: it is too long");
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new Problem(
                    "the copy has not all files of the log: cannot read "
                            + file
                            + "; copy them again, the checkpoint first");
        }
    }

    /** Groups of three digits, all but the last marked with an x (C2SP tlog-tiles). */
    static String path(long index) {
        String path = "%03d".formatted(index % 1000);
        for (long rest = index / 1000; rest > 0; rest /= 1000) {
            path = "x%03d/%s".formatted(rest % 1000, path);
        }
        return path;
    }
}
