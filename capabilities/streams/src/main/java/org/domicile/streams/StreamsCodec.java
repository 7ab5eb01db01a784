package org.domicile.streams;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.domicile.bytes.StorageFailure;

/** A stream as it lies in the keyspace: one byte of format, then its fields in their order. */
final class StreamsCodec {
    /** Without tables, which were none then. */
    private static final int FIRST = 1;

    private static final int FORMAT = 2;

    private StreamsCodec() {}

    static byte[] encode(Stream stream) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeByte(FORMAT);
            out.writeUTF(stream.id());
            out.writeUTF(stream.organisation());
            out.writeShort(stream.zones().size());
            for (String zone : stream.zones()) {
                out.writeUTF(zone);
            }
            out.writeUTF(stream.topic().name());
            out.writeInt(stream.topic().partitions());
            out.writeLong(stream.topic().retention().toMillis());
            out.writeLong(stream.topic().bytes());
            out.writeLong(stream.made().toEpochMilli());
            out.writeUTF(stream.maker());
            out.writeUTF(stream.table());
            out.writeUTF(stream.unfit());
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return bytes.toByteArray();
    }

    static Stream decode(byte[] value) {
        try {
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(value));
            int format = in.readByte();
            if (format != FORMAT && format != FIRST) {
                throw new StorageFailure(
                        StorageFailure.Kind.FOREIGN,
                        "a stream has a form that this program does not know: use a newer one");
            }
            String id = in.readUTF();
            String organisation = in.readUTF();
            int count = in.readUnsignedShort();
            List<String> zones = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                zones.add(in.readUTF());
            }
            Topic topic =
                    new Topic(
                            in.readUTF(),
                            in.readInt(),
                            Duration.ofMillis(in.readLong()),
                            in.readLong());
            return new Stream(
                    id,
                    organisation,
                    zones,
                    topic,
                    Instant.ofEpochMilli(in.readLong()),
                    in.readUTF(),
                    format == FIRST ? "" : in.readUTF(),
                    format == FIRST ? "" : in.readUTF());
        } catch (IOException | IllegalArgumentException e) {
            throw new StorageFailure(
                    StorageFailure.Kind.CORRUPT, "what is kept of a stream cannot be read", e);
        }
    }
}
