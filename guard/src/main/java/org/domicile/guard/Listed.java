package org.domicile.guard;

import java.util.Optional;
import org.domicile.objects.Bucket;
import org.domicile.policy.Acl;
import org.domicile.policy.Ownership;
import org.domicile.policy.Policy;
import org.domicile.policy.Sharing;
import org.domicile.request.Caller;

/** Which ACL what is written gets. Pure but for the organisations that are there. */
final class Listed {
    private Listed() {}

    /**
     * The ACL of a new object; {@link Acl#NONE} for the bucket's owner's alone.
     *
     * @throws Upstream.Invalid AccessControlListNotSupported, AccessDenied, InvalidArgument
     */
    static Acl written(Uses uses, Bucket bucket) {
        Sharing sharing = uses.sharing(bucket);
        AclAsked asked = uses.asking().acl();
        if (sharing.ownership() == Ownership.ENFORCED) {
            boolean own = uses.organisation().equals(bucket.organisation());
            if (!asked.needsNoAcls(own)) {
                throw off();
            }
            return Acl.NONE;
        }
        // What a stranger writes is the bucket's owner's: nobody else could answer for it.
        String writer =
                uses.request().caller() instanceof Caller.Known known
                        ? known.organisation()
                        : bucket.organisation();
        boolean given =
                asked instanceof AclAsked.Canned(AclAsked.Word word)
                        && word == AclAsked.Word.BUCKET_OWNER_FULL_CONTROL;
        String owner =
                sharing.ownership() == Ownership.PREFERRED && given
                        ? bucket.organisation()
                        : writer;
        return stored(checked(uses, sharing, asked.of(owner, bucket.organisation())), bucket);
    }

    /**
     * The ACL that takes the place of another.
     *
     * @param owner of what it is for, which it does not change
     * @throws Upstream.Invalid as {@link #written}
     */
    static Acl replaced(Uses uses, Bucket bucket, AclAsked asked, String owner) {
        Sharing sharing = uses.sharing(bucket);
        if (sharing.ownership() == Ownership.ENFORCED) {
            throw off();
        }
        if (asked instanceof AclAsked.Whole(String named, _) && !named.equals(owner)) {
            throw new Upstream.Invalid(
                    "AccessDenied", "The owner that the ACL names is not the owner: nobody else.");
        }
        return stored(checked(uses, sharing, asked.of(owner, bucket.organisation())), bucket);
    }

    /** The usual one takes no room. */
    private static Acl stored(Acl acl, Bucket bucket) {
        return acl.equals(Acl.ownedBy(bucket.organisation())) ? Acl.NONE : acl;
    }

    static Acl checked(Uses uses, Sharing sharing, Acl acl) {
        if (acl.isPublic() && sharing.publicAccess().blockAcls()) {
            throw new Upstream.Invalid(
                    "AccessDenied",
                    "The ACL would let everybody in, and BlockPublicAcls of the bucket's public"
                            + " access block keeps that.");
        }
        Optional<String> unknown =
                acl.grants().stream()
                        .map(Acl.Grant::grantee)
                        .filter(Acl.Grantee.Organisation.class::isInstance)
                        .map(each -> ((Acl.Grantee.Organisation) each).name())
                        .filter(name -> !isThere(uses.policy(), name))
                        .findFirst();
        if (unknown.isPresent()) {
            throw new Upstream.Invalid(
                    "InvalidArgument",
                    "Invalid id: there is no organisation " + unknown.get() + " here.");
        }
        return acl;
    }

    private static boolean isThere(Policy policy, String organisation) {
        return policy.register().organisations().containsKey(organisation);
    }

    private static Upstream.Invalid off() {
        return new Upstream.Invalid(
                "AccessControlListNotSupported",
                "The bucket does not allow ACLs: its owner owns everything in it"
                        + " (BucketOwnerEnforced). Use a bucket policy, or change its ownership"
                        + " controls.");
    }
}
