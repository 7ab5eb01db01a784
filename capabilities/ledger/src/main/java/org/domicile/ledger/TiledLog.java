package org.domicile.ledger;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Consumer;
import org.domicile.bytes.CrashPoint;
import org.domicile.bytes.Durable;
import org.domicile.bytes.StorageFailure;
import org.domicile.keyspace.LogReading;
import org.jspecify.annotations.Nullable;

/**
 * One log on its way from the keyspace's tail to static files.
 *
 * <p>Two sizes: what is <i>integrated</i> (in the frontier; its full tiles and bundles durable) and
 * what is <i>published</i> (under the checkpoint on disk). After a crash the published checkpoint
 * and its tiles are where the frontier begins again; everything after it is still in the keyspace,
 * which forgets an entry only when its full bundle is durable and its checkpoint published.
 *
 * <p>Written by the ledger's thread alone; {@code published} is read by everybody.
 */
final class TiledLog {
    /** Entries taken at once: bounds memory to this many times 64 KiB, and about 10 MiB of ours. */
    private static final int BATCH = 8_192;

    /** What is under a checkpoint. */
    record Published(long size, byte[] root, String checkpoint, Instant at) {}

    /** What is signed and waits for its witnesses. */
    private record Waiting(Published signed, Witnesses.Asking asking) {}

    private final String name;
    private final String origin;
    private final LogFolder folder;
    private final LogReading entries;
    private final Signer signer;
    private final Set<Path> knownDirectories = new LinkedHashSet<>();
    private final List<Path> outdated = new ArrayList<>();
    private Frontier frontier;
    // entries of the last, unfinished bundle
    private List<byte[]> bundle = new ArrayList<>();
    private volatile Published published;
    private volatile long reached;
    private @Nullable Waiting waiting;
    // the checkpoint on disk is under a name that the log had before
    private boolean renamed;

    private TiledLog(
            String name, String origin, LogFolder folder, LogReading entries, Signer signer) {
        this.name = name;
        this.origin = origin;
        this.folder = folder;
        this.entries = entries;
        this.signer = signer;
        this.frontier = new Frontier();
        this.published = new Published(0, frontier.root(), "", Instant.EPOCH);
    }

    /**
     * Opens a log at its published checkpoint.
     *
     * @param origins the log's, and after it those that it had before it was restored
     * @throws StorageFailure FOREIGN when the checkpoint is not ours, or has seen more than the
     *     keyspace has (an older copy of it: what followed would contradict what was signed);
     *     CORRUPT when the files do not lead to the checkpoint's root
     */
    static TiledLog open(
            String name, List<String> origins, LogFolder folder, LogReading entries, Signer signer)
            throws IOException {
        TiledLog log = new TiledLog(name, origins.getFirst(), folder, entries, signer);
        Optional<byte[]> checkpoint = folder.published();
        if (checkpoint.isPresent()) {
            log.resume(new String(checkpoint.get(), StandardCharsets.UTF_8), origins);
        }
        return log;
    }

    private void resume(String checkpoint, List<String> origins) throws IOException {
        Published last = parse(checkpoint, origins);
        renamed = !last.checkpoint().startsWith(origin + "\n");
        long durable = entries.size(name);
        if (last.size() > durable) {
            throw new StorageFailure(
                    StorageFailure.Kind.FOREIGN,
                    "the log %s has signed %d entries and the keyspace holds %d: the keyspace is an older copy, and going on would contradict what was signed"
                            .formatted(name, last.size(), durable));
        }
        try {
            List<byte[][]> rows = new ArrayList<>();
            Merkle merkle = new Merkle();
            for (int level = 0; level < Frontier.levels(last.size()); level++) {
                rows.add(
                        Frontier.width(level, last.size()) == 0
                                ? new byte[0][]
                                : folder.hashes(
                                        level, Frontier.lastTile(level, last.size()), last.size()));
            }
            frontier = new Frontier(last.size(), rows);
            if (Frontier.width(0, last.size()) > 0) {
                bundle =
                        new ArrayList<>(
                                folder.entries(Frontier.lastTile(0, last.size()), last.size()));
                for (int i = 0; i < bundle.size(); i++) {
                    if (!Arrays.equals(merkle.leaf(bundle.get(i)), rows.getFirst()[i])) {
                        throw new IOException("an entry of the last bundle is not its tile's");
                    }
                }
            }
        } catch (IOException e) {
            throw new StorageFailure(
                    StorageFailure.Kind.CORRUPT,
                    "the files of the log " + name + " do not go with its checkpoint",
                    e);
        }
        if (!Arrays.equals(frontier.root(), last.root())) {
            throw new StorageFailure(
                    StorageFailure.Kind.CORRUPT,
                    "the tiles of the log " + name + " do not lead to its checkpoint's root");
        }
        published = last;
        reached = last.size();
    }

