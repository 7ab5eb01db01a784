package org.domicile.launcher;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.domicile.bytes.Crc64Nvme;
import org.domicile.bytes.CrcCombination;
import org.domicile.s3client.S3Signature;

/**
 * Copies files into a bucket so that running it again continues: what is there with the same size
 * and sums is left alone, and a large file's unfinished upload keeps the parts that still fit.
 * There is no journal: the bucket itself says what is done. Safe for concurrent use, one file a
 * thread.
 */
final class Copying {
    private static final long MIB = 1L << 20;
    private static final long SMALLEST_PART = 16 * MIB;
    private static final int MOST_PARTS = 10_000;
    private static final String CRC = "x-amz-checksum-crc64nvme";

    private final S3Client s3;
    private final String bucket;
    private final Progress progress;
    private final Map<String, Present> present = new ConcurrentHashMap<>();
    private final Map<String, String> uploads = new ConcurrentHashMap<>();

    /** An object as the listing tells it. */
    private record Present(long size, String etag) {}

    /** What became of a file. */
    enum Done {
        COPIED,
        PRESENT
    }

    Copying(S3Client s3, String bucket, Progress progress) {
        this.s3 = s3;
        this.bucket = bucket;
        this.progress = progress;
    }

    /** Reads what is there already below a prefix. */
    void look(String prefix) throws IOException {
        String token = "";
        do {
            Map<String, String> query =
                    new TreeMap<>(
                            Map.of("list-type", "2", "prefix", prefix, "encoding-type", "url"));
            if (!token.isEmpty()) {
                query.put("continuation-token", token);
            }
            S3Client.Answer page =
                    s3.call("GET", bucket, "", query, Map.of(), S3Client.Payload.nothing());
            for (Map<String, String> each : page.elements("Contents")) {
                present.put(
                        decoded(each.getOrDefault("Key", "")),
                        new Present(
                                Long.parseLong(each.getOrDefault("Size", "-1")),
                                each.getOrDefault("ETag", "").replace("\"", "")));
            }
            token =
                    page.text("IsTruncated").equals("true")
                            ? page.text("NextContinuationToken")
                            : "";
        } while (!token.isEmpty());
        lookForUploads(prefix);
    }

    private void lookForUploads(String prefix) throws IOException {
        String keyMarker = "";
        String idMarker = "";
        do {
            Map<String, String> query =
                    new TreeMap<>(Map.of("uploads", "", "prefix", prefix, "encoding-type", "url"));
            if (!keyMarker.isEmpty()) {
                query.put("key-marker", keyMarker);
                query.put("upload-id-marker", idMarker);
            }
            S3Client.Answer page =
                    s3.call("GET", bucket, "", query, Map.of(), S3Client.Payload.nothing());
            for (Map<String, String> each : page.elements("Upload")) {
                uploads.put(
                        decoded(each.getOrDefault("Key", "")), each.getOrDefault("UploadId", ""));
            }
            boolean more = page.text("IsTruncated").equals("true");
            keyMarker = more ? decoded(page.text("NextKeyMarker")) : "";
            idMarker = more ? page.text("NextUploadIdMarker") : "";
        } while (!keyMarker.isEmpty());
    }

    private static String decoded(String name) {
        return URLDecoder.decode(name, StandardCharsets.UTF_8);
    }

    /** Whether an object of this size and name is there: what a dry run can tell. */
    boolean looksPresent(LocalFiles.Found file) {
        Present there = present.get(file.key());
        return there != null && there.size() == file.size();
    }

    /** Copies one file, or finds it there. With {@code Check.READ} its object is read back. */
    Done copy(LocalFiles.Found file, Check check) throws IOException {
        BasicFileAttributes before = attributes(file);
        Sent sent;
        try {
            sent = before.size() <= SMALLEST_PART ? small(file, before) : large(file, before);
        } catch (IOException e) {
            // Bytes that changed after they were summed are refused by the server: say why.
            unchanged(file, before);
            throw e;
        }
        unchanged(file, before);
        if (check == Check.READ) {
            readBack(file, before.size(), sent.crc64());
        }
        return sent.done();
    }

    private static void unchanged(LocalFiles.Found file, BasicFileAttributes before)
            throws IOException {
        BasicFileAttributes after = attributes(file);
        if (after.size() != before.size()
                || !after.lastModifiedTime().equals(before.lastModifiedTime())) {
            throw new IOException(
                    "it changed while it was copied: what is in the bucket now may be neither the"
                            + " old nor the new; run the import again");
        }
    }

