package org.domicile.watches;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.domicile.bytes.StorageFailure;

/** A watch as it lies in the keyspace: one byte of format, then its fields in their order. */
final class WatchesCodec {
    private static final int FORMAT = 1;

    private WatchesCodec() {}

    static byte[] encode(Watch watch) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeByte(FORMAT);
            out.writeUTF(watch.id());
            out.writeUTF(watch.organisation());
            out.writeUTF(watch.name());
            out.writeUTF(watch.purpose());
            out.writeUTF(watch.maker());
            out.writeUTF(watch.credential());
            Wire.text(out, watch.sql());
            out.writeUTF(watch.to());
            out.writeShort(watch.sources().size());
            for (String each : watch.sources()) {
                out.writeUTF(each);
            }
            out.writeUTF(watch.time());
            out.writeInt(watch.late());
            out.writeByte(
                    switch (watch.from()) {
                        case NOW -> 0;
                        case BEGINNING -> 1;
                    });
            out.writeLong(watch.made().toEpochMilli());
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return bytes.toByteArray();
    }

    static Watch decode(byte[] value) {
        try {
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(value));
            if (in.readByte() != FORMAT) {
                throw new StorageFailure(
                        StorageFailure.Kind.FOREIGN,
                        "a watch has a form that this program does not know: use a newer one");
            }
            String id = in.readUTF();
            String organisation = in.readUTF();
            String name = in.readUTF();
            String purpose = in.readUTF();
            String maker = in.readUTF();
            String credential = in.readUTF();
            String sql = Wire.text(in);
            String to = in.readUTF();
            int count = in.readUnsignedShort();
            List<String> sources = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                sources.add(in.readUTF());
            }
            return new Watch(
                    id,
                    organisation,
                    name,
                    purpose,
                    maker,
                    credential,
                    sql,
                    to,
                    sources,
                    in.readUTF(),
                    in.readInt(),
                    in.readByte() == 0 ? Watch.From.NOW : Watch.From.BEGINNING,
                    Instant.ofEpochMilli(in.readLong()));
        } catch (IOException | IllegalArgumentException e) {
            throw new StorageFailure(
                    StorageFailure.Kind.CORRUPT, "what is kept of a watch cannot be read", e);
        }
    }
}
