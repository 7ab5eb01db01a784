package org.domicile.moving;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.domicile.s3client.RemoteBucket;

/**
 * What the other side says of a version's bytes.
 *
 * @param size of all
 * @param etag without quotes
 * @param kind what the ETag is
 * @param parts of how many parts it is; 1 for none
 * @param partSizes how long all parts but the last may be
 * @param algorithm lower-case checksum algorithm; empty when the other side keeps none of all bytes
 * @param checksum in base64
 */
record Expected(
        long size,
        String etag,
        Etag kind,
        int parts,
        List<Long> partSizes,
        String algorithm,
        String checksum) {
    static final Pattern WHOLE = Pattern.compile("[0-9a-f]{32}");
    static final Pattern PARTS = Pattern.compile("[0-9a-f]{32}-([1-9][0-9]{0,4})");

    private static final List<String> ALGORITHMS =
            List.of("crc64nvme", "sha256", "sha1", "crc32c", "crc32");

    /** Part sizes, in MiB, that clients use when nobody asks for others. */
    private static final long[] USUAL = {5, 8, 10, 15, 16, 20, 25, 32, 50, 64, 100, 128, 256, 512};

    /** What an ETag is. */
    enum Etag {
        /** MD5 of all bytes. */
        MD5,
        /** MD5 of the parts' MD5s. */
        MD5_OF_PARTS,
        /** Nothing that can be computed: what keys of a key service seal has such. */
        OPAQUE
    }

    /**
     * From what came before the body.
     *
     * @param firstPart asked for where the ETag is of parts: the first one's length, -1 for unknown
     */
    static Expected of(
            RemoteBucket.Reading reading, long size, java.util.function.LongSupplier firstPart) {
        String etag = reading.field("etag").replace("\"", "");
        boolean sealed = sealed(reading.fields());
        Matcher parts = PARTS.matcher(etag);
        Etag kind = Etag.OPAQUE;
        int count = 1;
        List<Long> sizes = List.of();
        if (!sealed && WHOLE.matcher(etag).matches()) {
            kind = Etag.MD5;
        } else if (!sealed && parts.matches()) {
            kind = Etag.MD5_OF_PARTS;
            count = Integer.parseInt(parts.group(1));
            sizes = sizes(size, count, firstPart.getAsLong());
        }
        Optional<String> algorithm =
                ALGORITHMS.stream()
                        .filter(each -> !checksum(reading, each).isEmpty())
                        .filter(each -> checksum(reading, each).indexOf('-') < 0)
                        .filter(_ -> !reading.field("x-amz-checksum-type").equals("COMPOSITE"))
                        .findFirst();
        return new Expected(
                size,
                etag,
                kind,
                count,
                sizes,
                algorithm.orElse(""),
                algorithm.map(each -> checksum(reading, each)).orElse(""));
    }

    /** Whether a key is said that makes ETags something else than MD5s. */
    static boolean sealed(Map<String, String> fields) {
        return fields.getOrDefault("x-amz-server-side-encryption", "").startsWith("aws:")
                || !fields.getOrDefault("x-amz-server-side-encryption-customer-algorithm", "")
                        .isEmpty();
    }

    private static String checksum(RemoteBucket.Reading reading, String algorithm) {
        return reading.field("x-amz-checksum-" + algorithm);
    }

    /** Part sizes by which so many parts make so many bytes: the usual ones where none is known. */
    static List<Long> sizes(long size, int count, long first) {
        if (count == 1) {
            return List.of(Math.max(1, size));
        }
        LongStream known =
                first > 0
                        ? LongStream.of(first)
                        : LongStream.of(USUAL).map(mebibytes -> mebibytes << 20);
        return known.filter(each -> (size + each - 1) / each == count).boxed().toList();
    }

    /** The checksum that the version will have here. */
    String kept() {
        return algorithm.isEmpty() ? "crc64nvme" : algorithm;
    }
}
