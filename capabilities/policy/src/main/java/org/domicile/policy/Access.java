package org.domicile.policy;

import java.util.Map;

/**
 * What beside its organisation bears on who may act on a bucket or on something in it.
 *
 * @param sharing of the bucket
 * @param facts of the request
 * @param acl the object's; of a name that is not there {@link Acl#absent} of the bucket's
 * @param tags that the object has
 * @param publicPurpose full name of the purpose that callers without a signature act under; empty
 *     when the bucket's organisation has none
 */
public record Access(
        Sharing sharing, Facts facts, Acl acl, Map<String, String> tags, String publicPurpose) {
    /** Nothing. */
    public static final Access NONE = new Access(Sharing.NONE, Facts.NONE, Acl.NONE, Map.of(), "");

    /** They are the record's own. */
    public Access {
        tags = Map.copyOf(tags);
    }

    /** Of another object. */
    public Access of(Acl objectAcl, Map<String, String> objectTags) {
        return new Access(sharing, facts, objectAcl, objectTags, publicPurpose);
    }

    /** With another value of a condition key. */
    public Access about(String key, String value) {
        return new Access(sharing, facts.with(key, value), acl, tags, publicPurpose);
    }

    /** Whether there is anything to ask. */
    public boolean asks() {
        return sharing.asks();
    }
}
