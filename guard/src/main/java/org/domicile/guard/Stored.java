package org.domicile.guard;

import java.time.Instant;
import java.util.Optional;
import org.domicile.objects.Bucket;
import org.domicile.objects.Excess;

/** What became of a guarded write. */
public sealed interface Stored {
    /** Done. */
    record Done(Found found) implements Stored {}

    /**
     * Deleted (also when there was nothing). @param marker id of the marker made or removed @param
     * version id of what is gone
     */
    record Deleted(Optional<String> marker, Optional<String> version) implements Stored {}

    /** A part is stored. @param encrypted which keys it is sealed under */
    record PartDone(int number, Upstream.Digests digests, Instant modified, Encrypted encrypted)
            implements Stored {}

    /**
     * A version was changed in its place. @param version its id @param versioning how its bucket
     * versions
     */
    record Amended(String version, Bucket.Versioning versioning) implements Stored {}

    /** A retention or a legal hold forbids it. */
    record Locked() implements Stored {}

    /** A quota leaves no room for it. */
    record OverQuota(Excess excess) implements Stored {}

    /** What would be changed is a delete marker. @param version its id */
    record OnMarker(String version) implements Stored {}

    /** The condition did not hold. */
    record ConditionFailed() implements Stored {}

    /** A condition asked for an object and there is none. */
    record NoSuchName() implements Stored {}

    /** No such bucket (any more). */
    record NoSuchBucket() implements Stored {}

    /** No such upload (any more). */
    record NoSuchUpload() implements Stored {}

    /** A part named in a completion is missing or differs. */
    record InvalidPart(int number) implements Stored {}

    /** A part that is not the last is smaller than 5 MiB. */
    record PartTooSmall(int number, long size) implements Stored {}
}
