package org.domicile.verifier;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * A folder in the form of C2SP tlog-tiles: {@code checkpoint}, {@code tile/L/N} and {@code
 * tile/entries/N}. Safe for concurrent use; each check is one thread's.
 *
 * @param folder where the checkpoint lies
 */
public record TiledLog(Path folder) {
    private static final int MAX_BUNDLE = Tree.TILE * (2 + 65_535);
    private static final String CHECKPOINT = "checkpoint";

    /**
     * What to look at besides the tree itself.
     *
     * @param since an older checkpoint of the same log
     * @param progress hears how many entries are done
     * @param into where the entries go
     * @param stated roots by size that must be this log's
     * @param pruned index that the log may begin at, instead of 0
     * @param policy whose quorum must have cosigned the checkpoint
     */
    public record Options(
            Optional<Path> since,
            LongConsumer progress,
            Optional<EntryReader> into,
            NavigableMap<Long, byte[]> stated,
            long pruned,
            TrustPolicy policy) {
        /** No more than an older checkpoint. */
        public Options(Optional<Path> since, LongConsumer progress) {
            this(
                    since,
                    progress,
                    Optional.empty(),
                    Collections.emptyNavigableMap(),
                    Long.MAX_VALUE,
                    TrustPolicy.none());
        }

        /** Nothing more, and nobody watches. */
        public static Options plain() {
            return new Options(Optional.empty(), entries -> {});
        }

        /** Every entry is given to a reader; a public log's to {@link Statements}, for one. */
        public Options reading(EntryReader reader) {
            return new Options(since, progress, Optional.of(reader), stated, pruned, policy);
        }

        /** The log is never pruned. */
        public Options whole() {
            return new Options(since, progress, into, stated, 0, policy);
        }

        /** What the public log states of the log of this name must hold. */
        public Options against(Statements statements, String log) {
            return new Options(
                    since, progress, into, statements.of(log), statements.pruned(log).to(), policy);
        }

        /** The quorum of this policy must have cosigned the checkpoint. */
        public Options demanding(TrustPolicy demanded) {
            return new Options(since, progress, into, stated, pruned, demanded);
        }
    }

    /**
     * Recomputes everything under the checkpoint from the entries up. With {@code since}, a file
     * with an older checkpoint of the same log, also that the log extends what that one signed.
     * {@code progress} hears how many entries are done, about every 65,536.
     */
    public Verdict verify(List<VerifierKey> keys, Options options) {
        try {
            return verified(keys, options);
        } catch (Refused refused) {
            return refused.verdict();
        }
    }

    private Verdict verified(List<VerifierKey> keys, Options options) throws Refused {
        Checkpoint checkpoint = Checkpoint.parse(CHECKPOINT, read(CHECKPOINT, Note.MAX_BYTES));
        Checkpoint.Signed signed = checkpoint.verify(CHECKPOINT, keys, options.policy());
        Checkpoint older = checkpoint;
        String olderName = CHECKPOINT;
        if (options.since().isPresent()) {
            olderName = options.since().get().toString();
            older = Checkpoint.parse(olderName, readAt(options.since().get(), olderName));
            older.verify(olderName, keys);
            if (!older.origin().equals(checkpoint.origin())) {
                throw new Refused(olderName, "is a checkpoint of another log: " + older.origin());
            }
            if (older.size() > checkpoint.size()) {
                throw new Refused(
                        CHECKPOINT,
                        "has %,d entries, fewer than the %,d that the log signed before"
                                .formatted(checkpoint.size(), older.size()));
            }
        }

        if (!options.stated().isEmpty() && options.stated().lastKey() > checkpoint.size()) {
            throw new Refused(
                    CHECKPOINT,
                    "has %,d entries, fewer than the %,d that the public log states: the log was rolled back"
                            .formatted(checkpoint.size(), options.stated().lastKey()));
        }

        long from = first(checkpoint.size(), options.pruned());
        if (older.size() < from) {
            throw new Refused(
                    olderName,
                    "has %,d entries, and what is kept of the log begins at entry %,d: with this one it can no longer be compared"
                            .formatted(older.size(), from));
        }
        Tree tree = new Tree(this::compareFull);
        begin(tree, from);
        if (options.into().isPresent()) {
            options.into().get().begin(from);
        }
        Walk walk = new Walk(tree, checkpoint, older, olderName, options);
        walk.compareRoots();
        for (long bundle = from / Tree.TILE; tree.size() < checkpoint.size(); bundle++) {
            walk.bundle(bundle);
            if (bundle % 256 == 255) {
                options.progress().accept(tree.size());
            }
        }
        for (int level = 0; level < tree.levels(); level++) {
            comparePartial(level, tree.tile(level), tree.unfinished(level));
        }
        options.progress().accept(tree.size());
        return new Verdict.Sound(
                checkpoint.origin(),
                checkpoint.size(),
                HexFormat.of().formatHex(checkpoint.root()),
                signed.signers(),
                signed.at(),
                from);
    }

