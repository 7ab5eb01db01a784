package org.domicile.objects;

import java.util.List;
import java.util.Optional;
import org.domicile.request.Request;

/** The buckets of the installation. */
public interface Buckets {
    /**
     * Makes a bucket; false when the name is taken (then {@link #bucket} says by whom). Carries the
     * record.
     */
    boolean create(Request request, Bucket bucket);

    /** Removes an empty bucket. Carries the record. */
    Removed remove(Request request, String name);

    /** Sets the versioning state. Carries the record; false when there is no such bucket. */
    boolean version(Request request, String name, Bucket.Versioning versioning);

    /** A bucket by name. */
    Optional<Bucket> bucket(String name);

    /** All buckets of an organisation, by name. */
    List<Bucket> buckets(String organisation);

    /** What became of a removal. */
    enum Removed {
        /** It is gone. */
        REMOVED,
        /** It has versions or uploads. */
        NOT_EMPTY,
        /** There is none. */
        NO_SUCH_BUCKET
    }
}
