package org.domicile.guard;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;

/** A stored object's plain bytes on their way into a copy: digests are taken as they pass. */
final class Replay implements Upstream {
    private final InputStream source;
    private final long length;
    private final String algorithm;
    private final StreamDigest checksum;
    private final MessageDigest md5 = PartsDigest.digest("MD5");
    private long passed;

    Replay(InputStream source, long length, String algorithm) {
        this.source = source;
        this.length = length;
        this.algorithm = algorithm;
        this.checksum = StreamDigest.of(algorithm);
    }

    @Override
    public long expected() {
        return length;
    }

    @Override
    public String algorithm() {
        return algorithm;
    }

    @Override
    public InputStream body() {
        return new FilterInputStream(source) {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
            }

            @Override
            public int read(byte[] target, int offset, int count) throws IOException {
                int read = in.read(target, offset, count);
                if (read > 0) {
                    md5.update(target, offset, read);
                    checksum.update(target, offset, read);
                    passed += read;
                }
                return read;
            }
        };
    }

    @Override
    public Digests finish() {
        if (passed != length) {
            throw new IllegalStateException(
                    "a stored body gave " + passed + " of " + length + " bytes");
        }
        return new Digests(
                HexFormat.of().formatHex(md5.digest()), Map.of(algorithm, checksum.base64()));
    }
}
