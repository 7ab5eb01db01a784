package org.domicile.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;

/** Small bodies, which are read before anything is done, in a time that does not begin anew. */
public final class WholeBody {
    private static final int PIECE = 16 << 10;

    private WholeBody() {}

    /**
     * All of a body.
     *
     * @param most bytes; of a larger one there is more than that
     * @param within how long all of it may take
     * @throws SocketTimeoutException when it was not there by then
     */
    public static byte[] read(Exchange exchange, int most, Duration within) throws IOException {
        long end = System.nanoTime() + within.toNanos();
        InputStream in = exchange.body();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] piece = new byte[Math.min(PIECE, most + 1)];
        while (all.size() <= most) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                throw new SocketTimeoutException("the body did not come in time");
            }
            exchange.bodyWithin(Duration.ofNanos(left));
            int read = in.read(piece);
            if (read < 0) {
                break;
            }
            all.write(piece, 0, read);
        }
        return all.toByteArray();
    }
}
