package org.domicile.schemas;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A schema with all that it builds on, for another process that reads records and has no register.
 *
 * @param behind what it builds on, and those on, each once
 */
public record Written(SchemaText schema, List<Behind> behind) {
    /** As {@link #encoded} begins. */
    private static final int FORM = 2;

    /** Versions that something builds on: many may be of one schema. */
    private static final int MOST_PLACES = (1 + Schemas.MOST_BEHIND) * Schemas.MOST_REFERENCES;

    /** Copies. */
    public Written {
        behind = List.copyOf(behind);
    }

    /** A version that something builds on. */
    public record Behind(String subject, int version, SchemaText schema) {}

    /**
     * One byte of form, the schema, how many others there are and those, each once; then how many
     * versions it builds on, and of each its subject, number, and which of those it is. Texts are
     * UTF-8 after their length.
     */
    public byte[] encoded() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Map<SchemaText, Integer> others = new LinkedHashMap<>();
        for (Behind each : behind) {
            others.putIfAbsent(each.schema(), others.size());
        }
        try {
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeByte(FORM);
            write(out, schema);
            out.writeInt(others.size());
            for (SchemaText each : others.keySet()) {
                write(out, each);
            }
            out.writeInt(behind.size());
            for (Behind each : behind) {
                text(out, each.subject());
                out.writeInt(each.version());
                out.writeInt(others.getOrDefault(each.schema(), 0));
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
        List<SchemaText> others = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            others.add(schema(in));
        }
        int places = count(in, MOST_PLACES);
        List<Behind> behind = new ArrayList<>();
        for (int i = 0; i < places; i++) {
            behind.add(new Behind(text(in), in.readInt(), others.get(index(in, count))));
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

    private static int index(DataInputStream in, int count) throws IOException {
        int index = in.readInt();
        if (index < 0 || index >= count) {
            throw new IOException("a schema builds on one that is not there");
        }
        return index;
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
        // by what they say, as the register has them, so that one is read once
        Map<SchemaText, Integer> ids = new HashMap<>();
        List<SchemaText> texts = new ArrayList<>();
        Map<Reference, Integer> places = new HashMap<>();
        for (Behind each : behind) {
            Integer id = ids.putIfAbsent(each.schema(), texts.size());
            if (id == null) {
                texts.add(each.schema());
            }
            places.put(
                    new Reference("", each.subject(), each.version()),
                    id == null ? texts.size() - 1 : id);
        }
        return new Loading(
                        new Loading.Register() {
                            @Override
                            public Optional<Integer> id(Reference reference) {
                                return Optional.ofNullable(
                                        places.get(
                                                new Reference(
                                                        "",
                                                        reference.subject(),
                                                        reference.version())));
                            }

                            @Override
                            public SchemaText text(int id) {
                                return texts.get(id);
                            }
                        })
                .of(schema);
    }
}
