package org.domicile.guard;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.domicile.keys.Keys;
import org.domicile.objects.Amendment;
import org.domicile.objects.Bucket;
import org.domicile.objects.Buckets;
import org.domicile.objects.Objects;
import org.domicile.objects.Version;
import org.domicile.policy.Acl;
import org.domicile.policy.BucketPolicy;
import org.domicile.policy.Ownership;
import org.domicile.policy.Sharing;
import org.domicile.request.Outcome;

/** Guarded changes of how buckets are shared. */
final class SharingUses implements GuardedSharing {
    private final Uses uses;
    private final Objects objects;
    private final Buckets buckets;
    private final Vessel vessel;
    private final AmendUses amendments;

    SharingUses(Uses uses, Objects objects, Vessel vessel, AmendUses amendments) {
        this.uses = uses;
        this.objects = objects;
        this.buckets = objects.buckets();
        this.vessel = vessel;
        this.amendments = amendments;
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

    @Override
    public Set putOwnership(String bucketName, Ownership ownership) {
        Optional<Bucket> found = buckets.bucket(bucketName);
        try (Admitted use = admit(BucketSetting.OWNERSHIP.put(), found, bucketName)) {
            if (found.isEmpty()) {
                use.record(Outcome.ABSENT, 0);
                return new Set.NoSuchBucket();
            }
            if (ownership == Ownership.ENFORCED
                    && !uses.sharing(found.get()).acl().equals(Acl.NONE)) {
                use.record(Outcome.CONFLICT, 0);
                return new Set.StillShared();
            }
            return set(use, found.get(), BucketSetting.OWNERSHIP, ownership.word());
        } catch (Keys.KeyGone _) {
            return vessel.removed(found, new Set.NoSuchBucket());
        }
    }

    @Override
    public Optional<Acl> acl(String bucketName) {
        Optional<Bucket> found = buckets.bucket(bucketName);
        try (Admitted use = admit(BucketSetting.ACL.get(), found, bucketName)) {
            use.record(found.isPresent() ? Outcome.DONE : Outcome.ABSENT, 0);
            return found.map(bucket -> {
                Sharing sharing = uses.sharing(bucket);
                Acl acl = sharing.ownership() == Ownership.ENFORCED ? Acl.NONE : sharing.acl();
                return acl.in(bucket.organisation());
            });
        }
    }

    @Override
    public Set putAcl(String bucketName, AclAsked asked) {
        Optional<Bucket> found = buckets.bucket(bucketName);
        try (Admitted use = admit(BucketSetting.ACL.put(), found, bucketName)) {
            if (found.isEmpty()) {
                use.record(Outcome.ABSENT, 0);
                return new Set.NoSuchBucket();
            }
            use.onFailure(Outcome.INVALID);
            Bucket bucket = found.get();
            Acl acl = Listed.replaced(uses, bucket, asked, bucket.organisation());
            use.onFailure(Outcome.FAILED);
            return set(use, bucket, BucketSetting.ACL, acl.text());
        } catch (Keys.KeyGone _) {
            return vessel.removed(found, new Set.NoSuchBucket());
        }
    }

    @Override
    public ObjectAcl acl(String bucketName, String name, Optional<String> versionId) {
        Optional<Bucket> found = buckets.bucket(bucketName);
        String action = versionId.isPresent() ? "s3:GetObjectVersionAcl" : "s3:GetObjectAcl";
        try (Admitted use =
                uses.admit(
                        action,
                        uses.object(found, bucketName, name, versionId),
                        ObjectUses.object(bucketName, name),
                        uses.tags(found, name, versionId))) {
            if (found.isEmpty()) {
                use.record(Outcome.ABSENT, 0);
                return new ObjectAcl.Absent(new GuardedObjects.Got.NoSuchBucket());
            }
            use.tellAbsent(name);
            Optional<Version> version = objects.version(found.get(), name, versionId);
            if (version.isEmpty()) {
                use.record(Outcome.ABSENT, 0);
                return new ObjectAcl.Absent(
                        versionId.isPresent()
                                ? new GuardedObjects.Got.NoSuchVersion()
                                : new GuardedObjects.Got.NoSuchName());
            }
            if (version.get().kind() == Version.Kind.DELETE_MARKER) {
                use.record(Outcome.ABSENT, 0);
                return new ObjectAcl.Absent(
                        new GuardedObjects.Got.Marker(
                                ObjectUses.marker(found.get(), version.get())));
            }
            State state = vessel.state(found.get(), version.get());
            use.confirm(state);
            use.record(Outcome.DONE, 0);
            Acl acl =
                    uses.sharing(found.get()).ownership() == Ownership.ENFORCED
                            ? Acl.NONE
                            : state.acl();
            return new ObjectAcl.Is(
                    acl.in(found.get().organisation()),
                    version.get().id(),
                    found.get().versioning());
        } catch (Keys.KeyGone _) {
            return vessel.removed(
                    found, new ObjectAcl.Absent(new GuardedObjects.Got.NoSuchBucket()));
        }
    }

    @Override
    public Stored putAcl(String bucketName, String name, Optional<String> version, AclAsked asked) {
        String action = version.isPresent() ? "s3:PutObjectVersionAcl" : "s3:PutObjectAcl";
        return amendments.amend(
                action,
                Cause.LIST,
                bucketName,
                name,
                version,
                (use, bucket) -> {},
                (_, bucket, sealer, context) -> {
                    // Checked before the transaction; the owner is that of what it finds.
                    Listed.replaced(uses, bucket, asked, owner(bucket, name, version));
                    return new Amendment.State(was -> {
                        State state = State.open(sealer, context, was);
                        String owner = state.acl().in(bucket.organisation()).owner();
                        return state.listed(Listed.replaced(uses, bucket, asked, owner))
                                .seal(sealer, context);
                    });
                });
    }

    private String owner(Bucket bucket, String name, Optional<String> versionId) {
        return objects.version(bucket, name, versionId)
                .map(version -> vessel.state(bucket, version).acl())
                .orElse(Acl.NONE)
                .in(bucket.organisation())
                .owner();
    }

    private Set set(Admitted use, Bucket bucket, BucketSetting which, String text) {
        byte[] sealed =
                BucketUses.seal(vessel, bucket, which, text.getBytes(StandardCharsets.UTF_8));
        return buckets.set(use.carrying(() -> 0), bucket, which.key(), Optional.of(sealed))
                ? new Set.Done()
                : new Set.NoSuchBucket();
    }

    private Admitted admit(String action, Optional<Bucket> bucket, String name) {
        return uses.admit(action, uses.data(bucket, name, ""), name);
    }
}
