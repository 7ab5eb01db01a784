package org.domicile.verifier;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What a check found. */
public sealed interface Verdict {
    /**
     * Everything that was looked at holds together under the checkpoint.
     *
     * @param origin the log, as its checkpoint names it
     * @param size entries under the checkpoint
     * @param root the tree's root hash, 32 bytes in hexadecimal
     * @param signers the given keys that signed, as name and algorithm
     * @param signed when the checkpoint was signed, if a signature says so
     * @param from the first entry that was looked at; more than 0 for a log that is pruned
     */
    record Sound(
            String origin,
            long size,
            String root,
            List<String> signers,
            Optional<Instant> signed,
            long from)
            implements Verdict {}

    /**
     * Something is wrong; this is the first of it.
     *
     * @param where the file, relative to the log's folder, or the part of the proof
     * @param what the step that failed and how
     */
    record Refused(String where, String what) implements Verdict {
        /** One plain sentence. */
        public String sentence() {
            return where + ": " + what;
        }
    }
}
