package org.domicile.keys;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.domicile.bytes.StorageFailure.Kind.CORRUPT;
import static org.domicile.bytes.StorageFailure.Kind.FOREIGN;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.domicile.bytes.Disk;
import org.domicile.bytes.StorageFailure;

/**
 * One file of the key store: its header, its frames, its records, and how they are read. The
 * package's page specifies the format; nothing here writes to a disk.
 */
final class StoreFile {
    static final int FORMAT = 2;
    static final int HEADER = 4096;
    static final int RECORD = 1 + 16 + 16 + KeyTable.WRAPPED + 16;

    /** Format 1 had no tokens. */
    private static final int FIRST_FORMAT = 1;

    private static final int FIRST_RECORD = RECORD - 16;
    static final int FRAME_OVERHEAD = 4 + 8 + 4 + Gcm.NONCE + Gcm.TAG + 4;

    /** Records of one frame: just under a MiB. */
    static final int RECORDS_IN_FRAME = 10_800;

    static final int LONGEST_INSTALLATION = 128;
    private static final int LONGEST_FRAME = RECORDS_IN_FRAME * RECORD + FRAME_OVERHEAD;

    private static final byte[] MAGIC = "DOMKEYS\n".getBytes(US_ASCII);
    private static final byte[] EPOCH_LABEL = "domicile/epoch/1\0".getBytes(US_ASCII);
    private static final byte[] FRAME_LABEL = "domicile/frame/1\0".getBytes(US_ASCII);
    private static final int FRAME_HEAD = 4 + 8 + 4 + Gcm.NONCE;
    private static final int EPOCH_AT = 36;
    private static final int INSTALLATION_AT = EPOCH_AT + Gcm.NONCE + KeyTable.WRAPPED;

    private StoreFile() {}

    /** The keys that one epoch key gives: one for frames, one for wrapping. */
    record Epoch(Secret frames, Secret wrapping) {
        static Epoch of(byte[] key) {
            Secret epoch = new Secret(key);
            Epoch keys =
                    new Epoch(
                            epoch.derive("domicile/epoch-frames/1"),
                            epoch.derive("domicile/epoch-wrapping/1"));
            epoch.die(() -> new IllegalStateException("only what is derived is kept"));
            return keys;
        }

        void die() {
            frames.die(() -> new IllegalStateException("an epoch that has passed"));
            wrapping.die(() -> new IllegalStateException("an epoch that has passed"));
        }
    }

    /** Takes the records of a file as they are read. */
    interface Records {
        /** One record at {@code from}; false when it contradicts what came before. */
        boolean take(byte[] records, int from);
    }

    /**
     * What a whole file says.
     *
     * @param format what the file is written in; an older one is written anew before it is added to
     * @param snapshot generation of its header
     * @param generation the last one in it
     * @param end where the readable frames end
     * @param torn whether bytes follow that are no frame
     * @param mark the epoch's nonce and the last frame's: files that share it are the same
     */
    record Reading(
            int format,
            long snapshot,
            long generation,
            long end,
            boolean torn,
            byte[] mark,
            Epoch epoch) {}

    /** What seals an epoch key. The root key itself is not kept in memory. */
    static Secret sealing(Secret root) {
        Secret sealing = root.derive("domicile/root-epoch/1");
        root.die(() -> new IllegalStateException("only what is derived is kept"));
        return sealing;
    }

    // ---- writing --------------------------------------------------------------------------

    /** The header page, with the new epoch key sealed in it. */
    static byte[] header(
            Gcm gcm,
            Secret sealing,
            SecureRandom random,
            String installation,
            long generation,
            int records,
            byte[] epoch) {
        byte[] name = installation.getBytes(UTF_8);
        if (name.length > LONGEST_INSTALLATION) {
            throw new IllegalArgumentException(
                    "an installation's id has at most " + LONGEST_INSTALLATION + " bytes");
        }
        ByteBuffer header = ByteBuffer.allocate(HEADER);
        header.put(MAGIC).putInt(FORMAT).putInt(HEADER).putLong(generation);
        header.putLong(records).putInt(framesFor(records));
        byte[] nonce = new byte[Gcm.NONCE];
        random.nextBytes(nonce);
        byte[] key = sealing.copy();
        byte[] context = context(header.array(), name);
        header.put(nonce).put(gcm.seal(key, nonce, EPOCH_LABEL, context, epoch));
        Secret.wipe(key);
        header.putShort((short) name.length).put(name);
        header.putInt(HEADER - 4, crc(header.array(), 0, HEADER - 4));
        return header.array();
    }

