package org.domicile.guard;

import java.util.Map;

/**
 * What a door knows of an object beside its bytes; sealed at rest.
 *
 * @param etag without quotes: 32 hexadecimal digits, with {@code -N} for N parts
 * @param headers standard headers by lower-case name (content-type, cache-control,
 *     content-disposition, content-encoding, content-language, expires), and {@link #REDIRECT}
 * @param user user metadata by lower-case name without prefix; values as sent
 * @param checksums by lower-case algorithm (crc32, crc32c, crc64nvme, sha1, sha256): base64, with
 *     {@code -N} when composite
 * @param checksumType how the checksums were made
 */
public record Attributes(
        String etag,
        Map<String, String> headers,
        Map<String, String> user,
        Map<String, String> checksums,
        ChecksumType checksumType) {
    /** A redirect that belongs to one object: no copy takes it along. */
    public static final String REDIRECT = "x-amz-website-redirect-location";

    /** How checksums of an object in parts were made. */
    public enum ChecksumType {
        /** Over the whole body. */
        FULL_OBJECT,
        /** Over the parts' checksums. */
        COMPOSITE
    }
}
