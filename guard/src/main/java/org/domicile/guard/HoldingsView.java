package org.domicile.guard;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.domicile.keys.Keys;
import org.domicile.keys.Opener;
import org.domicile.keys.Pass;
import org.domicile.lifecycle.Expiry;
import org.domicile.objects.Bucket;
import org.domicile.objects.Excess;
import org.domicile.objects.Listing;
import org.domicile.objects.Objects;
import org.domicile.objects.Quota;
import org.domicile.objects.Quotas;
import org.domicile.objects.Version;
import org.domicile.policy.Policy;
import org.domicile.request.Outcome;

/** What is stored, under one request. */
final class HoldingsView implements GuardedHoldings {
    private final Uses uses;
    private final Objects objects;
    private final Quotas quotas;
    private final Keys keys;
    private final Vessel vessel;

    HoldingsView(Uses uses, Objects objects, Keys keys, Vessel vessel) {
        this.uses = uses;
        this.objects = objects;
        this.quotas = objects.quotas();
        this.keys = keys;
        this.vessel = vessel;
    }

    @Override
    public Held bucket(String name) {
        String action = "admin:ReadBucketQuota";
        Bucket bucket = present(name, action);
        try (Admitted use = uses.administer(bucket.organisation(), action, name, List.of())) {
            use.record(Outcome.DONE, 0);
            return held(bucket);
        }
    }

    @Override
    public Held organisation(String name) {
        String action = "admin:ReadOrganisationQuota";
        check(name, action);
        try (Admitted use = uses.administer(name, action, name, List.of())) {
            use.record(Outcome.DONE, 0);
            return held(name);
        }
    }

    @Override
    public Held limitBucket(String name, Quota quota) {
        String action = "admin:SetBucketQuota";
        Bucket bucket = present(name, action);
        try (Admitted use = uses.administer(bucket.organisation(), action, name, List.of())) {
            if (!quotas.limit(use.carrying(() -> 0), bucket, quota)) {
                throw new Administration.Impossible(noBucket(name));
            }
            return held(bucket);
        }
    }

    @Override
    public Held limitOrganisation(String name, Quota quota) {
        String action = "admin:SetOrganisationQuota";
        check(name, action);
        try (Admitted use = uses.administer(name, action, name, List.of())) {
            quotas.limit(use.carrying(() -> 0), name, quota);
            return held(name);
        }
    }

    private Held held(Bucket bucket) {
        return new Held(
                Excess.Of.BUCKET, bucket.name(), quotas.usage(bucket), quotas.quota(bucket));
    }

    private Held held(String organisation) {
        return new Held(
                Excess.Of.ORGANISATION,
                organisation,
                quotas.usage(organisation),
                quotas.quota(organisation));
    }

    @Override
    public Inventory inventory(String name) {
        String action = "admin:ReadInventory";
        Bucket bucket = present(name, action);
        Admitted use = uses.administer(bucket.organisation(), action, name, List.of());
        boolean begun = false;
        try {
            Walk walk = new Walk(use, bucket, use.record(Outcome.DONE, 0));
            begun = true;
            return walk;
        } finally {
            if (!begun) {
                use.close();
            }
        }
    }

    private final class Walk implements Inventory {
        private final Admitted use;
        private final Bucket bucket;
        private final Pass pass;
        private Optional<Listing.Place> next = Optional.of(new Listing.Place("", ""));

        Walk(Admitted use, Bucket bucket, Pass pass) {
            this.use = use;
            this.bucket = bucket;
            this.pass = pass;
        }

        @Override
        public List<Found> page() {
            List<Found> found = new ArrayList<>();
            if (next.isEmpty()) {
                return found;
            }
            Listing.Place from = next.get();
            Listing.Page page =
                    objects.listVersions(
                            bucket,
                            new Listing.Query("", "", from.name(), from.version(), Listing.MAX));
            next = page.next();
            try (Opener.Values opener = keys.opener(Vessel.key(bucket), pass).values()) {
                for (Version version : page.versions()) {
                    found.add(found(opener, version));
                }
            } catch (Keys.KeyGone e) {
                throw vessel.removed(
                        Optional.of(bucket),
                        new Administration.Impossible(
                                "the bucket " + bucket.name() + " was removed meanwhile"));
            }
            return found;
        }

        private Found found(Opener.Values opener, Version version) {
            if (version.kind() == Version.Kind.DELETE_MARKER) {
                return ObjectUses.marker(bucket, version);
            }
            AttributesCodec.Sealed sealed =
                    AttributesCodec.listed(
                            opener.open(
                                    Vessel.context(bucket, version.name()),
                                    Marked.attributes(version.attributes())));
            return ObjectUses.found(
                    bucket,
                    version,
                    sealed,
                    vessel.state(bucket, version),
                    version.lock(),
                    Expiry.NEVER);
        }

        @Override
        public void close() {
            use.close();
        }
    }

    private Bucket present(String name, String action) {
        return objects.buckets()
                .bucket(name)
                .orElseThrow(() -> impossible(action, name, noBucket(name)));
    }

    private static String noBucket(String name) {
        return "there is no bucket " + name + "; 'bucket list' shows them";
    }

    private void check(String organisation, String action) {
        if (!uses.policy().register().organisations().containsKey(organisation)) {
            throw impossible(action, organisation, Sentences.noOrganisation(organisation));
        }
    }

    private Administration.Impossible impossible(String action, String object, String sentence) {
        try (Admitted use = uses.administer(Policy.INSTALLATION, action, object, List.of())) {
            use.record(Outcome.CONFLICT, 0);
        }
        return new Administration.Impossible(sentence);
    }
}