    private Published parse(String checkpoint, List<String> origins) {
        String[] lines = checkpoint.split("\n", -1);
        try {
            String text = lines[0] + "\n" + lines[1] + "\n" + lines[2] + "\n";
            byte[] signature =
                    Base64.getDecoder().decode(lines[4].substring(lines[4].lastIndexOf(' ') + 1));
            if (origins.contains(lines[0])
                    && signer.signed(text, Arrays.copyOfRange(signature, 4, signature.length))) {
                return new Published(
                        Long.parseLong(lines[1]),
                        Base64.getDecoder().decode(lines[2]),
                        checkpoint,
                        Instant.EPOCH);
            }
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new StorageFailure(
                    StorageFailure.Kind.CORRUPT,
                    "the checkpoint of the log " + name + " is damaged",
                    e);
        }
        throw new StorageFailure(
                StorageFailure.Kind.FOREIGN,
                "the checkpoint of the log "
                        + name
                        + " was not signed by this installation, or is damaged");
    }

    String name() {
        return name;
    }

    String origin() {
        return origin;
    }

    LogFolder folder() {
        return folder;
    }

    Published published() {
        return published;
    }

    long integrated() {
        return frontier.size();
    }

    /** The same, for other threads than the ledger's. */
    long reached() {
        return reached;
    }

    /** Whether there is something new to sign, and nothing signed that waits to be published. */
    boolean wantsCheckpoint() {
        return waiting == null && (frontier.size() > published.size() || renamed);
    }

    byte[] root() {
        return frontier.root();
    }

    long durable() {
        return entries.size(name);
    }

    /**
     * Integrates what is durable, at most one batch; true when there was something. The frontier
     * moves only when the full files are durable, so a failure leaves everything to be done again.
     */
    boolean integrate(Consumer<byte[]> observer) throws IOException {
        List<byte[]> batch = entries.entries(name, frontier.size(), BATCH);
        if (batch.isEmpty()) {
            return false;
        }
        Frontier next = frontier.copy();
        SequencedMap<Path, byte[]> files = new LinkedHashMap<>();
        List<Path> full = new ArrayList<>();
        List<byte[]> open = new ArrayList<>(bundle);
        for (byte[] entry : batch) {
            open.add(entry);
            next.append(
                    entry,
                    (level, index, hashes) -> {
                        files.put(folder.tile(level, index, Frontier.TILE), hashes);
                        full.add(folder.partialTiles(level, index));
                    });
            if (open.size() == Frontier.TILE) {
                long index = Frontier.lastTile(0, next.size()) - 1;
                files.put(folder.bundle(index, Frontier.TILE), LogFolder.bundle(open));
                full.add(folder.partialBundles(index));
                open = new ArrayList<>();
            }
        }
        write(files);
        frontier = next;
        reached = next.size();
        bundle = open;
        outdated.addAll(full);
        batch.forEach(observer);
        return true;
    }

    /** Makes the partial files durable that a checkpoint of the integrated size needs. */
    void writePartials() throws IOException {
        long size = frontier.size();
        SequencedMap<Path, byte[]> files = new LinkedHashMap<>();
        if (!bundle.isEmpty()) {
            files.put(
                    folder.bundle(Frontier.lastTile(0, size), bundle.size()),
                    LogFolder.bundle(bundle));
        }
        for (int level = 0; level < Frontier.levels(size); level++) {
            int width = Frontier.width(level, size);
            // the same width at the published size is the same tile, and there already
            if (width > 0 && (size >>> (8 * level)) != (published.size() >>> (8 * level))) {
                files.put(
                        folder.tile(level, Frontier.lastTile(level, size), width),
                        frontier.unfinished(level));
            }
        }
        write(files);
    }

