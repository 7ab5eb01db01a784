package org.domicile.guard;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.domicile.bytes.StorageFailure;
import org.domicile.objects.Lock;
import org.domicile.policy.Acl;
import org.domicile.policy.Marks;

/**
 * Plain forms of what the guard seals.
 *
 * <p>Attributes, format 1: format byte; ETag; headers, user metadata, checksums; checksum type;
 * origin; then the content ids of the body's pieces, 16 bytes each, under which each piece was
 * sealed (so a piece moved elsewhere does not open). Format 2 has the pieces' checksums behind
 * them, raw and equally long, of the algorithm that the whole has one of. Texts are a two-byte
 * length and UTF-8; maps a two-byte count and their pairs.
 *
 * <p>The state of a part whose data carry marks has format 2, with the marks at its end; lists are
 * a two-byte count and their elements. What an upload begins with has format 3: 1 is without tags
 * and lock, 2 without sealing and ACL. State has format 2 where a body is sealed under a second key
 * or has an ACL, with both at its end; a sealing is its kind as a byte, the key's name, the proof.
 */
final class AttributesCodec {
    /** Bytes of a content id. */
    static final int CONTENT_ID = 16;

    private static final int FORMAT = 1;
    private static final int MARKED = 2;
    private static final int SUMMED = 2;
    private static final int LOCKABLE = 2;
    private static final int SEALED_UPLOAD = 3;
    private static final int FULL_STATE = 2;
    private static final List<Lock.Mode> MODES = List.of(Lock.Mode.values());
    private static final List<Lock.Hold> HOLDS = List.of(Lock.Hold.values());
    private static final List<Encrypted.Kind> KINDS = List.of(Encrypted.Kind.values());
    private static final int MOST = 0xFFFF;
    private static final byte[] NOTHING = {};

    /**
     * Attributes with what only the guard knows. @param contents content ids one after the other
     *
     * @param sums checksums of the pieces, one after the other; empty where they have none
     */
    record Sealed(Attributes attributes, Found.Origin origin, byte[] contents, byte[] sums) {
        Sealed(Attributes attributes, Found.Origin origin, byte[] contents) {
            this(attributes, origin, contents, NOTHING);
        }
    }

    /** Digests of a part with its content id, and what its data carry. */
    record PartState(Upstream.Digests digests, byte[] content, Marks marks) {}

    /** What an upload begins with. The draft says nothing of keys; the sealing does. */
    record Begun(GuardedObjects.Draft draft, SealedUnder sealing) {}

    private AttributesCodec() {}

    static byte[] encode(Sealed sealed) {
        boolean summed = sealed.sums().length > 0;
        return write(
                summed ? SUMMED : FORMAT,
                out -> {
                    Attributes attributes = sealed.attributes();
                    text(out, attributes.etag());
                    map(out, attributes.headers());
                    map(out, attributes.user());
                    map(out, attributes.checksums());
                    out.writeByte(
                            attributes.checksumType() == Attributes.ChecksumType.FULL_OBJECT
                                    ? 0
                                    : 1);
                    out.writeByte(sealed.origin() == Found.Origin.WHOLE ? 0 : 1);
                    out.writeInt(sealed.contents().length);
                    out.write(sealed.contents());
                    if (summed) {
                        out.writeInt(sealed.sums().length);
                        out.write(sealed.sums());
                    }
                });
    }

    static Sealed attributes(byte[] plain) {
        Reader in = new Reader(plain, SUMMED);
        Attributes attributes =
                new Attributes(in.text(), in.map(), in.map(), in.map(), in.checksumType());
        Found.Origin origin = in.origin();
        byte[] contents = in.bytes(in.number());
        return new Sealed(
                attributes,
                origin,
                contents,
                in.format() == SUMMED ? in.bytes(in.number()) : NOTHING);
    }

    /** The same for a listing, which shows neither headers nor user metadata: they are left out. */
    static Sealed listed(byte[] plain) {
        Reader in = new Reader(plain, SUMMED);
        String etag = in.text();
        in.passMap();
        in.passMap();
        Attributes attributes =
                new Attributes(etag, Map.of(), Map.of(), in.map(), in.checksumType());
        return new Sealed(attributes, in.origin(), NOTHING);
    }

