package org.domicile.policy;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * With whom a bucket is shared, beyond the organisation that it belongs to: its policy, its ACL,
 * who owns its objects, and what of that is kept from the public. Immutable, ready to decide.
 */
public final class Sharing {
    /** Nothing is shared, and nothing is forbidden to the bucket's own organisation. */
    public static final Sharing NONE =
            new Sharing(null, Ownership.ENFORCED, Acl.NONE, PublicAccess.OPEN);

    private final @Nullable BucketPolicy policy;
    private final Ownership ownership;
    private final Acl acl;
    private final PublicAccess publicAccess;

    private Sharing(
            @Nullable BucketPolicy policy,
            Ownership ownership,
            Acl acl,
            PublicAccess publicAccess) {
        this.policy = policy;
        this.ownership = ownership;
        this.acl = acl;
        this.publicAccess = publicAccess;
    }

    /**
     * Without a policy.
     *
     * @param acl the bucket's
     */
    public static Sharing of(Ownership ownership, Acl acl, PublicAccess publicAccess) {
        return new Sharing(null, ownership, acl, publicAccess);
    }

    /** The same with a policy. */
    public Sharing under(BucketPolicy document) {
        return new Sharing(document, ownership, acl, publicAccess);
    }

    /** Whether there is anything to ask; if not, who is of the organisation is let in. */
    public boolean asks() {
        return policy != null || ownership != Ownership.ENFORCED;
    }

    /** Whether it depends on the object, its owner and its tags. */
    public boolean asksForObjects() {
        return ownership != Ownership.ENFORCED || policy != null && policy.asksForTags();
    }

    /** The bucket's policy. */
    public Optional<BucketPolicy> policy() {
        return Optional.ofNullable(policy);
    }

    /** Who owns the bucket's objects. */
    public Ownership ownership() {
        return ownership;
    }

    /** The bucket's ACL, which counts while ownership is not {@link Ownership#ENFORCED}. */
    public Acl acl() {
        return acl;
    }

    /** What is kept from the public. */
    public PublicAccess publicAccess() {
        return publicAccess;
    }

    /** Whether anything lets everybody in, as GetBucketPolicyStatus says it. */
    public boolean isPublic() {
        boolean byPolicy = policy != null && policy.isPublic() && !publicAccess.restrict();
        boolean byAcl =
                ownership != Ownership.ENFORCED && acl.isPublic() && !publicAccess.ignoreAcls();
        return byPolicy || byAcl;
    }
}
