package org.domicile.guard;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.domicile.keys.KeyId;
import org.domicile.keys.Keys;
import org.domicile.objects.Bucket;
import org.domicile.objects.Buckets;
import org.domicile.objects.Listing;
import org.domicile.objects.Objects;
import org.domicile.objects.Upload;
import org.domicile.policy.Acl;
import org.domicile.policy.Organisation;
import org.domicile.policy.Ownership;
import org.domicile.policy.PublicAccess;
import org.domicile.policy.Resource;
import org.domicile.policy.Sharing;
import org.domicile.request.Caller;
import org.domicile.request.Outcome;

/** Guarded buckets. */
final class BucketUses {
    /** Pages of uploads that a removal gives up; more than that come faster than they go. */
    private static final int MOST_PAGES = 1_000;

    private final Uses uses;
    private final Objects objects;
    private final Buckets buckets;
    private final Keys keys;
    private final Vessel vessel;
    private final SecureRandom random;

    BucketUses(Uses uses, Objects objects, Keys keys, Vessel vessel, SecureRandom random) {
        this.uses = uses;
        this.objects = objects;
        this.buckets = objects.buckets();
        this.keys = keys;
        this.vessel = vessel;
        this.random = random;
    }

    GuardedObjects.Created create(String name, String zone, Map<BucketSetting, byte[]> settings) {
        Organisation organisation =
                uses.policy().register().organisations().get(uses.organisation());
        String place = zone.isEmpty() && organisation != null ? organisation.zone() : zone;
        Resource resource =
                new Resource.Data(uses.organisation(), name, "", List.of(place), uses.dataZone());
        boolean known = uses.policy().register().zones().containsKey(place);
        Resource judged = known ? resource : uses.data(Optional.empty(), name, "");
        boolean locking = settings.containsKey(BucketSetting.OBJECT_LOCK);
        settings.keySet().forEach(each -> uses.check(each.put(), judged, name));
        if (locking) {
            uses.check("s3:PutBucketVersioning", judged, name);
        }
        try (Admitted use = uses.admit("s3:CreateBucket", judged, name)) {
            if (!known || organisation == null) {
                use.record(Outcome.INVALID, 0);
                return GuardedObjects.Created.NO_SUCH_ZONE;
            }
            Optional<Bucket> taken = buckets.bucket(name);
            if (taken.isPresent()) {
                use.record(Outcome.CONFLICT, 0);
                return whose(taken.get());
            }
            use.onFailure(Outcome.INVALID);
            Map<BucketSetting, String> shared = shared(organisation.name());
            use.onFailure(Outcome.FAILED);
            KeyId key =
                    keys.create(
                            KeyId.Kind.BUCKET,
                            new KeyId(KeyId.Kind.ORGANISATION, organisation.key()));
            Bucket bucket =
                    new Bucket(
                            name,
                            randomId(random),
                            organisation.name(),
                            owner(),
                            List.of(place),
                            key.id(),
                            locking ? Bucket.Versioning.ENABLED : Bucket.Versioning.UNVERSIONED,
                            uses.at(),
                            Map.of());
            for (Map.Entry<BucketSetting, byte[]> each : settings.entrySet()) {
                byte[] sealed = seal(bucket, each.getKey(), each.getValue());
                bucket = bucket.set(each.getKey().key(), Optional.of(sealed));
            }
            for (Map.Entry<BucketSetting, String> each : shared.entrySet()) {
                byte[] sealed =
                        seal(
                                bucket,
                                each.getKey(),
                                each.getValue().getBytes(StandardCharsets.UTF_8));
                bucket = bucket.set(each.getKey().key(), Optional.of(sealed));
            }
            if (buckets.create(use.carrying(() -> 0), bucket)) {
                return GuardedObjects.Created.CREATED;
            }
            // Somebody was faster with the same name; the key that was born for ours is of no use.
            keys.destroy(List.of(key));
            return buckets.bucket(name).map(this::whose).orElse(GuardedObjects.Created.TAKEN);
        }
    }

