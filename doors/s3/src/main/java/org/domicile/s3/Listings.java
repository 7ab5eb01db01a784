package org.domicile.s3;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.domicile.guard.Attributes;
import org.domicile.guard.Found;
import org.domicile.guard.GuardedObjects;
import org.domicile.objects.Listing;

/** ListObjects, ListObjectsV2, ListObjectVersions, ListMultipartUploads. */
final class Listings {
    private static final int HEAD = 1_024;

    /** What an entry's tags, date, ETag, size and checksum take, about. */
    private static final int ENTRY = 360;

    private static final byte[] TO_KEY = XmlOut.fixed("<Key>");
    private static final byte[] TO_MODIFIED = XmlOut.fixed("</Key><LastModified>");
    private static final byte[] TO_ETAG = XmlOut.fixed("</LastModified><ETag>&quot;");
    private static final byte[] BEHIND_ETAG = XmlOut.fixed("&quot;</ETag>");
    private static final byte[] TO_ALGORITHM = XmlOut.fixed("<ChecksumAlgorithm>");
    private static final byte[] TO_TYPE = XmlOut.fixed("</ChecksumAlgorithm><ChecksumType>");
    private static final byte[] BEHIND_TYPE = XmlOut.fixed("</ChecksumType>");
    private static final byte[] TO_SIZE = XmlOut.fixed("<Size>");
    private static final byte[] BEHIND_SIZE = XmlOut.fixed("</Size>");
    private static final byte[] STORAGE_CLASS =
            XmlOut.fixed("<StorageClass>STANDARD</StorageClass>");

    /** How names are written. */
    private enum Form {
        PLAIN,
        URL;

        String of(String name) {
            return this == URL ? Percent.encode(name) : name;
        }

        void write(XmlOut out, String name) {
            switch (this) {
                case PLAIN -> out.text(name);
                case URL -> out.raw(Percent.encode(name)); // nothing to escape is left in it
            }
        }
    }

    /** What all four listings are asked. */
    private record Frame(String prefix, String delimiter, int limit, Form form) {
        static Frame of(Query query, String limit) {
            String encoding = query.value("encoding-type");
            if (!encoding.isEmpty() && !encoding.equals("url")) {
                throw new Failure(
                        ErrorCode.INVALID_ARGUMENT,
                        "Invalid Encoding Method specified in Request: encoding-type is url, or is"
                                + " left out.");
            }
            return new Frame(
                    place(query, "prefix"),
                    place(query, "delimiter"),
                    query.count(limit, Listing.MAX),
                    encoding.isEmpty() ? Form.PLAIN : Form.URL);
        }

        Listing.Query query(String after, String afterVersion) {
            return new Listing.Query(prefix, delimiter, after, afterVersion, limit);
        }

        /** Sizes of names are not known before; the buffer grows where they are long. */
        int room(GuardedObjects.Page page) {
            return HEAD + ENTRY * page.found().size() + 96 * page.prefixes().size();
        }

        void tail(XmlOut out) {
            if (form == Form.URL) {
                out.element("EncodingType", "url");
            }
        }

        void delimiter(XmlOut out) {
            if (!delimiter.isEmpty()) {
                out.element("Delimiter", form.of(delimiter));
            }
        }
    }

    private Listings() {}

    /** A parameter that is a name or a part of one. */
    private static String place(Query query, String parameter) {
        String value = query.value(parameter);
        Target.checkName(value);
        return value;
    }

    static void first(Call call) throws IOException {
        Frame frame = Frame.of(call.query(), "max-keys");
        String marker = place(call.query(), "marker");
        GuardedObjects.Page page = page(call, frame.query(marker, ""));
        XmlOut out = begin(call, frame, page, "ListBucketResult");
        out.element("Marker", frame.form().of(marker));
        if (page.next().isPresent() && !frame.delimiter().isEmpty()) {
            out.element("NextMarker", frame.form().of(page.next().get().name()));
        }
        contents(out, call.owner(), frame.form(), page.found());
        prefixes(out, frame.form(), page.prefixes());
        call.xml(out.done("ListBucketResult"));
    }

    static void second(Call call) throws IOException {
        Query query = call.query();
        Frame frame = Frame.of(query, "max-keys");
        String start = place(query, "start-after");
        String token = query.value("continuation-token");
        String after = token.isEmpty() ? start : Token.open(token);
        GuardedObjects.Page page = page(call, frame.query(after, ""));
        XmlOut out = begin(call, frame, page, "ListBucketResult");
        out.element("KeyCount", (long) page.found().size() + page.prefixes().size());
        if (query.has("continuation-token")) {
            out.element("ContinuationToken", token);
        }
        page.next()
                .ifPresent(next -> out.element("NextContinuationToken", Token.seal(next.name())));
        if (!start.isEmpty()) {
            out.element("StartAfter", frame.form().of(start));
        }
        String owner = query.value("fetch-owner").equals("true") ? call.owner() : "";
        contents(out, owner, frame.form(), page.found());
        prefixes(out, frame.form(), page.prefixes());
        call.xml(out.done("ListBucketResult"));
    }

    private static GuardedObjects.Page page(Call call, Listing.Query query) {
        return call.guarded().list(call.bucket(), query).orElseThrow(Call::noSuchBucket);
    }

    private static XmlOut begin(Call call, Frame frame, GuardedObjects.Page page, String root) {
        XmlOut out = XmlOut.document(root, frame.room(page));
        out.element("Name", call.bucket());
        out.element("Prefix", frame.form().of(frame.prefix()));
        out.element("MaxKeys", frame.limit());
        frame.delimiter(out);
        frame.tail(out);
        return out.element("IsTruncated", Boolean.toString(page.next().isPresent()));
    }

