package org.domicile.http;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * Where a streamed answer is written. Small writes are gathered; an answer of at most 64 KiB leaves
 * in one piece with its head. Owned by the handler's thread.
 */
public abstract class BodyOutput extends OutputStream {
    BodyOutput() {}

    /**
     * Writes all that remains of {@code bytes} and blocks while the client is slow. The buffer is
     * the caller's again when this returns. A direct buffer of 64 KiB or more goes to the socket
     * without a copy.
     *
     * @throws IOException when the client has gone, or takes nothing for the listener's headTime
     */
    public abstract void write(ByteBuffer bytes) throws IOException;
}
