package org.domicile.s3;

import java.security.MessageDigest;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;
import org.domicile.bytes.Crc64Nvme;

/** S3's checksum algorithms (S3 user guide, "Checking object integrity"). */
enum BodyChecksum {
    CRC32(4),
    CRC32C(4),
    CRC64NVME(8),
    SHA1(20),
    SHA256(32);

    /** Takes bytes and says what they sum up to. Owned by one thread. */
    sealed interface Running {
        void update(byte[] bytes, int offset, int length);

        /** Raw bytes, big-endian. Ends it. */
        byte[] raw();
    }

    private record Sum(Checksum checksum, int width) implements Running {
        @Override
        public void update(byte[] bytes, int offset, int length) {
            checksum.update(bytes, offset, length);
        }

        @Override
        public byte[] raw() {
            long value = checksum.getValue();
            byte[] raw = new byte[width];
            for (int i = 0; i < width; i++) {
                raw[i] = (byte) (value >>> 8 * (width - 1 - i));
            }
            return raw;
        }
    }

    private record Hash(MessageDigest digest) implements Running {
        @Override
        public void update(byte[] bytes, int offset, int length) {
            digest.update(bytes, offset, length);
        }

        @Override
        public byte[] raw() {
            return digest.digest();
        }
    }

    private static final String PREFIX = "x-amz-checksum-";

    private final int width;

    BodyChecksum(int width) {
        this.width = width;
    }

    /** The name in lower case, as Digests and headers carry it. */
    String lower() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The header or trailer that carries it. */
    String header() {
        return PREFIX + lower();
    }

    /** By name in any case; empty for a name that is none. */
    static Optional<BodyChecksum> named(String name) {
        for (BodyChecksum one : values()) {
            if (one.name().equalsIgnoreCase(name)) {
                return Optional.of(one);
            }
        }
        return Optional.empty();
    }

    /** By its header; empty for a header that is none. */
    static Optional<BodyChecksum> inHeader(String header) {
        return header.startsWith(PREFIX)
                ? named(header.substring(PREFIX.length()))
                : Optional.empty();
    }

    /** Raw bytes of a base64 value; empty when it is no such checksum. */
    Optional<byte[]> decode(String base64) {
        return base64(base64, width);
    }

    /** Bytes of a base64 text when it has exactly so many. */
    static Optional<byte[]> base64(String text, int width) {
        if (text.length() != (width + 2) / 3 * 4) {
            return Optional.empty();
        }
        try {
            byte[] raw = Base64.getDecoder().decode(text);
            return raw.length == width ? Optional.of(raw) : Optional.empty();
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    Running start() {
        return switch (this) {
            case CRC32 -> new Sum(new CRC32(), width);
            case CRC32C -> new Sum(new CRC32C(), width);
            case CRC64NVME -> new Sum(new Crc64Nvme(), width);
            case SHA1 -> new Hash(SigningKey.lookUp("SHA-1"));
            case SHA256 -> new Hash(SigningKey.sha256());
        };
    }
}