    static byte[] encode(Begun begun) {
        GuardedObjects.Draft draft = begun.draft();
        return write(
                SEALED_UPLOAD,
                out -> {
                    map(out, draft.headers());
                    map(out, draft.user());
                    text(out, draft.checksumAlgorithm());
                    out.writeByte(
                            draft.checksumType() == Attributes.ChecksumType.FULL_OBJECT ? 0 : 1);
                    map(out, draft.tags());
                    out.writeByte(draft.lock().mode().ordinal());
                    out.writeLong(draft.lock().until().toEpochMilli());
                    out.writeByte(draft.lock().hold().ordinal());
                    sealing(out, begun.sealing());
                    text(out, draft.acl().text());
                });
    }

    static Begun begun(byte[] plain) {
        Reader in = new Reader(plain, SEALED_UPLOAD);
        Map<String, String> headers = in.map();
        Map<String, String> user = in.map();
        String algorithm = in.text();
        Attributes.ChecksumType type = in.checksumType();
        if (in.format() < LOCKABLE) {
            return new Begun(
                    new GuardedObjects.Draft(headers, user, algorithm, type), SealedUnder.OWN);
        }
        GuardedObjects.Draft draft =
                new GuardedObjects.Draft(headers, user, in.map(), in.lock(), algorithm, type);
        if (in.format() < SEALED_UPLOAD) {
            return new Begun(draft, SealedUnder.OWN);
        }
        SealedUnder sealing = in.sealing();
        return new Begun(draft.listed(in.acl()), sealing);
    }

    static byte[] encode(PartState part) {
        return write(
                part.marks().isEmpty() ? FORMAT : MARKED,
                out -> {
                    text(out, part.digests().etag());
                    map(out, part.digests().checksums());
                    out.write(part.content());
                    if (!part.marks().isEmpty()) {
                        marks(out, part.marks());
                    }
                });
    }

    static PartState part(byte[] plain) {
        Reader in = new Reader(plain, MARKED);
        return new PartState(
                new Upstream.Digests(in.text(), in.map()),
                in.bytes(CONTENT_ID),
                in.format() == MARKED ? in.marks() : Marks.NONE);
    }

    static byte[] encode(State state) {
        boolean full = !state.sealing().equals(SealedUnder.OWN) || !state.acl().equals(Acl.NONE);
        return write(
                full ? FULL_STATE : FORMAT,
                out -> {
                    marks(out, state.marks());
                    map(out, state.tags());
                    if (full) {
                        sealing(out, state.sealing());
                        text(out, state.acl().text());
                    }
                });
    }

    /** As {@link Marked} has them. */
    static Marks marks(byte[] plain) {
        return new Reader(plain, FORMAT).marks();
    }

    static State state(byte[] plain) {
        Reader in = new Reader(plain, FULL_STATE);
        Marks marks = in.marks();
        Map<String, String> tags = in.map();
        return in.format() < FULL_STATE
                ? new State(marks, tags, SealedUnder.OWN, Acl.NONE)
                : new State(marks, tags, in.sealing(), in.acl());
    }

    private interface Body {
        void to(DataOutputStream out) throws IOException;
    }

