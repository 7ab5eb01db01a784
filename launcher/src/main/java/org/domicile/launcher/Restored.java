package org.domicile.launcher;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.domicile.bytes.Disk;
import org.domicile.bytes.Durable;

/**
 * A restore into a data folder: one line of the file {@code restoring}, which is renamed to {@code
 * restored} when everything is there, and removed once the public log says so.
 *
 * @param snapshot that is restored
 * @param name eight hexadecimal digits that no other restore has
 * @param stage how far it is
 */
record Restored(String snapshot, String name, Stage stage) {
    private static final Pattern LINE =
            Pattern.compile("domicile restore 1 (\\d{8}T\\d{6}Z) ([0-9a-f]{8}) (copying|copied)\n");

    /** Versions that no folder uses up between a backup of it and its restore. */
    static final long STEP = 1L << 42;

    /** How far a restore is. */
    enum Stage {
        /** Files are missing. */
        COPYING,
        /** All are there, and may be opened and changed: none is copied any more. */
        COPIED
    }

    static Restored of(String snapshot, SecureRandom random) {
        byte[] bytes = new byte[4];
        random.nextBytes(bytes);
        return new Restored(snapshot, HexFormat.of().formatHex(bytes), Stage.COPYING);
    }

    /** One that is finished and that no start has followed to its end. */
    static Optional<Restored> read(Folder folder, Disk disk) throws IOException {
        return disk.exists(folder.restored())
                ? Optional.of(parse(disk.read(folder.restored())))
                : Optional.empty();
    }

    /** One that was cut short. */
    static Optional<Restored> unfinished(Folder folder, Disk disk) throws IOException {
        return disk.exists(folder.restoring())
                ? Optional.of(parse(disk.read(folder.restoring())))
                : Optional.empty();
    }

    private static Restored parse(byte[] text) {
        Matcher line = LINE.matcher(new String(text, US_ASCII));
        if (!line.matches()) {
            throw new Problem(
                    "this data folder's file about its restore is damaged: restore into an empty"
                            + " folder");
        }
        return new Restored(
                line.group(1),
                line.group(2),
                line.group(3).equals("copied") ? Stage.COPIED : Stage.COPYING);
    }

    /**
     * How many versions of commits a restored folder passes over, so that it calls nothing like
     * what was made in the folder that it was copied from, or in another restore of it: at least
     * 2^42 (at 10,000 commits a second, those of 14 years) times a number from 1 to 1,024 of its
     * own. Thousands of restores in a row leave room.
     */
    long leap() {
        return STEP * (1 + Long.parseLong(name, 16) % 1_024);
    }

    /** From now on the folder does not start. */
    void begin(Folder folder, Disk disk) throws IOException {
        write(folder, disk);
    }

    /** All files are there. */
    Restored copied(Folder folder, Disk disk) throws IOException {
        Restored copied = new Restored(snapshot, name, Stage.COPIED);
        copied.write(folder, disk);
        return copied;
    }

    private void write(Folder folder, Disk disk) throws IOException {
        String line =
                "domicile restore 1 %s %s %s\n"
                        .formatted(snapshot, name, stage.name().toLowerCase(Locale.ROOT));
        Durable.replace(disk, folder.restoring(), line.getBytes(US_ASCII));
    }

    /** From now on it does. */
    void finish(Folder folder, Disk disk) throws IOException {
        disk.rename(folder.restoring(), folder.restored());
        disk.forceDirectory(folder.path());
    }

    /** The public log tells of it. */
    static void forget(Folder folder, Disk disk) throws IOException {
        if (disk.exists(folder.restored())) {
            Durable.delete(disk, folder.restored());
        }
    }
}
