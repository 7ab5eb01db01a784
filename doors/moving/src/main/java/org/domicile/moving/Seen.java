package org.domicile.moving;

import java.time.Instant;
import org.domicile.guard.Found;
import org.domicile.s3client.RemoteVersion;

/**
 * As much of a version as both sides show of it in a listing.
 *
 * @param etag without quotes; empty for a marker
 */
record Seen(Kind kind, long size, String etag, Instant modified) {
    enum Kind {
        OBJECT,
        MARKER
    }

    static Seen of(RemoteVersion version) {
        return new Seen(
                version.kind() == RemoteVersion.Kind.OBJECT ? Kind.OBJECT : Kind.MARKER,
                version.size(),
                version.etag(),
                version.modified());
    }

    static Seen of(Found found) {
        boolean marker =
                switch (found.shown()) {
                    case LATEST, OLDER -> false;
                    case LATEST_MARKER, OLDER_MARKER -> true;
                };
        return new Seen(
                marker ? Kind.MARKER : Kind.OBJECT,
                found.size(),
                found.attributes().etag(),
                found.modified());
    }

    /** Whether the ETag can be an MD5 of all bytes. */
    boolean whole() {
        return etag.matches("[0-9a-f]{32}");
    }
}
