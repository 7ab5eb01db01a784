package org.domicile.guard;

import java.util.Optional;
import org.domicile.keys.Keys;
import org.domicile.objects.Bucket;

/**
 * The document {@link BucketSetting#CORS} of a bucket as it is now, opened when it is asked for.
 */
public final class CorsDocument {
    private final Bucket bucket;
    private final Vessel vessel;

    CorsDocument(Bucket bucket, Vessel vessel) {
        this.bucket = bucket;
        this.vessel = vessel;
    }

    /** Whether another is the same, so that what was made of it still holds; opens neither. */
    // The store gives the same bucket until it changes: the same object is meant.
    @SuppressWarnings("ReferenceEquality")
    public boolean same(CorsDocument other) {
        return bucket == other.bucket;
    }

    /** The document; empty when the bucket was removed meanwhile. */
    public Optional<byte[]> open() {
        try {
            return BucketUses.open(vessel, bucket, BucketSetting.CORS);
        } catch (Keys.KeyGone e) {
            return Optional.empty();
        }
    }
}
