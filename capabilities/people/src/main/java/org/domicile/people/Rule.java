package org.domicile.people;

import java.time.Instant;

/**
 * Where the identifier of a person stands in the names of a data set.
 *
 * @param id 8 random bytes in hexadecimal
 * @param organisation whose bucket it is
 * @param bucket its name
 * @param prefix what names begin with; empty for all of the bucket
 * @param pattern what follows the prefix, for example {@code patients/{subject}/}
 * @param created when
 */
public record Rule(
        String id,
        String organisation,
        String bucket,
        String prefix,
        String pattern,
        Instant created) {
    /** As it is shown: {@code s3://hospital/wards/}. */
    public String place() {
        return "s3://" + bucket + "/" + prefix;
    }
}
