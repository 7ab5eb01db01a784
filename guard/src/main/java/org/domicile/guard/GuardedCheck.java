package org.domicile.guard;

import java.util.Optional;
import org.domicile.objects.Inspection;

/**
 * One look of the program at all that is stored, for what is wrong with it ({@link Inspection}).
 * Bodies are opened with the keys that are here, so that they are known to be what was sealed, and
 * compared with the digests that their client was told; those of a customer's key, or of a key that
 * was destroyed, are verified as they lie. That they are opened is on record before the first is.
 */
public interface GuardedCheck {
    /** Looks at all records, and whether buckets' keys are in the key store. */
    void records(Inspection.Findings findings);

    /**
     * Reads some bodies.
     *
     * @param from where to begin, as an earlier call gave it; empty for the beginning
     * @return where to go on; empty when the last one was read
     */
    Optional<byte[]> bodies(byte[] from, Pace pace, Inspection.Findings findings);

    /** How fast bodies are read, and how far. */
    interface Pace {
        /** So many bytes were read; waits for as long as no more may be. False to stop. */
        boolean read(long bytes);

        /** A version or a part was read to its end. @param bytes its plain ones */
        void verified(long bytes);
    }
}
