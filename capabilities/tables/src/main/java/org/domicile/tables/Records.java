package org.domicile.tables;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import org.domicile.bytes.StorageFailure;

/** What stands under the keys, as the package's page says it. */
final class Records {
    private static final int FORMAT = 1;

    private Records() {}

    /**
     * @param properties sealed
     */
    record Space(long id, byte[] properties) {
        byte[] encode() {
            return written(out -> {
                out.writeLong(id);
                bytes(out, properties);
            });
        }

        static Space decode(byte[] value) {
            return read(value, "a namespace", in -> new Space(in.readLong(), bytes(in)));
        }
    }

    /**
     * A table or view.
     *
     * @param version grows with each commit
     * @param pieces of its state that stand elsewhere
     * @param state sealed; its first part where there are pieces
     */
    record Entry(Kind kind, String id, long version, int pieces, byte[] state) {
        byte[] encode() {
            return written(out -> {
                out.writeByte(kind.ordinal());
                out.writeUTF(id);
                out.writeLong(version);
                out.writeInt(pieces);
                bytes(out, state);
            });
        }

        static Entry decode(byte[] value) {
            return read(
                    value,
                    "a table",
                    in ->
                            new Entry(
                                    Kind.values()[in.readByte()],
                                    in.readUTF(),
                                    in.readLong(),
                                    in.readInt(),
                                    bytes(in)));
        }
    }

    /** Who has an id. */
    record Holder(Life life, Instant since, long namespace, String name) {
        /** How it is. */
        enum Life {
            LIVES,
            DROPPED
        }

        byte[] encode() {
            return written(out -> {
                out.writeByte(life.ordinal());
                out.writeLong(since.toEpochMilli());
                out.writeLong(namespace);
                out.writeUTF(name);
            });
        }

        static Holder decode(byte[] value) {
            return read(
                    value,
                    "the holder of an id",
                    in ->
                            new Holder(
                                    Life.values()[in.readByte()],
                                    Instant.ofEpochMilli(in.readLong()),
                                    in.readLong(),
                                    in.readUTF()));
        }
    }

    /** An id that waits. */
    record Staged(Instant since) {
        byte[] encode() {
            return written(out -> out.writeLong(since.toEpochMilli()));
        }

        static Staged decode(byte[] value) {
            return read(
                    value, "a staged id", in -> new Staged(Instant.ofEpochMilli(in.readLong())));
        }
    }

    /** What came of a change. @param refusal empty when it was made @param sentence sealed */
    record Came(Instant since, byte[] asked, String refusal, byte[] sentence) {
        byte[] encode() {
            return written(out -> {
                out.writeLong(since.toEpochMilli());
                bytes(out, asked);
                out.writeUTF(refusal);
                bytes(out, sentence);
            });
        }

        static Came decode(byte[] value) {
            return read(
                    value,
                    "what came of a change",
                    in ->
                            new Came(
                                    Instant.ofEpochMilli(in.readLong()),
                                    bytes(in),
                                    in.readUTF(),
                                    bytes(in)));
        }
    }

    /** How far a table was fed. */
    static byte[] fed(String place) {
        return written(out -> out.writeUTF(place));
    }

    /** The same, read. */
    static String fed(byte[] value) {
        return read(value, "how far a table was fed", in -> in.readUTF());
    }

    /** A load whose rows came. @param snapshot that brought them, and its number in the table */
    record Arrived(Instant since, long snapshot, long sequence) {
        byte[] encode() {
            return written(out -> {
                out.writeLong(since.toEpochMilli());
                out.writeLong(snapshot);
                out.writeLong(sequence);
            });
        }

        static Arrived decode(byte[] value) {
            return read(
                    value,
                    "a load",
                    in ->
                            new Arrived(
                                    Instant.ofEpochMilli(in.readLong()),
                                    in.readLong(),
                                    in.readLong()));
        }
    }

    private interface Writing {
        void to(DataOutputStream out) throws IOException;
    }

    private interface Reading<T> {
        T from(DataInputStream in) throws IOException;
    }

    private static byte[] written(Writing writing) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(FORMAT);
            writing.to(out);
        } catch (IOException e) {
            throw new UncheckedIOException("a byte array does not fail", e);
        }
        return bytes.toByteArray();
    }

    private static <T> T read(byte[] value, String what, Reading<T> reading) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(value))) {
            int format = in.readUnsignedByte();
            if (format != FORMAT) {
                throw new StorageFailure(
                        StorageFailure.Kind.FOREIGN,
                        what + " is of format " + format + ", and this program reads " + FORMAT);
            }
            return reading.from(in);
        } catch (IOException | ArrayIndexOutOfBoundsException e) {
            throw new StorageFailure(
                    StorageFailure.Kind.CORRUPT, "the record of " + what + " cannot be read", e);
        }
    }

    private static void bytes(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static byte[] bytes(DataInputStream in) throws IOException {
        int length = in.readInt();
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new IOException("it ends too early");
        }
        return bytes;
    }

    /** Speed before size: what is committed often is packed often. */
    static byte[] deflated(byte[] plain) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(plain.length / 4 + 64);
        Deflater deflater = new Deflater(Deflater.BEST_SPEED);
        try (DeflaterOutputStream out = new DeflaterOutputStream(bytes, deflater)) {
            out.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException("a byte array does not fail", e);
        } finally {
            deflater.end();
        }
        return bytes.toByteArray();
    }

    static byte[] inflated(InputStream packed) {
        try (InflaterInputStream in = new InflaterInputStream(packed)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new StorageFailure(
                    StorageFailure.Kind.CORRUPT, "what is packed cannot be read", e);
        }
    }
}
