package org.domicile.policy;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.domicile.cedar.PolicySet;
import org.domicile.iam.Attachment;
import org.domicile.iam.Compiled;
import org.domicile.iam.IamException;

/**
 * A bucket's policy: a document of IAM, compiled to {@linkplain org.domicile.cedar Cedar}.
 * Immutable.
 */
public final class BucketPolicy {
    /** Longest document, in bytes of UTF-8 (Amazon S3 User Guide, "Bucket policies"). */
    public static final int LONGEST = 20 << 10;

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

        Malformed(String sentence, Throwable cause) {
            super(sentence, cause);
        }
    }

    /**
     * Compiles a document for a bucket.
     *
     * @throws Malformed that says which statement is wrong and why
     */
    public static BucketPolicy of(String bucket, String text) throws Malformed {
        try {
            return new BucketPolicy(text, Compiled.compile(text, new Attachment.Bucket(bucket)));
        } catch (IamException e) {
            throw new Malformed(String.valueOf(e.getMessage()), e);
        }
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
        return new LinkedHashMap<>(compiled.policies());
    }
}
