package org.domicile.ledger;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.domicile.keys.KeyId;
import org.domicile.keys.Subjects;
import org.domicile.request.Append;
import org.domicile.request.Caller;
import org.domicile.request.Outcome;
import org.domicile.request.Pending;
import org.domicile.request.Urgency;

/**
 * The record of one use until a commit carries it. The commitments that do not wait for the outcome
 * are made at once, in the thread that serves the request; the entry is put together in {@link
 * #take}. Owned by that thread.
 */
final class UseRecord implements Pending {
    static final String NOTHING = "";

    /** What the payload begins with; then the subjects' key ids, then the sealed values. */
    private static final byte PAYLOAD_VERSION = 1;

    /** The same with two bytes for how many they are, where one does not do. */
    private static final byte MANY_VERSION = 2;

    private static final int FEW = 255;

    private static final int KEY_ID = 16;

    /** Actions that begin so make room. */
    private static final List<String> FREEING =
            List.of("s3:Delete", "s3:AbortMultipartUpload", "lifecycle:");

    /** Upkeep that can wait, and takes room before it gives any back. */
    private static final List<String> PATIENT = List.of("compaction:", "statistics:");

    private final Use use;
    private final String node;
    private final String log;
    private final LongSupplier size;
    private final long count;
    private final Subjects subjects;
    private final Function<Statement, Append> statements;
    private final Done done;
    private final byte[] entryId;
    private final String time;
    private final Commitment commitment;
    private final Commitment objectCommitment;
    private final List<byte[]> subjectCommitments;
    private boolean carried;

    /** Told once the record is durable, with its log index. */
    interface Done {
        void committed(Use use, long index);
    }

    UseRecord(
            Use use,
            String node,
            String log,
            LongSupplier size,
            long count,
            Subjects subjects,
            Function<Statement, Append> statements,
            Done done) {
        this.use = use;
        this.node = node;
        this.log = log;
        this.size = size;
        this.count = count;
        this.subjects = subjects;
        this.statements = statements;
        this.done = done;
        this.entryId = entryId(use.organisation(), node, use.number());
        this.time = use.at().toString();
        byte[] secret = subjects.salts(subject(use.callerSubject()), entryId);
        this.commitment = new Commitment(secret);
        this.subjectCommitments = new ArrayList<>(use.subjects().size());
        if (use.subjects().isEmpty()) {
            this.objectCommitment = commitment;
        } else {
            List<byte[]> salts = new ArrayList<>(use.subjects().size());
            for (KeyId each : use.subjects()) {
                byte[] own = subjects.salts(subject(each), entryId);
                subjectCommitments.add(new Commitment(own).to("subject", each.id()));
                salts.add(own);
            }
            this.objectCommitment = objectCommitment(secret, salts);
        }
    }

    /** The object's name may name a person, so it hangs on all of their keys together. */
    private static Commitment objectCommitment(byte[] secret, List<byte[]> salts) {
        var all = Merkle.sha256();
        all.update(secret);
        salts.forEach(all::update);
        return new Commitment(all.digest());
    }

    /** The same for an entry that is read. @throws org.domicile.keys.Keys.KeyGone */
    static Commitment objectCommitment(Subjects subjects, People people, byte[] entryId) {
        byte[] secret = subjects.salts(people.caller(), entryId);
        return people.concerned().isEmpty()
                ? new Commitment(secret)
                : objectCommitment(
                        secret,
                        people.concerned().stream()
                                .map(each -> subjects.salts(each, entryId))
                                .toList());
    }

    /** Whom a payload names. */
    record People(KeyId caller, List<KeyId> concerned) {}

    /** Those of a payload; empty when it was erased or is of another kind. */
    static Optional<People> people(byte[] payload) {
        return people(ByteBuffer.wrap(payload));
    }

