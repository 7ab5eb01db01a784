package org.domicile.guard;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.domicile.bytes.StorageFailure;
import org.domicile.keys.KeyId;
import org.domicile.keys.Keys;
import org.domicile.people.People;
import org.domicile.policy.Organisation;
import org.domicile.policy.Policy;
import org.domicile.policy.Resource;
import org.domicile.request.Caller;

/**
 * The people whom the uses of one request concern: those whom the data set's rules find in the name
 * and in tags, and those whom the caller states. Identifiers become key ids here and go no further.
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

    /**
     * For a use that is let through: a person who is new gets a key.
     *
     * @param tags that the request sets
     */
    List<KeyId> by(String action, Resource resource, String object, Map<String, String> tags) {
        if (!(resource instanceof Resource.Data data)) {
            return List.of();
        }
        return ids(
                data,
                together(
                        named(data, object),
                        identifiers(data, object, tags),
                        isOutside(data) ? List.of() : stated),
                finding(action, data));
    }

    /**
     * Those whom the tags of what is used name. Who is new gets a key, unless somebody from outside
     * only asks.
     */
    List<KeyId> used(String action, Resource resource, String object, Map<String, String> tags) {
        return resource instanceof Resource.Data data
                ? ids(data, identifiers(data, object, tags), finding(action, data))
                : List.of();
    }

    /** Those whom tags name that something has from now on, whoever sets them. */
    List<KeyId> stored(Resource resource, String object, Map<String, String> tags) {
        return resource instanceof Resource.Data data
                ? ids(data, identifiers(data, object, tags), this::born)
                : List.of();
    }

    /** For a refusal, which makes nobody known: nobody can fill the key store by being refused. */
    List<KeyId> knownBy(Resource resource, String object, Tags tags) {
        if (!(resource instanceof Resource.Data data)) {
            return List.of();
        }
        Map<String, String> seen = readsTags(data, object) ? there(tags) : Map.of();
        return ids(
                data,
                together(
                        named(data, object),
                        identifiers(data, object, tags.brought()),
                        identifiers(data, object, seen),
                        isOutside(data) ? List.of() : stated),
                keys::subject);
    }

    /** Those whom the tags of what was seen name, when that is refused. */
    List<KeyId> knownOf(Resource resource, String object, Map<String, String> tags) {
        return resource instanceof Resource.Data data
                ? ids(data, identifiers(data, object, tags), keys::subject)
                : List.of();
    }

    /** Nothing is given away on a refusal: that its object cannot be read does not stop it. */
    private static Map<String, String> there(Tags tags) {
        try {
            return tags.there().get();
        } catch (Keys.KeyGone | StorageFailure e) {
            return Map.of();
        }
    }

    /** Whether tags of something may name people. */
    boolean readsTags(Resource resource, String object) {
        return resource instanceof Resource.Data data
                && people.readsTags(data.organisation(), data.bucket(), name(data, object));
    }

    private boolean isOutside(Resource.Data data) {
        return switch (caller) {
            case Caller.Anonymous anonymous -> true;
            case Caller.Known known -> !known.organisation().equals(data.organisation());
            case Caller.Program program -> false;
        };
    }

    /** A listing is of a bucket, and concerns those whom its prefix names. */
    private static String name(Resource.Data data, String object) {
        String bucket = data.bucket() + "/";
        return data.name().isEmpty() && object.startsWith(bucket)
                ? object.substring(bucket.length())
                : data.name();
    }

    private List<String> named(Resource.Data data, String object) {
        return people.identifiers(data.organisation(), data.bucket(), name(data, object));
    }

    private List<String> identifiers(Resource.Data data, String object, Map<String, String> tags) {
        return tags.isEmpty()
                ? List.of()
                : people.identifiers(data.organisation(), data.bucket(), name(data, object), tags);
    }

    /** Most uses concern nobody. */
    @SafeVarargs
    private static List<String> together(List<String>... lists) {
        List<String> all = List.of();
        for (List<String> each : lists) {
            if (all.isEmpty()) {
                all = each;
            } else if (!each.isEmpty()) {
                all = Stream.concat(all.stream(), each.stream()).toList();
            }
        }
        return all;
    }

    private interface Finding {
        Optional<KeyId> of(KeyId organisation, String identifier);
    }

    private Finding finding(String action, Resource.Data data) {
        return isOutside(data) && !action.equals(STORING) ? keys::subject : this::born;
    }

    private Optional<KeyId> born(KeyId organisation, String identifier) {
        return Optional.of(keys.createSubject(organisation, identifier));
    }

    private List<KeyId> ids(Resource.Data data, List<String> identifiers, Finding finding) {
        if (identifiers.isEmpty()) {
            return List.of();
        }
        Organisation owner = policy.register().organisations().get(data.organisation());
        if (owner == null) {
            return List.of();
        }
        KeyId key = new KeyId(KeyId.Kind.ORGANISATION, owner.key());
        List<KeyId> ids = new ArrayList<>(identifiers.size());
        for (String identifier : identifiers) {
            finding.of(key, identifier).filter(id -> !ids.contains(id)).ifPresent(ids::add);
        }
        return List.copyOf(ids);
    }
}
