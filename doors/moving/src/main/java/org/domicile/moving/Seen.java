package org.domicile.moving;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import org.domicile.guard.Found;
import org.domicile.s3client.RemoteVersion;

/**
 * As much of a version as both sides show of it in a listing.
 *
 * @param etag without quotes; empty for a marker
 * @param parts of how many parts the ETag is an MD5: 0 for one of all bytes, {@link #OPAQUE} where
 *     it is none
 */
record Seen(Kind kind, long size, String etag, int parts, Instant modified) {
    /** An ETag that is computed of something else than the bytes alone. */
    static final int OPAQUE = -1;

    enum Kind {
        OBJECT,
        MARKER
    }

    Seen(Kind kind, long size, String etag, Instant modified) {
        this(kind, size, etag, parts(etag), modified);
    }

    /** By its form, which ETags that are no MD5s have too. */
    private static int parts(String etag) {
        Matcher parts = Expected.PARTS.matcher(etag);
        return parts.matches()
                ? Integer.parseInt(parts.group(1))
                : Expected.WHOLE.matcher(etag).matches() ? 0 : OPAQUE;
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

    /** The same, known to have an ETag that is no MD5. */
    Seen opaque() {
        return new Seen(kind, size, etag, OPAQUE, modified);
    }

    /** Whether two ETags that differ say that the bytes do. */
    boolean tells(Seen other) {
        return parts != OPAQUE && parts == other.parts;
    }

    /**
     * Whether it is newer. Some servers keep dates to the second: then what was changed within one
     * second counts as of one age.
     */
    boolean after(Seen other) {
        return whole(modified) || whole(other.modified)
                ? second(modified).isAfter(second(other.modified))
                : modified.isAfter(other.modified);
    }

    private static boolean whole(Instant date) {
        return date.equals(second(date));
    }

    private static Instant second(Instant date) {
        return date.truncatedTo(ChronoUnit.SECONDS);
    }
}
