package org.domicile.guard;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.domicile.bytes.StorageFailure;

/**
 * Plain forms of what the guard seals.
 *
 * <p>Attributes, format 1: format byte; ETag; headers, user metadata, checksums; checksum type;
 * origin; then the content ids of the body's pieces, 16 bytes each, under which each piece was
 * sealed (so a piece moved elsewhere does not open). Texts are a two-byte length and UTF-8; maps a
 * two-byte count and their pairs.
 */
final class AttributesCodec {
    /** Bytes of a content id. */
    static final int CONTENT_ID = 16;

    private static final int FORMAT = 1;
    private static final int MOST = 0xFFFF;

    /**
     * Attributes with what only the guard knows. @param contents content ids one after the other
     */
    record Sealed(Attributes attributes, Found.Origin origin, byte[] contents) {}

    /** Digests of a part with its content id. */
    record PartState(Upstream.Digests digests, byte[] content) {}

    private AttributesCodec() {}

    static byte[] encode(Sealed sealed) {
        return write(out -> {
            Attributes attributes = sealed.attributes();
            text(out, attributes.etag());
            map(out, attributes.headers());
            map(out, attributes.user());
            map(out, attributes.checksums());
            out.writeByte(attributes.checksumType() == Attributes.ChecksumType.FULL_OBJECT ? 0 : 1);
            out.writeByte(sealed.origin() == Found.Origin.WHOLE ? 0 : 1);
            out.writeInt(sealed.contents().length);
            out.write(sealed.contents());
        });
    }

    static Sealed attributes(byte[] plain) {
        return read(
                plain,
                in -> {
                    String etag = text(in);
                    Map<String, String> headers = map(in);
                    Map<String, String> user = map(in);
                    Map<String, String> checksums = map(in);
                    Attributes.ChecksumType type =
                            in.readByte() == 0
                                    ? Attributes.ChecksumType.FULL_OBJECT
                                    : Attributes.ChecksumType.COMPOSITE;
                    Found.Origin origin =
                            in.readByte() == 0 ? Found.Origin.WHOLE : Found.Origin.PARTS;
                    byte[] contents = in.readNBytes(in.readInt());
                    return new Sealed(
                            new Attributes(etag, headers, user, checksums, type), origin, contents);
                });
    }

    static byte[] encode(GuardedObjects.Draft draft) {
        return write(out -> {
            map(out, draft.headers());
            map(out, draft.user());
            text(out, draft.checksumAlgorithm());
            out.writeByte(draft.checksumType() == Attributes.ChecksumType.FULL_OBJECT ? 0 : 1);
        });
    }

    static GuardedObjects.Draft draft(byte[] plain) {
        return read(
                plain,
                in ->
                        new GuardedObjects.Draft(
                                map(in),
                                map(in),
                                text(in),
                                in.readByte() == 0
                                        ? Attributes.ChecksumType.FULL_OBJECT
                                        : Attributes.ChecksumType.COMPOSITE));
    }

    static byte[] encode(PartState part) {
        return write(out -> {
            text(out, part.digests().etag());
            map(out, part.digests().checksums());
            out.write(part.content());
        });
    }

    static PartState part(byte[] plain) {
        return read(
                plain,
                in ->
                        new PartState(
                                new Upstream.Digests(text(in), map(in)),
                                in.readNBytes(CONTENT_ID)));
    }

    private interface Body {
        void to(DataOutputStream out) throws IOException;
    }

    private interface Fields<T> {
        T from(DataInputStream in) throws IOException;
    }

    private static byte[] write(Body body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(160);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(FORMAT);
            body.to(out);
        } catch (IOException e) {
            throw new UncheckedIOException("a byte array does not fail", e);
        }
        return bytes.toByteArray();
    }

    private static <T> T read(byte[] plain, Fields<T> fields) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(plain))) {
            int format = in.readUnsignedByte();
            if (format != FORMAT) {
                throw new StorageFailure(
                        StorageFailure.Kind.FOREIGN,
                        "attributes have format " + format + ", which is newer than this program");
            }
            return fields.from(in);
        } catch (IOException e) {
            throw new StorageFailure(
                    StorageFailure.Kind.CORRUPT, "sealed attributes end too early", e);
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

    private static String text(DataInputStream in) throws IOException {
        return new String(in.readNBytes(in.readUnsignedShort()), StandardCharsets.UTF_8);
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

    private static Map<String, String> map(DataInputStream in) throws IOException {
        int size = in.readUnsignedShort();
        if (size == 0) {
            return Map.of();
        }
        Map<String, String> map = new LinkedHashMap<>(size * 2);
        for (int i = 0; i < size; i++) {
            map.put(text(in), text(in));
        }
        return map;
    }
}
