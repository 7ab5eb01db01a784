package org.domicile.blobs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.domicile.bytes.Disk;
import org.domicile.bytes.DiskFull;
import org.domicile.bytes.StorageFailure;
import org.jspecify.annotations.Nullable;

/** Segment files by name: finding, making and deleting them, and the header in their page 0. */
final class SegmentFiles {
    private static final String SUFFIX = ".segment";
    private static final int DIGITS = 12;

    /** "DmS", and the version of the format. */
    private static final int MAGIC = 0x446D5301;

    private static final int HEADER = 40;

    /** Of what is left, one segment takes a part. */
    private static final int PARTS = 8;

    private final Disk disk;
    private final Path folder;
    private final BlobId store;

    /** Segments of the store of this name, in this folder. */
    SegmentFiles(Disk disk, Path folder, BlobId store) {
        this.disk = disk;
        this.folder = folder;
        this.store = store;
    }

    /** Whether a folder holds any segment. */
    static boolean isEmpty(Disk disk, Path folder) throws IOException {
        return disk.list(folder).stream().noneMatch(name -> name.endsWith(SUFFIX));
    }

    /**
     * All segments, by number. Work and memory grow with the number of segments, not of blobs.
     *
     * @throws StorageFailure FOREIGN when one belongs to another store
     */
    List<Segment> find() throws IOException {
        List<Segment> found = new ArrayList<>();
        for (String name : disk.list(folder)) {
            if (name.endsWith(SUFFIX)) {
                found.add(read(name));
            }
        }
        return found;
    }

    /**
     * Makes a segment: open, fallocate, pwrite of the header, fdatasync, fsync of the directory.
     * Its name and its space are durable when this returns, so that later a sync of its bytes is
     * all that a blob needs. A segment is halved, down to the smallest size, until it takes no more
     * than a part of the room that is left: where room is scarce, a few deletions must empty one.
     */
    Segment create(long number, Sizes sizes) {
        Path path = folder.resolve(name(number));
        try {
            long room = disk.usable(folder) - sizes.others();
            long size = sizes.largest();
            while (room / PARTS < size && half(size) >= sizes.smallest()) {
                size = half(size);
            }
            if (room < size) {
                throw new DiskFull("no room for a segment in " + folder);
            }
            return create(path, number, size);
        } catch (IOException e) {
            throw StorageFailure.of(e, "cannot make " + path);
        }
    }

    private static long half(long size) {
        return size / 2 / Page.SIZE * Page.SIZE;
    }

    private Segment create(Path path, long number, long size) throws IOException {
        Disk.DiskFile file = disk.open(path);
        try {
            file.allocate(size);
            file.write(header(number, size), 0);
            file.force();
            disk.forceDirectory(folder);
            return new Segment(disk, path, number, (int) (size / Page.SIZE), file);
        } catch (IOException e) {
            try {
                file.close();
                disk.delete(path);
            } catch (IOException second) {
                // Found at the next start, where nothing names it: compaction deletes it.
                e.addSuppressed(second);
            }
            throw e;
        }
    }

    /** Bytes that the disk has left. */
    long usable() {
        try {
            return disk.usable(folder);
        } catch (IOException e) {
            throw StorageFailure.of(e, "cannot ask how much room " + folder + " has");
        }
    }

    /** Closes and deletes the file; false when the disk refuses. */
    boolean delete(Segment segment) {
        try {
            segment.closeFile();
            disk.delete(segment.path);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Gives segments a second name each in another folder, under the name that they have here. */
    void link(List<Segment> segments, Path other) {
        try {
            for (Segment segment : segments) {
                disk.link(segment.path, other.resolve(name(segment.number)));
            }
        } catch (IOException e) {
            throw StorageFailure.of(e, "cannot link the segments of " + folder + " into " + other);
        }
    }

    /** Closes the file; it is opened again when somebody reads from it. */
    void close(Segment segment) {
        try {
            segment.closeFile();
        } catch (IOException e) {
            // A failed close loses nothing: what was acknowledged was synced before.
            throw StorageFailure.of(e, "cannot close " + segment.path);
        }
    }

    /** Closes the file for good. */
    void shut(Segment segment) {
        try {
            segment.shut();
        } catch (IOException e) {
            throw StorageFailure.of(e, "cannot close " + segment.path);
        }
    }

    private Segment read(String name) throws IOException {
        Path path = folder.resolve(name);
        long number;
        try {
            number = Long.parseLong(name.substring(0, name.length() - SUFFIX.length()));
        } catch (NumberFormatException e) {
            throw new StorageFailure(
                    StorageFailure.Kind.FOREIGN, path + " is not named like a segment", e);
        }
        try (Disk.DiskFile file = disk.openForReading(path)) {
            ByteBuffer header = ByteBuffer.allocate(HEADER);
            while (header.hasRemaining() && file.read(header, header.position()) > 0) {
                // Reads until the header is full or the file ends.
            }
            // A header that does not verify is of a file that a crash left unfinished, or rotten.
            // Neither harms: pages verify by themselves, and what nothing names is deleted.
            BlobId owner = header.hasRemaining() ? null : owner(header.flip(), path);
            if (owner != null && !owner.equals(store)) {
                throw new StorageFailure(
                        StorageFailure.Kind.FOREIGN,
                        path + " belongs to another store than this key space");
            }
            return new Segment(disk, path, number, (int) (file.size() / Page.SIZE));
        }
    }

    private static @Nullable BlobId owner(ByteBuffer header, Path path) {
        int magic = header.getInt(0);
        if (checksum(header) != header.getInt(HEADER - 4) || (magic ^ MAGIC) >>> 8 != 0) {
            return null;
        }
        if (magic != MAGIC) {
            throw new StorageFailure(
                    StorageFailure.Kind.FOREIGN,
                    path + " was written by a newer program: format " + (magic & 0xFF));
        }
        return BlobId.decode(header.position(4));
    }

    private ByteBuffer header(long number, long size) {
        ByteBuffer header = ByteBuffer.allocate(HEADER);
        header.putInt(MAGIC).put(store.encode()).putLong(number).putLong(size);
        return header.putInt(checksum(header)).flip();
    }

    private static int checksum(ByteBuffer header) {
        CRC32C crc = new CRC32C();
        crc.update(header.slice(0, HEADER - 4));
        return (int) crc.getValue();
    }

    private static String name(long number) {
        String digits = Long.toString(number);
        return "0".repeat(Math.max(0, DIGITS - digits.length())) + digits + SUFFIX;
    }

    /**
     * Bytes of the segment to make.
     *
     * @param largest where there is much room, else halves of it
     * @param smallest not worth a file below
     * @param others left free for the key space and the ledger
     */
    record Sizes(long largest, long smallest, long others) {}
}