    /**
     * The first entry that is kept: a log that is pruned has lost whole bundles from the front
     * (C2SP tlog-tiles, "Pruning").
     */
    private long first(long size, long pruned) throws Refused {
        long bundle = 0;
        long bundles = size / Tree.TILE;
        while (bundle < bundles && !Files.exists(folder.resolve("tile/entries/" + path(bundle)))) {
            bundle++;
        }
        if (bundle * Tree.TILE > pruned) {
            throw new Refused(
                    "tile/entries/" + path(pruned / Tree.TILE),
                    pruned == 0
                            ? "is missing, and nothing says that this log was pruned"
                            : "is missing, and the public log says that only the entries before %,d were pruned"
                                    .formatted(pruned));
        }
        return bundle * Tree.TILE;
    }

    /** What the tiles say of the entries that are gone; the root shows whether it is right. */
    private void begin(Tree tree, long from) throws Refused {
        List<byte[]> rows = new ArrayList<>();
        long hashes = from / Tree.TILE;
        for (int level = 1; hashes > 0; level++) {
            int width = (int) (hashes % Tree.TILE);
            rows.add(
                    width == 0
                            ? new byte[0]
                            : Arrays.copyOf(
                                    kept("tile/" + level + "/", hashes / Tree.TILE, width),
                                    width * TreeHash.SIZE));
            hashes /= Tree.TILE;
        }
        tree.resume(from, rows);
    }

    /** A tile of at least this width: the full one, or any partial one. */
    private byte[] kept(String prefix, long index, int width) throws Refused {
        String full = prefix + path(index);
        if (Files.exists(folder.resolve(full))) {
            return checked(full, Tree.TILE);
        }
        for (int wider = Tree.TILE - 1; wider >= width; wider--) {
            String partial = full + ".p/" + wider;
            if (Files.exists(folder.resolve(partial))) {
                return checked(partial, wider);
            }
        }
        throw new Refused(full, "is missing");
    }

    private byte[] checked(String name, int width) throws Refused {
        byte[] bytes = read(name, Tree.TILE * TreeHash.SIZE);
        if (bytes.length != width * TreeHash.SIZE) {
            throw new Refused(
                    name,
                    "has %,d bytes instead of %,d".formatted(bytes.length, width * TreeHash.SIZE));
        }
        return bytes;
    }

    /** One pass over the bundles. */
    private final class Walk {
        private final Tree tree;
        private final Checkpoint checkpoint;
        private final Checkpoint older;
        private final String olderName;
        private final Options options;

        Walk(
                Tree tree,
                Checkpoint checkpoint,
                Checkpoint older,
                String olderName,
                Options options) {
            this.tree = tree;
            this.checkpoint = checkpoint;
            this.older = older;
            this.olderName = olderName;
            this.options = options;
        }

        void bundle(long index) throws Refused {
            int width = (int) Math.min(Tree.TILE, checkpoint.size() - tree.size());
            Found file = found("tile/entries/", index, width, MAX_BUNDLE);
            byte[] bytes = file.bytes();
            int at = 0;
            for (int entry = 0; entry < width; entry++) {
                int length =
                        at + 2 <= bytes.length
                                ? (bytes[at] & 0xFF) << 8 | (bytes[at + 1] & 0xFF)
                                : Integer.MAX_VALUE;
                if (length > bytes.length - at - 2) {
                    throw new Refused(
                            file.name(), "ends in the middle of entry %,d".formatted(tree.size()));
                }
                tree.append(bytes, at + 2, length);
                if (options.into().isPresent()) {
                    byte[] read = Arrays.copyOfRange(bytes, at + 2, at + 2 + length);
                    options.into().get().entry(tree.size() - 1, read);
                }
                at += 2 + length;
                compareRoots();
            }
            if (at != bytes.length && file.width() == width) {
                throw new Refused(
                        file.name(),
                        "has %,d bytes after its last entry".formatted(bytes.length - at));
            }
        }