    /** The same; what follows them is left in the buffer. */
    private static Optional<People> people(ByteBuffer buffer) {
        if (buffer.remaining() < 2 + KEY_ID) {
            return Optional.empty();
        }
        int concerned;
        switch (buffer.get()) {
            case PAYLOAD_VERSION -> concerned = Byte.toUnsignedInt(buffer.get());
            case MANY_VERSION -> concerned = Short.toUnsignedInt(buffer.getShort());
            default -> {
                return Optional.empty();
            }
        }
        KeyId caller = keyId(buffer);
        List<KeyId> all = new ArrayList<>(concerned);
        for (int i = 0; i < concerned; i++) {
            all.add(keyId(buffer));
        }
        return Optional.of(new People(caller, all));
    }

    /** What salts and sealing of one use are bound to. */
    static byte[] entryId(String organisation, String node, long number) {
        return (organisation + "/" + node + "/" + number).getBytes(StandardCharsets.UTF_8);
    }

    private static KeyId subject(KeyId key) {
        if (key.kind() != KeyId.Kind.SUBJECT) {
            throw new IllegalArgumentException("a use hangs on subjects' keys, not on a " + key);
        }
        return key;
    }

    @Override
    public List<Append> take(Outcome outcome) {
        if (carried) {
            throw new IllegalStateException(
                    "a second commit would carry use "
                            + new String(entryId, StandardCharsets.UTF_8));
        }
        long bytes = size.getAsLong();
        Append append = new Append(log, entry(outcome, bytes), payload(bytes));
        // A change that was not made has nothing to say in public.
        if (use.statements().isEmpty() || outcome != Outcome.DONE) {
            return List.of(append);
        }
        List<Append> appends = new ArrayList<>();
        appends.add(append);
        use.statements().forEach(statement -> appends.add(statements.apply(statement)));
        return appends;
    }

    @Override
    public Urgency urgency() {
        if (PATIENT.stream().anyMatch(use.action()::startsWith)) {
            return Urgency.NORMAL;
        }
        if (use.purpose().equals(Ledger.ADMINISTRATION) || use.purpose().equals(Ledger.UPKEEP)) {
            return Urgency.OPERATING;
        }
        boolean removes = FREEING.stream().anyMatch(use.action()::startsWith);
        return removes && use.verdict() == Use.Verdict.ALLOWED ? Urgency.FREEING : Urgency.NORMAL;
    }

    @Override
    public void committed(List<Long> indices) {
        carried = true;
        done.committed(use, indices.getFirst());
    }

    private byte[] entry(Outcome outcome, long bytes) {
        JsonText text = new JsonText(1_024);
        text.raw("{\"action\":").text(use.action());
        text.raw(",\"clientZone\":").text(use.clientZone());
        text.raw(",\"commitments\":{\"address\":");
        text.base64(commitment.to("address", use.address()));
        text.raw(",\"credential\":").base64(commitment.to("credential", credential(use.caller())));
        text.raw(",\"object\":").base64(objectCommitment.to("object", use.object()));
        text.raw(",\"principal\":").base64(commitment.to("principal", principal(use.caller())));
        text.raw(",\"read\":").base64(commitment.to("read", use.read()));
        text.raw(",\"size\":").base64(commitment.to("size", Long.toString(bytes)));
        text.raw(",\"time\":").base64(commitment.to("time", time));
        text.raw("}");
        if (count != 1) {
            text.raw(",\"count\":").number(count);
        }
        text.raw(",\"dataZone\":").text(use.dataZone());
        text.raw(",\"kind\":\"use\",\"minute\":").text(Entries.minute(time));
        text.raw(",\"node\":").text(node);
        text.raw(",\"number\":").number(use.number());
        text.raw(",\"organisation\":").text(use.organisation());
        text.raw(",\"outcome\":").text(lower(outcome));
        text.raw(",\"policy\":").text(use.policy());
        text.raw(",\"purpose\":").text(use.purpose());
        text.raw(",\"reason\":").text(use.reason());
        if (!use.sealed().isEmpty()) {
            text.raw(",\"sealed\":").text(use.sealed());
        }
        text.raw(",\"size\":").number(sizeClass(bytes));
        text.raw(",\"subjects\":[");
        for (int i = 0; i < subjectCommitments.size(); i++) {
            text.raw(i == 0 ? "" : ",").base64(subjectCommitments.get(i));
        }
        text.raw("],\"v\":1,\"verdict\":").text(lower(use.verdict()));
        return text.raw("}").done();
    }

