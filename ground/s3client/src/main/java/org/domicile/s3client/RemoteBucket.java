package org.domicile.s3client;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.domicile.outbound.Call;
import org.domicile.outbound.Call.Sending;
import org.domicile.outbound.Link;
import org.domicile.outbound.Unreachable;

/** A bucket on another server. Owned by one thread. */
public final class RemoteBucket implements AutoCloseable {
    /** What is set for a version, and what answers say of failures and writes. */
    private static final int SMALL = 64 << 10;

    /** What is set for a bucket: a thousand rules of lifecycle are the most. */
    private static final int DOCUMENT = 1 << 20;

    /** A thousand versions with the longest names, each byte of them encoded in three. */
    private static final int LISTING = 4 << 20;

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long SLOWEST = 64 << 10;
    private static final String NOTHING = S3Signature.hex(S3Signature.sha256(new byte[0]));
    private static final String UNSIGNED = "UNSIGNED-PAYLOAD";
    private static final Map<String, String> NONE = Map.of();

    private final Link link;
    private final String bucket;
    private final S3Signature signature;
    private final InstantSource clock;
    private final Pauses pauses;

    /**
     * @param link to the server, this one's own from now on
     */
    public RemoteBucket(
            Link link, String bucket, S3Signature signature, InstantSource clock, Pauses pauses) {
        this.link = link;
        this.bucket = bucket;
        this.signature = signature;
        this.clock = clock;
        this.pauses = pauses;
    }

    /**
     * What a write made.
     *
     * @param version its id; empty where the other side says none
     * @param etag without quotes
     */
    public record Written(String version, String etag) {}

    /**
     * An object that is read. Close it.
     *
     * @param fields by lower-case name
     */
    public record Reading(
            Map<String, String> fields, long length, InputStream body, Link.Reply reply)
            implements AutoCloseable {
        /** A field; empty when it is not there. */
        public String field(String name) {
            return fields.getOrDefault(name, "");
        }

        @Override
        public void close() {
            reply.close();
        }
    }

    /** The bucket's name. */
    public String name() {
        return bucket;
    }

    /** What is set for the bucket under a sub-resource; empty when nothing is (404). */
    public Optional<byte[]> setting(String which) throws RemoteFailure {
        return found(() -> document("GET", "", Map.of(which, ""), DOCUMENT));
    }

    /**
     * What is set for a version under a sub-resource; empty when nothing is (404), and where the
     * other side does not know the sub-resource and answers with something else.
     *
     * @param root of the document
     */
    public Optional<RemoteXml> detail(RemoteVersion version, String which, String root)
            throws RemoteFailure {
        Map<String, String> query = versioned(version.id());
        query.put(which, "");
        try {
            Optional<byte[]> answer = found(() -> document("GET", version.name(), query, SMALL));
            return answer.isEmpty()
                    ? Optional.empty()
                    : Optional.of(RemoteXml.parse(answer.get()))
                            .filter(each -> each.name().equals(root));
        } catch (RemoteFailure e) {
            if (e.status() != 200) {
                throw e;
            }
            return Optional.empty(); // the object itself, of any length, from some servers
        }
    }

    /** What a version's answer would say before its body, by lower-case name. */
    public Map<String, String> head(RemoteVersion version) throws RemoteFailure {
        try (Link.Reply reply =
                tried(() ->
                        exchange(
                                "HEAD",
                                version.name(),
                                versioned(version.id()),
                                NONE,
                                Sending.NOTHING,
                                NOTHING,
                                PATIENCE))) {
            return reply.fields();
        }
    }

    /** A page of all versions behind a place; both texts are empty at the beginning. */
    public VersionPage versions(String afterName, String afterVersion) throws RemoteFailure {
        return versionsOf("", afterName, afterVersion);
    }

