package org.domicile.ingest;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.domicile.http.Exchange;
import org.domicile.http.Headers;

/**
 * Bodies of requests that are in memory at one time: a part of the heap, and of it at most half for
 * an organisation. A body takes its room as it comes and is unpacked, and comes within a minute;
 * who holds more than a step of it sends each further step in a few seconds. Safe for concurrent
 * use.
 */
final class Bodies {
    static final int LONGEST = 16 << 20;

    /** A body is there as it comes, whole, and as records. */
    static final int TIMES = 3;

    /** Bytes for which room is taken at a time. */
    static final int STEP = 256 << 10;

    private static final int PIECE = 64 << 10;
    private static final Duration ARRIVES_WITHIN = Duration.ofMinutes(1);

    private final Room room;
    private final Rates rates;
    private final Duration stepWithin;

    /** In this program's heap. @param rate bytes a second of an organisation; 0 for no bound */
    Bodies(long rate) {
        this(
                room(Runtime.getRuntime().maxMemory() / 3, Duration.ofSeconds(5)),
                rate,
                Duration.ofSeconds(10));
    }

    /**
     * @param stepWithin how long who holds more than a step has for the next
     */
    Bodies(Room room, long rate, Duration stepWithin) {
        this.room = room;
        this.rates = new Rates(rate);
        this.stepWithin = stepWithin;
    }

    /** The largest body has room in it, and in a share of it. */
    static Room room(long bytes, Duration patience) {
        long largest = (long) TIMES * LONGEST;
        long all = Math.max(largest, bytes);
        return new Room(all, Math.max(largest, all / 2), patience);
    }

    /** One that has not come yet. Owned by the request's thread. */
    final class Body implements AutoCloseable {
        private final Exchange exchange;
        private final String organisation;
        private final Room.Part part;
        private final long end = System.nanoTime() + ARRIVES_WITHIN.toNanos();

        private Body(Exchange exchange, String organisation) {
            this.exchange = exchange;
            this.organisation = organisation;
            this.part = room.part(organisation);
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
            Duration wait = rates.wait(organisation, System.nanoTime());
            if (!wait.isZero()) {
                throw Failure.tooFast(
                        "Your organisation publishes more bytes a second than it may"
                                + " (kafka.rate).",
                        wait);
            }
            byte[] all = packed ? unpacked() : plain(length < 0 ? LONGEST : length);
            rates.came(organisation, all.length, System.nanoTime());
            return all;
        }

        private byte[] plain(long length) throws IOException {
            try (Arriving in = new Arriving()) {
                return all(in, length, "A request has at most 16 MiB");
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        }

        private byte[] unpacked() throws IOException {
            try (Arriving arriving = new Arriving()) {
                take(1, STEP); // before anything is read
                try (InputStream in = new GZIPInputStream(arriving, PIECE)) {
                    return all(in, LONGEST, "A request has at most 16 MiB unpacked");
                } catch (ZipException | EOFException e) {
                    throw Failure.malformed("The body is not gzip: " + e.getMessage() + ".");
                }
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        }

        /**
         * @param most bytes that are expected
         */
        private byte[] all(InputStream in, long most, String tooLarge) throws IOException {
            ByteArrayOutputStream all = new ByteArrayOutputStream((int) Math.min(STEP, most));
            take(1, most);
            byte[] piece = new byte[(int) Math.min(PIECE, most + 1)];
            for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                if (all.size() + read > LONGEST) {
                    throw tooLarge(tooLarge);
                }
                take(all.size() + read, most);
                all.write(piece, 0, read);
            }
            return all.toByteArray();
        }

        /** Room for so many bytes, and up to a step more. */
        private void take(long bytes, long most) {
            long steps = (bytes + STEP - 1) / STEP * STEP;
            long lacking = TIMES * Math.min(steps, Math.max(bytes, most)) - part.size();
            if (lacking > 0) {
                part.grow(lacking, Duration.ofNanos(Math.max(0, end - System.nanoTime())));
            }
        }

        @Override
        public void close() {
            part.close();
        }

        /**
         * The bytes as they come, in time. What goes wrong with them is no business of who unpacks
         * them, so it is thrown unchecked.
         */
        private final class Arriving extends InputStream {
            private final InputStream in = exchange.body();
            private long came;
            private boolean ended;

            /** Of the time that a further step has, what is left: nanoseconds. */
            private long left = stepWithin.toNanos();

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] target, int offset, int length) {
                boolean holdsMuch = part.size() > TIMES * STEP;
                long began = System.nanoTime();
                long longest = holdsMuch ? Math.min(left, end - began) : end - began;
                if (longest <= 0) {
                    throw late();
                }
                exchange.bodyWithin(Duration.ofNanos(longest));
                try {
                    int read = in.read(target, offset, length);
                    ended = read < 0;
                    left -= holdsMuch ? System.nanoTime() - began : 0;
                    if (read > 0) {
                        count(read);
                    }
                    return read;
                } catch (SocketTimeoutException e) {
                    throw late();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }

            private void count(int read) {
                long step = came / STEP;
                came += read;
                if (came > LONGEST) {
                    throw tooLarge("A request has at most 16 MiB");
                }
                if (came / STEP > step) {
                    left = stepWithin.toNanos();
                }
            }

            private Failure late() {
                return new Failure(
                        408,
                        "too-slow",
                        "The body did not come within a minute, or came to a halt; send less at a"
                                + " time.");
            }

            /** Whether there may be more: who unpacks asks it whether another member follows. */
            @Override
            public int available() {
                return ended ? 0 : 1;
            }
        }
    }

    /** The body of a request; it takes room when it comes. */
    Body of(Exchange exchange, String organisation) {
        return new Body(exchange, organisation);
    }

    private static Failure tooLarge(String what) {
        return new Failure(413, "too-large", what + "; send the records in several requests.");
    }
}
