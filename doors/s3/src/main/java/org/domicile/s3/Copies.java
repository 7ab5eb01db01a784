package org.domicile.s3;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.domicile.guard.Attributes;
import org.domicile.guard.Encrypted;
import org.domicile.guard.Encryption;
import org.domicile.guard.Found;
import org.domicile.guard.GuardedObjects;
import org.domicile.guard.GuardedObjects.Copied;
import org.domicile.guard.GuardedObjects.Got;
import org.domicile.guard.Stored;
import org.domicile.http.Headers;
import org.domicile.objects.Bucket;

/**
 * CopyObject and UploadPartCopy. S3 may answer 200 first and an error in the body later, since its
 * copies take long; here the status is known before a byte is answered, so it is the true one.
 */
final class Copies {
    private static final String SOURCE = "x-amz-copy-source";

    private Copies() {}

    private static GuardedObjects.Source read(CopySource named, Call call, Consumer<Found> check) {
        return new GuardedObjects.Source(
                named.target().bucket(),
                named.target().name(),
                named.version(),
                check,
                Encryptions.ofSource(call));
    }

    static void copy(Call call) throws IOException {
        CopySource named = CopySource.parse(call.field(SOURCE));
        GuardedObjects.Directive directive = directive(call);
        if (directive instanceof GuardedObjects.Directive.Keep(String algorithm, _, _, _)
                && algorithm.isEmpty()
                && named.version().isEmpty()
                && named.target().bucket().equals(call.bucket())
                && named.target().name().equals(call.name())
                && !call.has("x-amz-storage-class")
                && Encryptions.asked(call) instanceof Encryption.Unsaid) {
            throw new Failure(
                    ErrorCode.INVALID_REQUEST,
                    "This copy request is illegal because it is trying to copy an object to itself"
                            + " without changing the object's metadata, storage class, website"
                            + " redirect location or encryption attributes.");
        }
        GuardedObjects.Source source =
                read(
                        named,
                        call,
                        found -> {
                            conditions(call, found);
                            if (found.size() > Writes.LARGEST) {
                                throw new Failure(
                                        ErrorCode.INVALID_REQUEST,
                                        "The specified copy source is larger than the maximum"
                                                + " allowable size for a copy source: 5368709120.");
                            }
                        });
        Copied copied =
                call.guarded()
                        .copy(source, call.bucket(), call.name(), directive, Drafts.match(call));
        switch (copied) {
            case Copied.Done(Stored stored, Found from) -> {
                Found made = Writes.done(stored);
                Headers headers = from(call, from, made.encrypted());
                Versions.made(headers, made);
                Lifecycles.show(headers, made.expiry());
                XmlOut out = XmlOut.document("CopyObjectResult", 512);
                out.element("LastModified", Dates.iso(made.modified()))
                        .etag(made.attributes().etag());
                Drafts.checksums(out, made.attributes().checksums());
                if (!made.attributes().checksums().isEmpty()) {
                    out.element("ChecksumType", made.attributes().checksumType().name());
                }
                call.xml(200, headers, out.done("CopyObjectResult"));
            }
            case Copied.NoSource(Got found) -> throw missing(found, named.version().isPresent());
        }
    }

    static void part(Call call) throws IOException {
        CopySource named = CopySource.parse(call.field(SOURCE));
        int number = Uploads.number(call);
        Encryption encryption = Encryptions.asked(call);
        Optional<GuardedObjects.ByteRange> range = range(call.field("x-amz-copy-source-range"));
        GuardedObjects.Source source =
                read(
                        named,
                        call,
                        found -> {
                            conditions(call, found);
                            fits(range, found);
                        });
        Copied copied =
                call.guarded()
                        .copyPart(
                                source,
                                range,
                                call.bucket(),
                                call.name(),
                                call.query().value("uploadId"),
                                number,
                                encryption);
        switch (copied) {
            case Copied.Done(Stored stored, Found from) -> {
                Stored.PartDone made = Uploads.partDone(stored);
                XmlOut out = XmlOut.document("CopyPartResult", 512);
                out.element("LastModified", Dates.iso(made.modified())).etag(made.digests().etag());
                Drafts.checksums(out, made.digests().checksums());
                call.xml(200, from(call, from, made.encrypted()), out.done("CopyPartResult"));
            }
            case Copied.NoSource(Got found) -> throw missing(found, named.version().isPresent());
        }
    }

    private static Headers from(Call call, Found from, Encrypted made) {
        Headers headers = Encryptions.show(call, call.headers(), made);
        return from.versioning() == Bucket.Versioning.UNVERSIONED
                ? headers
                : headers.add("x-amz-copy-source-version-id", from.version());
    }

