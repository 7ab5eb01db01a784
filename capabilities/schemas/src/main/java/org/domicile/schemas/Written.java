package org.domicile.schemas;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A schema with all that it builds on, for another process that reads records and has no register.
 *
 * @param behind what it builds on, and those on, each once
 */
public record Written(SchemaText schema, List<Behind> behind) {
    /** As {@link #encoded} begins. */
    private static final int FORM = 1;

    /** Copies. */
    public Written {
        behind = List.copyOf(behind);
    }

    /** A version that something builds on. */
    public record Behind(String subject, int version, SchemaText schema) {}

    /** One byte of form, then texts (UTF-8 after their length) and numbers, in their order. */
    public byte[] encoded() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeByte(FORM);
            write(out, schema);
            out.writeInt(behind.size());
            for (Behind each : behind) {
                text(out, each.subject());
                out.writeInt(each.version());
                write(out, each.schema());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return bytes.toByteArray();
    }

    /**
     * What {@link #encoded} wrote.
     *
     * @throws IOException when it is nothing of the kind
     */
    public static Written decoded(byte[] bytes) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        if (in.readByte() != FORM) {
            throw new IOException("a schema of another form");
        }
        SchemaText schema = schema(in);
        int count = count(in, Schemas.MOST_BEHIND);
        List<Behind> behind = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            behind.add(new Behind(text(in), in.readInt(), schema(in)));
        }
        return new Written(schema, behind);
    }

    private static void write(DataOutputStream out, SchemaText schema) throws IOException {
        text(out, schema.format().name());
        text(out, schema.text());
        out.writeInt(schema.references().size());
        for (Reference each : schema.references()) {
            text(out, each.name());
            text(out, each.subject());
            out.writeInt(each.version());
        }
    }

    private static SchemaText schema(DataInputStream in) throws IOException {
        String format = text(in);
        String text = text(in);
        int count = count(in, Schemas.MOST_REFERENCES);
        List<Reference> references = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            references.add(new Reference(text(in), text(in), in.readInt()));
        }
        try {
            return new SchemaText(Format.valueOf(format), text, references);
        } catch (IllegalArgumentException e) {
            throw new IOException("a schema of no known language", e);
        }
    }

    private static int count(DataInputStream in, int most) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > most) {
            throw new IOException("a schema with " + count + " parts");
        }
        return count;
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static String text(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > in.available()) {
            throw new IOException("a text of " + length + " bytes");
        }
        return new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }

    /**
     * @throws BadSchema when it is none
     */
    Parsed parsed() {
        return new Loading(
                        new Loading.Register() {
                            @Override
                            public Optional<Integer> id(Reference reference) {
                                for (int i = 0; i < behind.size(); i++) {
                                    if (behind.get(i).subject().equals(reference.subject())
                                            && behind.get(i).version() == reference.version()) {
                                        return Optional.of(i);
                                    }
                                }
                                return Optional.empty();
                            }

                            @Override
                            public SchemaText text(int id) {
                                return behind.get(id).schema();
                            }
                        })
                .of(schema);
    }
}
