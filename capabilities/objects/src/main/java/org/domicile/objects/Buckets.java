package org.domicile.objects;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.domicile.events.Outbox;
import org.domicile.request.Request;

/**
 * The buckets of the installation. What changes one takes it as it was found, and changes nothing
 * when it was removed since, also when another has its name: what was decided about one bucket is
 * never done to another.
 */
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
    Removed remove(Request request, Bucket bucket);

    /**
     * Ids of the keys of removed buckets that nobody called {@link #destroyed} yet: whoever removes
     * a bucket and is cut off before the key is destroyed finds it here after the restart.
     */
    List<String> endedKeys();

    /** Says that these keys are destroyed in the key store. */
    void destroyed(List<String> keys);

    /** Sets the versioning state. Carries the record; false when the bucket is gone. */
    boolean version(Request request, Bucket bucket, Bucket.Versioning versioning);

    /**
     * Sets one of a bucket's settings, or takes it away. Carries the record; false when the bucket
     * is gone. All settings of a bucket together have at most 1 MiB.
     */
    default boolean set(Request request, Bucket bucket, String setting, Optional<byte[]> value) {
        return set(request, bucket, setting, value, List.of());
    }

    /** The same, and in the same transaction what is told because of it. */
    boolean set(
            Request request,
            Bucket bucket,
            String setting,
            Optional<byte[]> value,
            List<Outbox.Row> told);

    /**
     * Changes a bucket as what it is then demands. Carries the record.
     *
     * @param change gives what it becomes: with another versioning state and other settings, and
     *     nothing else; or empty to leave it as it is, which is recorded as CONFLICT. May be asked
     *     more than once
     */
    Revised revise(Request request, Bucket bucket, Function<Bucket, Optional<Bucket>> change);

    /** A bucket by name. */
    Optional<Bucket> bucket(String name);

    /** All buckets of an organisation, by name. */
    List<Bucket> buckets(String organisation);

    /** What became of a change that depends on what the bucket is. */
    enum Revised {
        /** It is as wanted. */
        DONE,
        /** What it is forbids it. */
        REFUSED,
        /** There is none. */
        NO_SUCH_BUCKET
    }

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