    /** The same of names that begin so. */
    public VersionPage versionsOf(String prefix, String afterName, String afterVersion)
            throws RemoteFailure {
        Map<String, String> query = new TreeMap<>(Map.of("versions", "", "encoding-type", "url"));
        if (!prefix.isEmpty()) {
            query.put("prefix", prefix);
        }
        if (!afterName.isEmpty()) {
            query.put("key-marker", afterName);
            if (!afterVersion.isEmpty()) {
                query.put("version-id-marker", afterVersion);
            }
        }
        VersionPage page = VersionPage.of(tried(() -> listing(query)));
        if (!page.afterName().isEmpty()
                && page.afterName().equals(afterName)
                && page.afterVersion().equals(afterVersion)) {
            throw new RemoteFailure(200, "", "the listing does not go on behind " + afterName);
        }
        return page;
    }

    private RemoteXml listing(Map<String, String> query) throws RemoteFailure {
        try (Link.Reply reply =
                exchange("GET", "", query, NONE, Sending.NOTHING, NOTHING, PATIENCE)) {
            return RemoteXml.parse(reply.body(), LISTING);
        }
    }

    /** Reads a version, with the checksums that the other side knows. */
    public Reading read(RemoteVersion version) throws RemoteFailure {
        Duration time = PATIENCE.plusSeconds(version.size() / SLOWEST);
        Link.Reply reply =
                tried(() ->
                        exchange(
                                "GET",
                                version.name(),
                                versioned(version.id()),
                                Map.of("x-amz-checksum-mode", "ENABLED"),
                                Sending.NOTHING,
                                NOTHING,
                                time));
        return new Reading(reply.fields(), reply.length(), reply.body(), reply);
    }

    /** How many bytes the first part of a version has; -1 where the other side does not say. */
    public long firstPart(RemoteVersion version) {
        Map<String, String> query = versioned(version.id());
        query.put("partNumber", "1");
        try (Link.Reply reply =
                tried(() ->
                        exchange(
                                "HEAD",
                                version.name(),
                                query,
                                NONE,
                                Sending.NOTHING,
                                NOTHING,
                                PATIENCE))) {
            return reply.field("x-amz-mp-parts-count").isEmpty() ? -1 : reply.length();
        } catch (RemoteFailure e) {
            return -1;
        }
    }

    /** Makes the bucket, in a region; one that is the caller's already is as good. */
    public void create(Map<String, String> fields, String region) throws RemoteFailure {
        // That region is the one which S3 knows by nothing being said.
        String where =
                region.equals("us-east-1")
                        ? ""
                        : "<CreateBucketConfiguration"
                              + " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><LocationConstraint>"
                                + region
                                + "</LocationConstraint></CreateBucketConfiguration>";
        try {
            small("PUT", "", NONE, fields, where.getBytes(StandardCharsets.UTF_8));
        } catch (RemoteFailure e) {
            if (!e.code().equals("BucketAlreadyOwnedByYou")) {
                throw e;
            }
        }
    }

    /** Sets something for the bucket. */
    public void set(String which, byte[] document) throws RemoteFailure {
        String md5 = Base64.getEncoder().encodeToString(S3Signature.digest("MD5").digest(document));
        small("PUT", "", Map.of(which, ""), Map.of("content-md5", md5), document);
    }

    /** Sets something for a version. */
    public void setDetail(String name, String version, String which, byte[] document)
            throws RemoteFailure {
        Map<String, String> query = versioned(version);
        query.put(which, "");
        String md5 = Base64.getEncoder().encodeToString(S3Signature.digest("MD5").digest(document));
        small("PUT", name, query, Map.of("content-md5", md5), document);
    }

    /** Writes an object. Not tried again. */
    public Written put(String name, Map<String, String> fields, Sending body) throws RemoteFailure {
        return written(send(name, NONE, fields, body));
    }

    /** Deletes without a version: makes a delete marker where versions are kept. */
    public Written delete(String name) throws RemoteFailure {
        try (Link.Reply reply =
                exchange("DELETE", name, NONE, NONE, Sending.NOTHING, NOTHING, PATIENCE)) {
            return new Written(reply.field("x-amz-version-id"), "");
        }
    }

