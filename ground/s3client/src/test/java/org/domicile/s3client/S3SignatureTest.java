package org.domicile.s3client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is signed. */
class S3SignatureTest {
    private static String signed(String value) {
        return new S3Signature("key", "secret", "us-east-1")
                .sign(
                        "PUT",
                        "h",
                        "/b/k",
                        "",
                        Map.of("x-amz-meta-a", value),
                        "UNSIGNED-PAYLOAD",
                        Instant.parse("2026-01-01T00:00:00Z"))
                .getOrDefault("authorization", "");
    }

    /** Several spaces are signed as one, and those around a value not at all. */
    @Test
    void spacesAreFolded() {
        assertEquals(signed("a b c"), signed(" a   b  c "));
        assertNotEquals(signed("a b c"), signed("ab c"));
    }
}
