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
import org.domicile.request.Caller;

/**
 * The people whom the uses of one request concern: those whom the data set's rules find in the
 * name, and those whom the caller states. Identifiers become key ids here and go no further.
 *
 * <p>Whom data concern, their own organisation states. Of anybody else, also of who comes without a
 * signature, statements are passed over, and only what they store makes a person known: however
 * widely a bucket is shared, nobody from outside fills the key store by asking.
 */
final class Concerned {
    private static final String STORING = "s3:PutObject";

    private final Policy policy;
    private final Keys keys;
    private final People people;
    private final Caller caller;
    private final List<String> stated;

    Concerned(Policy policy, Keys keys, People people, Caller caller, List<String> stated) {
        this.policy = policy;
        this.keys = keys;
        this.people = people;
        this.caller = caller;
        this.stated = stated;
    }

    /** For a use that is let through: a person who is new gets a key. */
    List<KeyId> by(String action, Resource resource, String object) {
        if (resource instanceof Resource.Data data && isOutside(data) && !action.equals(STORING)) {
            return knownBy(resource, object);
        }
        return ids(resource, object, (key, who) -> Optional.of(keys.createSubject(key, who)));
    }

    private boolean isOutside(Resource.Data data) {
        return switch (caller) {
            case Caller.Anonymous anonymous -> true;
            case Caller.Known known -> !known.organisation().equals(data.organisation());
            case Caller.Program program -> false;
        };
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
        List<String> said = isOutside(data) ? List.of() : stated;
        if (found.isEmpty() && said.isEmpty()) {
            return List.of();
        }
        Organisation owner = policy.register().organisations().get(data.organisation());
        if (owner == null) {
            return List.of();
        }
        KeyId key = new KeyId(KeyId.Kind.ORGANISATION, owner.key());
        List<KeyId> ids = new ArrayList<>(found.size() + said.size());
        for (List<String> each : List.of(found, said)) {
            for (String identifier : each) {
                finding.of(key, identifier).filter(id -> !ids.contains(id)).ifPresent(ids::add);
            }
        }
        return List.copyOf(ids);
    }
}
