package org.domicile.policy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.domicile.bytes.StorageFailure;
import org.domicile.cedar.CedarException;
import org.domicile.keys.Vault;
import org.domicile.keyspace.Cursor;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Range;
import org.domicile.keyspace.Reading;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Write;

/**
 * What decisions of the past have read, by the digests that their records name.
 *
 * <p>The register is kept as its changes: each adds what it wrote, and the digest of the register
 * that it made; a register of the past is put together from all changes up to it, and must have the
 * digest by which it was asked for. A deciding set is kept as the names of its parts. All of it is
 * written in the commit that makes it true, so what a record names is there before the record is.
 *
 * <p>Keys: {@code q} and a letter: {@code h}, eight bytes, the register's version, and four, a
 * part: the records that the change wrote (format byte 1; a count; each key and value as a
 * four-byte length and bytes); {@code r} and a register's digest: its version; {@code d} and a
 * deciding set's digest: format byte 1, the digests of schema and program's policies, the number of
 * sets, and of each its organisation, name and version (texts as in the register's records); {@code
 * x} and the SHA-256 of a text: the text; {@code b} and the digest of a bucket's policy: the
 * document, sealed; {@code p} and the SHA-256 of a role's permissions or a session's policy: the
 * text, sealed; {@code t}, the full name of a policy set, {@code /} and its version in ten digits:
 * the set.
 */
final class History {
    /** Kinds of the register's records that no decision reads, or that are kept elsewhere. */
    private static final String NOT_READ = "gmnsvtw";

    private static final byte[] CHANGES = {'q', 'h'};
    private static final int FORMAT = 1;

    /** Bytes of records in one part, but for the last of them. */
    private static final int LARGEST_PART = 256 << 10;

    private final Keyspace keyspace;
    private final Vault vault;

    History(Keyspace keyspace, Vault vault) {
        this.keyspace = keyspace;
        this.vault = vault;
    }

    /** A record of the register: its key and what stands there. */
    record Entry(byte[] key, byte[] value) {}

    // ---- writing ----

    /** What a change adds. @param version of the register that it makes, eight bytes */
    List<Write> change(byte[] version, List<Write> writes, Register made) {
        List<Entry> entries = new ArrayList<>();
        for (Write each : writes) {
            if (each instanceof Write.Put put && isRead(put.key())) {
                entries.add(new Entry(put.key(), put.value()));
            }
        }
        List<Write> kept = new ArrayList<>();
        int from = 0;
        int size = 0;
        for (int i = 0; i < entries.size(); i++) {
            size += entries.get(i).key().length + entries.get(i).value().length;
            if (size > LARGEST_PART || i == entries.size() - 1) {
                kept.add(put(partKey(version, i), encode(entries.subList(from, i + 1))));
                from = i + 1;
                size = 0;
            }
        }
        kept.add(put(digestKey('r', made.digest()), version));
        return kept;
    }

    /** A policy set's version. */
    Write policy(PolicyText policy) {
        return put(policyKey(policy.id(), policy.version()), RegisterCodec.encode(policy, vault));
    }

    /** The document of a bucket's policy; empty when it is kept already. */
    List<Write> bucketPolicy(String digest, String text) {
        byte[] key = digestKey('b', digest);
        return keyspace.get(Space.RECORDS, key).isPresent()
                ? List.of()
                : List.of(put(key, vault.seal(bucketPolicyName(digest), bytes(text))));
    }

    /** A deciding set of this program, whose texts are kept since it opened the folder. */
    Write set(DecidingSet set) {
        return put(digestKey('d', set.digest()), encode(set));
    }

    /** What is missing here of the present state: all of it in a folder of an older program. */
    List<Write> missing(byte[] version, Deciding present) {
        List<Write> writes = new ArrayList<>();
        Register register = present.register();
        if (keyspace.get(Space.RECORDS, digestKey('r', register.digest())).isEmpty()) {
            List<Write> all = new ArrayList<>();
            try (Cursor cursor =
                    keyspace.scan(
                            Space.RECORDS, Range.prefix(new byte[] {'p'}), Reading.Direction.UP)) {
                while (cursor.next()) {
                    all.add(put(cursor.key(), cursor.value()));
                }
            }
            writes.addAll(change(version, all, register));
        }
        for (String each : List.of(ProgramPolicies.SCHEMA_TEXT, ProgramPolicies.TEXT)) {
            byte[] key = digestKey('x', Sha256.of(each));
            if (keyspace.get(Space.RECORDS, key).isEmpty()) {
                writes.add(put(key, bytes(each)));
            }
        }
        for (DecidingSet each : present.sets()) {
            if (keyspace.get(Space.RECORDS, digestKey('d', each.digest())).isEmpty()) {
                writes.add(set(each));
            }
        }
        return writes;
    }

    // ---- reading ----

    /** The records of a register of the past; empty when none of that digest is kept. */
    Optional<Collection<Entry>> register(String digest) {
        Optional<byte[]> version = keyspace.get(Space.RECORDS, digestKey('r', digest));
        if (version.isEmpty()) {
            return Optional.empty();
        }
        Map<String, Entry> newest = new TreeMap<>();
        byte[] end = partKey(version.get(), -1);
        try (Cursor cursor =
                keyspace.scan(Space.RECORDS, new Range(CHANGES, end), Reading.Direction.UP)) {
            while (cursor.next()) {
                for (Entry each : decode(cursor.value())) {
                    newest.put(HexFormat.of().formatHex(each.key()), each);
                }
            }
        }
        return Optional.of(newest.values());
    }

