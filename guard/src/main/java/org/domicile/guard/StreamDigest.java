package org.domicile.guard;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;
import org.domicile.bytes.Crc64Nvme;

/** One of S3's checksum algorithms over a stream. Owned by one thread. */
public sealed interface StreamDigest {
    /** By lower-case name. @throws IllegalArgumentException for a name that is none */
    static StreamDigest of(String algorithm) {
        return switch (algorithm) {
            case "crc32" -> new Crc(new CRC32(), 4);
            case "crc32c" -> new Crc(new CRC32C(), 4);
            case "crc64nvme" -> new Crc(new Crc64Nvme(), 8);
            case "sha1" -> new Sha(PartsDigest.digest("SHA-1"));
            case "sha256" -> new Sha(PartsDigest.digest("SHA-256"));
            default -> throw new IllegalArgumentException("no checksum algorithm " + algorithm);
        };
    }

    /** Takes bytes. */
    void update(byte[] bytes, int offset, int length);

    /** Big-endian bytes in base64. */
    String base64();

    /** A cyclic redundancy check. */
    record Crc(Checksum checksum, int width) implements StreamDigest {
        @Override
        public void update(byte[] bytes, int offset, int length) {
            checksum.update(bytes, offset, length);
        }

        @Override
        public String base64() {
            ByteBuffer value = ByteBuffer.allocate(width);
            if (width == 4) {
                value.putInt((int) checksum.getValue());
            } else {
                value.putLong(checksum.getValue());
            }
            return Base64.getEncoder().encodeToString(value.array());
        }
    }

    /** A hash. */
    record Sha(MessageDigest digest) implements StreamDigest {
        @Override
        public void update(byte[] bytes, int offset, int length) {
            digest.update(bytes, offset, length);
        }

        @Override
        public String base64() {
            return Base64.getEncoder().encodeToString(digest.digest());
        }
    }
}
