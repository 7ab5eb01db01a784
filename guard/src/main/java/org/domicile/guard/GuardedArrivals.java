package org.domicile.guard;

import java.time.Instant;

/**
 * What is moved in from another server, under one request: writes like those of {@link
 * GuardedObjects}, which bring along what they had there. Each method is one use.
 */
public interface GuardedArrivals {
    /**
     * s3:PutObject, with the date that the version has elsewhere, and with what is known of its
     * data: labels that the target's place does not keep refuse it.
     *
     * @param written a date to come is taken for now, one before the name's newest version for that
     *     version's
     */
    Stored put(
            String bucket,
            String name,
            GuardedObjects.Draft draft,
            Instant written,
            Upstream body,
            Match match);

    /**
     * s3:DeleteObject: a delete marker with the date that it has elsewhere.
     *
     * @return {@link Stored.Done} with the marker
     */
    Stored mark(String bucket, String name, Instant written, Match match);
}