    /** How sure to be. */
    enum Check {
        /** The sums that the server answers are compared with the file's. */
        SUMS,
        /** The object is read back and compared as well. */
        READ
    }

    private record Sent(Done done, long crc64) {}

    private static BasicFileAttributes attributes(LocalFiles.Found file) throws IOException {
        return Files.readAttributes(
                file.file(), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    private Sent small(LocalFiles.Found file, BasicFileAttributes attributes) throws IOException {
        Slice whole = new Slice(file.file(), 0, attributes.size());
        Slice.Sums sums = whole.sums();
        String etag = S3Signature.hex(sums.md5());
        if (isThere(file, attributes.size(), etag)) {
            progress.skip(attributes.size(), "");
            return new Sent(Done.PRESENT, sums.crc64());
        }
        S3Client.Answer answer =
                s3.call(
                        "PUT",
                        bucket,
                        file.key(),
                        Map.of(),
                        Map.of(CRC, Slice.Sums.header(sums.crc64())),
                        new S3Client.Payload(whole.body(), sums.sha256()));
        compare(answer.etag(), etag, answer.header(CRC), sums.crc64());
        progress.add(attributes.size(), "");
        return new Sent(Done.COPIED, sums.crc64());
    }

    private boolean isThere(LocalFiles.Found file, long size, String etag) {
        Present there = present.get(file.key());
        return there != null && there.size() == size && there.etag().equals(etag);
    }

    /** An ETag that is no MD5 (another server's) is left aside; the CRC then has to be there. */
    private static void compare(String etag, String expected, String crc, long crc64)
            throws IOException {
        boolean md5 = etag.matches("[0-9a-f]{32}(-\\d+)?");
        boolean wrong =
                (md5 && !etag.equals(expected))
                        || (!crc.isEmpty() && !crc.equals(Slice.Sums.header(crc64)));
        if (wrong || (!md5 && crc.isEmpty())) {
            throw new IOException(
                    wrong
                            ? "the server stored other bytes: its sum is not the file's; run the"
                                    + " import again"
                            : "the server answered no sum to compare with; --verify reads objects"
                                    + " back");
        }
    }

    /** So that 10,000 parts are enough; the same size of file always has the same parts. */
    static long partSize(long size) {
        long needed = (size + MOST_PARTS - 1) / MOST_PARTS;
        return Math.max(SMALLEST_PART, (needed + MIB - 1) / MIB * MIB);
    }

    private record Part(int number, Slice slice, Slice.Sums sums) {
        String etag() {
            return S3Signature.hex(sums.md5());
        }
    }

    private Sent large(LocalFiles.Found file, BasicFileAttributes attributes) throws IOException {
        long size = attributes.size();
        Present there = present.get(file.key());
        if (there != null && there.size() == size) {
            // Reading the file is cheaper than sending it, even if it turns out to differ.
            List<Part> parts = parts(file, size);
            if (isThere(file, size, etag(parts))) {
                progress.skip(size, "");
                return new Sent(Done.PRESENT, crc(parts));
            }
        }
        String unfinished = uploads.getOrDefault(file.key(), "");
        if (!unfinished.isEmpty()) {
            try {
                return upload(file, size, unfinished);
            } catch (S3Failure e) {
                if (e.status() / 100 != 4 || e.status() == 403) {
                    throw e;
                }
                // Gone meanwhile, or begun by another program in another way: begin anew.
            }
        }
        S3Client.Answer made =
                s3.call(
                        "POST",
                        bucket,
                        file.key(),
                        Map.of("uploads", ""),
                        Map.of(
                                "x-amz-checksum-algorithm",
                                "CRC64NVME",
                                "x-amz-checksum-type",
                                "FULL_OBJECT"),
                        S3Client.Payload.nothing());
        return upload(file, size, made.text("UploadId"));
    }

    private static List<Part> parts(LocalFiles.Found file, long size) throws IOException {
        long length = partSize(size);
        List<Part> parts = new ArrayList<>();
        for (long at = 0; at < size; at += length) {
            parts.add(part(file, parts.size() + 1, at, Math.min(length, size - at)));
        }
        return parts;
    }

    private static Part part(LocalFiles.Found file, int number, long at, long length)
            throws IOException {
        Slice slice = new Slice(file.file(), at, length);
        return new Part(number, slice, slice.sums());
    }

    private Sent upload(LocalFiles.Found file, long size, String upload) throws IOException {
        Map<Integer, Present> kept = kept(file.key(), upload);
        List<Part> parts = new ArrayList<>();
        long length = partSize(size);
        for (long at = 0; at < size; at += length) {
            Part part = part(file, parts.size() + 1, at, Math.min(length, size - at));
            Present there = kept.get(part.number());
            if (there != null
                    && there.size() == part.slice().length()
                    && there.etag().equals(part.etag())) {
                progress.skip(part.slice().length(), "");
            } else {
                S3Client.Answer answer =
                        s3.call(
                                "PUT",
                                bucket,
                                file.key(),
                                Map.of(
                                        "partNumber",
                                        String.valueOf(part.number()),
                                        "uploadId",
                                        upload),
                                Map.of(CRC, Slice.Sums.header(part.sums().crc64())),
                                new S3Client.Payload(part.slice().body(), part.sums().sha256()));
                compare(answer.etag(), part.etag(), answer.header(CRC), part.sums().crc64());
                progress.add(part.slice().length(), "");
            }
            parts.add(part);
        }
        long crc = crc(parts);
        S3Client.Answer answer =
                s3.call(
                        "POST",
                        bucket,
                        file.key(),
                        Map.of("uploadId", upload),
                        Map.of(CRC, Slice.Sums.header(crc), "x-amz-checksum-type", "FULL_OBJECT"),
                        S3Client.Payload.of(completion(parts)));
        compare(
                answer.text("ETag").replace("\"", "").replace("&quot;", ""),
                etag(parts),
                answer.text("ChecksumCRC64NVME"),
                crc);
        return new Sent(Done.COPIED, crc);
    }

    /** Parts of an unfinished upload by number. */
    private Map<Integer, Present> kept(String key, String upload) throws IOException {
        Map<Integer, Present> kept = new HashMap<>();
        String marker = "";
        do {
            Map<String, String> query = new TreeMap<>(Map.of("uploadId", upload));
            if (!marker.isEmpty()) {
                query.put("part-number-marker", marker);
            }
            S3Client.Answer page =
                    s3.call("GET", bucket, key, query, Map.of(), S3Client.Payload.nothing());
            for (Map<String, String> each : page.elements("Part")) {
                kept.put(
                        Integer.parseInt(each.getOrDefault("PartNumber", "0")),
                        new Present(
                                Long.parseLong(each.getOrDefault("Size", "-1")),
                                each.getOrDefault("ETag", "").replace("\"", "")));
            }
            marker =
                    page.text("IsTruncated").equals("true")
                            ? page.text("NextPartNumberMarker")
                            : "";
        } while (!marker.isEmpty());
        return kept;
    }

    private static byte[] completion(List<Part> parts) {
        StringBuilder xml =
                new StringBuilder(
                        "<CompleteMultipartUpload"
                                + " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
        for (Part part : parts) {
            xml.append("<Part><PartNumber>")
                    .append(part.number())
                    .append("</PartNumber><ETag>\"")
                    .append(part.etag())
                    .append("\"</ETag><ChecksumCRC64NVME>")
                    .append(Slice.Sums.header(part.sums().crc64()))
                    .append("</ChecksumCRC64NVME></Part>");
        }
        return xml.append("</CompleteMultipartUpload>").toString().getBytes(StandardCharsets.UTF_8);
    }

    private static String etag(List<Part> parts) {
        ByteArrayOutputStream sums = new ByteArrayOutputStream();
        parts.forEach(part -> sums.writeBytes(part.sums().md5()));
        MessageDigest md5 = S3Signature.digest("MD5");
        return S3Signature.hex(md5.digest(sums.toByteArray())) + "-" + parts.size();
    }

    private static long crc(List<Part> parts) {
        long crc = parts.getFirst().sums().crc64();
        for (Part part : parts.subList(1, parts.size())) {
            crc =
                    CrcCombination.combine(
                            Crc64Nvme.POLYNOMIAL,
                            Long.SIZE,
                            crc,
                            part.sums().crc64(),
                            part.slice().length());
        }
        return crc;
    }

    private void readBack(LocalFiles.Found file, long size, long crc64) throws IOException {
        Crc64Nvme crc = new Crc64Nvme();
        long length =
                s3.get(
                        bucket,
                        file.key(),
                        body -> {
                            crc.reset();
                            byte[] buffer = new byte[128 << 10];
                            long all = 0;
                            for (int read = body.read(buffer);
                                    read >= 0;
                                    read = body.read(buffer)) {
                                crc.update(buffer, 0, read);
                                all += read;
                            }
                            if (all < size) {
                                throw new EOFException("the object broke off while it was read");
                            }
                            return all;
                        });
        if (length != size || crc.getValue() != crc64) {
            throw new IOException(
                    "what was read back is not what the file holds; run the import again");
        }
    }
}
