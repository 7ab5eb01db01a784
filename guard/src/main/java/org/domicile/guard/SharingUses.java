package org.domicile.guard;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.domicile.keys.Keys;
import org.domicile.objects.Bucket;
import org.domicile.objects.Buckets;
import org.domicile.policy.BucketPolicy;
import org.domicile.request.Outcome;

/** Guarded changes of how buckets are shared. */
final class SharingUses implements GuardedSharing {
    private final Uses uses;
    private final Buckets buckets;
    private final Vessel vessel;

    SharingUses(Uses uses, Buckets buckets, Vessel vessel) {
        this.uses = uses;
        this.buckets = buckets;
        this.vessel = vessel;
    }

    @Override
    public Set putPolicy(String bucketName, String document) {
        Optional<Bucket> found = buckets.bucket(bucketName);
        try (Admitted use = admit(BucketSetting.POLICY.put(), found, bucketName)) {
            if (found.isEmpty()) {
                use.record(Outcome.ABSENT, 0);
                return new Set.NoSuchBucket();
            }
            use.onFailure(Outcome.INVALID);
            BucketPolicy policy = BucketPolicy.of(bucketName, document);
            if (policy.isPublic() && uses.sharing(found.get()).publicAccess().blockPolicy()) {
                use.record(Outcome.CONFLICT, 0);
                return new Set.KeptFromPublic();
            }
            use.onFailure(Outcome.FAILED);
            // Before it decides anything: what a record names can be explained.
            uses.policy().keep(policy);
            return set(use, found.get(), BucketSetting.POLICY, document);
        } catch (BucketPolicy.Malformed e) {
            return new Set.Malformed(String.valueOf(e.getMessage()));
        } catch (Keys.KeyGone _) {
            return vessel.removed(found, new Set.NoSuchBucket());
        }
    }

    @Override
    public Optional<Exposure> exposure(String bucketName) {
        Optional<Bucket> found = buckets.bucket(bucketName);
        try (Admitted use = admit("s3:GetBucketPolicyStatus", found, bucketName)) {
            use.record(found.isPresent() ? Outcome.DONE : Outcome.ABSENT, 0);
            return found.map(bucket ->
                    uses.sharing(bucket).isPublic() ? Exposure.PUBLIC : Exposure.NOT_PUBLIC);
        }
    }

    private Set set(Admitted use, Bucket bucket, BucketSetting which, String text) {
        byte[] sealed =
                which.seal(vessel.sealer(bucket), bucket, text.getBytes(StandardCharsets.UTF_8));
        return buckets.set(use.carrying(() -> 0), bucket.name(), which.key(), Optional.of(sealed))
                ? new Set.Done()
                : new Set.NoSuchBucket();
    }

    private Admitted admit(String action, Optional<Bucket> bucket, String name) {
        return uses.admit(action, uses.data(bucket, name, ""), name);
    }
}