    static int framesFor(int records) {
        return Math.max(1, (records + RECORDS_IN_FRAME - 1) / RECORDS_IN_FRAME);
    }

    /** One frame of {@code length} bytes of records. */
    static byte[] frame(
            Gcm gcm,
            Epoch epoch,
            SecureRandom random,
            long generation,
            int number,
            byte[] records,
            int length) {
        ByteBuffer frame = ByteBuffer.allocate(length + FRAME_OVERHEAD);
        byte[] nonce = new byte[Gcm.NONCE];
        random.nextBytes(nonce);
        frame.putInt(length + Gcm.TAG).putLong(generation).putInt(number);
        byte[] head = Arrays.copyOf(frame.array(), FRAME_HEAD - Gcm.NONCE);
        frame.put(nonce);
        byte[] key = epoch.frames().copy();
        gcm.seal(key, nonce, FRAME_LABEL, head, ByteBuffer.wrap(records, 0, length), frame);
        Secret.wipe(key);
        frame.putInt(crc(frame.array(), 0, frame.position()));
        return frame.array();
    }

    static void record(
            ByteBuffer target,
            byte kind,
            KeyTable.Id id,
            KeyTable.Id parent,
            byte[] wrapped,
            KeyTable.Id token) {
        target.put(kind).putLong(id.high()).putLong(id.low());
        target.putLong(parent.high()).putLong(parent.low());
        target.put(wrapped).putLong(token.high()).putLong(token.low());
    }

    // ---- reading --------------------------------------------------------------------------

    /**
     * Reads a whole file, checking everything.
     *
     * @throws StorageFailure CORRUPT, or FOREIGN for another installation's, another root's or a
     *     newer one, in a sentence
     */
    static Reading read(
            Disk disk, Path path, String installation, Secret sealing, Gcm gcm, Records sink)
            throws IOException {
        try (Disk.DiskFile file = disk.openForReading(path)) {
            return new Reader(file, path, gcm, sink).read(installation, sealing);
        }
    }

    /** True when the file's header was overwritten because a newer file took its place. */
    static boolean retired(Disk disk, Path path) throws IOException {
        try (Disk.DiskFile file = disk.openForReading(path)) {
            ByteBuffer page = ByteBuffer.allocate(HEADER);
            while (page.hasRemaining() && file.read(page, page.position()) > 0) {}
            return !page.hasRemaining() && Arrays.equals(page.array(), new byte[HEADER]);
        }
    }

    private static final class Reader {
        private final Disk.DiskFile file;
        private final Path path;
        private final Gcm gcm;
        private final Records sink;
        private final long size;
        private byte[] plain = new byte[0];
        private int format = FORMAT;

        Reader(Disk.DiskFile file, Path path, Gcm gcm, Records sink) throws IOException {
            this.file = file;
            this.path = path;
            this.gcm = gcm;
            this.sink = sink;
            this.size = file.size();
        }

