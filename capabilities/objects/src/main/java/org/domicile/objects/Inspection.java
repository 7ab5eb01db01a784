package org.domicile.objects;

import java.util.List;
import java.util.Optional;

/**
 * Looks for what is wrong with what is stored, and changes nothing. What clients do meanwhile is
 * not wrong: the records are looked at in one state of them, and a body that is missing or damaged
 * is a finding only if its version still has it.
 */
public interface Inspection {
    /**
     * Looks at every record in one state of them, both ways: what each version, part and list of
     * ended bodies names is there and nobody else's, and each body is somebody's; places of large
     * bodies and segments agree; second indices, buckets and counters say what is so. Reads no
     * bodies. Holds a few numbers for each bucket, each upload under way and each 64 KiB page.
     *
     * @param findings names at most {@value #MOST_NAMED} bodies that are wrong; it is told how many
     *     more there are in one finding
     */
    void records(Findings findings);

    /**
     * Reads the bodies of some versions and parts, from a place on, in an order that stays.
     *
     * @param from where to begin, as an earlier call gave it; empty for the beginning
     * @return where to go on; empty when the last one was read
     */
    Optional<byte[]> bodies(byte[] from, Reader reader, Findings findings);

    /** Bodies that are named when they have no place or no owner. */
    int MOST_NAMED = 1_000;

    /** Takes what is found. */
    interface Findings {
        /** One thing. */
        void found(Finding finding);
    }

    /**
     * Verifies bodies. Its methods answer whether they read to the end: one that was told to stop
     * is asked again by the next call.
     */
    interface Reader {
        /**
         * Reads all pieces of a version.
         *
         * @throws org.domicile.bytes.StorageFailure CORRUPT when they are not what was stored
         */
        boolean version(Bucket bucket, Version version, List<Body> pieces);

        /** Reads the one piece of a part, likewise. */
        boolean part(Part part, Body piece);
    }
}
