package org.domicile.objects;

import java.util.List;
import java.util.Optional;
import org.domicile.request.Request;

/** The buckets of the installation. */
public interface Buckets {
    /**
     * Makes a bucket, with versioning or without; false when the name is taken (then {@link
     * #bucket} says by whom). Carries the record.
     */
    boolean create(Request request, Bucket bucket);

    /**
     * Removes an empty bucket. Carries the record. Its key is one of {@link #endedKeys} from then
     * on.
     */
    Removed remove(Request request, String name);

    /**
     * Ids of the keys of removed buckets that nobody called {@link #destroyed} yet: whoever removes
     * a bucket and is cut off before the key is destroyed finds it here after the restart.
     */
    List<String> endedKeys();

    /** Says that these keys are destroyed in the key store. */
    void destroyed(List<String> keys);

    /** Sets the versioning state. Carries the record; false when there is no such bucket. */
    boolean version(Request request, String name, Bucket.Versioning versioning);

    /**
     * Sets one of a bucket's settings, or takes it away. Carries the record; false when there is no
     * such bucket. All settings of a bucket together have at most 1 MiB.
     */
    boolean set(Request request, String name, String setting, Optional<byte[]> value);

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