        Reading read(String installation, Secret sealing) throws IOException {
            if (size < HEADER) {
                throw truncated(HEADER);
            }
            byte[] header = bytes(0, HEADER);
            Epoch epoch = epoch(header, installation, sealing);
            ByteBuffer fields = ByteBuffer.wrap(header);
            long snapshot = fields.getLong(16);
            long records = fields.getLong(24);
            int frames = fields.getInt(32);

            long end = HEADER;
            long count = 0;
            byte[] frame = new byte[0];
            for (int number = 0; number < frames; number++) {
                frame = frameAt(end);
                int taken = open(frame, epoch, snapshot, number);
                if (taken < 0) {
                    long wanted = end + claimed(end);
                    throw wanted > size && wanted <= end + LONGEST_FRAME
                            ? truncated(wanted)
                            : damaged(end);
                }
                count += taken;
                end += frame.length;
            }
            if (count != records) {
                throw damaged(end);
            }
            long generation = snapshot;
            byte[] last = frame;
            while (end < size) {
                frame = frameAt(end);
                if (open(frame, epoch, generation + 1, 0) < 0) {
                    checkTorn(end, generation);
                    break;
                }
                last = frame;
                generation++;
                end += frame.length;
            }
            byte[] mark = Arrays.copyOfRange(header, EPOCH_AT, EPOCH_AT + 2 * Gcm.NONCE);
            System.arraycopy(last, FRAME_HEAD - Gcm.NONCE, mark, Gcm.NONCE, Gcm.NONCE);
            return new Reading(format, snapshot, generation, end, end < size, mark, epoch);
        }

