package org.domicile.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Against the examples of AWS's page on Signature Version 4 in the Authorization header. */
class SignerTest {
    private static final Signer.Credential EXAMPLE =
            new Signer.Credential(
                    "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    private static final Instant AT = Instant.parse("2013-05-24T00:00:00Z");
    private static final String HOST = "examplebucket.s3.amazonaws.com";

    @Test
    void signsTheExampleOfAListing() {
        String headers =
                new Signer(EXAMPLE, "us-east-1", HOST)
                        .headers("GET", "/", "max-keys=2&prefix=J", Signer.EMPTY, AT);
        assertTrue(
                headers.contains(
                        "Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7\r\n"),
                headers);
        assertTrue(headers.contains("X-Amz-Date: 20130524T000000Z\r\n"), headers);
        assertTrue(headers.contains("/20130524/us-east-1/s3/aws4_request, "), headers);
    }

    @Test
    void signsTheExampleOfALifecycle() {
        String headers =
                new Signer(EXAMPLE, "us-east-1", HOST)
                        .headers("GET", "/", "lifecycle=", Signer.EMPTY, AT);
        assertTrue(
                headers.contains(
                        "Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543\r\n"),
                headers);
    }

    @Test
    void derivesTheDaysKeyAnew() {
        Signer signer = new Signer(EXAMPLE, "us-east-1", HOST);
        String later =
                signer.headers("GET", "/", "lifecycle=", Signer.EMPTY, AT.plusSeconds(86_400));
        String back = signer.headers("GET", "/", "lifecycle=", Signer.EMPTY, AT);
        assertFalse(later.equals(back));
        assertTrue(
                back.contains("fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"));
    }

    @Test
    void encodesAsSigned() {
        assertEquals("a-Z_0.~%2F%20%2B%3D%C3%A9", Signer.encode("a-Z_0.~/ +=é"));
    }

    @Test
    void aCredentialsTextShowsNoSecret() {
        assertFalse(EXAMPLE.toString().contains(EXAMPLE.secret()));
    }
}