    private static void contents(XmlOut out, String owner, Form form, List<Found> found) {
        for (Found each : found) {
            out.open("Contents");
            entry(out, form, each, owner);
            out.close("Contents");
        }
    }

    /** Written from whole pieces of markup: a listing is a thousand of these. */
    private static void entry(XmlOut out, Form form, Found found, String owner) {
        Attributes attributes = found.attributes();
        out.add(TO_KEY);
        form.write(out, found.name());
        out.add(TO_MODIFIED).date(found.modified()).add(TO_ETAG).raw(attributes.etag());
        out.add(BEHIND_ETAG);
        if (!attributes.checksums().isEmpty()) {
            for (String algorithm : attributes.checksums().keySet()) {
                out.add(TO_ALGORITHM).raw(Uploads.upper(algorithm));
                out.add(TO_TYPE).raw(attributes.checksumType().name());
                out.add(BEHIND_TYPE);
            }
        }
        out.add(TO_SIZE).number(found.size()).add(BEHIND_SIZE);
        if (!owner.isEmpty()) {
            owner(out, "Owner", owner);
        }
        out.add(STORAGE_CLASS);
    }

    static void owner(XmlOut out, String tag, String owner) {
        out.open(tag).element("ID", owner).element("DisplayName", owner).close(tag);
    }

    private static void prefixes(XmlOut out, Form form, List<String> prefixes) {
        for (String prefix : prefixes) {
            out.open("CommonPrefixes").element("Prefix", form.of(prefix)).close("CommonPrefixes");
        }
    }

    static void versions(Call call) throws IOException {
        Query query = call.query();
        Frame frame = Frame.of(query, "max-keys");
        String key = place(query, "key-marker");
        String version = query.value("version-id-marker");
        if (query.has("version-id-marker")) {
            if (key.isEmpty()) {
                throw new Failure(
                        ErrorCode.INVALID_ARGUMENT,
                        "A version-id marker cannot be specified without a key marker.");
            }
            if (!version.isEmpty()) {
                version = Versions.checked(version);
            }
        }
        GuardedObjects.Page page =
                call.guarded()
                        .listVersions(call.bucket(), frame.query(key, version))
                        .orElseThrow(Call::noSuchBucket);
        XmlOut out = begin(call, frame, page, "ListVersionsResult");
        out.element("KeyMarker", frame.form().of(key));
        out.element("VersionIdMarker", version);
        next(out, frame.form(), page.next(), "NextVersionIdMarker");
        for (Found found : page.found()) {
            version(out, frame.form(), found, call.owner());
        }
        prefixes(out, frame.form(), page.prefixes());
        call.xml(out.done("ListVersionsResult"));
    }

    private static void next(
            XmlOut out, Form form, Optional<Listing.Place> next, String versionTag) {
        next.ifPresent(place -> {
            out.element("NextKeyMarker", form.of(place.name()));
            if (!place.version().isEmpty()) {
                out.element(versionTag, place.version());
            }
        });
    }

    private static void version(XmlOut out, Form form, Found found, String owner) {
        switch (found.shown()) {
            case LATEST, OLDER -> {
                out.open("Version");
                entry(out, form, found, owner);
                marks(out, found, found.shown() == Found.Shown.LATEST);
                out.close("Version");
            }
            case LATEST_MARKER, OLDER_MARKER -> {
                out.open("DeleteMarker");
                out.element("Key", form.of(found.name()));
                out.element("LastModified", Dates.iso(found.modified()));
                owner(out, "Owner", owner);
                marks(out, found, found.shown() == Found.Shown.LATEST_MARKER);
                out.close("DeleteMarker");
            }
        }
    }

    private static void marks(XmlOut out, Found found, boolean latest) {
        out.element("VersionId", found.version()).element("IsLatest", Boolean.toString(latest));
    }

    static void uploads(Call call) throws IOException {
        Query query = call.query();
        Frame frame = Frame.of(query, "max-uploads");
        String key = place(query, "key-marker");
        // As S3 says it: without a key-marker the upload-id-marker is ignored.
        String id = key.isEmpty() ? "" : query.value("upload-id-marker");
        GuardedObjects.UploadPage page =
                call.guarded()
                        .uploads(call.bucket(), frame.query(key, id))
                        .orElseThrow(Call::noSuchBucket);
        XmlOut out =
                XmlOut.document("ListMultipartUploadsResult", HEAD + ENTRY * page.uploads().size());
        Form form = frame.form();
        out.element("Bucket", call.bucket());
        out.element("KeyMarker", form.of(key));
        out.element("UploadIdMarker", id);
        next(out, form, page.next(), "NextUploadIdMarker");
        out.element("Prefix", form.of(frame.prefix()));
        frame.delimiter(out);
        frame.tail(out);
        out.element("MaxUploads", frame.limit());
        out.element("IsTruncated", Boolean.toString(page.next().isPresent()));
        for (GuardedObjects.UploadShown upload : page.uploads()) {
            out.open("Upload");
            out.element("Key", form.of(upload.name()));
            out.element("UploadId", upload.id());
            owner(out, "Initiator", upload.initiator());
            owner(out, "Owner", upload.draft().acl().owner());
            out.element("StorageClass", "STANDARD");
            out.element("Initiated", Dates.iso(upload.initiated()));
            Uploads.algorithm(out, upload.draft());
            out.close("Upload");
        }
        prefixes(out, form, page.prefixes());
        call.xml(out.done("ListMultipartUploadsResult"));
    }
}
