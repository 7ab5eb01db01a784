package org.domicile.witness;

import java.io.IOException;
import java.util.List;

/**
 * A checkpoint of ours that is to be cosigned.
 *
 * @param origin of the log
 * @param checkpoint the note with the log's own signatures
 * @param consistency leads from older sizes to this one
 */
public record Candidate(String origin, byte[] checkpoint, Consistency consistency) {
    /** RFC 6962 section 2.1.2. */
    public interface Consistency {
        /** The proof from a size greater than 0 to the candidate's. */
        List<byte[]> from(long older) throws IOException;
    }
}