    /** Whose attributes the copy has; a checksum's algorithm can be asked for either way. */
    private static GuardedObjects.Directive directive(Call call) {
        String algorithm = Uploads.algorithm(call.field("x-amz-checksum-algorithm"));
        String tagging = call.field("x-amz-tagging-directive");
        if (!tagging.isEmpty() && !tagging.equals("COPY") && !tagging.equals("REPLACE")) {
            throw new Failure(ErrorCode.INVALID_ARGUMENT, "Unknown tagging directive.");
        }
        if (call.has("x-amz-tagging") && !tagging.equals("REPLACE")) {
            throw new Failure(
                    ErrorCode.INVALID_ARGUMENT,
                    "The copy keeps its source's tags; x-amz-tagging needs x-amz-tagging-directive:"
                            + " REPLACE.");
        }
        Optional<Map<String, String>> tags =
                tagging.equals("REPLACE") ? Optional.of(Tags.ofField(call)) : Optional.empty();
        return switch (call.field("x-amz-metadata-directive")) {
            case "", "COPY" -> {
                if (call.has(Drafts.REDIRECT)) {
                    throw Unserved.notImplemented(Drafts.REDIRECT + " on a copy of metadata");
                }
                yield new GuardedObjects.Directive.Keep(
                        algorithm, tags, ObjectLocks.asked(call), Encryptions.asked(call));
            }
            case "REPLACE" ->
                    new GuardedObjects.Directive.Replace(
                            Drafts.draft(call, algorithm, Attributes.ChecksumType.FULL_OBJECT),
                            tags);
            default ->
                    throw new Failure(
                            ErrorCode.INVALID_ARGUMENT,
                            "Unknown metadata directive: it is COPY or REPLACE.");
        };
    }

    /** A source that does not meet a condition is 412, whichever it is: a copy is no cache. */
    private static void conditions(Call call, Found found) {
        Conditions.Verdict verdict =
                Conditions.judge(
                        call.field("x-amz-copy-source-if-match"),
                        call.field("x-amz-copy-source-if-unmodified-since"),
                        call.field("x-amz-copy-source-if-none-match"),
                        call.field("x-amz-copy-source-if-modified-since"),
                        found.modified(),
                        found.attributes().etag()::equals);
        if (verdict != Conditions.Verdict.GO) {
            throw Call.preconditionFailed();
        }
    }

    private static Failure missing(Got found, boolean named) {
        return switch (found) {
            case Got.Marker marker ->
                    named
                            ? new Failure(
                                    ErrorCode.INVALID_REQUEST,
                                    "The source of a copy request may not specifically refer to a"
                                            + " delete marker by version id.")
                            : Call.noSuchKey();
            case Got.KeyRefused(Got.KeyRefused.Why why) -> Encryptions.refused(why);
            case Got.NoSuchName() -> Call.noSuchKey();
            case Got.NoSuchVersion() ->
                    new Failure(ErrorCode.NO_SUCH_VERSION, "The specified version does not exist.");
            case Got.NoSuchBucket() -> Call.noSuchBucket();
            case Got.Object object ->
                    throw new IllegalStateException("a source that is there is not missing");
        };
    }

    /** {@code bytes=first-last}, both said. */
    static Optional<GuardedObjects.ByteRange> range(String field) {
        if (field.isEmpty()) {
            return Optional.empty();
        }
        int dash = field.indexOf('-');
        long first = -1;
        long last = -1;
        if (field.startsWith("bytes=") && dash > 0) {
            first = Numbers.parse(field.substring(6, dash));
            last = Numbers.parse(field.substring(dash + 1));
        }
        if (first < 0 || last < first) {
            throw new Failure(
                    ErrorCode.INVALID_ARGUMENT,
                    "The x-amz-copy-source-range value must be of the form bytes=first-last where"
                            + " first and last are the zero-based offsets of the first and last"
                            + " bytes to copy.");
        }
        return Optional.of(new GuardedObjects.ByteRange(first, last));
    }

    private static void fits(Optional<GuardedObjects.ByteRange> range, Found found) {
        if (range.isPresent() && range.get().last() >= found.size()) {
            throw new Failure(
                    ErrorCode.INVALID_RANGE,
                    "The specified copy range is not valid for the source object size of "
                            + found.size()
                            + " bytes.");
        }
        long length = range.map(each -> each.last() - each.first() + 1).orElseGet(found::size);
        if (length > Writes.LARGEST) {
            throw new Failure(
                    ErrorCode.INVALID_REQUEST,
                    "A part has at most 5368709120 bytes; copy a range of the source.");
        }
    }
}
