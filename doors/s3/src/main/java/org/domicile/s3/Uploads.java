package org.domicile.s3;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.domicile.guard.Attributes;
import org.domicile.guard.Encryption;
import org.domicile.guard.Found;
import org.domicile.guard.GuardedObjects;
import org.domicile.guard.Match;
import org.domicile.guard.Stored;
import org.domicile.http.Headers;

/** The family of uploads in parts. */
final class Uploads {
    private static final int LONGEST_DOCUMENT = 4 << 20;
    private static final int MOST_PARTS = 10_000;
    private static final int PAGE = 1_000;

    private Uploads() {}

    static void create(Call call) throws IOException {
        String algorithm = algorithm(call.field("x-amz-checksum-algorithm"));
        Attributes.ChecksumType type = type(algorithm, call.field("x-amz-checksum-type"));
        GuardedObjects.Draft draft = Drafts.draft(call, algorithm, type);
        GuardedObjects.Begun begun =
                call.guarded()
                        .createUpload(call.bucket(), call.name(), draft)
                        .orElseThrow(Call::noSuchBucket);
        Headers headers = Encryptions.show(call, call.headers(), begun.encrypted());
        if (!algorithm.isEmpty()) {
            headers.add("x-amz-checksum-algorithm", upper(algorithm))
                    .add("x-amz-checksum-type", type.name());
        }
        XmlOut out = XmlOut.document("InitiateMultipartUploadResult", 512);
        out.element("Bucket", call.bucket())
                .element("Key", call.name())
                .element("UploadId", begun.id());
        call.xml(200, headers, out.done("InitiateMultipartUploadResult"));
    }

    /** An algorithm as we name it; empty for none. @throws Failure INVALID_REQUEST */
    static String algorithm(String field) {
        String name = field.toLowerCase(Locale.ROOT);
        if (!name.isEmpty() && !Drafts.ALGORITHMS.contains(name)) {
            throw new Failure(
                    ErrorCode.INVALID_REQUEST,
                    "Checksum algorithm provided is unsupported. Please try again with any of the"
                            + " valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]");
        }
        return name;
    }

    static String upper(String algorithm) {
        return switch (algorithm) {
            case "crc64nvme" -> "CRC64NVME";
            case "crc32" -> "CRC32";
            case "crc32c" -> "CRC32C";
            case "sha1" -> "SHA1";
            case "sha256" -> "SHA256";
            default -> algorithm.toUpperCase(Locale.ROOT);
        };
    }

    /** S3 user guide, "Checking object integrity": which types an algorithm can have. */
    private static Attributes.ChecksumType type(String algorithm, String field) {
        boolean whole = field.equalsIgnoreCase("FULL_OBJECT");
        if (!field.isEmpty() && !whole && !field.equalsIgnoreCase("COMPOSITE")) {
            throw new Failure(
                    ErrorCode.INVALID_REQUEST,
                    "Value for x-amz-checksum-type header is invalid: it is COMPOSITE or"
                            + " FULL_OBJECT.");
        }
        if (!field.isEmpty() && algorithm.isEmpty()) {
            throw new Failure(
                    ErrorCode.INVALID_REQUEST,
                    "The x-amz-checksum-type header can only be used with the"
                            + " x-amz-checksum-algorithm header.");
        }
        if (!field.isEmpty()
                && (whole ? algorithm.startsWith("sha") : algorithm.equals("crc64nvme"))) {
            throw new Failure(
                    ErrorCode.INVALID_REQUEST,
                    "The "
                            + field
                            + " checksum type cannot be used with the "
                            + upper(algorithm)
                            + " checksum algorithm.");
        }
        return whole || algorithm.isEmpty() || algorithm.equals("crc64nvme")
                ? Attributes.ChecksumType.FULL_OBJECT
                : Attributes.ChecksumType.COMPOSITE;
    }

    /** The part's number. @throws Failure INVALID_ARGUMENT */
    static int number(Call call) {
        return number(call.query().value("partNumber"));
    }

    private static int number(String text) {
        long number = Numbers.parse(text);
        if (number < 1 || number > MOST_PARTS) {
            throw new Failure(
                    ErrorCode.INVALID_ARGUMENT,
                    "Part number must be an integer between 1 and 10000, inclusive.");
        }
        return (int) number;
    }

    static void part(Call call) throws IOException {
        Writes.checkLength(call);
        int number = number(call);
        String upload = call.query().value("uploadId");
        Encryption encryption = Encryptions.asked(call);
        String algorithm = call.guarded().partAlgorithm(call.bucket(), call.name(), upload);
        Stored.PartDone done =
                partDone(
                        call.guarded()
                                .putPart(
                                        call.bucket(),
                                        call.name(),
                                        upload,
                                        number,
                                        call.payload().upstream(algorithm),
                                        encryption));
        Headers headers = call.headers().add("ETag", '"' + done.digests().etag() + '"');
        done.digests()
                .checksums()
                .forEach((name, value) -> headers.add("x-amz-checksum-" + name, value));
        call.empty(200, Encryptions.show(call, headers, done.encrypted()));
    }

    static Stored.PartDone partDone(Stored stored) {
        if (stored instanceof Stored.PartDone done) {
            return done;
        }
        throw new IllegalStateException("a part that is an object: " + Writes.done(stored));
    }

