package org.domicile.guard;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.domicile.keys.KeyId;
import org.domicile.keys.Keys;
import org.domicile.objects.Bucket;
import org.domicile.objects.Buckets;
import org.domicile.policy.Organisation;
import org.domicile.policy.Policy;
import org.domicile.request.Request;

/**
 * The bucket of each organisation that its tables lie in. {@code known} only saves looking: what it
 * names is asked of the buckets each time. {@code making} lets one be made at a time.
 */
final class Warehouses {
    private static final int NAME_BYTES = 12;

    private final Policy policy;
    private final Buckets buckets;
    private final Keys keys;
    private final SecureRandom random;
    private final Map<String, String> known = new ConcurrentHashMap<>();
    private final ReentrantLock making = new ReentrantLock();

    Warehouses(Policy policy, Buckets buckets, Keys keys, SecureRandom random) {
        this.policy = policy;
        this.buckets = buckets;
        this.keys = keys;
        this.random = random;
    }

    Optional<Bucket> find(String organisation) {
        Optional<Bucket> named =
                Optional.ofNullable(known.get(organisation))
                        .flatMap(buckets::bucket)
                        .filter(each -> is(each, organisation));
        if (named.isPresent()) {
            return named;
        }
        Optional<Bucket> found =
                buckets.buckets(organisation).stream()
                        .filter(each -> is(each, organisation))
                        .findFirst();
        found.ifPresent(each -> known.put(organisation, each.name()));
        return found;
    }

    private static boolean is(Bucket bucket, String organisation) {
        return bucket.keeping() == Bucket.Keeping.TABLES
                && bucket.organisation().equals(organisation);
    }

    /**
     * The one that there is, or a new one, in the organisation's own zone. It is made for a change
     * that is on its way and carries the record, so this carries none.
     *
     * @param request of that change
     */
    Bucket make(Request request, String organisationName) {
        making.lock();
        try {
            Optional<Bucket> present = find(organisationName);
            if (present.isPresent()) {
                return present.get();
            }
            Organisation organisation = policy.register().organisations().get(organisationName);
            if (organisation == null) {
                throw new IllegalStateException("policy let no organisation through");
            }
            KeyId key =
                    keys.create(
                            KeyId.Kind.BUCKET,
                            new KeyId(KeyId.Kind.ORGANISATION, organisation.key()));
            byte[] opaque = new byte[NAME_BYTES];
            random.nextBytes(opaque);
            Bucket bucket =
                    new Bucket(
                            "tables-" + HexFormat.of().formatHex(opaque),
                            BucketUses.randomId(random),
                            organisation.name(),
                            Founding.SYSTEM,
                            List.of(organisation.zone()),
                            key.id(),
                            Bucket.Versioning.UNVERSIONED,
                            request.at(),
                            Map.of(),
                            Bucket.Keeping.TABLES);
            if (!buckets.create(request.nested(), bucket)) {
                throw new IllegalStateException("96 random bits were taken: " + bucket.name());
            }
            known.put(organisationName, bucket.name());
            return bucket;
        } finally {
            making.unlock();
        }
    }
}