    /**
     * What the request says of how the new bucket is shared.
     *
     * @throws Upstream.Invalid InvalidBucketAclWithObjectOwnership, InvalidArgument
     */
    private Map<BucketSetting, String> shared(String owner) {
        Map<BucketSetting, String> settings = new EnumMap<>(BucketSetting.class);
        Ownership ownership = Ownership.of(uses.asking().ownership()).orElse(uses.ownership());
        if (!uses.asking().ownership().isEmpty()) {
            settings.put(BucketSetting.OWNERSHIP, ownership.word());
        }
        Acl acl =
                Listed.checked(
                        uses,
                        Sharing.of(ownership, Acl.NONE, PublicAccess.OPEN),
                        uses.asking().acl().of(owner, owner));
        if (!acl.equals(Acl.ownedBy(owner))) {
            if (ownership == Ownership.ENFORCED) {
                throw new Upstream.Invalid(
                        "InvalidBucketAclWithObjectOwnership",
                        "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced"
                                + " setting.");
            }
            settings.put(BucketSetting.ACL, acl.text());
        }
        return settings;
    }

    GuardedObjects.Removed remove(String name) {
        Optional<Bucket> bucket = buckets.bucket(name);
        try {
            bucket.ifPresent(this::giveUpUploads);
        } catch (Keys.KeyGone _) {
            throw new Unopenable(name);
        }
        try (Admitted use = uses.admit("s3:DeleteBucket", uses.data(bucket, name, ""), name)) {
            if (bucket.isEmpty()) {
                use.record(Outcome.ABSENT, 0);
                // A removal whose second half failed is asked for again.
                endKeys(buckets, keys);
                return GuardedObjects.Removed.NO_SUCH_BUCKET;
            }
            return switch (buckets.remove(use.carrying(() -> 0), bucket.get())) {
                case REMOVED -> {
                    endKeys(buckets, keys);
                    yield GuardedObjects.Removed.REMOVED;
                }
                case NOT_EMPTY -> GuardedObjects.Removed.NOT_EMPTY;
                case NO_SUCH_BUCKET -> GuardedObjects.Removed.NO_SUCH_BUCKET;
            };
        }
    }

    /**
     * Uploads that are under way keep no bucket, as on S3: before one without versions goes, each
     * of them is given up. That is a use of its own, and needs the permission that the removal
     * needs.
     */
    private void giveUpUploads(Bucket bucket) {
        if (!objects.listVersions(bucket, new Listing.Query("", "", "", "", 1))
                .versions()
                .isEmpty()) {
            return;
        }
        Listing.Query page = new Listing.Query("", "", "", "", Listing.MAX);
        for (int i = 0; i < MOST_PAGES; i++) {
            List<Upload> uploads = objects.uploads().list(bucket, page).uploads();
            if (uploads.isEmpty()) {
                return;
            }
            for (Upload each : uploads) {
                try (Admitted use =
                        uses.admit(
                                "s3:DeleteBucket",
                                uses.data(Optional.of(bucket), bucket.name(), ""),
                                ObjectUses.object(bucket.name(), each.name()),
                                Tags.of(() -> vessel.begun(bucket, each).draft().tags()))) {
                    if (use.readsTags()) {
                        use.about(List.of(vessel.begun(bucket, each).draft().tags()));
                    }
                    objects.uploads().abort(use.carrying(() -> 0), bucket, each.name(), each.id());
                }
            }
        }
    }

    /**
     * Destroys the keys of removed buckets. A removal is a commit in the data folder and then a
     * death in the key store; what was cut off in between is done here, at the next removal or at
     * the next start.
     */
    static void endKeys(Buckets buckets, Keys keys) {
        List<String> ended = buckets.endedKeys();
        if (!ended.isEmpty()) {
            keys.destroy(ended.stream().map(id -> new KeyId(KeyId.Kind.BUCKET, id)).toList());
            buckets.destroyed(ended);
        }
    }

    Optional<Bucket> facts(String action, String name) {
        Optional<Bucket> bucket = buckets.bucket(name);
        try (Admitted use = uses.admit(action, uses.data(bucket, name, ""), name)) {
            use.record(bucket.isPresent() ? Outcome.DONE : Outcome.ABSENT, 0);
            return bucket;
        }
    }

    Buckets.Revised version(String name, Bucket.Versioning state) {
        Optional<Bucket> found = buckets.bucket(name);
        try (Admitted use =
                uses.admit("s3:PutBucketVersioning", uses.data(found, name, ""), name)) {
            if (found.isEmpty()) {
                use.record(Outcome.ABSENT, 0);
                return Buckets.Revised.NO_SUCH_BUCKET;
            }
            return buckets.revise(
                    use.carrying(() -> 0),
                    found.get(),
                    present ->
                            Locks.on(present) && state != Bucket.Versioning.ENABLED
                                    ? Optional.empty()
                                    : Optional.of(present.versioned(state)));
        }
    }

