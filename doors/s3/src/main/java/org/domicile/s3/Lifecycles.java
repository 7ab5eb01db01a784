package org.domicile.s3;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.domicile.guard.BucketSetting;
import org.domicile.http.Headers;
import org.domicile.lifecycle.Expiry;
import org.domicile.lifecycle.Lifecycle;

/**
 * Lifecycle of buckets on the wire (Amazon S3 API Reference, PutBucketLifecycleConfiguration and
 * its kin), and the field that says when an object ends.
 */
final class Lifecycles {
    private static final int LONGEST_DOCUMENT = 4 << 20;
    private static final String LEAST = "x-amz-transition-default-minimum-object-size";
    private static final String ALL = "all_storage_classes_128K";
    private static final String VARIES = "varies_by_storage_class";

    private Lifecycles() {}

    static void show(Call call) throws IOException {
        Lifecycle lifecycle =
                Lifecycle.of(
                        BucketDocuments.of(
                                call,
                                BucketSetting.LIFECYCLE,
                                ErrorCode.NO_SUCH_LIFECYCLE_CONFIGURATION,
                                "The lifecycle configuration does not exist"));
        Headers headers = call.headers().add(LEAST, least(lifecycle.least()));
        call.xml(200, headers, LifecycleXml.document(lifecycle));
    }

    static void put(Call call) throws IOException {
        Lifecycle.Least least =
                switch (call.field(LEAST)) {
                    case "" -> Lifecycle.Least.UNSAID;
                    case ALL -> Lifecycle.Least.ALL;
                    case VARIES -> Lifecycle.Least.VARIES;
                    default ->
                            throw new Failure(
                                    ErrorCode.INVALID_ARGUMENT,
                                    LEAST + " is " + ALL + " or " + VARIES + ".");
                };
        Lifecycle lifecycle = LifecycleXml.parse(call.document(LONGEST_DOCUMENT), least);
        BucketDocuments.set(call, BucketSetting.LIFECYCLE, ByteBuffer.wrap(lifecycle.document()));
        call.empty(200, call.headers().add(LEAST, least(least)));
    }

    static void delete(Call call) throws IOException {
        BucketDocuments.remove(call, BucketSetting.LIFECYCLE);
        call.empty(204, call.headers());
    }

    /** What was not said is what S3 takes for said. */
    private static String least(Lifecycle.Least least) {
        return switch (least) {
            case UNSAID, ALL -> ALL;
            case VARIES -> VARIES;
        };
    }

    /** When an object ends, and which rule says so. */
    static void show(Headers headers, Expiry expiry) {
        Optional.of(expiry)
                .filter(each -> !each.equals(Expiry.NEVER))
                .ifPresent(each ->
                        headers.add(
                                "x-amz-expiration",
                                "expiry-date=\"%s\", rule-id=\"%s\""
                                        .formatted(
                                                Dates.http(each.at()),
                                                Percent.encode(each.rule()))));
    }
}
