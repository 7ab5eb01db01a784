package org.domicile.policy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.domicile.bytes.StorageFailure;
import org.domicile.keys.KeyId;
import org.domicile.keys.Subjects;
import org.domicile.keys.Vault;

/**
 * How entities of the register lie in the keyspace: a format byte (1; purposes 2, 3 where uses may
 * be sealed, or 4 with an algorithm, whose fields and that flag come last; sealed credentials 2),
 * then the fields in the order of the record; texts as a four-byte length and UTF-8, lists as a
 * count and their elements, instants as milliseconds since 1970 ({@link Long#MAX_VALUE} for never),
 * flags as a byte. Names of principals are sealed. Lists of lists are a count and the lists. A
 * purpose of format 1 has neither kind, term, Arabic text, contact, classes, actions nor parent: it
 * reads as one of the kind {@code unspecified}, for every action and no personal data. A label's
 * name is its key, its form holds the marks alone. Rules of a table have its organisation and id as
 * their key; their form is a count of columns, each the field's id in four bytes, its classes and a
 * flag (1: a statement that names it is refused), and a count of rules of rows, each its purposes
 * and the condition. A seal is its day, who asked and who approved, as texts, the last empty until
 * then.
 */
final class RegisterCodec {
    private static final int FORMAT = 1;
    private static final int PURPOSE_FORMAT = 2;
    private static final int SEALABLE_FORMAT = 3;
    private static final int ALGORITHM_FORMAT = 4;
    private static final int SEALED_FORMAT = 2;

    /**
     * In place of the length of a principal's name: its length follows, and it is sealed under the
     * principal's own key. Without, it is sealed under the program's, as it was at first.
     */
    private static final int OWN_KEY = -1;

    private RegisterCodec() {}

    static byte[] encode(Organisation organisation) {
        return write(out -> {
            text(out, organisation.name());
            text(out, organisation.zone());
            text(out, organisation.key());
            instant(out, organisation.created());
        });
    }

    static Organisation organisation(byte[] stored) {
        return read(stored, in -> new Organisation(text(in), text(in), text(in), instant(in)));
    }

    static byte[] encode(Zone zone) {
        return write(out -> {
            text(out, zone.name());
            text(out, zone.parent().orElse(""));
        });
    }

    static Zone zone(byte[] stored) {
        return read(
                stored,
                in -> {
                    String name = text(in);
                    String parent = text(in);
                    return new Zone(
                            name, parent.isEmpty() ? Optional.empty() : Optional.of(parent));
                });
    }

    static byte[] encode(Purpose purpose) {
        return isOld(purpose) ? encodeOld(purpose) : encodeNew(purpose);
    }

    /** What format 1 can say is said in it: digests of registers are made of these bytes. */
    private static boolean isOld(Purpose purpose) {
        Purpose read =
                new Purpose(
                                purpose.organisation(),
                                purpose.name(),
                                purpose.text(),
                                purpose.owner(),
                                purpose.legalBasis(),
                                purpose.zones(),
                                purpose.created(),
                                purpose.expires(),
                                purpose.withdrawn())
                        .ofKind(Kinds.UNSPECIFIED);
        return read.equals(purpose);
    }

    private static byte[] encodeOld(Purpose purpose) {
        return write(out -> {
            text(out, purpose.organisation());
            text(out, purpose.name());
            text(out, purpose.text());
            text(out, purpose.owner());
            text(out, purpose.legalBasis());
            texts(out, purpose.zones());
            instant(out, purpose.created());
            instant(out, purpose.expires());
            out.writeBoolean(purpose.withdrawn());
        });
    }

