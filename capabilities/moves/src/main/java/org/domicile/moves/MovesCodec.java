package org.domicile.moves;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import org.domicile.bytes.StorageFailure;

/** The records of moves, as the package's page lists them. */
final class MovesCodec {
    private static final int FORMAT = 1;

    private MovesCodec() {}

    private interface Body {
        void write(DataOutputStream out) throws IOException;
    }

    private interface Read<T> {
        T of(DataInputStream in) throws IOException;
    }

    static byte[] encode(Move move) {
        return write(out -> {
            out.writeByte(FORMAT);
            out.writeUTF(move.id());
            out.writeByte(move.direction().ordinal());
            for (String text :
                    List.of(
                            move.organisation(),
                            move.target(),
                            move.remote(),
                            move.region(),
                            move.bucket(),
                            move.accessKey())) {
                out.writeUTF(text);
            }
            texts(out, move.classes());
            texts(out, move.prohibited());
            out.writeByte(move.settings().ordinal());
            out.writeLong(move.started().toEpochMilli());
            out.writeByte(move.state().ordinal());
            out.writeUTF(move.ended());
        });
    }

    static Move move(byte[] value) {
        return read(
                value,
                in ->
                        new Move(
                                in.readUTF(),
                                Move.Direction.values()[in.readByte()],
                                in.readUTF(),
                                in.readUTF(),
                                in.readUTF(),
                                in.readUTF(),
                                in.readUTF(),
                                in.readUTF(),
                                texts(in),
                                texts(in),
                                Move.Settings.values()[in.readByte()],
                                Instant.ofEpochMilli(in.readLong()),
                                Move.State.values()[in.readByte()],
                                in.readUTF()));
    }

    static byte[] encode(Progress progress) {
        return write(out -> {
            out.writeByte(FORMAT);
            out.writeUTF(progress.after());
            out.writeByte(progress.settings().ordinal());
            out.writeInt(progress.pages());
            out.writeLong(progress.carried());
            out.writeLong(progress.present());
            out.writeLong(progress.left());
            out.writeLong(progress.bytes());
            out.writeLong(progress.versions());
            out.writeLong(progress.size());
            out.writeLong(progress.at().toEpochMilli());
        });
    }

    static Progress progress(byte[] value) {
        return read(
                value,
                in ->
                        new Progress(
                                in.readUTF(),
                                Progress.Settings.values()[in.readByte()],
                                in.readInt(),
                                in.readLong(),
                                in.readLong(),
                                in.readLong(),
                                in.readLong(),
                                in.readLong(),
                                in.readLong(),
                                Instant.ofEpochMilli(in.readLong())));
    }

    static byte[] encode(List<Line> lines) {
        return write(plain -> {
            plain.writeByte(FORMAT);
            try (DataOutputStream out = new DataOutputStream(new DeflaterOutputStream(plain))) {
                out.writeInt(lines.size());
                for (Line line : lines) {
                    out.writeUTF(line.name());
                    out.writeUTF(line.from());
                    out.writeUTF(line.to());
                    out.writeLong(line.size());
                    out.writeByte(line.fate().ordinal());
                    out.writeUTF(line.by());
                }
            }
        });
    }

    static List<Line> lines(byte[] value) {
        return read(
                value,
                plain -> {
                    DataInputStream in = new DataInputStream(new InflaterInputStream(plain));
                    int count = in.readInt();
                    List<Line> lines = new ArrayList<>();
                    for (int i = 0; i < count; i++) {
                        lines.add(
                                new Line(
                                        in.readUTF(),
                                        in.readUTF(),
                                        in.readUTF(),
                                        in.readLong(),
                                        Line.Fate.values()[in.readByte()],
                                        in.readUTF()));
                    }
                    return lines;
                });
    }

    static byte[] encode(String first, String second) {
        return write(out -> {
            out.writeByte(FORMAT);
            out.writeUTF(first);
            out.writeUTF(second);
        });
    }

    static List<String> pair(byte[] value) {
        return read(value, in -> List.of(in.readUTF(), in.readUTF()));
    }

    private static void texts(DataOutputStream out, List<String> texts) throws IOException {
        out.writeShort(texts.size());
        for (String text : texts) {
            out.writeUTF(text);
        }
    }

    private static List<String> texts(DataInputStream in) throws IOException {
        int count = in.readUnsignedShort();
        List<String> texts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            texts.add(in.readUTF());
        }
        return texts;
    }

    private static byte[] write(Body body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            body.write(new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return bytes.toByteArray();
    }

    private static <T> T read(byte[] value, Read<T> read) {
        try {
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(value));
            if (in.readByte() != FORMAT) {
                throw new StorageFailure(
                        StorageFailure.Kind.FOREIGN,
                        "a move has a form that this program does not know: use a newer one");
            }
            return read.of(in);
        } catch (IOException | IndexOutOfBoundsException e) {
            throw new StorageFailure(
                    StorageFailure.Kind.CORRUPT, "what is kept of a move cannot be read", e);
        }
    }
}