    /** Switches object lock on, which nothing switches off, or changes what it does. */
    Buckets.Revised lock(String name, LockRule rule) {
        BucketSetting which = BucketSetting.OBJECT_LOCK;
        Optional<Bucket> found = buckets.bucket(name);
        try (Admitted use = uses.admit(which.put(), uses.data(found, name, ""), name)) {
            if (found.isEmpty()) {
                use.record(Outcome.ABSENT, 0);
                return Buckets.Revised.NO_SUCH_BUCKET;
            }
            return buckets.revise(
                    use.carrying(() -> 0),
                    found.get(),
                    present ->
                            present.versioning() == Bucket.Versioning.ENABLED
                                    ? Optional.of(
                                            present.set(
                                                    which.key(),
                                                    Optional.of(
                                                            seal(present, which, rule.document()))))
                                    : Optional.empty());
        } catch (Keys.KeyGone _) {
            return vessel.removed(found, Buckets.Revised.NO_SUCH_BUCKET);
        }
    }

    GuardedObjects.Setting setting(String name, BucketSetting which) {
        Optional<Bucket> found = buckets.bucket(name);
        try (Admitted use = uses.admit(which.get(), uses.data(found, name, ""), name)) {
            boolean set =
                    found.map(Bucket::settings)
                            .filter(settings -> settings.containsKey(which.key()))
                            .isPresent();
            use.record(set ? Outcome.DONE : Outcome.ABSENT, 0);
            if (found.isEmpty()) {
                return new GuardedObjects.Setting.NoSuchBucket();
            }
            return open(vessel, found.get(), which)
                    .<GuardedObjects.Setting>map(GuardedObjects.Setting.Is::new)
                    .orElseGet(GuardedObjects.Setting.Unset::new);
        } catch (Keys.KeyGone _) {
            return vessel.removed(found, new GuardedObjects.Setting.NoSuchBucket());
        }
    }

    boolean set(String name, BucketSetting which, Optional<byte[]> document) {
        Optional<Bucket> found = buckets.bucket(name);
        String action = document.isPresent() ? which.put() : which.remove();
        try (Admitted use = uses.admit(action, uses.data(found, name, ""), name)) {
            if (found.isEmpty()) {
                use.record(Outcome.ABSENT, 0);
                return false;
            }
            Optional<byte[]> sealed = document.map(plain -> seal(found.get(), which, plain));
            return buckets.set(use.carrying(() -> 0), found.get(), which.key(), sealed);
        } catch (Keys.KeyGone _) {
            return vessel.removed(found, false);
        }
    }

    private byte[] seal(Bucket bucket, BucketSetting which, byte[] document) {
        return seal(vessel, bucket, which, document);
    }

    /** What is to be set for a bucket, sealed. */
    static byte[] seal(Vessel vessel, Bucket bucket, BucketSetting which, byte[] document) {
        return vessel.sealer(bucket).sealState(place(bucket, which), document);
    }

    /** What was set for a bucket; empty when nothing was. */
    static Optional<byte[]> open(Vessel vessel, Bucket bucket, BucketSetting which) {
        return Optional.ofNullable(bucket.settings().get(which.key()))
                .map(sealed -> vessel.sealer(bucket).openState(place(bucket, which), sealed));
    }

    /** What a setting's document is bound to: its bucket for ever, and which setting it is. */
    static byte[] place(Bucket bucket, BucketSetting which) {
        return ("setting/" + which.key() + "/" + bucket.id()).getBytes(StandardCharsets.US_ASCII);
    }

    List<Bucket> all() {
        try (Admitted use =
                uses.admit("s3:ListAllMyBuckets", new Resource.Own(uses.organisation()), "")) {
            List<Bucket> all =
                    buckets.buckets(uses.organisation()).stream()
                            .filter(each -> each.keeping() == Bucket.Keeping.ORDINARY)
                            .toList();
            use.record(Outcome.DONE, 0);
            return all;
        }
    }

    private GuardedObjects.Created whose(Bucket bucket) {
        return bucket.organisation().equals(uses.organisation())
                ? GuardedObjects.Created.YOURS
                : GuardedObjects.Created.TAKEN;
    }

    private String owner() {
        return uses.request().caller() instanceof Caller.Known known
                ? known.principal()
                : Founding.SYSTEM;
    }

    static String randomId(SecureRandom random) {
        byte[] id = new byte[16];
        random.nextBytes(id);
        return HexFormat.of().formatHex(id);
    }
}
