package org.domicile.ingest;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.domicile.http.Exchange;
import org.domicile.http.Headers;

/**
 * Bodies of requests that are in memory at one time: a part of the heap, whoever sends them. One
 * comes within a minute, or not at all. Safe for concurrent use.
 */
final class Bodies {
    static final int LONGEST = 16 << 20;

    /** A body is there as it came, unpacked, and as records. */
    private static final int TIMES = 3;

    private static final int PIECE = 64 << 10;
    private static final Duration ARRIVES_WITHIN = Duration.ofMinutes(1);

    /** KiB. */
    private final int room =
            (int)
                    Math.max(
                            (long) TIMES * LONGEST >> 10,
                            Math.min(
                                    Integer.MAX_VALUE, Runtime.getRuntime().maxMemory() / 3 >> 10));

    private final Semaphore free = new Semaphore(room, true);

    /** One that has not come yet. Owned by the request's thread. */
    final class Body implements AutoCloseable {
        private final Exchange exchange;
        private int taken;

        private Body(Exchange exchange) {
            this.exchange = exchange;
        }

        Headers headers() {
            return exchange.headers();
        }

        /** All of it, unpacked. */
        byte[] bytes() throws IOException {
            long length = exchange.contentLength();
            if (length > LONGEST) {
                throw tooLarge("A request has at most 16 MiB");
            }
            String coding = headers().first("Content-Encoding").orElse("").toLowerCase(Locale.ROOT);
            boolean packed = coding.equals("gzip");
            if (!packed && !coding.isEmpty() && !coding.equals("identity")) {
                throw new Failure(
                        415,
                        "unknown-coding",
                        "Content-Encoding is not known here; send gzip or none.");
            }
            long most = length < 0 || packed ? LONGEST : length;
            int wanted = (int) (TIMES * most >> 10) + 1;
            if (!free.tryAcquire(wanted)) {
                throw new Failure(503, "overloaded", "Others publish just now; try again.");
            }
            taken = wanted;
            byte[] body = arrived();
            return packed ? unpacked(body) : body;
        }

        private byte[] arrived() throws IOException {
            long late = System.nanoTime() + ARRIVES_WITHIN.toNanos();
            ByteArrayOutputStream all =
                    new ByteArrayOutputStream((int) Math.max(32, exchange.contentLength()));
            InputStream in = exchange.body();
            byte[] piece = new byte[PIECE];
            for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                all.write(piece, 0, read);
                if (all.size() > LONGEST) {
                    throw tooLarge("A request has at most 16 MiB");
                }
                if (System.nanoTime() - late > 0) {
                    throw new Failure(
                            408, "too-slow", "The body did not come within a minute; send less.");
                }
            }
            return all.toByteArray();
        }

        private static byte[] unpacked(byte[] body) throws IOException {
            try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(body))) {
                byte[] plain = in.readNBytes(LONGEST + 1);
                if (plain.length > LONGEST) {
                    throw tooLarge("A request has at most 16 MiB unpacked");
                }
                return plain;
            } catch (ZipException | EOFException e) {
                throw Failure.malformed("The body is not gzip: " + e.getMessage() + ".");
            }
        }

        @Override
        public void close() {
            free.release(taken);
            taken = 0;
        }
    }

    /** The body of a request; it takes room when it comes. */
    Body of(Exchange exchange) {
        return new Body(exchange);
    }

    private static Failure tooLarge(String what) {
        return new Failure(413, "too-large", what + "; send the records in several requests.");
    }
}