    static long sizeClass(long bytes) {
        return Long.SIZE - Long.numberOfLeadingZeros(bytes);
    }

    static String lower(Enum<?> word) {
        return word.name().toLowerCase(Locale.ROOT);
    }

    static String principal(Caller caller) {
        return switch (caller) {
            case Caller.Known known -> known.principal();
            case Caller.Anonymous() -> "anonymous";
            case Caller.Program program -> program.name();
        };
    }

    static String credential(Caller caller) {
        return switch (caller) {
            case Caller.Known known -> known.credential();
            case Caller.Anonymous(), Caller.Program _ -> NOTHING;
        };
    }

    private byte[] payload(long bytes) {
        JsonText text = new JsonText(512);
        text.raw("{\"address\":").text(use.address());
        text.raw(",\"credential\":").text(credential(use.caller()));
        text.raw(",\"object\":");
        if (use.subjects().isEmpty()) {
            text.text(use.object());
        } else {
            byte[] object = use.object().getBytes(StandardCharsets.UTF_8);
            for (KeyId each : use.subjects()) {
                object = subjects.seal(each, entryId, object);
            }
            text.base64(object);
        }
        text.raw(",\"principal\":").text(principal(use.caller()));
        text.raw(",\"read\":").text(use.read());
        text.raw(",\"size\":").number(bytes);
        text.raw(",\"time\":").text(time).raw("}");
        byte[] sealed = subjects.seal(use.callerSubject(), entryId, text.done());
        int people = use.subjects().size();
        int head = people <= FEW ? 2 : 3;
        ByteBuffer payload = ByteBuffer.allocate(head + (1 + people) * KEY_ID + sealed.length);
        if (people <= FEW) {
            payload.put(PAYLOAD_VERSION).put((byte) people);
        } else {
            payload.put(MANY_VERSION).putShort((short) people);
        }
        payload.put(HexFormat.of().parseHex(use.callerSubject().id()));
        use.subjects().forEach(each -> payload.put(HexFormat.of().parseHex(each.id())));
        return payload.put(sealed).array();
    }

    /** Values of a payload by name; empty when somebody's key is gone or the payload was erased. */
    static Map<String, Object> open(Subjects subjects, UseEntry entry, Optional<byte[]> payload) {
        if (payload.isEmpty()) {
            return Map.of();
        }
        byte[] entryId = entryId(entry.organisation(), entry.node(), entry.number());
        ByteBuffer buffer = ByteBuffer.wrap(payload.get());
        Optional<People> people = people(buffer);
        if (people.isEmpty()) {
            return Map.of();
        }
        KeyId caller = people.get().caller();
        List<KeyId> concerned = people.get().concerned();
        byte[] sealed = new byte[buffer.remaining()];
        buffer.get(sealed);
        Optional<byte[]> opened = subjects.open(caller, entryId, sealed);
        if (opened.isEmpty()) {
            return Map.of();
        }
        Map<String, Object> values = new LinkedHashMap<>(JsonReading.object(opened.get()));
        if (!concerned.isEmpty()) {
            Optional<byte[]> object =
                    Optional.of(
                            java.util.Base64.getDecoder()
                                    .decode((String) values.getOrDefault("object", NOTHING)));
            for (KeyId each : concerned.reversed()) {
                object = object.flatMap(bytes -> subjects.open(each, entryId, bytes));
            }
            values.remove("object");
            object.ifPresent(
                    bytes -> values.put("object", new String(bytes, StandardCharsets.UTF_8)));
        }
        return values;
    }

    private static KeyId keyId(ByteBuffer buffer) {
        byte[] id = new byte[KEY_ID];
        buffer.get(id);
        return new KeyId(KeyId.Kind.SUBJECT, HexFormat.of().formatHex(id));
    }
}
