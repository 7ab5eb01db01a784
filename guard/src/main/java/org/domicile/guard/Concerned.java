package org.domicile.guard;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.domicile.keys.KeyId;
import org.domicile.keys.Keys;
import org.domicile.people.People;
import org.domicile.policy.Organisation;
import org.domicile.policy.Policy;
import org.domicile.policy.Resource;

/**
 * The people whom the uses of one request concern: those whom the data set's rules find in the
 * name, and those whom the caller states. Identifiers become key ids here and go no further.
 */
final class Concerned {
    private final Policy policy;
    private final Keys keys;
    private final People people;
    private final List<String> stated;

    Concerned(Policy policy, Keys keys, People people, List<String> stated) {
        this.policy = policy;
        this.keys = keys;
        this.people = people;
        this.stated = stated;
    }

    /** For a use that is let through: a person who is new gets a key. */
    List<KeyId> by(Resource resource, String object) {
        return ids(resource, object, (key, who) -> Optional.of(keys.createSubject(key, who)));
    }

    /** For a refusal, which makes nobody known: nobody can fill the key store by being refused. */
    List<KeyId> knownBy(Resource resource, String object) {
        return ids(resource, object, keys::subject);
    }

    /** A listing is of a bucket, and concerns those whom its prefix names. */
    private static String name(Resource.Data data, String object) {
        String bucket = data.bucket() + "/";
        return data.name().isEmpty() && object.startsWith(bucket)
                ? object.substring(bucket.length())
                : data.name();
    }

    private interface Finding {
        Optional<KeyId> of(KeyId organisation, String identifier);
    }

    private List<KeyId> ids(Resource resource, String object, Finding finding) {
        if (!(resource instanceof Resource.Data data)) {
            return List.of();
        }
        List<String> found =
                people.identifiers(data.organisation(), data.bucket(), name(data, object));
        if (found.isEmpty() && stated.isEmpty()) {
            return List.of();
        }
        Organisation owner = policy.register().organisations().get(data.organisation());
        if (owner == null) {
            return List.of();
        }
        KeyId key = new KeyId(KeyId.Kind.ORGANISATION, owner.key());
        List<KeyId> ids = new ArrayList<>(found.size() + stated.size());
        for (List<String> each : List.of(found, stated)) {
            for (String identifier : each) {
                finding.of(key, identifier).filter(id -> !ids.contains(id)).ifPresent(ids::add);
            }
        }
        return List.copyOf(ids);
    }
}