    private static byte[] encodeNew(Purpose purpose) {
        return write(
                format(purpose),
                out -> {
                    text(out, purpose.organisation());
                    text(out, purpose.name());
                    text(out, purpose.kind());
                    text(out, purpose.term());
                    text(out, purpose.text());
                    text(out, purpose.arabic());
                    text(out, purpose.owner());
                    text(out, purpose.legalBasis());
                    text(out, purpose.contact());
                    texts(out, purpose.classes());
                    texts(out, purpose.actions());
                    texts(out, purpose.zones());
                    text(out, purpose.parent());
                    instant(out, purpose.created());
                    instant(out, purpose.expires());
                    out.writeBoolean(purpose.withdrawn());
                    if (purpose.algorithm().isPresent()) {
                        out.writeBoolean(purpose.sealable());
                        texts(out, purpose.algorithm().get().words());
                    }
                });
    }

    private static int format(Purpose purpose) {
        if (purpose.algorithm().isPresent()) {
            return ALGORITHM_FORMAT;
        }
        return purpose.sealable() ? SEALABLE_FORMAT : PURPOSE_FORMAT;
    }

    static Purpose purpose(byte[] stored) {
        if (stored.length > 0 && stored[0] == FORMAT) {
            return read(stored, FORMAT, RegisterCodec::purposeOfFormat1).ofKind(Kinds.UNSPECIFIED);
        }
        int format = stored.length > 0 ? stored[0] : PURPOSE_FORMAT;
        return switch (format) {
            case ALGORITHM_FORMAT ->
                    read(
                            stored,
                            format,
                            in ->
                                    purposeOfFormat2(in)
                                            .sealing(in.readBoolean())
                                            .using(Algorithm.of(texts(in))));
            case SEALABLE_FORMAT -> read(stored, format, in -> purposeOfFormat2(in).sealing(true));
            default -> read(stored, PURPOSE_FORMAT, RegisterCodec::purposeOfFormat2);
        };
    }

    private static Purpose purposeOfFormat2(DataInputStream in) throws IOException {
        return new Purpose(
                text(in),
                text(in),
                text(in),
                text(in),
                text(in),
                text(in),
                text(in),
                text(in),
                text(in),
                texts(in),
                texts(in),
                texts(in),
                text(in),
                instant(in),
                instant(in),
                in.readBoolean());
    }

    private static Purpose purposeOfFormat1(DataInputStream in) throws IOException {
        return new Purpose(
                text(in),
                text(in),
                text(in),
                text(in),
                text(in),
                texts(in),
                instant(in),
                instant(in),
                in.readBoolean());
    }

    static byte[] encode(Label label) {
        Marks marks = label.marks();
        return write(out -> {
            texts(out, marks.classes());
            texts(out, marks.prohibited());
            out.writeInt(marks.only().size());
            for (List<String> only : marks.only()) {
                texts(out, only);
            }
        });
    }

    /**
     * @param id the label's name: organisation, bucket and prefix between slashes
     */
    static Label label(String id, byte[] stored) {
        String[] parts = id.split("/", 3);
        Marks marks =
                read(
                        stored,
                        FORMAT,
                        in -> {
                            List<String> classes = texts(in);
                            List<String> prohibited = texts(in);
                            List<List<String>> only = new ArrayList<>();
                            for (int left = in.readInt(); left > 0; left--) {
                                only.add(texts(in));
                            }
                            return new Marks(classes, prohibited, only);
                        });
        return new Label(parts[0], parts[1], parts[2], marks);
    }

    static byte[] encode(TableRules rules) {
        return write(out -> {
            out.writeInt(rules.columns().size());
            for (TableRules.OfColumn each : rules.columns()) {
                out.writeInt(each.field());
                texts(out, each.classes());
                out.writeBoolean(each.otherwise() == TableRules.Otherwise.REFUSE);
            }
            out.writeInt(rules.rows().size());
            for (TableRules.OfRows each : rules.rows()) {
                texts(out, each.purposes());
                text(out, each.where());
            }
        });
    }

