package org.domicile.proof;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * AWS Signature Version 4 in the Authorization header, written for these proofs alone so that a
 * mistake in the server's own code is not made twice.
 */
record Signature(String accessKey, String secret, String region, String service) {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final String ALGORITHM = "AWS4-HMAC-SHA256";

    /** For S3. */
    Signature(String accessKey, String secret, String region) {
        this(accessKey, secret, region, "s3");
    }

    /** The same for another service. */
    Signature of(String other) {
        return new Signature(accessKey, secret, region, other);
    }

    @Override
    public String toString() {
        return "Signature[" + accessKey + "]";
    }

    /**
     * The headers to send: the given ones with time, digest and signature.
     *
     * @param path already percent-encoded @param query plain names and values
     */
    SortedMap<String, String> headers(
            String method,
            String host,
            String path,
            Map<String, String> query,
            Map<String, String> given,
            byte[] body,
            Instant now) {
        String time = TIME.format(now);
        SortedMap<String, String> headers = new TreeMap<>();
        given.forEach((name, value) -> headers.put(name.toLowerCase(java.util.Locale.ROOT), value));
        headers.put("host", host);
        headers.put("x-amz-date", time);
        headers.put("x-amz-content-sha256", hex(sha256(body)));
        String names = String.join(";", headers.keySet());
        String canonical =
                String.join(
                        "\n",
                        method,
                        path,
                        query(query),
                        headers.entrySet().stream()
                                .map(each -> each.getKey() + ":" + each.getValue().strip() + "\n")
                                .collect(Collectors.joining()),
                        names,
                        headers.get("x-amz-content-sha256"));
        String scope = time.substring(0, 8) + "/" + region + "/" + service + "/aws4_request";
        String toSign =
                String.join("\n", ALGORITHM, time, scope, hex(sha256(canonical.getBytes(UTF_8))));
        byte[] key = ("AWS4" + secret).getBytes(UTF_8);
        for (String part : scope.split("/")) {
            key = hmac(key, part);
        }
        headers.put(
                "authorization",
                "%s Credential=%s/%s, SignedHeaders=%s, Signature=%s"
                        .formatted(ALGORITHM, accessKey, scope, names, hex(hmac(key, toSign))));
        return headers;
    }

    /** A query string in the one order that is signed. */
    static String query(Map<String, String> query) {
        return new TreeMap<>(query)
                .entrySet().stream()
                        .map(each -> encode(each.getKey()) + "=" + encode(each.getValue()))
                        .collect(Collectors.joining("&"));
    }

    /** Percent-encodes all but unreserved characters. */
    static String encode(String text) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : text.getBytes(UTF_8)) {
            char c = (char) (b & 0xFF);
            boolean free = c < 0x80 && (Character.isLetterOrDigit(c) || "-._~".indexOf(c) >= 0);
            encoded.append(free ? "" + c : "%%%02X".formatted((int) c));
        }
        return encoded.toString();
    }

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(UTF_8));
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java has HmacSHA256", e);
        }
    }
}