    /** Begins an upload in parts. */
    public String begin(String name, Map<String, String> fields) throws RemoteFailure {
        byte[] answer = small("POST", name, Map.of("uploads", ""), fields, new byte[0]);
        return RemoteXml.parse(answer).child("UploadId");
    }

    /**
     * Writes a part; its ETag. Asked again where that may help: a part takes the place of one with
     * its number.
     */
    public String part(
            String name, String upload, int number, Map<String, String> fields, Sending body)
            throws RemoteFailure {
        Map<String, String> query =
                Map.of("partNumber", Integer.toString(number), "uploadId", upload);
        return tried(() -> written(send(name, query, fields, body)).etag());
    }

    /** Makes the object of its parts. Not tried again. @param etags in their order */
    public Written complete(String name, String upload, List<String> etags) throws RemoteFailure {
        StringBuilder xml = new StringBuilder("<CompleteMultipartUpload>");
        for (int i = 0; i < etags.size(); i++) {
            xml.append("<Part><PartNumber>")
                    .append(i + 1)
                    .append("</PartNumber><ETag>\"")
                    .append(etags.get(i))
                    .append("\"</ETag></Part>");
        }
        byte[] body =
                xml.append("</CompleteMultipartUpload>")
                        .toString()
                        .getBytes(StandardCharsets.UTF_8);
        try (Link.Reply reply =
                exchange(
                        "POST",
                        name,
                        Map.of("uploadId", upload),
                        NONE,
                        Sending.of(body),
                        S3Signature.hex(S3Signature.sha256(body)),
                        PATIENCE.multipliedBy(10))) {
            // It may fail after its status was sent.
            RemoteXml answer = RemoteXml.parse(reply.body(), SMALL);
            if (answer.name().equals("Error")) {
                throw new RemoteFailure(500, answer.child("Code"), answer.child("Message"));
            }
            return new Written(
                    reply.field("x-amz-version-id"), answer.child("ETag").replace("\"", ""));
        }
    }

    /** Gives an upload up. */
    public void abort(String name, String upload) throws RemoteFailure {
        small("DELETE", name, Map.of("uploadId", upload), NONE, new byte[0]);
    }

    @Override
    public void close() {
        link.close();
    }

    // ---- how ---------------------------------------------------------------------------------

    private interface Asking<T> {
        T ask() throws RemoteFailure;
    }

    private <T> T tried(Asking<T> asking) throws RemoteFailure {
        for (int attempt = 1; ; attempt++) {
            try {
                return asking.ask();
            } catch (RemoteFailure e) {
                if (!e.passing() || attempt > Pauses.MOST) {
                    throw e;
                }
            }
            try {
                pauses.pause(attempt);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new RemoteFailure(0, "", "interrupted");
            }
        }
    }

