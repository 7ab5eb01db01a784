package org.domicile.guard;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.domicile.keys.KeyId;
import org.domicile.keys.Keys;
import org.domicile.ledger.Statement;
import org.domicile.objects.Bucket;
import org.domicile.objects.Listing;
import org.domicile.objects.Lock;
import org.domicile.objects.Objects;
import org.domicile.objects.Version;
import org.domicile.policy.NamedKey;
import org.domicile.policy.Policy;

/**
 * What operators do with named keys. A destruction is a change of the register and then a death in
 * the key store; one that was cut off in between is completed at the next start, or before the name
 * is given anew.
 */
final class NamedKeys {
    private final Objects objects;
    private final Vessel vessel;

    private final KeyEndings endings;

    NamedKeys(Objects objects, Vessel vessel, KeyEndings endings) {
        this.endings = endings;
        this.objects = objects;
        this.vessel = vessel;
    }

    static KeyId id(NamedKey key) {
        return new KeyId(KeyId.Kind.NAMED, key.key());
    }

    /** Ends the keys whose destruction is on record. */
    static void complete(Policy policy, Keys keys) {
        List<KeyId> dying =
                policy.register().keys().values().stream()
                        .filter(NamedKey::destroyed)
                        .map(NamedKeys::id)
                        .filter(keys::exists)
                        .toList();
        if (!dying.isEmpty()) {
            keys.destroy(dying);
        }
    }

    /** Names are public, as those of purposes and policies are. */
    static Statement statement(String kind, NamedKey key) {
        return new Statement(
                kind,
                Map.of("organisation", key.organisation(), "name", key.name(), "key", key.key()),
                Map.of());
    }

    /** Has a key alone, so that what it seals is not locked meanwhile. */
    KeyEndings.Held alone(NamedKey key) {
        return endings.alone(key.key());
    }

    /**
     * An object under the key that a retention or a legal hold keeps, as {@code bucket/name}: its
     * key must not end before. Looks at every version of the organisation's buckets.
     */
    Optional<String> kept(NamedKey key) {
        Instant now = objects.present().instant();
        for (Bucket bucket : objects.buckets().buckets(key.organisation())) {
            Optional<Listing.Place> next = Optional.empty();
            do {
                Listing.Page page =
                        objects.listVersions(
                                bucket,
                                new Listing.Query(
                                        "",
                                        "",
                                        next.map(Listing.Place::name).orElse(""),
                                        next.map(Listing.Place::version).orElse(""),
                                        Listing.MAX));
                for (Version version : page.versions()) {
                    if (!version.lock().opens(now, Lock.Bypass.NO)
                            && vessel.state(bucket, version).sealing().proof().equals(key.key())) {
                        return Optional.of(bucket.name() + "/" + version.name());
                    }
                }
                next = page.next();
            } while (next.isPresent());
        }
        return Optional.empty();
    }
}
