package org.domicile.people;

import java.time.Instant;

/**
 * Where the identifier of a person stands in a data set: in the names of its objects, or in a tag
 * of theirs.
 *
 * @param id 8 random bytes in hexadecimal
 * @param organisation whose bucket it is
 * @param bucket its name
 * @param prefix what names begin with; empty for all of the bucket
 * @param where the identifier stands
 * @param created when
 */
public record Rule(
        String id,
        String organisation,
        String bucket,
        String prefix,
        Where where,
        Instant created) {
    /** What holds the identifier. */
    public sealed interface Where {
        /**
         * The name of the object.
         *
         * @param pattern what follows the prefix, for example {@code patients/{subject}/}
         */
        record InName(String pattern) implements Where {}

        /**
         * A tag of the object: all of its value is the identifier. An object without the tag, or
         * with an empty one, is about nobody.
         *
         * @param key of the tag, 1 to 128 characters
         */
        record InTag(String key) implements Where {}
    }

    /** As it is shown: {@code s3://hospital/wards/}. */
    public String place() {
        return "s3://" + bucket + "/" + prefix;
    }
}
