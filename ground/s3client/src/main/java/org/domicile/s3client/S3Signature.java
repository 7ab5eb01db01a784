package org.domicile.s3client;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * AWS Signature Version 4 in the header, for S3: the path is encoded once and never normalised, and
 * the payload's SHA-256 is signed (Amazon S3 API Reference, "Signature Calculations for the
 * Authorization Header").
 *
 * @param accessKey public part @param secret never printed @param region in the scope
 */
public record S3Signature(String accessKey, String secret, String region) {
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);
    private static final Pattern SPACES = Pattern.compile(" {2,}");
    private static final String UNRESERVED =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    @Override
    public String toString() {
        return "S3Signature[" + accessKey + ", " + region + "]";
    }

    /**
     * The headers to send: the given ones, x-amz-date, x-amz-content-sha256, Authorization; not
     * Host.
     *
     * @param path as it is sent, encoded
     * @param query as it is sent, encoded and sorted
     * @param headers by lower-case name
     * @param payload SHA-256 of the body in hexadecimal, or {@code UNSIGNED-PAYLOAD}
     */
    public SortedMap<String, String> sign(
            String method,
            String host,
            String path,
            String query,
            Map<String, String> headers,
            String payload,
            Instant now) {
        String stamp = STAMP.format(now);
        String scope = stamp.substring(0, 8) + "/" + region + "/s3/aws4_request";
        TreeMap<String, String> signed = new TreeMap<>(headers);
        signed.put("host", host);
        signed.put("x-amz-date", stamp);
        signed.put("x-amz-content-sha256", payload);
        StringBuilder canonical =
                new StringBuilder(method)
                        .append('\n')
                        .append(path)
                        .append('\n')
                        .append(query)
                        .append('\n');
        signed.forEach((name, value) ->
                canonical.append(name).append(':').append(folded(value)).append('\n'));
        String names = String.join(";", signed.keySet());
        canonical.append('\n').append(names).append('\n').append(payload);
        String text =
                "AWS4-HMAC-SHA256\n"
                        + stamp
                        + "\n"
                        + scope
                        + "\n"
                        + hex(sha256(canonical.toString().getBytes(StandardCharsets.UTF_8)));
        byte[] key = ("AWS4" + secret).getBytes(StandardCharsets.UTF_8);
        for (String part : scope.split("/")) {
            key = hmac(key, part);
        }
        signed.remove("host");
        signed.put(
                "authorization",
                "AWS4-HMAC-SHA256 Credential=%s/%s,SignedHeaders=%s,Signature=%s"
                        .formatted(accessKey, scope, names, hex(hmac(key, text))));
        return signed;
    }

    /** "Trim ... and convert sequential spaces to a single space." */
    private static String folded(String value) {
        return SPACES.matcher(value.strip()).replaceAll(" ");
    }

    /** Percent-encodes UTF-8 as SigV4 wants it. */
    public static String encode(String text, String kept) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xFF);
            if (UNRESERVED.indexOf(c) >= 0 || kept.indexOf(c) >= 0) {
                encoded.append(c);
            } else {
                encoded.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
            }
        }
        return encoded.toString();
    }

    /** A digest that every Java has. */
    public static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has " + algorithm, e);
        }
    }

    /** SHA-256. */
    public static byte[] sha256(byte[] bytes) {
        return digest("SHA-256").digest(bytes);
    }

    /** In small hexadecimal digits. */
    public static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    /** HMAC-SHA256 of a text in UTF-8. */
    public static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java has HmacSHA256", e);
        }
    }
}
