package org.domicile.watches;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.domicile.bytes.StorageFailure;

/**
 * A watch as it lies in the keyspace: one byte of format, then its fields in their order. Format 1
 * had no tables.
 */
final class WatchesCodec {
    private static final int FORMAT = 2;
    private static final int WITHOUT_TABLES = 1;

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
            out.writeShort(watch.tables().size());
            for (Watch.Table each : watch.tables()) {
                out.writeUTF(each.name());
                out.writeShort(each.columns().size());
                for (Map.Entry<String, String> column : each.columns().entrySet()) {
                    out.writeUTF(column.getKey());
                    out.writeUTF(column.getValue());
                }
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
            int format = in.readByte();
            if (format != FORMAT && format != WITHOUT_TABLES) {
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
            List<Watch.Table> tables =
                    format == WITHOUT_TABLES ? List.of() : tables(in, in.readUnsignedShort());
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
                    tables,
                    in.readUTF(),
                    in.readInt(),
                    in.readByte() == 0 ? Watch.From.NOW : Watch.From.BEGINNING,
                    Instant.ofEpochMilli(in.readLong()));
        } catch (IOException | IllegalArgumentException e) {
            throw new StorageFailure(
                    StorageFailure.Kind.CORRUPT, "what is kept of a watch cannot be read", e);
        }
    }

    private static List<Watch.Table> tables(DataInputStream in, int count) throws IOException {
        List<Watch.Table> tables = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            String name = in.readUTF();
            int wide = in.readUnsignedShort();
            Map<String, String> columns = new LinkedHashMap<>();
            for (int j = 0; j < wide; j++) {
                columns.put(in.readUTF(), in.readUTF());
            }
            tables.add(new Watch.Table(name, columns));
        }
        return tables;
    }
}