    /**
     * @param id organisation and table's id with a slash between
     */
    static TableRules rules(String id, byte[] stored) {
        String[] parts = id.split("/", 2);
        return read(
                stored,
                FORMAT,
                in -> {
                    List<TableRules.OfColumn> columns = new ArrayList<>();
                    for (int left = in.readInt(); left > 0; left--) {
                        columns.add(
                                new TableRules.OfColumn(
                                        in.readInt(),
                                        texts(in),
                                        in.readBoolean()
                                                ? TableRules.Otherwise.REFUSE
                                                : TableRules.Otherwise.MASK));
                    }
                    List<TableRules.OfRows> rows = new ArrayList<>();
                    for (int left = in.readInt(); left > 0; left--) {
                        rows.add(new TableRules.OfRows(texts(in), text(in)));
                    }
                    return new TableRules(parts[0], parts[1], columns, rows);
                });
    }

    static byte[] encode(Principal principal, Subjects subjects) {
        byte[] name =
                principal.erased()
                        ? new byte[0]
                        : subjects.seal(
                                subject(principal.subject()),
                                place(principal.id()),
                                principal.name().getBytes(StandardCharsets.UTF_8));
        return write(out -> {
            text(out, principal.id());
            text(out, principal.organisation());
            out.writeInt(OWN_KEY);
            out.writeInt(name.length);
            out.write(name);
            text(out, principal.subject());
            instant(out, principal.created());
        });
    }

    static Principal principal(byte[] stored, Vault vault, Subjects subjects) {
        return read(
                stored,
                in -> {
                    String id = text(in);
                    String organisation = text(in);
                    int length = in.readInt();
                    boolean own = length == OWN_KEY;
                    byte[] sealed = in.readNBytes(own ? in.readInt() : length);
                    String subject = text(in);
                    String name =
                            own
                                    ? name(subject, id, sealed, subjects)
                                    : new String(
                                            vault.open("principal/" + id, sealed),
                                            StandardCharsets.UTF_8);
                    return new Principal(id, organisation, name, subject, instant(in));
                });
    }

    private static String name(String subject, String id, byte[] sealed, Subjects subjects) {
        return sealed.length == 0
                ? Principal.ERASED
                : subjects.open(subject(subject), place(id), sealed)
                        .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                        .orElse(Principal.ERASED);
    }

    private static KeyId subject(String id) {
        return new KeyId(KeyId.Kind.SUBJECT, id);
    }

    private static byte[] place(String principal) {
        return ("principal/" + principal).getBytes(StandardCharsets.UTF_8);
    }

    static byte[] encode(Credential credential) {
        return switch (credential.seal()) {
            case Seal.None() -> write(out -> plain(out, credential));
            case Seal.Asked(LocalDate opens, String askedBy) ->
                    sealed(credential, opens, askedBy, "");
            case Seal.Approved(LocalDate opens, String askedBy, String approvedBy) ->
                    sealed(credential, opens, askedBy, approvedBy);
        };
    }

    private static byte[] sealed(
            Credential credential, LocalDate opens, String askedBy, String approvedBy) {
        return write(
                SEALED_FORMAT,
                out -> {
                    plain(out, credential);
                    text(out, opens.toString());
                    text(out, askedBy);
                    text(out, approvedBy);
                });
    }

    private static void plain(DataOutputStream out, Credential credential) throws IOException {
        text(out, credential.accessKey());
        text(out, credential.principal());
        text(out, credential.organisation());
        text(out, credential.purpose());
        texts(out, credential.actions());
        texts(out, credential.buckets());
        instant(out, credential.created());
        instant(out, credential.expires());
        out.writeBoolean(credential.withdrawn());
    }

    static Credential credential(byte[] stored) {
        if (stored.length > 0 && stored[0] == SEALED_FORMAT) {
            return read(stored, SEALED_FORMAT, in -> plain(in).sealed(seal(in)));
        }
        return read(stored, RegisterCodec::plain);
    }

    private static Credential plain(DataInputStream in) throws IOException {
        return new Credential(
                text(in),
                text(in),
                text(in),
                text(in),
                texts(in),
                texts(in),
                instant(in),
                instant(in),
                in.readBoolean());
    }

    private static Seal seal(DataInputStream in) throws IOException {
        LocalDate opens = LocalDate.parse(text(in));
        String askedBy = text(in);
        String approvedBy = text(in);
        return approvedBy.isEmpty()
                ? new Seal.Asked(opens, askedBy)
                : new Seal.Approved(opens, askedBy, approvedBy);
    }

