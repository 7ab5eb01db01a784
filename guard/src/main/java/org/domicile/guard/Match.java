package org.domicile.guard;

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
}
