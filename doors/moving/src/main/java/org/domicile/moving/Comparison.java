package org.domicile.moving;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.domicile.guard.StreamDigest;
import org.domicile.guard.Upstream;
import org.domicile.s3client.S3Signature;

/**
 * A version's bytes on their way in, compared with what the other side says of them before they are
 * committed. Owned by one thread, used once.
 */
final class Comparison implements Upstream {
    private final Expected expected;
    private final InputStream in;
    private final MessageDigest md5 = S3Signature.digest("MD5");
    private final List<PartSum> parts;
    private final StreamDigest checksum;
    private String by = "";

    Comparison(Expected expected, InputStream body) {
        this.expected = expected;
        this.checksum = StreamDigest.of(expected.kept());
        this.parts = new ArrayList<>();
        expected.partSizes().forEach(each -> parts.add(new PartSum(each)));
        this.in =
                new FilterInputStream(body) {
                    @Override
                    public int read() throws IOException {
                        byte[] one = new byte[1];
                        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
                    }

                    @Override
                    public int read(byte[] target, int offset, int length) throws IOException {
                        int count = super.read(target, offset, length);
                        if (count > 0) {
                            passed(target, offset, count);
                        }
                        return count;
                    }
                };
    }

    private void passed(byte[] bytes, int offset, int length) {
        md5.update(bytes, offset, length);
        checksum.update(bytes, offset, length);
        parts.forEach(each -> each.update(bytes, offset, length));
    }

    @Override
    public long expected() {
        return expected.size();
    }

    @Override
    public String algorithm() {
        return expected.kept();
    }

    @Override
    public InputStream body() {
        return in;
    }

    @Override
    public Digests finish() {
        String sum = checksum.base64();
        String own = HexFormat.of().formatHex(md5.digest());
        boolean summed = !expected.algorithm().isEmpty();
        if (summed && !sum.equals(expected.checksum())) {
            throw differs("their " + expected.algorithm() + " is not what the other side says");
        }
        String etag = own;
        switch (expected.kind()) {
            case MD5 -> {
                if (own.equals(expected.etag())) {
                    by = "MD5";
                } else if (!summed) {
                    throw differs("their MD5 is not the ETag on the other side");
                }
            }
            case MD5_OF_PARTS -> {
                if (parts.stream()
                        .anyMatch(each -> each.etag(expected.parts()).equals(expected.etag()))) {
                    by = "MD5 of " + expected.parts() + " parts";
                    etag = expected.etag();
                }
            }
            case OPAQUE -> {}
        }
        String sums = summed ? expected.algorithm().toUpperCase(Locale.ROOT) : "";
        if (by.isEmpty()) {
            by = summed ? sums : "size alone: the other side shows no digest of all bytes";
        } else if (summed) {
            by += " and " + sums;
        }
        return new Digests(etag, Map.of(expected.kept(), sum));
    }

    private static Invalid differs(String how) {
        return new Invalid("BadDigest", "the bytes that came differ: " + how);
    }

    /** By what they were compared; once finished. */
    String by() {
        return by;
    }
}
