package org.domicile.ledger;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Who cosigns checkpoints before they are published (C2SP tlog-witness), as the ledger sees it: it
 * hands over a signed checkpoint and looks again until it may be published. Recording waits for
 * none of this. Safe for concurrent use.
 */
public interface Witnesses {
    /** Nobody is asked. */
    static Witnesses none() {
        return new Witnesses() {
            @Override
            public boolean cosign(String log) {
                return false;
            }

            @Override
            public Asking ask(Candidate candidate, Runnable moved) {
                throw new IllegalStateException("no witness cosigns " + candidate.log());
            }
        };
    }

    /** Whether checkpoints of the log of this name are cosigned. */
    boolean cosign(String log);

    /**
     * Begins to ask and returns at once.
     *
     * @param moved called on any thread when it is worth looking again
     */
    Asking ask(Candidate candidate, Runnable moved);

    /** Leads from an older size of a log to the candidate's (RFC 6962 section 2.1.2). */
    interface Consistency {
        /**
         * @throws IOException when the tiles for it cannot be read, or are gone
         */
        List<byte[]> from(long older) throws IOException;
    }

    /**
     * @param log its name @param checkpoint with the log's own signatures
     */
    record Candidate(
            String log, String origin, long size, String checkpoint, Consistency consistency) {}

    /** One candidate under way. */
    interface Asking {
        /** Lines of cosignatures, once it may be published; empty while it may not. */
        Optional<String> lines();

        /** Ends the asking. */
        void close();
    }
}
