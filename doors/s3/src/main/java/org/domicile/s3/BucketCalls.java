package org.domicile.s3;

import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.domicile.guard.BucketNames;
import org.domicile.guard.BucketSetting;
import org.domicile.http.Headers;
import org.domicile.objects.Bucket;

/** Operations on buckets. */
final class BucketCalls {
    private static final int LONGEST_DOCUMENT = 128 << 10;
    private static final int MOST_BUCKETS = 10_000;
    private static final String FIRST_REGION = "us-east-1";

    private BucketCalls() {}

    static void list(Call call) throws IOException {
        Query query = call.query();
        int most = query.count("max-buckets", MOST_BUCKETS);
        if (most == 0) {
            throw new Failure(
                    ErrorCode.INVALID_ARGUMENT, "max-buckets is a number from 1 to 10000.");
        }
        String prefix = query.value("prefix");
        String region = query.value("bucket-region");
        String after = Token.open(query.value("continuation-token"));
        List<Bucket> all = call.guarded().buckets();
        XmlOut out = XmlOut.document("ListAllMyBucketsResult", 1_024 + 160 * all.size());
        out.open("Owner")
                .element("ID", call.owner())
                .element("DisplayName", call.owner())
                .close("Owner")
                .open("Buckets");
        int shown = 0;
        String last = "";
        boolean more = false;
        for (Bucket bucket : all) {
            String zone = bucket.zones().getFirst();
            if (!bucket.name().startsWith(prefix)
                    || bucket.name().compareTo(after) <= 0
                    || !region.isEmpty() && !region.equals(zone)) {
                continue;
            }
            if (shown == most) {
                more = true;
                break;
            }
            shown++;
            last = bucket.name();
            out.open("Bucket")
                    .element("Name", last)
                    .element("CreationDate", Dates.iso(bucket.created()))
                    .element("BucketRegion", zone)
                    .close("Bucket");
        }
        out.close("Buckets");
        if (!prefix.isEmpty()) {
            out.element("Prefix", prefix);
        }
        if (more) {
            out.element("ContinuationToken", Token.seal(last));
        }
        call.xml(out.done("ListAllMyBucketsResult"));
    }

    static void create(Call call) throws IOException {
        if (BucketNames.reserved(call.bucket())) {
            throw new Failure(
                    ErrorCode.INVALID_BUCKET_NAME,
                    "The specified bucket is not valid: S3 keeps such beginnings and ends for"
                            + " itself.");
        }
        Optional<Xml> asked = configuration(call.document(LONGEST_DOCUMENT));
        String zone = asked.map(each -> location(each, call.options())).orElse("");
        Map<BucketSetting, byte[]> settings = new EnumMap<>(BucketSetting.class);
        settings.putAll(ObjectLocks.atCreation(call));
        asked.map(Tags::atCreation).ifPresent(settings::putAll);
        switch (call.guarded().createBucket(call.bucket(), zone, settings)) {
            case CREATED -> call.empty(200, call.headers().add("Location", "/" + call.bucket()));
            case YOURS -> {
                if (!takesItFor(call) || settings.containsKey(BucketSetting.TAGGING)) {
                    throw new Failure(
                            ErrorCode.BUCKET_ALREADY_OWNED_BY_YOU,
                            "The bucket that you tried to create already exists, and you own it.");
                }
                call.empty(200, call.headers().add("Location", "/" + call.bucket()));
            }
            case TAKEN ->
                    throw new Failure(
                            ErrorCode.BUCKET_ALREADY_EXISTS,
                            "The requested bucket name is not available; select another one.");
            case NO_SUCH_ZONE ->
                    throw new Failure(
                            ErrorCode.INVALID_LOCATION_CONSTRAINT,
                            "The specified location constraint is not valid: there is no zone "
                                    + zone
                                    + ".");
        }
    }

    /**
     * Whether a bucket that is there already is what was asked for: so it is in us-east-1, and for
     * clients that sign for it (CreateBucket, BucketAlreadyOwnedByYou). One who asks for more than
     * the bucket is told that it was not made.
     */
    private static boolean takesItFor(Call call) {
        String[] scope = call.field("authorization").split("/", 4);
        return scope.length == 4
                && scope[2].equals(FIRST_REGION)
                && !call.has("x-amz-acl")
                && !call.has("x-amz-object-ownership")
                && !call.has("x-amz-bucket-object-lock-enabled")
                && call.fields().noneStartsWith("x-amz-grant-");
    }

