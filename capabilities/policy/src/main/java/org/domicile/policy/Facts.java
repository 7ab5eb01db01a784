package org.domicile.policy;

import java.util.HashMap;
import java.util.Map;

/**
 * What a request says of itself, for the conditions of a bucket's policy.
 *
 * @param values by IAM's name of the condition key, as the wire has them; what the guard knows by
 *     itself (who, when, from where, which bucket) is not in there
 * @param tags that the request sets
 */
public record Facts(Map<String, String> values, Map<String, String> tags) {
    /** None. */
    public static final Facts NONE = new Facts(Map.of(), Map.of());

    /** They are the record's own. */
    public Facts {
        values = Map.copyOf(values);
        tags = Map.copyOf(tags);
    }

    /** With another value of a key. */
    public Facts with(String key, String value) {
        Map<String, String> more = new HashMap<>(values);
        more.put(key, value);
        return new Facts(more, tags);
    }
}
