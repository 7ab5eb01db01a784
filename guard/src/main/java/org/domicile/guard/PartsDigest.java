package org.domicile.guard;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.domicile.bytes.Crc64Nvme;
import org.domicile.bytes.CrcCombination;

/**
 * ETag and checksum of an object made of parts, from the parts' own digests. S3 user guide,
 * "Checking object integrity": the ETag is the MD5 of the parts' MD5s with {@code -N}; a COMPOSITE
 * checksum is the algorithm over the parts' raw checksums with {@code -N}; a FULL_OBJECT checksum
 * (CRCs only) is that of all bytes, combined from the parts'.
 */
final class PartsDigest {
    /** One part's share. */
    record Share(long size, Upstream.Digests digests) {}

    private PartsDigest() {}

    static String etag(List<Share> parts) {
        MessageDigest md5 = digest("MD5");
        for (Share part : parts) {
            md5.update(HexFormat.of().parseHex(part.digests().etag()));
        }
        return HexFormat.of().formatHex(md5.digest()) + "-" + parts.size();
    }

    /** The checksum of the whole, empty when the parts do not all carry the algorithm. */
    static Optional<String> checksum(
            String algorithm, Attributes.ChecksumType type, List<Share> parts) {
        for (Share part : parts) {
            if (!part.digests().checksums().containsKey(algorithm)) {
                return Optional.empty();
            }
        }
        return switch (type) {
            case COMPOSITE -> Optional.of(composite(algorithm, parts));
            case FULL_OBJECT ->
                    switch (algorithm) {
                        case "crc32" ->
                                Optional.of(combined(CrcCombination.CRC32, 32, algorithm, parts));
                        case "crc32c" ->
                                Optional.of(combined(CrcCombination.CRC32C, 32, algorithm, parts));
                        case "crc64nvme" ->
                                Optional.of(combined(Crc64Nvme.POLYNOMIAL, 64, algorithm, parts));
                        default -> Optional.empty();
                    };
        };
    }

    /** The parts' own checksums of the algorithm that the whole has, raw, one after the other. */
    static byte[] sums(Attributes whole, List<Share> parts) {
        ByteArrayOutputStream sums = new ByteArrayOutputStream();
        for (String algorithm : whole.checksums().keySet()) {
            parts.forEach(part -> sums.writeBytes(raw(algorithm, part)));
        }
        return sums.toByteArray();
    }

    private static String composite(String algorithm, List<Share> parts) {
        StreamDigest whole = StreamDigest.of(algorithm);
        for (Share part : parts) {
            byte[] raw = raw(algorithm, part);
            whole.update(raw, 0, raw.length);
        }
        return whole.base64() + "-" + parts.size();
    }

    private static String combined(
            long polynomial, int width, String algorithm, List<Share> parts) {
        long crc = 0;
        for (Share part : parts) {
            byte[] raw = raw(algorithm, part);
            long value =
                    width == 32
                            ? ByteBuffer.wrap(raw).getInt() & 0xFFFF_FFFFL
                            : ByteBuffer.wrap(raw).getLong();
            crc = CrcCombination.combine(polynomial, width, crc, value, part.size());
        }
        ByteBuffer bytes = ByteBuffer.allocate(width / 8);
        if (width == 32) {
            bytes.putInt((int) crc);
        } else {
            bytes.putLong(crc);
        }
        return Base64.getEncoder().encodeToString(bytes.array());
    }

    private static byte[] raw(String algorithm, Share part) {
        Map<String, String> checksums = part.digests().checksums();
        return Base64.getDecoder().decode(checksums.getOrDefault(algorithm, ""));
    }

    static MessageDigest digest(String name) {
        try {
            return MessageDigest.getInstance(name);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + name, e);
        }
    }
}
