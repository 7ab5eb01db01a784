package org.domicile.guard;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/** A body on its way in, as a door hands it to the guard. Owned by the request's thread. */
public interface Upstream {
    /** Plain bytes expected, -1 when not known. */
    long expected();

    /** Lower-case algorithm of the checksum that {@link #finish} will give; empty for none. */
    String algorithm();

    /** Decoded plain bytes. Ends cleanly only when everything promised has arrived. */
    InputStream body() throws IOException;

    /**
     * Called once, after the body's end and before the commit: checks digests, lengths and trailing
     * signatures.
     *
     * @return the digests of what was read
     * @throws Invalid when the body is not what was promised: nothing is stored, the use is
     *     recorded as invalid
     */
    Digests finish();

    /**
     * @param etag hexadecimal MD5 @param checksums by lower-case algorithm, base64
     */
    record Digests(String etag, Map<String, String> checksums) {}

    /**
     * The body is not what was promised; body() and its stream may throw it too. The door knows how
     * to say it.
     */
    final class Invalid extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final String code;

        /**
         * @param code the door's own error code @param sentence for people
         */
        public Invalid(String code, String sentence) {
            super(sentence, null, false, false);
            this.code = code;
        }

        /** The door's own error code. */
        public String code() {
            return code;
        }
    }
}
