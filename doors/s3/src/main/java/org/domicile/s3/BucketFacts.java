package org.domicile.s3;

import java.io.IOException;

/**
 * What a bucket is asked for that it never has, answered as S3 answers for a bucket that was never
 * told: requests are paid by the owner, there is no access log (the use log is another thing), no
 * acceleration, no website, no replication. Changing them is not served.
 */
final class BucketFacts {
    private BucketFacts() {}

    static void answer(Call call) throws IOException {
        if (call.guarded().bucket(call.operation().action(), call.bucket()).isEmpty()) {
            throw Call.noSuchBucket();
        }
        switch (call.operation()) {
            case GET_BUCKET_REQUEST_PAYMENT ->
                    document(
                            call,
                            "RequestPaymentConfiguration",
                            out -> out.element("Payer", "BucketOwner"));
            case GET_BUCKET_LOGGING -> document(call, "BucketLoggingStatus", out -> {});
            case GET_BUCKET_ACCELERATE_CONFIGURATION ->
                    document(call, "AccelerateConfiguration", out -> {});
            case GET_BUCKET_WEBSITE ->
                    throw new Failure(
                            ErrorCode.NO_SUCH_WEBSITE_CONFIGURATION,
                            "The specified bucket does not have a website configuration.");
            case GET_BUCKET_REPLICATION ->
                    throw new Failure(
                            ErrorCode.REPLICATION_CONFIGURATION_NOT_FOUND,
                            "The replication configuration was not found.");
            default -> throw new IllegalStateException(call.operation() + " is no such fact");
        }
    }

    private interface Content {
        void to(XmlOut out);
    }

    private static void document(Call call, String root, Content content) throws IOException {
        XmlOut out = XmlOut.document(root, 256);
        content.to(out);
        call.xml(out.done(root));
    }
}
