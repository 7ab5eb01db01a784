package org.domicile.s3;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;
import org.domicile.bytes.Crc64Nvme;
import org.domicile.guard.Guard;
import org.domicile.guard.Upstream;
import org.domicile.http.Exchange;
import org.domicile.request.Caller;
import org.jspecify.annotations.Nullable;

/**
 * Believes what the field {@code test-key} says: an access key, {@code bad KEY} for a signature of
 * that key that does not match, nothing for nobody. Bodies are plain, with the two promises that
 * the door's own tests need: Content-MD5 and x-amz-checksum-*.
 */
record TrustingAuthentication(Guard guard) implements Authentication {
    @Override
    public Verdict judge(Exchange exchange) {
        String key = exchange.headers().first("test-key").orElse("");
        if (key.isEmpty()) {
            return new Verdict.Accepted(new Caller.Anonymous(), new Plain(exchange));
        }
        boolean bad = key.startsWith("bad ");
        Optional<Caller.Known> caller =
                guard.identity().caller(bad ? key.substring("bad ".length()) : key);
        if (caller.isEmpty()) {
            return new Verdict.Rejected(
                    caller, new Failure(ErrorCode.INVALID_ACCESS_KEY_ID, "No such access key."));
        }
        return bad
                ? new Verdict.Rejected(
                        caller,
                        new Failure(ErrorCode.SIGNATURE_DOES_NOT_MATCH, "Another signature."))
                : new Verdict.Accepted(caller.get(), new Plain(exchange));
    }

    private record Plain(Exchange exchange) implements Payload {
        @Override
        public long length() {
            return exchange.contentLength();
        }

        @Override
        public Upstream upstream(String algorithm) {
            return new Body(exchange, algorithm);
        }

        @Override
        public byte[] document(int limit) throws IOException {
            byte[] bytes = exchange.body().readNBytes(limit + 1);
            if (bytes.length > limit) {
                throw new Failure(ErrorCode.MALFORMED_XML, "The document is too long.");
            }
            Body body = new Body(exchange, "");
            InputStream in = body.reading(new ByteArrayInputStream(bytes));
            in.readAllBytes();
            body.finish();
            return bytes;
        }
    }

    private static final class Body implements Upstream {
        private final Exchange exchange;
        private final String algorithm;
        private final String promised;
        private final MessageDigest md5 = digest("MD5");
        private long left;

        Body(Exchange exchange, String wanted) {
            this.exchange = exchange;
            this.left = exchange.contentLength();
            String named = wanted;
            String value = "";
            for (String each : Drafts.ALGORITHMS) {
                Optional<String> field = exchange.headers().first("x-amz-checksum-" + each);
                // Of a completion they speak of the object, not of the document about it.
                if (field.isPresent() && !exchange.method().equals("POST")
                        || field.isPresent() && exchange.rawQuery().equals("delete")) {
                    named = each;
                    value = field.get();
                }
            }
            this.algorithm = named;
            this.promised = value;
            this.sum = named.isEmpty() ? null : new Sum(named);
        }

        private final @Nullable Sum sum;

        @Override
        public long expected() {
            return exchange.contentLength();
        }

        @Override
        public String algorithm() {
            return algorithm;
        }

        @Override
        public InputStream body() {
            return reading(exchange.body());
        }

        InputStream reading(InputStream from) {
            return new FilterInputStream(from) {
                @Override
                public int read() throws IOException {
                    byte[] one = new byte[1];
                    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
                }

                @Override
                public int read(byte[] bytes, int offset, int length) throws IOException {
                    int count = super.read(bytes, offset, length);
                    if (count > 0) {
                        md5.update(bytes, offset, count);
                        if (sum != null) {
                            sum.update(bytes, offset, count);
                        }
                        left -= count;
                    } else if (count < 0 && left > 0) {
                        throw new EOFException(left + " bytes are missing");
                    }
                    return count;
                }
            };
        }

        @Override
        public Digests finish() {
            byte[] hash = md5.digest();
            String said = exchange.headers().first("Content-MD5").orElse("");
            if (!said.isEmpty() && !said.equals(Base64.getEncoder().encodeToString(hash))) {
                throw new Invalid("BadDigest", "The Content-MD5 did not match what we received.");
            }
            String value = sum == null ? "" : sum.base64();
            if (!promised.isEmpty() && !promised.equals(value)) {
                throw new Invalid("BadDigest", "The checksum did not match what we received.");
            }
            return new Digests(
                    HexFormat.of().formatHex(hash),
                    algorithm.isEmpty() ? Map.of() : Map.of(algorithm, value));
        }
    }

    /** One of the five algorithms. */
    static final class Sum {
        private final @Nullable MessageDigest hash;
        private final Checksum crc;
        private final int width;

        Sum(String algorithm) {
            hash =
                    switch (algorithm) {
                        case "sha1" -> digest("SHA-1");
                        case "sha256" -> digest("SHA-256");
                        default -> null;
                    };
            crc =
                    switch (algorithm) {
                        case "crc32c" -> new CRC32C();
                        case "crc64nvme" -> new Crc64Nvme();
                        default -> new CRC32();
                    };
            width = algorithm.equals("crc64nvme") ? 8 : 4;
        }

        void update(byte[] bytes, int offset, int length) {
            if (hash != null) {
                hash.update(bytes, offset, length);
            } else {
                crc.update(bytes, offset, length);
            }
        }

        byte[] raw() {
            if (hash != null) {
                return hash.digest();
            }
            ByteBuffer value = ByteBuffer.allocate(width);
            return width == 4
                    ? value.putInt((int) crc.getValue()).array()
                    : value.putLong(crc.getValue()).array();
        }

        String base64() {
            return Base64.getEncoder().encodeToString(raw());
        }

        static byte[] of(String algorithm, byte[] bytes) {
            Sum sum = new Sum(algorithm);
            sum.update(bytes, 0, bytes.length);
            return sum.raw();
        }

        static String text(String algorithm, byte[] bytes) {
            return Base64.getEncoder().encodeToString(of(algorithm, bytes));
        }
    }

    static MessageDigest digest(String name) {
        try {
            return MessageDigest.getInstance(name);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + name, e);
        }
    }
}
