package org.domicile.guard;

import java.util.List;
import org.domicile.objects.Quota;

/**
 * What is stored, as an operator sees it, under one request. Each method is one use under the
 * built-in purpose {@code administration}, in the use log of the organisation that it concerns; a
 * bucket or organisation that is not there is {@link Administration.Impossible}.
 */
public interface GuardedHoldings {
    /** What a bucket holds and may hold. */
    Held bucket(String name);

    /** What all buckets of an organisation hold and may hold. */
    Held organisation(String name);

    /** Sets a bucket's quota, in force when this returns. */
    Held limitBucket(String name, Quota quota);

    /** Sets an organisation's quota, in force when this returns. */
    Held limitOrganisation(String name, Quota quota);

    /**
     * Everything in a bucket: every version and delete marker, in the order of names, newest first.
     * The record is durable when this returns. Each page is of its own moment, as those of a
     * listing are.
     */
    Inventory inventory(String bucket);

    /** A walk over a bucket. Owned by one thread; close it. */
    interface Inventory extends AutoCloseable {
        /** The next of them; none at the end. With tags and encryption, unlike a listing's. */
        List<Found> page();

        @Override
        void close();
    }
}
