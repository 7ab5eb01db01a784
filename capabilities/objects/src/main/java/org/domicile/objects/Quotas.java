package org.domicile.objects;

import java.util.Optional;
import org.domicile.request.Request;

/**
 * How much there is, and how much there may be. Both are counted in the transactions that change
 * it: what {@link #usage} says was true of one committed state, and writers at the same time pass
 * no quota together. A quota below what is there already refuses what raises it further, and
 * nothing else: deletes, and what replaces more by less, are never refused.
 */
public interface Quotas {
    /** What a bucket takes; nothing when it is gone. */
    Usage usage(Bucket bucket);

    /** What all buckets of an organisation take. */
    Usage usage(String organisation);

    /** A bucket's quota. */
    Quota quota(Bucket bucket);

    /** An organisation's quota. */
    Quota quota(String organisation);

    /** Sets a bucket's quota. Carries the record; false when the bucket is gone. */
    boolean limit(Request request, Bucket bucket, Quota quota);

    /** Sets an organisation's quota. Carries the record. */
    void limit(Request request, String organisation, Quota quota);

    /**
     * What an object of so many bytes would pass if it were put under a name now, so that a large
     * body need not come only to be refused. Asks nothing where there is no quota.
     */
    Optional<Excess> foreseen(Bucket bucket, String name, long bytes);
}
