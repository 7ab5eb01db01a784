package org.domicile.witness;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.domicile.bytes.Disk;
import org.domicile.bytes.DiskFull;
import org.domicile.bytes.Durable;
import org.domicile.bytes.StorageFailure;
import org.domicile.verifier.Checkpoint;
import org.domicile.verifier.MerkleProof;
import org.domicile.verifier.Note;
import org.domicile.verifier.Refused;
import org.domicile.verifier.VerifierKey;

/** See the package's page. Safe for concurrent use. One process has a folder open. */
public final class Witness {
    private static final System.Logger LOG = System.getLogger("org.domicile.witness");
    private static final String KEY_FILE = "witness.key";
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final int MAX_NOTE = 128 << 10;

    private final Path folder;
    private final Disk disk;
    private final InstantSource clock;
    private final WitnessKey key;
    private final Map<String, Log> logs = new LinkedHashMap<>();

    /** One log; its lock is held from the judgement until the note is durable. */
    private final class Log {
        final List<VerifierKey> keys = new ArrayList<>();
        final String hash;
        // guarded by this
        Optional<Checkpoint> last = Optional.empty();
        byte[] note = {};
        boolean fenced;

        Log(String origin) {
            this.hash = hash(origin);
        }

        Path file() {
            return folder.resolve("logs").resolve(hash);
        }
    }

