package org.domicile.launcher;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Base64;
import org.domicile.bytes.Crc64Nvme;
import org.domicile.s3client.S3Signature;

/**
 * A stretch of a file. It is read twice: once for its sums, once to be sent. So memory does not
 * grow with it, and bytes that change in between no longer fit the signed sum: the server refuses
 * them.
 *
 * @param file which @param offset where @param length bytes
 */
record Slice(Path file, long offset, long length) {
    /**
     * @param sha256 in hexadecimal @param md5 raw @param crc64 CRC-64/NVME
     */
    record Sums(String sha256, byte[] md5, long crc64) {
        /** As a header carries it. */
        static String header(long crc64) {
            return Base64.getEncoder()
                    .encodeToString(ByteBuffer.allocate(Long.BYTES).putLong(crc64).array());
        }
    }

    Sums sums() throws IOException {
        MessageDigest sha256 = S3Signature.digest("SHA-256");
        MessageDigest md5 = S3Signature.digest("MD5");
        Crc64Nvme crc = new Crc64Nvme();
        byte[] buffer = new byte[128 << 10];
        try (InputStream bytes = open()) {
            for (int read = bytes.read(buffer); read >= 0; read = bytes.read(buffer)) {
                sha256.update(buffer, 0, read);
                md5.update(buffer, 0, read);
                crc.update(buffer, 0, read);
            }
        }
        return new Sums(S3Signature.hex(sha256.digest()), md5.digest(), crc.getValue());
    }

    BodyPublisher body() {
        return length == 0
                ? BodyPublishers.noBody()
                : BodyPublishers.fromPublisher(
                        BodyPublishers.ofInputStream(() -> {
                            try {
                                return open();
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        }),
                        length);
    }

    private InputStream open() throws IOException {
        return new Reading(FileChannel.open(file, StandardOpenOption.READ), offset, length);
    }

    /** Exactly the slice: a file that has become shorter is an error. Owned by one thread. */
    private static final class Reading extends InputStream {
        private final FileChannel channel;
        private long at;
        private long left;

        Reading(FileChannel channel, long at, long left) {
            this.channel = channel;
            this.at = at;
            this.left = left;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] target, int from, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int read =
                    channel.read(ByteBuffer.wrap(target, from, (int) Math.min(length, left)), at);
            if (read < 0) {
                throw new EOFException("the file became shorter while it was read");
            }
            at += read;
            left -= read;
            return read;
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
