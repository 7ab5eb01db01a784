package org.domicile.guard;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.domicile.bytes.StorageFailure;
import org.domicile.keys.Keys;
import org.domicile.objects.Bucket;
import org.domicile.objects.Objects;
import org.domicile.objects.Version;
import org.domicile.policy.Access;
import org.domicile.policy.Acl;
import org.domicile.policy.BucketPolicy;
import org.domicile.policy.Ownership;
import org.domicile.policy.Policy;
import org.domicile.policy.PublicAccess;
import org.domicile.policy.Resource;
import org.domicile.policy.Sharing;

/**
 * With whom buckets are shared: their settings, opened and compiled once for each change. What is
 * kept here is a function of the bucket that it stands beside, so nothing has to be told when one
 * changes; a bucket that sets nothing costs one look at an empty map. Safe for concurrent use.
 */
final class Sharings {
    /** Beyond this all are forgotten, and compiled again when they are asked for. */
    private static final int MOST = 8_192;

    private final GuardOptions options;
    private final Policy policy;
    private final Objects objects;
    private final Vessel vessel;
    private final Sharing usual;
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    private record Known(Bucket bucket, Sharing sharing) {}

    Sharings(GuardOptions options, Policy policy, Objects objects, Vessel vessel) {
        this.options = options;
        this.policy = policy;
        this.objects = objects;
        this.vessel = vessel;
        this.usual = Sharing.of(options.ownership(), Acl.NONE, PublicAccess.OPEN);
    }

    // The store gives the same bucket until it changes: the same object is meant.
    @SuppressWarnings("ReferenceEquality")
    Sharing of(Bucket bucket) {
        if (bucket.settings().isEmpty()) {
            return usual;
        }
        Known before = known.get(bucket.id());
        if (before != null && before.bucket() == bucket) {
            return before.sharing();
        }
        Sharing made = made(bucket);
        if (known.size() >= MOST) {
            known.clear();
        }
        known.put(bucket.id(), new Known(bucket, made));
        return made;
    }

    private Sharing made(Bucket bucket) {
        try {
            Sharing sharing =
                    Sharing.of(
                            text(bucket, BucketSetting.OWNERSHIP)
                                    .flatMap(Ownership::of)
                                    .orElse(options.ownership()),
                            text(bucket, BucketSetting.ACL).map(Acl::of).orElse(Acl.NONE),
                            text(bucket, BucketSetting.PUBLIC_ACCESS)
                                    .map(PublicAccess::of)
                                    .orElse(PublicAccess.OPEN));
            Optional<String> document = text(bucket, BucketSetting.POLICY);
            if (document.isEmpty()) {
                return sharing;
            }
            BucketPolicy compiled = BucketPolicy.of(bucket.name(), document.get());
            // Before it decides anything: what a record names can be explained.
            policy.keep(compiled);
            return sharing.under(compiled);
        } catch (BucketPolicy.Malformed | IllegalArgumentException e) {
            throw new StorageFailure(
                    StorageFailure.Kind.FOREIGN,
                    "how the bucket "
                            + bucket.name()
                            + " is shared means nothing to this program: "
                            + e.getMessage(),
                    e);
        } catch (Keys.KeyGone _) {
            // Nothing in it opens any more; those of its organisation may still remove it.
            return Sharing.NONE;
        }
    }

    private Optional<String> text(Bucket bucket, BucketSetting which) {
        return BucketUses.open(vessel, bucket, which)
                .map(document -> new String(document, StandardCharsets.UTF_8));
    }

    /** What bears on who may act on a bucket, or on a name in it whatever is there. */
    Access access(Bucket bucket, Asking asking) {
        Sharing sharing = of(bucket);
        return sharing.asks()
                ? new Access(
                        sharing,
                        asking.facts(),
                        Acl.NONE,
                        Map.of(),
                        options.publicPurposes().getOrDefault(bucket.organisation(), ""))
                : Access.NONE;
    }

    /**
     * The same place as it is shared by now. Where its bucket is gone, or is another's by now,
     * nothing changes here: the commit finds that the bucket is not the one.
     */
    Resource.Data present(Resource.Data data, Asking asking) {
        return objects.buckets()
                .bucket(data.bucket())
                .filter(bucket -> bucket.organisation().equals(data.organisation()))
                .map(bucket -> data.shared(access(bucket, asking)))
                .orElse(data);
    }

    /** The tags of what is there; none where nothing is. */
    Map<String, String> tags(Optional<Bucket> found, String name, Optional<String> versionId) {
        return found.flatMap(bucket ->
                        objects.version(bucket, name, versionId)
                                .map(version -> vessel.state(bucket, version).tags()))
                .orElse(Map.of());
    }

    /** The same with what is there, where that matters. */
    Resource.Data object(Resource.Data data, Optional<Bucket> found, Optional<String> versionId) {
        if (found.isEmpty() || !data.access().sharing().asksForObjects()) {
            return data;
        }
        Optional<Version> version =
                objects.version(found.get(), data.name(), versionId)
                        .filter(each -> each.kind() == Version.Kind.OBJECT);
        Access access = data.access();
        if (version.isEmpty()) {
            return data.shared(access.of(access.sharing().acl().absent(), Map.of()));
        }
        State state = vessel.state(found.get(), version.get());
        return data.shared(access.of(state.acl(), state.tags()));
    }
}