    /** Signs the integrated size; publishes it at once, or once its witnesses let it. */
    void sign(Instant now, Witnesses witnesses, Runnable moved) throws IOException {
        byte[] root = frontier.root();
        long size = frontier.size();
        Published signed =
                new Published(size, root, signer.checkpoint(origin, size, root, now), now);
        if (!witnesses.cosign(name)) {
            publish(signed);
            return;
        }
        waiting =
                new Waiting(
                        signed,
                        witnesses.ask(
                                new Witnesses.Candidate(
                                        name,
                                        origin,
                                        size,
                                        signed.checkpoint(),
                                        older -> new TreeProof(folder, size).consistency(older)),
                                moved));
    }

    boolean isWaiting() {
        return waiting != null;
    }

    /** Publishes what was signed, if its witnesses let it; true when it did. */
    boolean publishWaiting() throws IOException {
        Waiting candidate = waiting;
        if (candidate == null) {
            return false;
        }
        Optional<String> lines = candidate.asking().lines();
        if (lines.isEmpty()) {
            return false;
        }
        Published signed = candidate.signed();
        publish(
                new Published(
                        signed.size(),
                        signed.root(),
                        signed.checkpoint() + lines.get(),
                        signed.at()));
        letGo();
        return true;
    }

    /** Signs nothing that waits; what was signed is taken up again from the entries. */
    void letGo() {
        if (waiting != null) {
            waiting.asking().close();
            waiting = null;
        }
    }

    /** Puts a checkpoint in place of the last one. */
    private void publish(Published signed) throws IOException {
        directory(folder.path());
        CrashPoint.at("ledger.before-checkpoint");
        Durable.replace(
                folder.disk(),
                folder.checkpoint(),
                signed.checkpoint().getBytes(StandardCharsets.UTF_8));
        published = signed;
        renamed = false;
        CrashPoint.at("ledger.after-checkpoint");
    }

    /**
     * Copies the published checkpoint and the partial files under it; no round is under way. A
     * partial file may have given way to the full one already, whose beginning it is.
     */
    void copyEnd(LogFolder other) throws IOException {
        long size = published.size();
        if (size == 0) {
            return;
        }
        SequencedMap<Path, byte[]> copies = new LinkedHashMap<>();
        copies.put(other.checkpoint(), published.checkpoint().getBytes(StandardCharsets.UTF_8));
        for (int level = 0; level < Frontier.levels(size); level++) {
            int width = Frontier.width(level, size);
            if (width > 0) {
                long last = Frontier.lastTile(level, size);
                copies.put(
                        other.tile(level, last, width),
                        Frontier.joined(folder.hashes(level, last, size), width));
            }
        }
        int width = Frontier.width(0, size);
        if (width > 0) {
            long last = Frontier.lastTile(0, size);
            copies.put(other.bundle(last, width), LogFolder.bundle(folder.entries(last, size)));
        }
        for (Path copy : copies.keySet()) {
            Path parent = copy.getParent();
            if (parent != null) {
                other.disk().createDirectories(parent);
            }
        }
        Durable.replaceAll(other.disk(), copies);
    }

    /** Drops what the published checkpoint no longer needs. */
    void tidy() throws IOException {
        entries.forgetEntries(name, published.size() / Frontier.TILE * Frontier.TILE);
        CrashPoint.at("ledger.after-forget");
        for (Path partials : outdated) {
            folder.deletePartials(partials);
        }
        outdated.clear();
    }

    private void write(SequencedMap<Path, byte[]> files) throws IOException {
        if (files.isEmpty()) {
            return;
        }
        for (Path file : files.keySet()) {
            Path parent = file.getParent();
            if (parent != null) {
                directory(parent);
            }
        }
        CrashPoint.at("ledger.before-tiles");
        Durable.replaceAll(folder.disk(), files);
        CrashPoint.at("ledger.after-tiles");
    }

    private void directory(Path directory) throws IOException {
        if (directory.toString().endsWith(".p")) {
            // comes and goes; not worth remembering
            folder.disk().createDirectories(directory);
        } else if (knownDirectories.add(directory)) {
            folder.disk().createDirectories(directory);
        }
    }
}