    /** A deciding set of the past; empty when a part of it is not kept. */
    Optional<DecidingSet> set(String digest) {
        Optional<byte[]> stored = keyspace.get(Space.RECORDS, digestKey('d', digest));
        if (stored.isEmpty()) {
            return Optional.empty();
        }
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(stored.get()))) {
            if (in.readUnsignedByte() != FORMAT) {
                throw new StorageFailure(
                        StorageFailure.Kind.FOREIGN, "a deciding set is of a newer program");
            }
            Optional<String> schema = text(in.readUTF());
            Optional<String> program = text(in.readUTF());
            List<PolicyText> own = new ArrayList<>();
            int count = in.readInt();
            for (int i = 0; i < count; i++) {
                Optional<PolicyText> part = policy(in.readUTF(), in.readInt());
                if (part.isEmpty()) {
                    return Optional.empty();
                }
                own.add(part.get());
            }
            if (schema.isEmpty() || program.isEmpty()) {
                return Optional.empty();
            }
            return Optional.of(DecidingSet.of(schema.get(), program.get(), own));
        } catch (IOException | CedarException e) {
            throw new StorageFailure(
                    StorageFailure.Kind.CORRUPT, "a deciding set cannot be read", e);
        }
    }

    /** The document of a bucket's policy; empty when none of that digest is kept. */
    Optional<String> bucketPolicy(String digest) {
        return keyspace.get(Space.RECORDS, digestKey('b', digest))
                .map(sealed ->
                        new String(
                                vault.open(bucketPolicyName(digest), sealed),
                                StandardCharsets.UTF_8));
    }

    private static String bucketPolicyName(String digest) {
        return "bucket-policy/" + digest;
    }

    /** A version of a policy set. @param id its full name */
    Optional<PolicyText> policy(String id, int version) {
        return keyspace.get(Space.RECORDS, policyKey(id, version))
                .map(stored -> RegisterCodec.policy(stored, vault));
    }

    /** The text of a role's permissions or a session's policy, by its digest. */
    Write keep(String text) {
        String digest = Sha256.of(text);
        return put(digestKey('p', digest), vault.seal(documentPlace(digest), bytes(text)));
    }

    /** One of that digest; empty when none is kept. */
    Optional<String> document(String digest) {
        return keyspace.get(Space.RECORDS, digestKey('p', digest))
                .map(sealed ->
                        new String(
                                vault.open(documentPlace(digest), sealed), StandardCharsets.UTF_8));
    }

    private static String documentPlace(String digest) {
        return "document/" + digest;
    }

    private Optional<String> text(String digest) {
        return keyspace.get(Space.RECORDS, digestKey('x', digest))
                .map(stored -> new String(stored, StandardCharsets.UTF_8));
    }

    // ---- forms ----

    static boolean isRead(byte[] key) {
        return key.length > 1 && key[0] == 'p' && NOT_READ.indexOf(key[1]) < 0;
    }

    private static byte[] encode(DecidingSet set) {
        return written(out -> {
            out.writeByte(FORMAT);
            out.writeUTF(Sha256.of(set.schema()));
            out.writeUTF(Sha256.of(set.program()));
            out.writeInt(set.own().size());
            for (PolicyText each : set.own()) {
                out.writeUTF(each.id());
                out.writeInt(each.version());
            }
        });
    }

    private static byte[] encode(List<Entry> entries) {
        return written(out -> {
            out.writeByte(FORMAT);
            out.writeInt(entries.size());
            for (Entry each : entries) {
                out.writeInt(each.key().length);
                out.write(each.key());
                out.writeInt(each.value().length);
                out.write(each.value());
            }
        });
    }

    private static List<Entry> decode(byte[] stored) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(stored))) {
            if (in.readUnsignedByte() != FORMAT) {
                throw new StorageFailure(
                        StorageFailure.Kind.FOREIGN, "a kept change is of a newer program");
            }
            List<Entry> entries = new ArrayList<>();
            int count = in.readInt();
            for (int i = 0; i < count; i++) {
                byte[] key = in.readNBytes(in.readInt());
                entries.add(new Entry(key, in.readNBytes(in.readInt())));
            }
            return entries;
        } catch (IOException e) {
            throw new StorageFailure(
                    StorageFailure.Kind.CORRUPT, "a kept change ends too early", e);
        }
    }

    private interface Body {
        void to(DataOutputStream out) throws IOException;
    }

    private static byte[] written(Body body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            body.to(out);
        } catch (IOException e) {
            throw new UncheckedIOException("a byte array does not fail", e);
        }
        return bytes.toByteArray();
    }

    private static Write put(byte[] key, byte[] value) {
        return new Write.Put(Space.RECORDS, key, value);
    }

    /** Of the change that made a version; part -1 stands after all others. */
    private static byte[] partKey(byte[] version, int part) {
        byte[] number = ByteBuffer.allocate(Integer.BYTES).putInt(part).array();
        return key(key(CHANGES, version), number);
    }

    private static byte[] digestKey(char kind, String digest) {
        return key(new byte[] {'q', (byte) kind}, HexFormat.of().parseHex(digest));
    }

    private static byte[] policyKey(String id, int version) {
        return key(new byte[] {'q', 't'}, bytes(id + "/%010d".formatted(version)));
    }

    private static byte[] key(byte[] prefix, byte[] rest) {
        byte[] key = Arrays.copyOf(prefix, prefix.length + rest.length);
        System.arraycopy(rest, 0, key, prefix.length, rest.length);
        return key;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