    /** What a bucket's creation says; mostly nothing. */
    private static Optional<Xml> configuration(byte[] document) {
        return document.length == 0
                ? Optional.empty()
                : Optional.of(Xml.parse(document, "CreateBucketConfiguration"));
    }

    /** The zone that a document names; empty for the default one. */
    private static String location(Xml asked, S3Options options) {
        if (asked.first("Location").isPresent() || asked.first("Bucket").isPresent()) {
            throw new Failure(
                    ErrorCode.NOT_IMPLEMENTED,
                    "Directory buckets are not implemented; name a LocationConstraint.");
        }
        String zone = asked.child("LocationConstraint").strip();
        return zone.equals(FIRST_REGION) || zone.equals(options.region()) ? "" : zone;
    }

    static void head(Call call) throws IOException {
        Bucket bucket = bucket(call);
        Headers headers =
                call.headers()
                        .add("x-amz-bucket-region", bucket.zones().getFirst())
                        .add("x-amz-access-point-alias", "false")
                        .add("Content-Type", "application/xml");
        call.empty(200, headers);
    }

    static void delete(Call call) throws IOException {
        switch (call.guarded().deleteBucket(call.bucket())) {
            case REMOVED -> call.empty(204, call.headers());
            case NOT_EMPTY ->
                    throw new Failure(
                            ErrorCode.BUCKET_NOT_EMPTY,
                            "The bucket you tried to delete is not empty: delete its objects,"
                                    + " versions and uploads first.");
            case NO_SUCH_BUCKET -> throw Call.noSuchBucket();
        }
    }

    /** Always by name: an empty element would tell clients to sign for us-east-1. */
    static void location(Call call) throws IOException {
        Bucket bucket = bucket(call);
        XmlOut out = XmlOut.document("LocationConstraint", 256);
        out.text(bucket.zones().getFirst());
        call.xml(out.done("LocationConstraint"));
    }

    static void versioning(Call call) throws IOException {
        Bucket bucket = bucket(call);
        XmlOut out = XmlOut.document("VersioningConfiguration", 256);
        switch (bucket.versioning()) {
            case UNVERSIONED -> {}
            case ENABLED -> out.element("Status", "Enabled");
            case SUSPENDED -> out.element("Status", "Suspended");
        }
        call.xml(out.done("VersioningConfiguration"));
    }

    /** S3 API Reference, PutBucketVersioning: Status, and MfaDelete, which is not served. */
    static void version(Call call) throws IOException {
        Xml asked = Xml.parse(call.document(LONGEST_DOCUMENT), "VersioningConfiguration");
        if (asked.child("MfaDelete").equals("Enabled")) {
            throw new Failure(ErrorCode.NOT_IMPLEMENTED, "MFA delete is not implemented.");
        }
        Bucket.Versioning state =
                switch (asked.child("Status")) {
                    case "Enabled" -> Bucket.Versioning.ENABLED;
                    case "Suspended" -> Bucket.Versioning.SUSPENDED;
                    case "" ->
                            throw new Failure(
                                    ErrorCode.ILLEGAL_VERSIONING_CONFIGURATION,
                                    "The Versioning element must be specified: Status is Enabled or"
                                            + " Suspended.");
                    default -> throw Xml.malformed();
                };
        switch (call.guarded().version(call.bucket(), state)) {
            case DONE -> call.empty(200, call.headers());
            case REFUSED ->
                    throw new Failure(
                            ErrorCode.INVALID_BUCKET_STATE,
                            "An Object Lock configuration is present on this bucket, so the"
                                    + " versioning state cannot be changed.");
            case NO_SUCH_BUCKET -> throw Call.noSuchBucket();
        }
    }

    private static Bucket bucket(Call call) {
        Optional<Bucket> found = call.guarded().bucket(call.operation().action(), call.bucket());
        return found.orElseThrow(Call::noSuchBucket);
    }
}
