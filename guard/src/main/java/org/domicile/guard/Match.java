package org.domicile.guard;

import java.time.Instant;
import java.util.List;

/** A condition on the present object for a write or delete, in plain ETags. */
public sealed interface Match {
    /** No condition. */
    record Any() implements Match {}

    /** If-None-Match: *. */
    record Absent() implements Match {}

    /** If-Match: *. */
    record Present() implements Match {}

    /** If-Match with one ETag, without quotes. */
    record Etag(String etag) implements Match {}

    /** So many bytes, or nothing there. */
    record Size(long bytes) implements Match {}

    /** Made in this second, or nothing there. @param at any moment of it */
    record Second(Instant at) implements Match {}

    /** Nothing there, not even a delete marker. */
    record Vacant() implements Match {}

    /** The newest version is still the one that was seen. @param seen it, or the marker */
    record Still(Found seen) implements Match {}

    /** Each of these. */
    record All(List<Match> matches) implements Match {}
}