    private static byte[] write(int format, Body body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(160);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(format);
            body.to(out);
        } catch (IOException e) {
            throw new UncheckedIOException("a byte array does not fail", e);
        }
        return bytes.toByteArray();
    }

    /**
     * Reads what {@link #write} wrote. By hand and not by a stream: a listing reads a thousand of
     * them.
     */
    private static final class Reader {
        private final byte[] plain;
        private final int format;
        private int at;

        Reader(byte[] plain, int newest) {
            this.plain = plain;
            format = octet();
            if (format < FORMAT || format > newest) {
                throw new StorageFailure(
                        StorageFailure.Kind.FOREIGN,
                        "attributes have format " + format + ", which is newer than this program");
            }
        }

        int format() {
            return format;
        }

        Marks marks() {
            List<String> classes = texts();
            List<String> prohibited = texts();
            List<List<String>> only = new ArrayList<>();
            for (int left = count(); left > 0; left--) {
                only.add(texts());
            }
            return new Marks(classes, prohibited, only);
        }

        private List<String> texts() {
            List<String> texts = new ArrayList<>();
            for (int left = count(); left > 0; left--) {
                texts.add(text());
            }
            return texts;
        }

        /** Steps over so many bytes; where they begin. */
        private int step(int bytes) {
            if (bytes < 0 || plain.length - at < bytes) {
                throw new StorageFailure(
                        StorageFailure.Kind.CORRUPT, "sealed attributes end too early");
            }
            int from = at;
            at += bytes;
            return from;
        }

        private int octet() {
            return plain[step(1)] & 0xFF;
        }

        private int count() {
            return octet() << 8 | octet();
        }

        int number() {
            return count() << 16 | count();
        }

        byte[] bytes(int length) {
            int from = step(length);
            return Arrays.copyOfRange(plain, from, from + length);
        }

        String text() {
            int length = count();
            return new String(plain, step(length), length, StandardCharsets.UTF_8);
        }

        Map<String, String> map() {
            int size = count();
            if (size <= 1) {
                return size == 0 ? Map.of() : Map.of(text(), text());
            }
            Map<String, String> map = LinkedHashMap.newLinkedHashMap(size);
            for (int i = 0; i < size; i++) {
                map.put(text(), text());
            }
            return map;
        }

        void passMap() {
            for (int left = 2 * count(); left > 0; left--) {
                step(count());
            }
        }

        /** Nothing stands for an ACL that nobody set. */
        Acl acl() {
            String text = text();
            return text.isEmpty() ? Acl.NONE : Acl.of(text);
        }

        SealedUnder sealing() {
            Encrypted.Kind kind = KINDS.get(octet());
            return new SealedUnder(new Encrypted(kind, text()), text());
        }

        Lock lock() {
            Lock.Mode mode = MODES.get(octet());
            long until = (long) number() << 32 | number() & 0xFFFF_FFFFL;
            return new Lock(mode, Instant.ofEpochMilli(until), HOLDS.get(octet()));
        }

        Attributes.ChecksumType checksumType() {
            return octet() == 0
                    ? Attributes.ChecksumType.FULL_OBJECT
                    : Attributes.ChecksumType.COMPOSITE;
        }

        Found.Origin origin() {
            return octet() == 0 ? Found.Origin.WHOLE : Found.Origin.PARTS;
        }
    }

    private static void sealing(DataOutputStream out, SealedUnder sealing) throws IOException {
        out.writeByte(sealing.shown().kind().ordinal());
        text(out, sealing.shown().name());
        text(out, sealing.proof());
    }

    private static void marks(DataOutputStream out, Marks marks) throws IOException {
        texts(out, marks.classes());
        texts(out, marks.prohibited());
        out.writeShort(marks.only().size());
        for (List<String> only : marks.only()) {
            texts(out, only);
        }
    }

    /** Marks that are stored fit, so a count of two bytes does. */
    private static void texts(DataOutputStream out, List<String> texts) throws IOException {
        out.writeShort(texts.size());
        for (String text : texts) {
            text(out, text);
        }
    }

    private static void text(DataOutputStream out, String value) throws IOException {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > MOST) {
            throw new IllegalArgumentException(
                    "a text among attributes has at most 65,535 bytes, not " + bytes.length);
        }
        out.writeShort(bytes.length);
        out.write(bytes);
    }

    private static void map(DataOutputStream out, Map<String, String> map) throws IOException {
        if (map.size() > MOST) {
            throw new IllegalArgumentException("attributes are at most 65,535");
        }
        out.writeShort(map.size());
        for (Map.Entry<String, String> pair : map.entrySet()) {
            text(out, pair.getKey());
            text(out, pair.getValue());
        }
    }
}
