package org.domicile.s3;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.stream.Stream;
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
        return signed(method, path, body, secret, "");
    }

    /** With the people whom it concerns, when there are any. */
    private String[] signed(String method, String path, byte[] body, String secret, String subjects)
            throws GeneralSecurityException {
        HexFormat hex = HexFormat.of();
        String time = TIME.format(Instant.now());
        String day = time.substring(0, 8);
        String hash = hex.formatHex(TrustingAuthentication.digest("SHA-256").digest(body));
        boolean concerns = !subjects.isEmpty();
        String names =
                "host;x-amz-content-sha256;x-amz-date" + (concerns ? ";x-domicile-subject" : "");
        String canonical =
                method
                        + "\n"
                        + path
                        + "\n\nhost:localhost\nx-amz-content-sha256:"
                        + hash
                        + "\nx-amz-date:"
                        + time
                        + (concerns ? "\nx-domicile-subject:" + subjects : "")
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

    /** Whom a request concerns is believed when it is signed, and refused when it is not. */
    @Test
    void statedSubjectsAreSigned() throws IOException, GeneralSecurityException {
        byte[] body = "a finding".getBytes(US_ASCII);
        String path = bucket + "/finding";
        try (Client signing = installation.signing()) {
            for (String good : new String[] {"p-1", "p-1,p-2", "%D8%A3%D9%85%D9%84, a%2Cb"}) {
                Client.Reply put = signing.put(path, body, concerning(path, body, good));
                assertEquals(200, put.status(), put.text());
            }
            for (String bad : new String[] {"p-1,", "a,b,c,d,e,f,g,h,i", "%zz", "x".repeat(257)}) {
                Client.Reply put = signing.put(path, body, concerning(path, body, bad));
                failed(400, "InvalidArgument", put);
                assertFalse(put.text().contains(bad), "no message repeats it");
            }
            String[] unsigned =
                    Stream.concat(
                                    Stream.of(signed("PUT", path, body, installation.secret)),
                                    Stream.of("x-domicile-subject: p-9"))
                            .toArray(String[]::new);
            failed(403, "AccessDenied", signing.put(path, body, unsigned));
        }
    }

    /** us-east-1 takes a bucket that one has for the one asked for; other regions do not. */
    @Test
    void whoSignsForTheFirstRegionGetsItsAnswer() throws IOException {
        Sent again = Sent.of("PUT", bucket, "", new byte[0]).with("Host", "localhost");
        String nothing = Signer.sha256(new byte[0]);
        Signer.Pair pair = installation.pair();
        try (Client signing = installation.signing()) {
            Instant now = Instant.now();
            assertEquals(
                    200,
                    signing.send(Signer.sign(again, "us-east-1", nothing, now, pair)).status());
            failed(
                    409,
                    "BucketAlreadyOwnedByYou",
                    signing.send(Signer.sign(again, "home", nothing, now, pair)));
            failed(
                    409,
                    "BucketAlreadyOwnedByYou",
                    signing.send(
                            Signer.sign(
                                    again.with("x-amz-acl", "private"),
                                    "us-east-1",
                                    nothing,
                                    now,
                                    pair)));
        }
    }

    private String[] concerning(String path, byte[] body, String subjects)
            throws GeneralSecurityException {
        return Stream.concat(
                        Stream.of(signed("PUT", path, body, installation.secret, subjects)),
                        Stream.of("x-domicile-subject: " + subjects))
                .toArray(String[]::new);
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
