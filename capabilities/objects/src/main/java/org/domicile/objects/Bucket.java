package org.domicile.objects;

import java.time.Instant;
import java.util.List;

/**
 * A bucket.
 *
 * @param name unique in the installation
 * @param id 16 random bytes in hexadecimal; names are used again, ids never
 * @param organisation whose it is
 * @param owner the principal that made it, a random id
 * @param zones where its data may lie and go; at least one
 * @param key id of its key in the key store
 * @param versioning its versioning state
 * @param created when it was made
 */
public record Bucket(
        String name,
        String id,
        String organisation,
        String owner,
        List<String> zones,
        String key,
        Versioning versioning,
        Instant created) {
    /** As S3 names the states; a bucket starts unversioned and never returns to it. */
    public enum Versioning {
        /** One version for each name: the null version. */
        UNVERSIONED,
        /** Every put makes a version; a delete without a version makes a marker. */
        ENABLED,
        /** Puts and deletes replace the null version; older versions stay. */
        SUSPENDED
    }
}