    /**
     * S3 answers 200 first where making the object takes long, and says in the body how it ended.
     * Here it is one transaction over what is stored already, so the status says it.
     */
    static void complete(Call call) throws IOException {
        Match match = Drafts.match(call);
        GuardedObjects.Completion completion = completion(call);
        Xml asked = Xml.parse(call.document(LONGEST_DOCUMENT), "CompleteMultipartUpload");
        Found found =
                Writes.done(
                        call.guarded()
                                .complete(
                                        call.bucket(),
                                        call.name(),
                                        call.query().value("uploadId"),
                                        chosen(asked),
                                        completion,
                                        match));
        Headers headers = Encryptions.show(call, call.headers(), found.encrypted());
        Versions.made(headers, found);
        Lifecycles.show(headers, found.expiry());
        XmlOut out = XmlOut.document("CompleteMultipartUploadResult", 512);
        out.element("Location", "/" + call.bucket() + "/" + Percent.encode(call.name()))
                .element("Bucket", call.bucket())
                .element("Key", call.name())
                .etag(found.attributes().etag());
        Drafts.checksums(out, found.attributes().checksums());
        if (!found.attributes().checksums().isEmpty()) {
            out.element("ChecksumType", found.attributes().checksumType().name());
        }
        call.xml(200, headers, out.done("CompleteMultipartUploadResult"));
    }

    private static GuardedObjects.Completion completion(Call call) {
        long size = -1;
        if (call.has("x-amz-mp-object-size")) {
            size = Numbers.parse(call.field("x-amz-mp-object-size"));
            if (size < 0) {
                throw new Failure(
                        ErrorCode.INVALID_REQUEST,
                        "Value for x-amz-mp-object-size header is invalid: it is a number of"
                                + " bytes.");
            }
        }
        Map<String, String> checksums = new LinkedHashMap<>();
        for (String algorithm : Drafts.ALGORITHMS) {
            String value = call.field("x-amz-checksum-" + algorithm);
            if (!value.isEmpty()) {
                checksums.put(algorithm, value);
            }
        }
        return new GuardedObjects.Completion(checksums, size, Encryptions.asked(call));
    }

    private static List<GuardedObjects.ChosenPart> chosen(Xml asked) {
        List<GuardedObjects.ChosenPart> chosen = new ArrayList<>();
        int before = 0;
        for (Xml child : asked.children()) {
            if (!child.name().equals("Part")) {
                continue;
            }
            String etag = Conditions.bare(child.child("ETag").strip());
            String text = child.child("PartNumber").strip();
            if (etag.isEmpty() || text.isEmpty()) {
                throw Xml.malformed();
            }
            int number = number(text);
            if (number <= before) {
                throw new Failure(
                        ErrorCode.INVALID_PART_ORDER,
                        "The list of parts was not in ascending order. The parts list must be"
                                + " specified in order by part number.");
            }
            before = number;
            chosen.add(new GuardedObjects.ChosenPart(number, etag, checksums(child)));
        }
        if (chosen.isEmpty()) {
            throw Xml.malformed();
        }
        return chosen;
    }

    private static Map<String, String> checksums(Xml part) {
        Map<String, String> checksums = Map.of();
        for (String algorithm : Drafts.ALGORITHMS) {
            String value = part.child("Checksum" + upper(algorithm)).strip();
            if (!value.isEmpty()) {
                if (checksums.isEmpty()) {
                    checksums = new LinkedHashMap<>(4);
                }
                checksums.put(algorithm, value);
            }
        }
        return checksums;
    }

    static void abort(Call call) throws IOException {
        String upload = call.query().value("uploadId");
        switch (call.guarded().abort(call.bucket(), call.name(), upload)) {
            case ABORTED -> call.empty(204, call.headers());
            case NO_SUCH_UPLOAD -> throw Call.noSuchUpload();
            case NO_SUCH_BUCKET -> throw Call.noSuchBucket();
        }
    }

    static void list(Call call) throws IOException {
        Query query = call.query();
        int most = query.count("max-parts", PAGE);
        int after =
                query.has("part-number-marker") ? query.count("part-number-marker", MOST_PARTS) : 0;
        String upload = query.value("uploadId");
        // One more than asked for tells whether there are more.
        GuardedObjects.Parts.Shown parts =
                switch (call.guarded().parts(call.bucket(), call.name(), upload, after, most + 1)) {
                    case GuardedObjects.Parts.Shown shown -> shown;
                    case GuardedObjects.Parts.NoSuchUpload() -> throw Call.noSuchUpload();
                    case GuardedObjects.Parts.NoSuchBucket() -> throw Call.noSuchBucket();
                };
        boolean more = most > 0 && parts.parts().size() > most;
        List<GuardedObjects.PartShown> shown =
                parts.parts().subList(0, Math.min(most, parts.parts().size()));
        XmlOut out = XmlOut.document("ListPartsResult", 1_024 + 256 * shown.size());
        out.element("Bucket", call.bucket())
                .element("Key", call.name())
                .element("UploadId", upload)
                .element("PartNumberMarker", after);
        if (more) {
            out.element("NextPartNumberMarker", shown.getLast().number());
        }
        out.element("MaxParts", most).element("IsTruncated", Boolean.toString(more));
        for (GuardedObjects.PartShown part : shown) {
            out.open("Part")
                    .element("PartNumber", part.number())
                    .element("LastModified", Dates.iso(part.modified()))
                    .etag(part.etag());
            Drafts.checksums(out, part.checksums());
            out.element("Size", part.size()).close("Part");
        }
        Listings.owner(out, "Initiator", parts.initiator());
        Listings.owner(out, "Owner", parts.draft().acl().owner());
        out.element("StorageClass", "STANDARD");
        algorithm(out, parts.draft());
        call.xml(out.done("ListPartsResult"));
    }

    static void algorithm(XmlOut out, GuardedObjects.Draft draft) {
        if (!draft.checksumAlgorithm().isEmpty()) {
            out.element("ChecksumAlgorithm", upper(draft.checksumAlgorithm()))
                    .element("ChecksumType", draft.checksumType().name());
        }
    }
}
