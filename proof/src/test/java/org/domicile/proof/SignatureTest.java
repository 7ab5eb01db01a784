package org.domicile.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The worked examples in AWS's description of Signature Version 4 for S3. */
class SignatureTest {
    private static final Signature EXAMPLE =
            new Signature(
                    "AKIAIOSFODNN7EXAMPLE",
                    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                    "us-east-1");
    private static final String HOST = "examplebucket.s3.amazonaws.com";
    private static final Instant TIME = Instant.parse("2013-05-24T00:00:00Z");

    private static String signature(String path, Map<String, String> query, String... header) {
        Map<String, String> headers = header.length == 0 ? Map.of() : Map.of(header[0], header[1]);
        String authorization =
                EXAMPLE.headers("GET", HOST, path, query, headers, new byte[0], TIME)
                        .getOrDefault("authorization", "");
        return authorization.substring(authorization.lastIndexOf('=') + 1);
    }

    @Test
    void theExamplesComeOut() {
        assertEquals(
                "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
                signature("/test.txt", Map.of(), "Range", "bytes=0-9"));
        assertEquals(
                "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
                signature("/", Map.of("lifecycle", "")));
        assertEquals(
                "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
                signature("/", Map.of("max-keys", "2", "prefix", "J")));
    }

    @Test
    void theSecretIsNotPrinted() {
        assertTrue(!EXAMPLE.toString().contains("wJalr"));
    }
}
