package org.domicile.guard;

import java.util.Optional;
import org.domicile.objects.Bucket;
import org.domicile.policy.Acl;
import org.domicile.policy.Ownership;

/**
 * With whom buckets and objects are shared, under one request. Each method is one use. What is
 * wrong with an ACL is an {@link Upstream.Invalid} with S3's code.
 */
public interface GuardedSharing {
    /** s3:PutBucketPolicy. @param document of IAM, at most 20 KiB */
    Set putPolicy(String bucket, String document);

    /** s3:GetBucketPolicyStatus: whether a bucket lets everybody in. Empty when there is none. */
    Optional<Exposure> exposure(String bucket);

    /** s3:PutBucketOwnershipControls. */
    Set putOwnership(String bucket, Ownership ownership);

    /** s3:GetBucketAcl. Empty when there is no such bucket. */
    Optional<Acl> acl(String bucket);

    /** s3:PutBucketAcl. */
    Set putAcl(String bucket, AclAsked acl);

    /** s3:GetObjectAcl, or of a version. */
    ObjectAcl acl(String bucket, String name, Optional<String> version);

    /** s3:PutObjectAcl, or of a version. */
    Stored putAcl(String bucket, String name, Optional<String> version, AclAsked acl);

    /** What became of a change. */
    sealed interface Set {
        /** It is in force. */
        record Done() implements Set {}

        /** No such bucket (any more). */
        record NoSuchBucket() implements Set {}

        /** The document cannot be taken: what and why, in a sentence. */
        record Malformed(String sentence) implements Set {}

        /** It would let everybody in, which the bucket's public access block keeps. */
        record KeptFromPublic() implements Set {}

        /** There would be no ACLs any more, and the bucket's lets others in. */
        record StillShared() implements Set {}
    }

    /** What a look for an object's ACL found. */
    sealed interface ObjectAcl {
        /** This. @param version whose @param versioning how its bucket versions */
        record Is(Acl acl, String version, Bucket.Versioning versioning) implements ObjectAcl {}

        /** Nothing that has one. */
        record Absent(GuardedObjects.Got found) implements ObjectAcl {}
    }

    /** Whether everybody is let in. */
    enum Exposure {
        /** By its policy or by its ACL. */
        PUBLIC,
        /** Not so. */
        NOT_PUBLIC
    }
}
