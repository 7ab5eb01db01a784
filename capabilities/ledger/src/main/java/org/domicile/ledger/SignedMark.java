package org.domicile.ledger;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.domicile.bytes.Disk;
import org.domicile.bytes.Durable;
import org.domicile.bytes.StorageFailure;

/**
 * How far the public log was ever signed, kept outside of the data folder and its backups (beside
 * the key store): a file {@code signed-HASH} in each place, whose two lines are the log's origin
 * and a number of entries. It is raised, durably, before anything is signed, to what is durable
 * then; so a folder with fewer entries is an older copy, whatever its own files say, and going on
 * from it would sign a second history. The use logs need no mark: whatever they sign, an entry of
 * the public log has said before.
 *
 * <p>Owned by the ledger's thread.
 */
public final class SignedMark {
    private static final Pattern FORM = Pattern.compile("([^\n]+)\n(0|[1-9][0-9]{0,18})\n");

    private final List<Path> files;
    private final Disk disk;
    private final String origin;
    private long known;

    private SignedMark(List<Path> files, Disk disk, String origin, long known) {
        this.files = files;
        this.disk = disk;
        this.origin = origin;
        this.known = known;
    }

    /** Remembers nothing: for tests, and for folders that are thrown away. */
    public static SignedMark none() {
        return new SignedMark(List.of(), Disk.real(), "", 0);
    }

    /**
     * Reads the mark.
     *
     * @param places directories, made when they are absent
     * @param origin of the public log
     * @throws StorageFailure CORRUPT when a file is none, with what to do
     */
    public static SignedMark in(List<Path> places, Disk disk, String origin) throws IOException {
        List<Path> files = new ArrayList<>();
        String name = "signed-" + Signer.shortHash(origin);
        for (Path place : places) {
            disk.createDirectories(place);
            files.add(place.resolve(name));
        }
        SignedMark mark = new SignedMark(List.copyOf(files), disk, origin, 0);
        mark.known = mark.read();
        return mark;
    }

    /** Entries of the public log that were durable when something was last signed. */
    public long highest() {
        return known;
    }

    /**
     * The highest that a place says. A damaged one counts for nothing while another place is whole:
     * each is raised before anything is signed, so any whole one says enough, and the next raise
     * writes all of them anew.
     */
    private long read() throws IOException {
        long highest = -1;
        List<Path> damaged = new ArrayList<>();
        for (Path file : files) {
            if (disk.exists(file)) {
                Matcher text = FORM.matcher(new String(disk.read(file), StandardCharsets.UTF_8));
                Optional<Long> size =
                        text.matches() && text.group(1).equals(origin)
                                ? number(text.group(2))
                                : Optional.empty();
                if (size.isEmpty()) {
                    damaged.add(file);
                }
                highest = Math.max(highest, size.orElse(-1L));
            }
        }
        if (highest < 0 && !damaged.isEmpty()) {
            throw new StorageFailure(
                    StorageFailure.Kind.CORRUPT,
                    damaged.getFirst()
                            + " should say how far the log "
                            + origin
                            + " was signed, and is damaged, and no other place of keys.places says"
                            + " it: put back a whole one");
        }
        return Math.max(0, highest);
    }

    private static Optional<Long> number(String digits) {
        try {
            return Optional.of(Long.parseLong(digits));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /**
     * Says that so many entries may be signed from now on; durable in each place when it returns.
     *
     * @throws StorageFailure FOREIGN when another program has raised it meanwhile: two servers go
     *     on from one copy
     */
    void raise(long entries) throws IOException {
        if (files.isEmpty() || entries <= known) {
            return;
        }
        long there = read();
        if (there > known) {
            throw new StorageFailure(
                    StorageFailure.Kind.FOREIGN,
                    "another server has signed %,d entries of the log %s meanwhile, and this one %,d: two go on from one copy; stop this one"
                            .formatted(there, origin, known));
        }
        byte[] text = (origin + "\n" + entries + "\n").getBytes(StandardCharsets.UTF_8);
        for (Path file : files) {
            Durable.replace(disk, file, text);
        }
        known = entries;
    }

    /**
     * Refuses a folder that holds fewer entries than were signed.
     *
     * @throws StorageFailure FOREIGN
     */
    void check(long durable) {
        if (durable < known) {
            throw new StorageFailure(
                    StorageFailure.Kind.FOREIGN,
                    "the data folder is an older copy: its public log holds %,d entries, and %,d were signed before (%s says so); going on would sign a second history. Put today's folder back; where it is lost, start once with --set ledger.restore=new-history: the logs then go on under a new name, and say so in public"
                            .formatted(durable, known, files.getFirst()));
        }
    }
}