    static byte[] encode(int days) {
        return write(out -> out.writeInt(days));
    }

    static int days(byte[] stored) {
        return read(stored, DataInputStream::readInt);
    }

    static byte[] encode(NamedKey key) {
        return write(out -> {
            text(out, key.organisation());
            text(out, key.name());
            text(out, key.key());
            instant(out, key.created());
            out.writeBoolean(key.destroyed());
        });
    }

    static NamedKey key(byte[] stored) {
        return read(
                stored,
                in -> new NamedKey(text(in), text(in), text(in), instant(in), in.readBoolean()));
    }

    static byte[] encode(PolicyText policy, Vault vault) {
        byte[] sealed = vault.seal(name(policy), policy.text().getBytes(StandardCharsets.UTF_8));
        return write(out -> {
            text(out, policy.organisation());
            text(out, policy.name());
            out.writeInt(policy.version());
            text(out, policy.digest());
            instant(out, policy.created());
            out.writeBoolean(policy.removed());
            out.writeInt(sealed.length);
            out.write(sealed);
        });
    }

    static PolicyText policy(byte[] stored, Vault vault) {
        return read(
                stored,
                in -> {
                    PolicyText bare =
                            new PolicyText(
                                    text(in),
                                    text(in),
                                    in.readInt(),
                                    text(in),
                                    "",
                                    instant(in),
                                    in.readBoolean());
                    byte[] opened = vault.open(name(bare), in.readNBytes(in.readInt()));
                    return new PolicyText(
                            bare.organisation(),
                            bare.name(),
                            bare.version(),
                            bare.digest(),
                            new String(opened, StandardCharsets.UTF_8),
                            bare.created(),
                            bare.removed());
                });
    }

    private static String name(PolicyText policy) {
        return "policy/" + policy.id() + "/" + policy.version();
    }

    interface Body {
        void to(DataOutputStream out) throws IOException;
    }

    interface Fields<T> {
        T from(DataInputStream in) throws IOException;
    }

    static byte[] write(Body body) {
        return write(FORMAT, body);
    }

    private static byte[] write(int format, Body body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(format);
            body.to(out);
        } catch (IOException e) {
            throw new UncheckedIOException("a byte array does not fail", e);
        }
        return bytes.toByteArray();
    }

    static <T> T read(byte[] stored, Fields<T> fields) {
        return read(stored, FORMAT, fields);
    }

    private static <T> T read(byte[] stored, int known, Fields<T> fields) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(stored))) {
            int format = in.readUnsignedByte();
            if (format != known) {
                throw new StorageFailure(
                        StorageFailure.Kind.FOREIGN,
                        "an entry of the register has format "
                                + format
                                + ", which is newer than this program");
            }
            return fields.from(in);
        } catch (IOException e) {
            throw new StorageFailure(
                    StorageFailure.Kind.CORRUPT, "an entry of the register ends too early", e);
        }
    }

    static void text(DataOutputStream out, String value) throws IOException {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    static String text(DataInputStream in) throws IOException {
        int length = in.readInt();
        byte[] bytes = in.readNBytes(length);
        if (bytes.length != length) {
            throw new IOException("a text of " + length + " bytes ends after " + bytes.length);
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    static void texts(DataOutputStream out, List<String> values) throws IOException {
        out.writeInt(values.size());
        for (String value : values) {
            text(out, value);
        }
    }

    static List<String> texts(DataInputStream in) throws IOException {
        int count = in.readInt();
        List<String> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            values.add(text(in));
        }
        return List.copyOf(values);
    }

    static void instant(DataOutputStream out, Instant value) throws IOException {
        out.writeLong(value.equals(Instant.MAX) ? Long.MAX_VALUE : value.toEpochMilli());
    }

    static Instant instant(DataInputStream in) throws IOException {
        long millis = in.readLong();
        return millis == Long.MAX_VALUE ? Instant.MAX : Instant.ofEpochMilli(millis);
    }
}
