package org.domicile.launcher;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.domicile.guard.GuardedObjects;
import org.domicile.moving.Documents;
import org.domicile.policy.BucketPolicy;
import org.domicile.s3.BucketForms;

/** What the S3 door takes for a bucket, for buckets that move. */
final class BucketDocuments implements Documents {
    /** Locks before rules that end objects, and last whom it lets in. */
    @Override
    public List<String> resources() {
        return Arrays.stream(BucketForms.values()).map(BucketForms::resource).toList();
    }

    @Override
    public Optional<byte[]> of(GuardedObjects objects, String bucket, String resource) {
        return form(resource).of(objects, bucket);
    }

    @Override
    public String set(GuardedObjects objects, String bucket, String resource, byte[] document) {
        return form(resource).set(objects, bucket, document);
    }

    /** What cannot be read is refused when it is set. */
    @Override
    public boolean opens(String bucket, String resource, byte[] document) {
        if (form(resource) != BucketForms.POLICY) {
            return false;
        }
        try {
            return BucketPolicy.of(bucket, new String(document, StandardCharsets.UTF_8)).isPublic();
        } catch (BucketPolicy.Malformed e) {
            return false;
        }
    }

    private static BucketForms form(String resource) {
        return Arrays.stream(BucketForms.values())
                .filter(each -> each.resource().equals(resource))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(resource));
    }
}
