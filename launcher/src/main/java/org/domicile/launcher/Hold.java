package org.domicile.launcher;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.domicile.blobs.Blobs;
import org.domicile.bytes.Disk;
import org.domicile.bytes.StorageFailure;
import org.domicile.keyspace.Keyspace;
import org.domicile.ledger.Ledger;
import org.jspecify.annotations.Nullable;

/**
 * What stands still in a data folder while a backup is copied, below {@code hold/}:
 *
 * <pre>
 *   keyspace/   a keyspace of its own, as it was at one moment
 *   ledger/     for each log its checkpoint at that moment and the partial files under it; the full
 *               tiles and bundles below {@code ledger/} of the data folder do not change, and are
 *               not pruned while the lock is held
 *   blobs/      a link to each segment that this keyspace names
 * </pre>
 *
 * <p>Whoever copies has {@code backup.lock} locked. A process that dies lets go of it; then the
 * server clears the folder, at its next start or within ten minutes.
 */
record Hold(Folder folder, Disk disk) {
    Path keyspace() {
        return folder.hold().resolve("keyspace");
    }

    Path blobs() {
        return folder.hold().resolve("blobs");
    }

    Path ledger() {
        return folder.hold().resolve("ledger");
    }

    /**
     * For the server: makes the lock's file, as its own whoever copies, and clears what is left.
     */
    void prepare() throws IOException {
        disk.open(folder.backupLock()).close();
        clearUnused();
    }

    /**
     * For whoever copies: the lock; empty when somebody else has it.
     *
     * @param holder a word of its own, which shows the server that who asks is who has the lock
     */
    Optional<FileChannel> lock(String holder) throws IOException {
        FileChannel channel = FileChannel.open(folder.backupLock(), StandardOpenOption.WRITE);
        try {
            if (tried(channel) == null) {
                channel.close();
                return Optional.empty();
            }
            channel.truncate(0).write(ByteBuffer.wrap(holder.getBytes(US_ASCII)));
            return Optional.of(channel);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** Whether somebody copies. */
    boolean inUse() {
        try (FileChannel channel =
                FileChannel.open(folder.backupLock(), StandardOpenOption.WRITE)) {
            return tried(channel) == null;
        } catch (IOException e) {
            return true; // not to be seen from here: as if it were
        }
    }

    private boolean holds(String holder) {
        try {
            return Files.readString(folder.backupLock(), US_ASCII).equals(holder);
        } catch (IOException e) {
            return false;
        }
    }

    private static @Nullable FileLock tried(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // this very process has it
        }
    }

    /**
     * Makes it, in place of an older one.
     *
     * @param holder the word of who has the lock; what somebody else copies is left alone
     * @return its folder
     * @throws StorageFailure when it cannot be made: with a sentence, and nothing is left;
     *     OVERLOADED while somebody else copies
     */
    Path make(String holder, Keyspace keyspace, Blobs blobs, Ledger ledger) {
        if (inUse() && !holds(holder)) {
            throw new StorageFailure(
                    StorageFailure.Kind.OVERLOADED,
                    "another backup copies what stands still for it, and has backup.lock");
        }
        try {
            clear();
            disk.createDirectories(blobs());
            disk.createDirectories(ledger());
            try (Blobs.Held held = blobs.hold()) {
                ledger.copyEnds(ledger(), () -> keyspace.copyTo(keyspace()));
                held.linkTo(blobs());
            }
            return folder.hold();
        } catch (IOException e) {
            throw StorageFailure.of(e, "nothing can be held still for a backup");
        } catch (StorageFailure e) {
            clearQuietly(e);
            throw new StorageFailure(
                    e.kind(),
                    "nothing can be held still for a backup: "
                            + e.getMessage()
                            + "; where parts of the data folder lie on other file systems, make"
                            + " backups while the server is stopped",
                    e);
        }
    }

    private void clearQuietly(Exception because) {
        try {
            clear();
        } catch (IOException e) {
            because.addSuppressed(e);
        }
    }

    /** Clears what a backup left that was killed. */
    void clearUnused() throws IOException {
        if (Files.exists(folder.hold()) && !inUse()) {
            clear();
        }
    }

    /** Removes it all. */
    void clear() throws IOException {
        if (!Files.exists(folder.hold())) {
            return;
        }
        List<Path> all;
        try (Stream<Path> below = Files.walk(folder.hold())) {
            all = below.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path each : all) {
            disk.delete(each);
        }
    }
}
