package org.domicile.objects;

import java.util.Locale;

/**
 * Something that is wrong with what is stored.
 *
 * @param kind what sort of thing
 * @param bucket name of the bucket that it concerns; empty where it concerns none that is known
 * @param key of the object, or of the upload; empty where it concerns none
 * @param version id of the version; empty where it concerns none
 * @param what is wrong, in a sentence without a full stop
 */
public record Finding(Kind kind, String bucket, String key, String version, String what) {
    /** Sorts of things, by what is to be done about them. */
    public enum Kind {
        /** Bytes of a body are there and do not verify. */
        DAMAGED_BODY,
        /** The body of a version or part is not there. */
        MISSING_BODY,
        /** Two versions or parts have one body: the end of one takes it from the other. */
        SHARED_BODY,
        /** A body is nobody's: it only takes room. */
        ORPHAN_BODY,
        /** A record cannot be read. */
        UNREADABLE_RECORD,
        /** A record belongs to something that is not there. */
        DANGLING_RECORD,
        /** What two records say of one thing differs. */
        BROKEN_INDEX,
        /** What a counter says is not what is there. */
        WRONG_COUNTER,
        /** A key is not in the key store. */
        MISSING_KEY;

        /** As people read it: {@code damaged-body}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    static Finding of(Kind kind, String bucket, String what) {
        return new Finding(kind, bucket, "", "", what);
    }
}
