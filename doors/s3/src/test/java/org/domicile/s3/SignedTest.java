package org.domicile.s3;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** The door as it is opened outside tests: one request signed right, and one signed wrong. */
class SignedTest extends DoorTest {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(US_ASCII));
    }

    private String[] signed(String method, String path, byte[] body, String secret)
            throws GeneralSecurityException {
        HexFormat hex = HexFormat.of();
        String time = TIME.format(Instant.now());
        String day = time.substring(0, 8);
        String hash = hex.formatHex(TrustingAuthentication.digest("SHA-256").digest(body));
        String names = "host;x-amz-content-sha256;x-amz-date";
        String canonical =
                method
                        + "\n"
                        + path
                        + "\n\nhost:localhost\nx-amz-content-sha256:"
                        + hash
                        + "\nx-amz-date:"
                        + time
                        + "\n\n"
                        + names
                        + "\n"
                        + hash;
        String scope = day + "/home/s3/aws4_request";
        String digest =
                hex.formatHex(
                        TrustingAuthentication.digest("SHA-256")
                                .digest(canonical.getBytes(US_ASCII)));
        byte[] key = hmac(("AWS4" + secret).getBytes(US_ASCII), day);
        for (String step : new String[] {"home", "s3", "aws4_request"}) {
            key = hmac(key, step);
        }
        String signature =
                hex.formatHex(
                        hmac(key, "AWS4-HMAC-SHA256\n" + time + "\n" + scope + "\n" + digest));
        return new String[] {
            "x-amz-date: " + time,
            "x-amz-content-sha256: " + hash,
            "Authorization: AWS4-HMAC-SHA256 Credential="
                    + installation.key
                    + "/"
                    + scope
                    + ", SignedHeaders="
                    + names
                    + ", Signature="
                    + signature
        };
    }

    @Test
    void aSignatureCounts() throws IOException, GeneralSecurityException {
        byte[] body = "signed".getBytes(US_ASCII);
        String path = bucket + "/signed";
        try (Client signing = installation.signing()) {
            Client.Reply put =
                    signing.put(path, body, signed("PUT", path, body, installation.secret));
            assertEquals(200, put.status(), put.text());
            byte[] nothing = {};
            Client.Reply get = signing.get(path, signed("GET", path, nothing, installation.secret));
            assertEquals("signed", get.text());
            failed(
                    403,
                    "SignatureDoesNotMatch",
                    signing.get(path, signed("GET", path, nothing, "no secret of ours")));
            failed(
                    400,
                    "XAmzContentSHA256Mismatch",
                    signing.put(
                            path,
                            "other!".getBytes(US_ASCII),
                            signed("PUT", path, body, installation.secret)));
            failed(403, "AccessDenied", signing.get(path));
        }
        assertEquals("signed", client.get(path).text());
    }
}