    private static Optional<byte[]> found(Asking<byte[]> asking) throws RemoteFailure {
        try {
            return Optional.of(asking.ask());
        } catch (RemoteFailure e) {
            if (e.status() == 404
                    && !e.code().equals("NoSuchBucket")
                    && !e.code().equals("NoSuchKey")
                    && !e.code().equals("NoSuchVersion")) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private byte[] document(String method, String name, Map<String, String> query, int most)
            throws RemoteFailure {
        return asked(method, name, query, NONE, new byte[0], most);
    }

    private byte[] small(
            String method,
            String name,
            Map<String, String> query,
            Map<String, String> fields,
            byte[] body)
            throws RemoteFailure {
        return asked(method, name, query, fields, body, SMALL);
    }

    private byte[] asked(
            String method,
            String name,
            Map<String, String> query,
            Map<String, String> fields,
            byte[] body,
            int most)
            throws RemoteFailure {
        String sum = S3Signature.hex(S3Signature.sha256(body));
        return tried(() -> {
            try (Link.Reply reply =
                    exchange(method, name, query, fields, Sending.of(body), sum, PATIENCE)) {
                return all(reply, most);
            }
        });
    }

    private Link.Reply send(
            String name, Map<String, String> query, Map<String, String> fields, Sending body)
            throws RemoteFailure {
        return exchange(
                "PUT",
                name,
                query,
                fields,
                body,
                UNSIGNED,
                PATIENCE.plusSeconds(body.length() / SLOWEST));
    }

    private static Written written(Link.Reply reply) throws RemoteFailure {
        try (reply) {
            all(reply, SMALL);
            return new Written(
                    reply.field("x-amz-version-id"), reply.field("etag").replace("\"", ""));
        }
    }

    private static byte[] all(Link.Reply reply, int most) throws RemoteFailure {
        try {
            byte[] body = reply.body().readNBytes(most + 1);
            if (body.length > most) {
                throw RemoteXml.tooLong(most);
            }
            return body;
        } catch (RemoteFailure e) {
            throw e;
        } catch (IOException e) {
            throw new RemoteFailure(0, "", "an answer broke off: " + e.getMessage());
        }
    }

    /** One request; an answer that is no success is thrown. */
    private Link.Reply exchange(
            String method,
            String name,
            Map<String, String> query,
            Map<String, String> fields,
            Sending body,
            String sum,
            Duration time)
            throws RemoteFailure {
        if (dotted(name)) {
            throw new RemoteFailure(
                    400,
                    "",
                    "the name has a segment of dots, which servers take for another place");
        }
        String path = "/" + bucket + (name.isEmpty() ? "" : "/" + S3Signature.encode(name, "/"));
        String pairs = pairs(query, "=");
        Map<String, String> lower = new TreeMap<>();
        fields.forEach((key, value) -> lower.put(key.toLowerCase(Locale.ROOT), value));
        Map<String, String> signed =
                signature.sign(
                        method,
                        link.host(),
                        link.path() + path,
                        pairs,
                        lower,
                        sum,
                        clock.instant());
        try {
            Link.Reply reply =
                    // Some servers know a sub-resource only by its bare name, as SDKs write it.
                    link.exchange(new Call(method, path, pairs(query, ""), signed, body), time);
            if (reply.status() / 100 == 2) {
                return reply;
            }
            try (reply) {
                throw failure(reply);
            }
        } catch (Unreachable e) {
            throw new RemoteFailure(0, "", e.getMessage() == null ? e.toString() : e.getMessage());
        } catch (IllegalArgumentException e) {
            throw new RemoteFailure(400, "", "what it would be asked cannot be sent");
        }
    }

    /** Sorted and encoded. @param unsaid what stands behind a name without a value */
    private static String pairs(Map<String, String> query, String unsaid) {
        StringBuilder pairs = new StringBuilder();
        new TreeMap<>(query)
                .forEach((key, value) ->
                        pairs.append(pairs.isEmpty() ? "" : "&")
                                .append(S3Signature.encode(key, ""))
                                .append(value.isEmpty() ? unsaid : "=")
                                .append(S3Signature.encode(value, "")));
        return pairs.toString();
    }

    private static boolean dotted(String name) {
        String around = "/" + name + "/";
        return around.contains("/./") || around.contains("/../");
    }

    private static RemoteFailure failure(Link.Reply reply) {
        if (reply.status() / 100 == 3) {
            return new RemoteFailure(
                    reply.status(),
                    "",
                    "it answers with a redirect, which is not followed: register the very address,"
                            + " and name the region");
        }
        try {
            RemoteXml said = RemoteXml.parse(reply.body(), SMALL);
            return new RemoteFailure(reply.status(), said.child("Code"), said.child("Message"));
        } catch (RemoteFailure e) {
            return new RemoteFailure(reply.status(), "", "");
        }
    }

    private static Map<String, String> versioned(String version) {
        return version.isEmpty() ? new TreeMap<>() : new TreeMap<>(Map.of("versionId", version));
    }
}
