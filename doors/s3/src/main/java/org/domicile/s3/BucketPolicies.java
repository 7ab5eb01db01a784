package org.domicile.s3;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.domicile.guard.BucketSetting;
import org.domicile.guard.GuardedSharing;
import org.domicile.policy.BucketPolicy;

/** Policies of buckets (Amazon S3 API Reference, PutBucketPolicy and its kin). */
final class BucketPolicies {
    private BucketPolicies() {}

    static void get(Call call) throws IOException {
        byte[] document =
                BucketDocuments.of(
                        call,
                        BucketSetting.POLICY,
                        ErrorCode.NO_SUCH_BUCKET_POLICY,
                        "The bucket policy does not exist.");
        call.exchange()
                .respond(
                        200,
                        call.headers().add("Content-Type", "application/json"),
                        ByteBuffer.wrap(document));
    }

    static void put(Call call) throws IOException {
        String document = text(call.document(BucketPolicy.LONGEST));
        SharingDocuments.done(call.guarded().sharing().putPolicy(call.bucket(), document));
        call.empty(204, call.headers());
    }

    static void delete(Call call) throws IOException {
        BucketDocuments.remove(call, BucketSetting.POLICY);
        call.empty(204, call.headers());
    }

    static void status(Call call) throws IOException {
        GuardedSharing.Exposure exposure =
                call.guarded().sharing().exposure(call.bucket()).orElseThrow(Call::noSuchBucket);
        // The reference shows capitals; SDKs read what S3 sends.
        boolean isPublic = exposure == GuardedSharing.Exposure.PUBLIC;
        call.xml(
                XmlOut.document("PolicyStatus", 256)
                        .element("IsPublic", Boolean.toString(isPublic))
                        .done("PolicyStatus"));
    }

    /**
     * @throws Failure MALFORMED_POLICY
     */
    static String text(byte[] document) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(document))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new Failure(ErrorCode.MALFORMED_POLICY, "Policies are JSON in UTF-8.");
        }
    }
}
