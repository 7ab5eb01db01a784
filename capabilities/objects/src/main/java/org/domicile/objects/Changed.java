package org.domicile.objects;

import java.util.Optional;

/** What became of a change to a name. Whatever it is, the request's record is committed with it. */
public sealed interface Changed {
    /** A version was made. */
    record Stored(Version version) implements Changed {}

    /**
     * A delete was carried out.
     *
     * @param marker the delete marker that it made, or that it removed
     * @param removed the id of a version that is gone for good; both are empty when there was
     *     nothing to delete
     */
    record Deleted(Optional<Version> marker, Optional<String> removed) implements Changed {}

    /**
     * The condition did not hold: the name has a version that must not be there, or one with
     * another token.
     */
    record ConditionFailed() implements Changed {}

    /** A condition asked for an object and there is none. */
    record NoSuchName() implements Changed {}

    /** A retention or a legal hold forbids it. */
    record Locked() implements Changed {}

    /** There is no room for it. */
    record OverQuota(Excess excess) implements Changed {}

    /** What would be amended is a delete marker. */
    record OnMarker(Version marker) implements Changed {}

    /** The bucket went away meanwhile. */
    record NoSuchBucket() implements Changed {}

    /** The upload does not exist (any more). */
    record NoSuchUpload() implements Changed {}

    /** A part named in a completion is not there, or has another token. @param number which */
    record NoSuchPart(int number) implements Changed {}
}
