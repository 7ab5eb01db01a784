package org.domicile.guard;

/**
 * What can be set for a bucket as one document. A door reads and writes the document in its own
 * form, unless the constant names another.
 */
public enum BucketSetting {
    /** Tags of the bucket. */
    TAGGING("tagging", "s3:GetBucketTagging", "s3:PutBucketTagging"),
    /** Object lock, which is on where this is set; the document is a {@link LockRule}'s. */
    OBJECT_LOCK(
            "object-lock",
            "s3:GetBucketObjectLockConfiguration",
            "s3:PutBucketObjectLockConfiguration"),
    /** When objects end; the document is a {@link org.domicile.lifecycle.Lifecycle}'s. */
    LIFECYCLE("lifecycle", "s3:GetLifecycleConfiguration", "s3:PutLifecycleConfiguration"),
    /** What it tells, and to whom; the document is a {@link org.domicile.events.Notification}'s. */
    NOTIFICATION("notification", "s3:GetBucketNotification", "s3:PutBucketNotification"),
    /** Which web pages may ask it something. */
    CORS("cors", "s3:GetBucketCORS", "s3:PutBucketCORS"),
    /** Which keys seal what says nothing of keys: a {@link DefaultEncryption}. */
    ENCRYPTION("encryption", "s3:GetEncryptionConfiguration", "s3:PutEncryptionConfiguration"),
    /** The bucket's policy, a document of IAM. */
    POLICY("policy", "s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"),
    /** The bucket's ACL, as {@link org.domicile.policy.Acl#text}. */
    ACL("acl", "s3:GetBucketAcl", "s3:PutBucketAcl"),
    /** Who owns its objects, as {@link org.domicile.policy.Ownership#word}. */
    OWNERSHIP("ownership", "s3:GetBucketOwnershipControls", "s3:PutBucketOwnershipControls"),
    /** What is kept from the public, as {@link org.domicile.policy.PublicAccess#text}. */
    PUBLIC_ACCESS(
            "public-access", "s3:GetBucketPublicAccessBlock", "s3:PutBucketPublicAccessBlock");

    private final String key;
    private final String get;
    private final String put;
    private final String remove;

    BucketSetting(String key, String get, String put) {
        this(key, get, put, put);
    }

    BucketSetting(String key, String get, String put, String remove) {
        this.key = key;
        this.get = get;
        this.put = put;
        this.remove = remove;
    }

    /** How it is called in storage. */
    String key() {
        return key;
    }

    /** The action that reads it. */
    String get() {
        return get;
    }

    /** The action that sets it. */
    String put() {
        return put;
    }

    /** The action that takes it away. */
    String remove() {
        return remove;
    }
}