    /**
     * What goes back.
     *
     * @param status of HTTP @param type of the body
     */
    public record Answer(int status, String type, byte[] body) {
        private static Answer sentence(int status, String sentence) {
            return new Answer(status, TEXT, (sentence + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }

    /**
     * A log as the witness knows it.
     *
     * @param origin its identity @param size cosigned last; 0 when none was
     */
    public record Known(String origin, long size) {}

    private Witness(Path folder, Disk disk, InstantSource clock, WitnessKey key) {
        this.folder = folder;
        this.disk = disk;
        this.clock = clock;
        this.key = key;
    }

    /**
     * Whether a folder holds a witness.
     *
     * @throws IOException when it cannot be looked at
     */
    public static boolean exists(Path folder, Disk disk) throws IOException {
        return disk.exists(folder.resolve(KEY_FILE));
    }

    /** Makes a new witness's key in a folder that has none. Durable when this returns. */
    public static WitnessKey create(Path folder, String name, Disk disk) throws IOException {
        if (exists(folder, disk)) {
            throw new IllegalArgumentException("there is a witness in " + folder + " already");
        }
        WitnessKey key = WitnessKey.create(name);
        disk.createDirectories(folder.resolve("logs"));
        Durable.replace(disk, folder.resolve(KEY_FILE), key.encode());
        return key;
    }

    /**
     * Opens a witness.
     *
     * @param trusted keys of the logs that it cosigns; a log's origin is its keys' name
     * @throws StorageFailure CORRUPT when what it had cosigned is damaged: going on could sign a
     *     second history
     */
    public static Witness open(
            Path folder, Disk disk, InstantSource clock, List<VerifierKey> trusted)
            throws IOException {
        Witness witness =
                new Witness(
                        folder,
                        disk,
                        clock,
                        WitnessKey.decode(disk.read(folder.resolve(KEY_FILE))));
        for (VerifierKey each : trusted) {
            witness.logs.computeIfAbsent(each.name(), name -> witness.new Log(name)).keys.add(each);
        }
        for (Map.Entry<String, Log> each : witness.logs.entrySet()) {
            witness.resume(each.getKey(), each.getValue());
        }
        return witness;
    }

    private void resume(String origin, Log log) throws IOException {
        if (!disk.exists(log.file())) {
            return;
        }
        byte[] note = disk.read(log.file());
        try {
            Checkpoint last = Checkpoint.parse("checkpoint", note);
            if (!last.origin().equals(origin)
                    || last.cosigned("checkpoint", key.verifierKeys().getFirst()).isEmpty()) {
                throw new Refused("checkpoint", "is not one that this witness cosigned");
            }
            synchronized (log) {
                log.last = Optional.of(last);
                log.note = note;
            }
        } catch (Refused e) {
            throw new StorageFailure(
                    StorageFailure.Kind.CORRUPT,
                    "what the witness cosigned last of %s is damaged (%s: %s); it must not go on: make a new witness in another folder"
                            .formatted(origin, log.file(), e.getMessage()),
                    e);
        }
    }

    /** What others verify its cosignatures with. */
    public WitnessKey key() {
        return key;
    }

    /** The logs that it cosigns. */
    public List<Known> logs() {
        List<Known> known = new ArrayList<>();
        logs.forEach((origin, log) -> {
            synchronized (log) {
                known.add(new Known(origin, log.last.map(Checkpoint::size).orElse(0L)));
            }
        });
        return known;
    }

    /** Longest body of {@link #addCheckpoint}; a longer one is 413. */
    public static int longestRequest() {
        return AddCheckpoint.MAX_BYTES;
    }

    /** POST add-checkpoint. */
    public Answer addCheckpoint(byte[] body) {
        if (body.length > AddCheckpoint.MAX_BYTES) {
            return Answer.sentence(413, "a request has at most 64 KiB");
        }
        AddCheckpoint asked;
        Checkpoint checkpoint;
        try {
            asked = AddCheckpoint.parse(body);
            checkpoint = Checkpoint.parse("checkpoint", asked.checkpoint());
        } catch (Refused e) {
            return Answer.sentence(400, e.verdict().sentence());
        }
        Log log = logs.get(checkpoint.origin());
        if (log == null) {
            return Answer.sentence(404, "this witness does not cosign the log of this origin");
        }
        List<Note.SignatureLine> signed;
        try {
            signed = checkpoint.verifyAny("checkpoint", log.keys);
        } catch (Refused e) {
            return Answer.sentence(403, e.verdict().sentence());
        }
        if (asked.old() > checkpoint.size()) {
            return Answer.sentence(400, "the old size is greater than the checkpoint's");
        }
        synchronized (log) {
            return judged(log, asked, checkpoint, signed);
        }
    }

    /** With the log's lock. */
    private Answer judged(
            Log log, AddCheckpoint asked, Checkpoint checkpoint, List<Note.SignatureLine> signed) {
        if (log.fenced) {
            return Answer.sentence(503, "the witness's disk failed; it waits for its operator");
        }
        long known = log.last.map(Checkpoint::size).orElse(0L);
        if (asked.old() != known) {
            byte[] size = (known + "\n").getBytes(StandardCharsets.US_ASCII);
            return new Answer(409, "text/x.tlog.size", size);
        }
        Optional<String> objection = objection(log, asked, checkpoint);
        if (objection.isPresent()) {
            LOG.log(
                    Level.WARNING,
                    "{0} signed a checkpoint of {1} entries that {2}: keep it, it may be proof of"
                            + " misbehaviour: {3}",
                    checkpoint.origin(),
                    checkpoint.size(),
                    objection.get(),
                    checkpoint.note().text().replace("\n", "\\n"));
            return Answer.sentence(422, "the checkpoint " + objection.get());
        }
        List<Note.SignatureLine> ours = key.cosign(checkpoint, clock.instant());
        byte[] lines = format(ours);
        byte[] note = (checkpoint.note().text() + "\n").getBytes(StandardCharsets.UTF_8);
        note = joined(note, format(signed), lines);
        if (note.length > MAX_NOTE) {
            return Answer.sentence(413, "the checkpoint has too many signatures of the log");
        }
        try {
            Durable.replace(disk, log.file(), note);
        } catch (DiskFull e) {
            return Answer.sentence(503, "the witness's disk is full");
        } catch (IOException e) {
            // It may or may not be there: only a restart can tell.
            log.fenced = true;
            LOG.log(Level.ERROR, "what was cosigned could not be kept: " + log.file(), e);
            return Answer.sentence(503, "the witness's disk failed; it waits for its operator");
        }
        log.last = Optional.of(checkpoint);
        log.note = note;
        return new Answer(200, TEXT, lines);
    }

    /** Why the checkpoint is no successor of what was cosigned last. */
    private static Optional<String> objection(Log log, AddCheckpoint asked, Checkpoint checkpoint) {
        if (checkpoint.size() == 0 && !Arrays.equals(checkpoint.root(), sha256(new byte[0]))) {
            return Optional.of("has no entries and the root of a tree that has");
        }
        if (log.last.isEmpty() || log.last.get().size() == 0) {
            return asked.proof().isEmpty()
                    ? Optional.empty()
                    : Optional.of("needs no proof from the empty tree, and brings one");
        }
        Checkpoint last = log.last.get();
        if (last.size() == checkpoint.size() && !Arrays.equals(last.root(), checkpoint.root())) {
            return Optional.of("has another root for the size that was cosigned");
        }
        return MerkleProof.extendsTree(
                        last.size(),
                        last.root(),
                        checkpoint.size(),
                        checkpoint.root(),
                        asked.proof())
                ? Optional.empty()
                : Optional.of("is not shown to extend the one that was cosigned last");
    }

    /** GET HASH/checkpoint, for monitors. @param originHash hexadecimal SHA-256 of the origin */
    public Answer checkpoint(String originHash) {
        for (Log log : logs.values()) {
            if (log.hash.equals(originHash)) {
                synchronized (log) {
                    if (log.last.isPresent()) {
                        return new Answer(200, TEXT, log.note.clone());
                    }
                }
            }
        }
        return Answer.sentence(404, "no checkpoint of a log of this hash was cosigned");
    }

    private static byte[] format(List<Note.SignatureLine> lines) {
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(line.format()));
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] joined(byte[]... parts) {
        int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
        java.nio.ByteBuffer all = java.nio.ByteBuffer.allocate(length);
        for (byte[] part : parts) {
            all.put(part);
        }
        return all.array();
    }

    /** How an origin is called where paths are made of it. */
    public static String hash(String origin) {
        return HexFormat.of().formatHex(sha256(origin.getBytes(StandardCharsets.UTF_8)));
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
