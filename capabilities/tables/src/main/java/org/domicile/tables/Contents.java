package org.domicile.tables;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.view.ViewMetadata;
import org.apache.iceberg.view.ViewMetadataParser;
import org.domicile.bytes.StorageFailure;
import org.domicile.keyspace.Condition;
import org.domicile.keyspace.Reading;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.domicile.keyspace.Write;

/**
 * An organisation's catalog at one moment, opened. What it reads can be made a condition of a
 * transaction. Owned by one thread.
 */
final class Contents {
    /** Longest text of metadata. */
    static final long LONGEST = 64L << 20;

    private static final int LONGEST_PACKED = 12 << 20;
    private static final int FIRST = 512 << 10;
    private static final int PIECE = 1_000_000;

    private final Reading reading;
    private final Warehouse warehouse;
    private final Kept kept;

    Contents(Reading reading, Warehouse warehouse, Kept kept) {
        this.reading = reading;
        this.warehouse = warehouse;
        this.kept = kept;
    }

    /** A namespace that is there. @param value of its record, as a condition takes it */
    record Namespace(NamespaceName name, byte[] key, byte[] value, Records.Space space) {
        Condition stands() {
            return new Condition.Holds(Space.RECORDS, key, Optional.of(value));
        }
    }

    /** A table or view that is there. */
    record Found(TableName name, byte[] key, byte[] value, Records.Entry entry) {
        Condition stands() {
            return new Condition.Holds(Space.RECORDS, key, Optional.of(value));
        }
    }

    Reading reading() {
        return reading;
    }

    Warehouse warehouse() {
        return warehouse;
    }

    private String organisation() {
        return warehouse.organisation();
    }

    Optional<Namespace> find(NamespaceName name) {
        byte[] key = Layout.namespace(organisation(), name);
        return reading.get(Space.RECORDS, key)
                .map(value -> new Namespace(name, key, value, Records.Space.decode(value)));
    }

    Namespace namespace(NamespaceName name) {
        return find(name).orElseThrow(() -> Refusal.noNamespace(name));
    }

    Optional<Found> find(Namespace in, TableName name) {
        byte[] key = Layout.entry(organisation(), in.space().id(), name.name());
        return reading.get(Space.RECORDS, key)
                .map(value -> new Found(name, key, value, Records.Entry.decode(value)));
    }

    /** A table or view of its kind. @throws Refusal when there is none */
    Found found(Kind kind, TableName name) {
        return find(name.namespace())
                .flatMap(in -> find(in, name))
                .filter(each -> each.entry().kind() == kind)
                .orElseThrow(() -> Refusal.absent(kind, name));
    }

    /** That nobody has a name. */
    Condition free(Namespace in, TableName name) {
        return new Condition.Holds(
                Space.RECORDS,
                Layout.entry(organisation(), in.space().id(), name.name()),
                Optional.empty());
    }

    /**
     * @throws Refusal when somebody has it
     */
    void checkFree(Namespace in, Kind wanted, TableName name) {
        find(in, name)
                .ifPresent(each -> {
                    throw Refusal.taken(each.entry().kind(), wanted, name);
                });
    }

    // properties of namespaces

    Map<String, String> properties(Namespace namespace) {
        byte[] packed =
                warehouse.open(place(namespace.space().id()), namespace.space().properties());
        byte[] json = Records.inflated(new ByteArrayInputStream(packed));
        Map<String, String> properties = new HashMap<>();
        try {
            Document.MAPPER
                    .readTree(json)
                    .properties()
                    .forEach(each -> properties.put(each.getKey(), each.getValue().textValue()));
        } catch (IOException e) {
            throw corrupt("the properties of a namespace cannot be read", e);
        }
        return properties;
    }

    Records.Space space(long id, Map<String, String> properties) {
        byte[] json;
        try {
            json = Document.MAPPER.writeValueAsBytes(properties);
        } catch (IOException e) {
            throw new UncheckedIOException("texts can be written", e);
        }
        if (json.length > 256 << 10) {
            throw new Refusal(
                    Refusal.Kind.TOO_LARGE, "The properties of a namespace have at most 256 KiB");
        }
        return new Records.Space(id, warehouse.seal(place(id), Records.deflated(json)));
    }

    private static String place(long namespace) {
        return "tables/namespace/" + Long.toHexString(namespace);
    }

    // metadata

    /** Metadata of a table and their text. */
    record Parsed(TableMetadata metadata, String json) {}