        private Epoch epoch(byte[] header, String installation, Secret sealing) {
            ByteBuffer fields = ByteBuffer.wrap(header);
            if (!Arrays.equals(header, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
                throw new StorageFailure(
                        CORRUPT,
                        "the key store "
                                + path
                                + " does not begin like one: it is damaged, or another program's"
                                + " file. Put a copy of it from another place back");
            }
            if (fields.getInt(HEADER - 4) != crc(header, 0, HEADER - 4)) {
                throw damaged(0);
            }
            format = fields.getInt(8);
            if (format != FORMAT && format != FIRST_FORMAT) {
                throw new StorageFailure(
                        FOREIGN,
                        "the key store "
                                + path
                                + " is of format "
                                + format
                                + ", and this program reads format "
                                + FORMAT
                                + ": start the newer program that wrote it");
            }
            int length = fields.getShort(INSTALLATION_AT);
            if (length < 0 || length > LONGEST_INSTALLATION) {
                throw damaged(INSTALLATION_AT);
            }
            byte[] name =
                    Arrays.copyOfRange(header, INSTALLATION_AT + 2, INSTALLATION_AT + 2 + length);
            if (!Arrays.equals(name, installation.getBytes(UTF_8))) {
                throw new StorageFailure(
                        FOREIGN,
                        "the key store "
                                + path
                                + " belongs to the installation "
                                + new String(name, UTF_8)
                                + ", and the data folder to "
                                + installation
                                + ": name the folder's own place in keys.places");
            }
            byte[] key = sealing.copy();
            byte[] epoch = new byte[Secret.LENGTH];
            try {
                gcm.open(
                        key,
                        Arrays.copyOfRange(header, EPOCH_AT, EPOCH_AT + Gcm.NONCE),
                        EPOCH_LABEL,
                        context(header, name),
                        header,
                        EPOCH_AT + Gcm.NONCE,
                        KeyTable.WRAPPED,
                        epoch,
                        0);
            } catch (Gcm.Unverified e) {
                throw new StorageFailure(
                        FOREIGN,
                        "the root key does not open the key store "
                                + path
                                + ": it is the root key of another store. Name the right one, or"
                                + " put its backup back");
            } finally {
                Secret.wipe(key);
            }
            return Epoch.of(epoch);
        }

        /** Length of the frame that begins here, as it says itself. */
        private long claimed(long position) throws IOException {
            return size - position < 4
                    ? FRAME_OVERHEAD
                    : (ByteBuffer.wrap(bytes(position, 4)).getInt() & 0xFFFF_FFFFL)
                            + FRAME_OVERHEAD
                            - Gcm.TAG;
        }

        /** The frame's bytes when it lies there whole and its checksum holds, else nothing. */
        private byte[] frameAt(long position) throws IOException {
            if (size - position < FRAME_OVERHEAD + record()) {
                return Gcm.nothing();
            }
            long length = claimed(position);
            long records = length - FRAME_OVERHEAD;
            if (records <= 0
                    || records % record() != 0
                    || length > LONGEST_FRAME
                    || length > size - position) {
                return Gcm.nothing();
            }
            byte[] frame = bytes(position, (int) length);
            int crc = ByteBuffer.wrap(frame).getInt(frame.length - 4);
            return crc == crc(frame, 0, frame.length - 4) ? frame : Gcm.nothing();
        }

        /** Opens a frame and hands its records on; their number, or -1 when it is not the next. */
        private int open(byte[] frame, Epoch epoch, long generation, int number) {
            if (frame.length == 0) {
                return -1;
            }
            ByteBuffer fields = ByteBuffer.wrap(frame);
            int length = frame.length - FRAME_OVERHEAD;
            if (fields.getLong(4) != generation || fields.getInt(12) != number) {
                return -1;
            }
            if (plain.length < length) {
                plain = new byte[length];
            }
            byte[] key = epoch.frames().copy();
            try {
                int head = FRAME_HEAD - Gcm.NONCE;
                gcm.open(
                        key,
                        Arrays.copyOfRange(frame, head, FRAME_HEAD),
                        FRAME_LABEL,
                        Arrays.copyOf(frame, head),
                        frame,
                        FRAME_HEAD,
                        length + Gcm.TAG,
                        plain,
                        0);
            } catch (Gcm.Unverified e) {
                return -1;
            } finally {
                Secret.wipe(key);
            }
            for (int from = 0; from < length; from += record()) {
                if (!taken(from)) {
                    throw new StorageFailure(
                            CORRUPT,
                            "the key store "
                                    + path
                                    + " contradicts itself in generation "
                                    + generation);
                }
            }
            return length / record();
        }

        private int record() {
            return format == FIRST_FORMAT ? FIRST_RECORD : RECORD;
        }

        /** Hands a record on, one of the first format with nobody's token. */
        private boolean taken(int from) {
            if (format == FORMAT) {
                return sink.take(plain, from);
            }
            byte[] whole = Arrays.copyOf(Arrays.copyOfRange(plain, from, from + record()), RECORD);
            return sink.take(whole, 0);
        }

        /**
         * What follows the last whole frame may be the rest of an append that a crash cut off: then
         * there is no whole frame behind it. If there is one, something in the middle is damaged.
         */
        private void checkTorn(long from, long generation) throws IOException {
            long longest = 2L * LONGEST_FRAME;
            if (size - from > longest) {
                throw damaged(from);
            }
            ByteBuffer tail = ByteBuffer.wrap(bytes(from, (int) (size - from)));
            for (int at = 1; at <= tail.capacity() - FRAME_OVERHEAD - record(); at++) {
                int length = tail.getInt(at);
                long later = tail.getLong(at + 4);
                boolean plausible =
                        length > 0
                                && (length - Gcm.TAG) % record() == 0
                                && later > generation
                                && later - generation < longest;
                if (plausible && frameAt(from + at).length > 0) {
                    throw damaged(from);
                }
            }
        }

        private byte[] bytes(long position, int length) throws IOException {
            ByteBuffer bytes = ByteBuffer.allocate(length);
            while (bytes.hasRemaining()) {
                if (file.read(bytes, position + bytes.position()) <= 0) {
                    throw truncated(position + length);
                }
            }
            return bytes.array();
        }

        private StorageFailure truncated(long wanted) {
            return new StorageFailure(
                    CORRUPT,
                    "the key store "
                            + path
                            + " is truncated: it has "
                            + size
                            + " bytes and needs at least "
                            + wanted
                            + ". Put a whole copy back, from another place or its backup");
        }

        private StorageFailure damaged(long where) {
            return new StorageFailure(
                    CORRUPT,
                    "the key store "
                            + path
                            + " is damaged after byte "
                            + where
                            + ". Put a whole copy back, from another place or its backup");
        }
    }

    /** The header's fields before the epoch key, and the installation. */
    private static byte[] context(byte[] header, byte[] name) {
        byte[] context = Arrays.copyOf(header, EPOCH_AT + name.length);
        System.arraycopy(name, 0, context, EPOCH_AT, name.length);
        return context;
    }

    static int crc(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return (int) crc.getValue();
    }
}
