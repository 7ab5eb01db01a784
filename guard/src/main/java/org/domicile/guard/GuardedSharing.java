package org.domicile.guard;

import java.util.Optional;

/** With whom buckets are shared, under one request. Each method is one use. */
public interface GuardedSharing {
    /** s3:PutBucketPolicy. @param document of IAM, at most 20 KiB */
    Set putPolicy(String bucket, String document);

    /** s3:GetBucketPolicyStatus: whether a bucket lets everybody in. Empty when there is none. */
    Optional<Exposure> exposure(String bucket);

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
    }

    /** Whether everybody is let in. */
    enum Exposure {
        /** By its policy or by its ACL. */
        PUBLIC,
        /** Not so. */
        NOT_PUBLIC
    }
}
