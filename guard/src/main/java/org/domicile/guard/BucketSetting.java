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
    LIFECYCLE("lifecycle", "s3:GetLifecycleConfiguration", "s3:PutLifecycleConfiguration");

    private final String key;
    private final String get;
    private final String put;

    BucketSetting(String key, String get, String put) {
        this.key = key;
        this.get = get;
        this.put = put;
    }

    /** How it is called in storage. */
    String key() {
        return key;
    }

    /** The action that reads it. */
    String get() {
        return get;
    }

    /** The action that sets it, or takes it away. */
    String put() {
        return put;
    }
}
