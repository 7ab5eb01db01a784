package org.domicile.policy;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.domicile.cedar.PolicySet;
import org.domicile.iam.Attachment;
import org.domicile.iam.Compiled;
import org.domicile.iam.ConditionKey;
import org.domicile.iam.IamException;

/**
 * A bucket's policy: a document of IAM, compiled to {@linkplain org.domicile.cedar Cedar}.
 * Immutable.
 */
public final class BucketPolicy {
    /** Longest document, in bytes of UTF-8 (Amazon S3 User Guide, "Bucket policies"). */
    public static final int LONGEST = 20 << 10;

    /**
     * The keys that a document may ask for: those that {@link Shares} and the doors say of each
     * request that has them. A prohibition on what nobody says would never hold.
     */
    private static final Set<ConditionKey> SUPPLIED =
            Set.of(
                    ConditionKey.CURRENT_TIME,
                    ConditionKey.EPOCH_TIME,
                    ConditionKey.PRINCIPAL_ARN,
                    ConditionKey.PRINCIPAL_ACCOUNT,
                    ConditionKey.PRINCIPAL_TYPE,
                    ConditionKey.USERNAME,
                    ConditionKey.USERID,
                    ConditionKey.SOURCE_IP,
                    ConditionKey.SECURE_TRANSPORT,
                    ConditionKey.USER_AGENT,
                    ConditionKey.REFERER,
                    ConditionKey.REQUESTED_REGION,
                    ConditionKey.RESOURCE_ACCOUNT,
                    ConditionKey.VIA_SERVICE,
                    ConditionKey.PRINCIPAL_IS_SERVICE,
                    ConditionKey.PREFIX,
                    ConditionKey.DELIMITER,
                    ConditionKey.MAX_KEYS,
                    ConditionKey.ACL,
                    ConditionKey.GRANT_READ,
                    ConditionKey.GRANT_WRITE,
                    ConditionKey.GRANT_READ_ACP,
                    ConditionKey.GRANT_WRITE_ACP,
                    ConditionKey.GRANT_FULL_CONTROL,
                    ConditionKey.COPY_SOURCE,
                    ConditionKey.METADATA_DIRECTIVE,
                    ConditionKey.ENCRYPTION,
                    ConditionKey.ENCRYPTION_KEY,
                    ConditionKey.ENCRYPTION_CUSTOMER,
                    ConditionKey.STORAGE_CLASS,
                    ConditionKey.WEBSITE_REDIRECT,
                    ConditionKey.OBJECT_OWNERSHIP,
                    ConditionKey.CONTENT_SHA256,
                    ConditionKey.IF_MATCH,
                    ConditionKey.IF_NONE_MATCH,
                    ConditionKey.VERSION_ID,
                    ConditionKey.SIGNATURE_VERSION,
                    ConditionKey.AUTH_TYPE,
                    ConditionKey.OBJECT_LOCK_MODE,
                    ConditionKey.OBJECT_LOCK_UNTIL,
                    ConditionKey.OBJECT_LOCK_DAYS,
                    ConditionKey.OBJECT_LOCK_HOLD,
                    ConditionKey.S3_RESOURCE_ACCOUNT,
                    ConditionKey.EXISTING_OBJECT_TAG,
                    ConditionKey.REQUEST_OBJECT_TAG,
                    ConditionKey.REQUEST_OBJECT_TAG_KEYS);

    private final String text;
    private final String digest;
    private final Compiled compiled;
    private final PolicySet policies;

    private BucketPolicy(String text, Compiled compiled) {
        this.text = text;
        this.compiled = compiled;
        digest = Sha256.of(text);
        policies = compiled.policySet();
    }

    /** A document that does not say what can be said here. */
    public static final class Malformed extends Exception {
        private static final long serialVersionUID = 1;

        Malformed(String sentence) {
            super(sentence);
        }

        Malformed(String sentence, Throwable cause) {
            super(sentence, cause);
        }
    }

    /**
     * Compiles a document for a bucket.
     *
     * @throws Malformed that says which statement is wrong and why, or which condition keys nobody
     *     says here of a request
     */
    public static BucketPolicy of(String bucket, String text) throws Malformed {
        Compiled compiled;
        try {
            compiled = Compiled.compile(text, new Attachment.Bucket(bucket));
        } catch (IamException e) {
            throw new Malformed(String.valueOf(e.getMessage()), e);
        }
        Set<String> unknown = new TreeSet<>();
        for (ConditionKey each : compiled.keys()) {
            if (!SUPPLIED.contains(each)) {
                unknown.add(each.iamName());
            }
        }
        if (!unknown.isEmpty()) {
            throw new Malformed(
                    "in the policy of a bucket, nothing is known here of "
                            + String.join(", ", unknown));
        }
        return new BucketPolicy(text, compiled);
    }

    /** The document, as it was put. */
    public String text() {
        return text;
    }

    /** Its name on record: SHA-256 of the text in UTF-8, 64 hexadecimal digits. */
    public String digest() {
        return digest;
    }

    /** Whether it lets in everybody (Amazon S3 User Guide, "The meaning of public"). */
    public boolean isPublic() {
        return compiled.isPublic();
    }

    /** Whether it asks for tags that objects have. */
    boolean asksForTags() {
        return compiled.names().stream().anyMatch(key -> key.startsWith("s3:ExistingObjectTag/"));
    }

    /** The names of the condition keys that it reads. */
    Set<String> keys() {
        return compiled.names();
    }

    Compiled compiled() {
        return compiled;
    }

    PolicySet policies() {
        return policies;
    }

    /** Its policies in Cedar, each by its statement. */
    Map<String, String> texts() {
        return compiled.policies();
    }
}
