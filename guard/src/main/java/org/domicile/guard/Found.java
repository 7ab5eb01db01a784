package org.domicile.guard;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.domicile.lifecycle.Expiry;
import org.domicile.objects.Bucket;
import org.domicile.objects.Lock;

/**
 * An object or delete marker as a door may show it.
 *
 * @param name its name
 * @param version the version's id, {@code null} (the four letters) for the null version
 * @param shown what stands there
 * @param size plain bytes
 * @param modified to the millisecond
 * @param attributes opened; an empty ETag and maps for a marker
 * @param tags by key; none for a marker
 * @param lock what keeps it from being removed
 * @param parts plain sizes of its parts; one element for a body that came whole
 * @param partChecksums of the parts, in base64, by the algorithm that the object's own checksum
 *     has; empty where they are not known
 * @param origin how the body came
 * @param versioning how its bucket versions, which says whether the version's id means anything
 * @param expiry when a rule ends it; never for what is listed, and for what is not the newest
 */
public record Found(
        String name,
        String version,
        Shown shown,
        long size,
        Instant modified,
        Attributes attributes,
        Map<String, String> tags,
        Lock lock,
        List<Long> parts,
        List<String> partChecksums,
        Origin origin,
        Bucket.Versioning versioning,
        Expiry expiry) {
    /** What stands at the place. */
    public enum Shown {
        /** The newest version. */
        LATEST,
        /** An older version. */
        OLDER,
        /** A delete marker that is the newest. */
        LATEST_MARKER,
        /** An older delete marker. */
        OLDER_MARKER
    }

    /** How the body came. */
    public enum Origin {
        /** In one request. */
        WHOLE,
        /** In parts (also in one part). */
        PARTS
    }
}
