package org.domicile.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * AWS Signature Version 4 for requests that sign host, date, payload hash and a session's token, as
 * cheaply as it goes: the day's key is derived once, the second's date is formatted once. Owned by
 * one thread.
 */
final class Signer {
    static final String UNSIGNED = "UNSIGNED-PAYLOAD";
    static final String EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);
    private static final String SIGNED = "host;x-amz-content-sha256;x-amz-date";
    private static final HexFormat HEX = HexFormat.of();
    private static final String MAC = "HmacSHA256";
    private static final int DAY = 8;

    private final Credential credential;
    private final String token;
    private final String signed;
    private final String region;
    private final String host;
    private final MessageDigest sha256;
    private final Mac mac;
    private long second = Long.MIN_VALUE;
    private String date = "";
    private String scope = "";

    /** An access key. Its text shows no secret. */
    record Credential(String access, String secret) {
        @Override
        public String toString() {
            return "credential " + access;
        }
    }

    Signer(Credential credential, String region, String host) {
        this(credential, "", region, host);
    }

    /**
     * @param token of a session, signed along; empty for none
     */
    Signer(Credential credential, String token, String region, String host) {
        this.credential = credential;
        this.token = token;
        this.signed = token.isEmpty() ? SIGNED : SIGNED + ";x-amz-security-token";
        this.region = region;
        this.host = host;
        try {
            this.sha256 = MessageDigest.getInstance("SHA-256");
            this.mac = Mac.getInstance(MAC);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java has SHA-256 and " + MAC, e);
        }
    }

    /**
     * The header lines Host, X-Amz-Date, X-Amz-Content-Sha256 and Authorization.
     *
     * @param path as it goes on the wire
     * @param query in canonical order and encoding, empty when there is none
     */
    String headers(String method, String path, String query, String payload, Instant now) {
        if (now.getEpochSecond() != second) {
            turn(now);
        }
        String canonical =
                method
                        + '\n'
                        + path
                        + '\n'
                        + query
                        + "\nhost:"
                        + host
                        + "\nx-amz-content-sha256:"
                        + payload
                        + "\nx-amz-date:"
                        + date
                        + (token.isEmpty() ? "" : "\nx-amz-security-token:" + token)
                        + "\n\n"
                        + signed
                        + '\n'
                        + payload;
        String toSign =
                "AWS4-HMAC-SHA256\n"
                        + date
                        + '\n'
                        + scope
                        + '\n'
                        + HEX.formatHex(sha256.digest(canonical.getBytes(UTF_8)));
        String signature = HEX.formatHex(mac.doFinal(toSign.getBytes(UTF_8)));
        return "Host: "
                + host
                + "\r\nX-Amz-Date: "
                + date
                + "\r\nX-Amz-Content-Sha256: "
                + payload
                + (token.isEmpty() ? "" : "\r\nX-Amz-Security-Token: " + token)
                + "\r\nAuthorization: AWS4-HMAC-SHA256 Credential="
                + credential.access()
                + '/'
                + scope
                + ", SignedHeaders="
                + signed
                + ", Signature="
                + signature
                + "\r\n";
    }

    private void turn(Instant now) {
        second = now.getEpochSecond();
        date = DATE.format(now);
        String today = date.substring(0, DAY);
        if (!scope.startsWith(today)) {
            scope = today + '/' + region + "/s3/aws4_request";
            byte[] key = hmac(("AWS4" + credential.secret()).getBytes(UTF_8), today);
            key = hmac(hmac(hmac(key, region), "s3"), "aws4_request");
            key(key);
        }
    }

    private byte[] hmac(byte[] key, String text) {
        key(key);
        return mac.doFinal(text.getBytes(UTF_8));
    }

    private void key(byte[] key) {
        try {
            mac.init(new SecretKeySpec(key, MAC));
        } catch (GeneralSecurityException e) {
            throw new AssertionError("an HMAC takes any key", e);
        }
    }

    /** A query value as SigV4 wants it: all but unreserved characters percent-encoded. */
    static String encode(String value) {
        StringBuilder encoded = new StringBuilder(value.length() + 16);
        for (byte each : value.getBytes(UTF_8)) {
            char c = (char) (each & 0xff);
            if (c < 0x80 && (Character.isLetterOrDigit(c) || "-._~".indexOf(c) >= 0)) {
                encoded.append(c);
            } else {
                encoded.append('%').append(HEX.withUpperCase().toHexDigits(each));
            }
        }
        return encoded.toString();
    }
}