    LoadedTable table(Found found) {
        Records.Entry entry = found.entry();
        Parsed parsed =
                kept.find(version(entry), Parsed.class)
                        .orElseGet(() -> {
                            State state = state(entry);
                            Parsed read =
                                    new Parsed(
                                            TableMetadataParser.fromJson(
                                                    state.location(), state.json()),
                                            state.json());
                            kept.keep(version(entry), state.json().length(), read);
                            return read;
                        });
        return new LoadedTable(
                found.name(), entry.id(), entry.version(), parsed.metadata(), parsed.json());
    }

    LoadedView view(Found found) {
        Records.Entry entry = found.entry();
        ViewMetadata metadata =
                kept.find(version(entry), ViewMetadata.class)
                        .orElseGet(() -> {
                            State state = state(entry);
                            ViewMetadata read =
                                    ViewMetadataParser.fromJson(state.location(), state.json());
                            kept.keep(version(entry), state.json().length(), read);
                            return read;
                        });
        return new LoadedView(found.name(), entry.id(), entry.version(), metadata);
    }

    private static Kept.Version version(Records.Entry entry) {
        return new Kept.Version(entry.id(), entry.version());
    }

    Loaded loaded(Found found) {
        return found.entry().kind() == Kind.TABLE ? table(found) : view(found);
    }

    /** Metadata as it is kept. @param location of its file */
    record State(String location, String json) {}

    private State state(Records.Entry entry) {
        byte[] sealed = entry.state();
        if (entry.pieces() > 0) {
            ByteArrayOutputStream whole = new ByteArrayOutputStream(sealed.length + PIECE);
            whole.writeBytes(sealed);
            for (int piece = 0; piece < entry.pieces(); piece++) {
                whole.writeBytes(
                        reading.get(Space.BODIES, Layout.piece(entry.id(), entry.version(), piece))
                                .orElseThrow(() ->
                                        corrupt("a piece of a table's metadata is missing", null)));
            }
            sealed = whole.toByteArray();
        }
        byte[] opened = warehouse.open(place(entry.id(), entry.version()), sealed);
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(opened))) {
            String location = in.readUTF();
            return new State(location, new String(Records.inflated(in), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw corrupt("a table's metadata cannot be read", e);
        }
    }

    /** Writes a version of metadata under a name, in place of who had it. */
    void put(Transaction transaction, byte[] key, Kind kind, String id, long version, State state) {
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        byte[] text = state.json().getBytes(StandardCharsets.UTF_8);
        if (text.length > LONGEST) {
            throw tooLarge();
        }
        try (DataOutputStream out = new DataOutputStream(plain)) {
            out.writeUTF(state.location());
            out.write(Records.deflated(text));
        } catch (IOException e) {
            throw new UncheckedIOException("a byte array does not fail", e);
        }
        byte[] sealed = warehouse.seal(place(id, version), plain.toByteArray());
        if (sealed.length > LONGEST_PACKED) {
            throw tooLarge();
        }
        int first = Math.min(sealed.length, FIRST);
        int pieces = (sealed.length - first + PIECE - 1) / PIECE;
        for (int piece = 0; piece < pieces; piece++) {
            int from = first + piece * PIECE;
            transaction.write(
                    new Write.Put(
                            Space.BODIES,
                            Layout.piece(id, version, piece),
                            Arrays.copyOfRange(
                                    sealed, from, Math.min(sealed.length, from + PIECE))));
        }
        transaction.write(
                new Write.Put(
                        Space.RECORDS,
                        key,
                        new Records.Entry(kind, id, version, pieces, Arrays.copyOf(sealed, first))
                                .encode()));
    }

    /** Forgets the pieces of a version that was. */
    static void forget(Transaction transaction, Records.Entry entry) {
        if (entry.pieces() > 0) {
            transaction.write(
                    new Write.DeleteRange(
                            Space.BODIES, Layout.pieces(entry.id(), entry.version())));
        }
    }

    static Refusal tooLarge() {
        return new Refusal(
                Refusal.Kind.TOO_LARGE,
                "The metadata of a table has at most 64 MiB, and 12 MiB when it is packed: let"
                        + " snapshots expire");
    }

    private static String place(String id, long version) {
        return "tables/metadata/" + id + "/" + version;
    }

    private static StorageFailure corrupt(
            String what, @org.jspecify.annotations.Nullable Exception e) {
        return e == null
                ? new StorageFailure(StorageFailure.Kind.CORRUPT, what)
                : new StorageFailure(StorageFailure.Kind.CORRUPT, what, e);
    }
}
