package org.domicile.s3client;

import java.time.Instant;

/**
 * A version as the other side lists it.
 *
 * @param id as it is asked for; {@code null} (the four letters) for the null version
 * @param kind object or delete marker
 * @param latest whether it is the newest of its name
 * @param etag without quotes; empty for a marker
 * @param size 0 for a marker
 */
public record RemoteVersion(
        String name,
        String id,
        Kind kind,
        boolean latest,
        Instant modified,
        String etag,
        long size) {
    /** What it is. */
    public enum Kind {
        /** An object. */
        OBJECT,
        /** The name was deleted here. */
        MARKER
    }
}
