package org.domicile.s3;

import java.io.IOException;
import java.util.Optional;
import org.domicile.guard.Found;
import org.domicile.guard.GuardedObjects;
import org.domicile.guard.Match;
import org.domicile.guard.Stored;
import org.domicile.http.Headers;
import org.domicile.objects.Bucket;
import org.domicile.objects.Excess;
import org.domicile.objects.Quota;

/** PutObject and DeleteObject. */
final class Writes {
    /** S3 user guide, "Amazon S3 multipart upload limits": one PUT, one part, one copy. */
    static final long LARGEST = 5L << 30;

    private static final String DEFAULT_ALGORITHM = "crc64nvme";

    private Writes() {}

    static void put(Call call) throws IOException {
        checkLength(call);
        call.empty(200, said(call, store(call, Drafts.match(call))));
    }

    /** Puts the body that comes with a call. */
    static Found store(Call call, Match match) {
        GuardedObjects.Draft draft = Drafts.whole(call);
        return done(
                call.guarded()
                        .put(
                                call.bucket(),
                                call.name(),
                                draft,
                                call.payload().upstream(DEFAULT_ALGORITHM),
                                match));
    }

    /** What an answer says of an object that was put. */
    static Headers said(Call call, Found found) {
        Headers headers = call.headers().add("ETag", '"' + found.attributes().etag() + '"');
        Drafts.checksums(headers, found.attributes());
        Versions.made(headers, found);
        Lifecycles.show(headers, found.expiry());
        return Encryptions.show(call, headers, found.encrypted());
    }

    /**
     * @throws Failure MISSING_CONTENT_LENGTH, NOT_IMPLEMENTED, ENTITY_TOO_LARGE
     */
    static void checkLength(Call call) {
        long length = call.payload().length();
        if (call.exchange().contentLength() < 0 && !call.has(BodyPayload.DECODED_LENGTH)) {
            throw Unserved.chunked();
        }
        if (length < 0 || !call.has("content-length") && !call.has("transfer-encoding")) {
            throw new Failure(
                    ErrorCode.MISSING_CONTENT_LENGTH,
                    "You must provide the Content-Length HTTP header.");
        }
        if (length > LARGEST) {
            throw new Failure(
                    ErrorCode.ENTITY_TOO_LARGE,
                    "Your proposed upload exceeds the maximum allowed size of 5 GiB; upload it in"
                            + " parts.");
        }
    }

    /** The version that a write made; every other outcome is a failure. */
    static Found done(Stored stored) {
        return switch (stored) {
            case Stored.Done(Found found) -> found;
            case Stored.ConditionFailed() -> throw Call.preconditionFailed();
            case Stored.NoSuchName() -> throw Call.noSuchKey();
            case Stored.NoSuchBucket() -> throw Call.noSuchBucket();
            case Stored.NoSuchUpload() -> throw Call.noSuchUpload();
            case Stored.InvalidPart(int number) ->
                    throw new Failure(
                            ErrorCode.INVALID_PART,
                            "Part "
                                    + number
                                    + " could not be found, or its ETag or checksum is another"
                                    + " one.");
            case Stored.PartTooSmall(int number, long size) ->
                    throw new Failure(
                            ErrorCode.ENTITY_TOO_SMALL,
                            "Your proposed upload is smaller than the minimum allowed size: part "
                                    + number
                                    + " has "
                                    + size
                                    + " bytes, and all but the last need 5242880.");
            case Stored.Locked() -> throw locked();
            case Stored.OverQuota(Excess excess) -> throw overQuota(excess);
            case Stored.OnMarker marker ->
                    throw new IllegalStateException("a write in place: " + marker.version());
            case Stored.Amended amended ->
                    throw new IllegalStateException("a write in place: " + amended.version());
            case Stored.Deleted deleted ->
                    throw new IllegalStateException("a write that deletes: " + deleted);
            case Stored.PartDone part ->
                    throw new IllegalStateException("a write of no part: " + part.number());
        };
    }

    /**
     * AWS has no quotas; code and status are Ceph's (docs/decisions/0020). Who may write need not
     * know how much others have stored, so only a bucket's limit is named.
     */
    static Failure overQuota(Excess excess) {
        String quota =
                switch (excess.of()) {
                    case BUCKET ->
                            "The quota of the bucket %s (%s, %s)"
                                    .formatted(
                                            excess.name(),
                                            most(excess.quota().bytes(), "bytes"),
                                            most(excess.quota().objects(), "objects"));
                    case ORGANISATION -> "The quota of the organisation that the bucket belongs to";
                };
        return new Failure(
                ErrorCode.QUOTA_EXCEEDED,
                quota
                        + " leaves no room for this. Delete something (older versions and the parts"
                        + " of unfinished uploads count, too), or ask the operator for more.");
    }

    private static String most(long limit, String what) {
        return limit == Quota.UNLIMITED ? "any number of " + what : limit + " " + what;
    }

    static Failure locked() {
        return new Failure(
                ErrorCode.ACCESS_DENIED, "Access Denied because object protected by object lock.");
    }

    /**
     * The fields of an answer about a version that was changed in its place; every other outcome is
     * a failure.
     */
    static Headers amended(Call call, Stored stored) {
        return switch (stored) {
            case Stored.Amended(String version, Bucket.Versioning versioning) -> {
                Headers headers = call.headers();
                Versions.shown(headers, version, versioning);
                yield headers;
            }
            case Stored.OnMarker marker ->
                    throw new Failure(
                            ErrorCode.METHOD_NOT_ALLOWED,
                            "The specified method is not allowed against this resource: it is a"
                                    + " delete marker.");
            default -> throw new IllegalStateException("a change in place: " + done(stored));
        };
    }

    static void delete(Call call) throws IOException {
        Optional<String> version = call.version();
        Stored stored =
                call.guarded()
                        .delete(
                                call.bucket(),
                                call.name(),
                                version,
                                Drafts.deletion(call),
                                ObjectLocks.bypass(call));
        if (stored instanceof Stored.Deleted(Optional<String> marker, _)) {
            Headers headers = call.headers();
            marker.ifPresent(id -> headers.add("x-amz-delete-marker", "true"));
            // What a delete without a version replaced is not named; what it was asked for is.
            marker.or(() -> version).ifPresent(id -> headers.add(Versions.FIELD, id));
            call.empty(204, headers);
        } else {
            throw new IllegalStateException("a delete that writes: " + done(stored));
        }
    }
}