        void compareRoots() throws Refused {
            byte[] stated = options.stated().get(tree.size());
            if (stated != null && !Arrays.equals(tree.root(), stated)) {
                throw new Refused(
                        "the first %,d entries".formatted(tree.size()),
                        "have another root hash than the public log states: they are not what was"
                                + " recorded");
            }
            if (tree.size() == older.size() && !Arrays.equals(tree.root(), older.root())) {
                throw new Refused(
                        olderName,
                        "its root hash is not that of the first %,d entries"
                                .formatted(older.size()));
            }
            if (tree.size() == checkpoint.size()
                    && !Arrays.equals(tree.root(), checkpoint.root())) {
                throw new Refused(
                        CHECKPOINT,
                        "its root hash is not that of the %,d entries"
                                .formatted(checkpoint.size()));
            }
        }
    }

    private void compareFull(int level, long index, byte[] hashes) throws Refused {
        compare("tile/" + level + "/", level, index, hashes);
    }

    private void comparePartial(int level, long index, byte[] hashes) throws Refused {
        if (hashes.length > 0) {
            compare("tile/" + level + "/", level, index, hashes);
        }
    }

    private void compare(String prefix, int level, long index, byte[] hashes) throws Refused {
        int width = hashes.length / TreeHash.SIZE;
        Found file = found(prefix, index, width, Tree.TILE * TreeHash.SIZE);
        if (file.bytes().length != file.width() * TreeHash.SIZE) {
            throw new Refused(
                    file.name(),
                    "has %,d bytes instead of %,d"
                            .formatted(file.bytes().length, file.width() * TreeHash.SIZE));
        }
        int wrong = Arrays.mismatch(hashes, file.bytes()) / TreeHash.SIZE;
        if (!Arrays.equals(hashes, 0, hashes.length, file.bytes(), 0, hashes.length)) {
            throw new Refused(
                    file.name(),
                    level == 0
                            ? "hash %d is not that of entry %,d"
                                    .formatted(wrong, index * Tree.TILE + wrong)
                            : "hash %d is not the root of its tile of level %d"
                                    .formatted(wrong, level - 1));
        }
    }

    /** A file's content, and how many hashes or entries its name promises. */
    private record Found(String name, byte[] bytes, int width) {}

    /** The partial file of this width, or the full one when that has taken its place. */
    private Found found(String prefix, long index, int width, int limit) throws Refused {
        String full = prefix + path(index);
        if (width == Tree.TILE) {
            return new Found(full, read(full, limit), width);
        }
        String partial = full + ".p/" + width;
        if (!Files.exists(folder.resolve(partial)) && Files.exists(folder.resolve(full))) {
            return new Found(full, read(full, limit), Tree.TILE);
        }
        return new Found(partial, read(partial, limit), width);
    }

    /** Groups of three digits, all but the last marked with an x: 1234067 is x001/x234/067. */
    static String path(long index) {
        String path = "%03d".formatted(index % 1000);
        for (long rest = index / 1000; rest > 0; rest /= 1000) {
            path = "x%03d/%s".formatted(rest % 1000, path);
        }
        return path;
    }

    private byte[] read(String name, int limit) throws Refused {
        Path file = folder.resolve(name);
        try {
            long size = Files.size(file);
            if (size > limit) {
                throw new Refused(name, "has %,d bytes, more than it may have".formatted(size));
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new Refused(name, "is missing");
        } catch (IOException e) {
            throw new Refused(name, "cannot be read: " + e.getMessage());
        }
    }

    private static byte[] readAt(Path file, String name) throws Refused {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new Refused(name, "cannot be read: " + e.getMessage());
        }
    }
}
