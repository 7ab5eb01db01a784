package org.domicile.verifier;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/** Base64 of RFC 4648 section 4 in its one canonical form. */
final class Base64Text {
    private Base64Text() {}

    /** The bytes; empty when the text is not exactly what encoding them would give. */
    static Optional<byte[]> decode(String text) {
        byte[] ascii = text.getBytes(StandardCharsets.UTF_8);
        try {
            byte[] bytes = Base64.getDecoder().decode(ascii);
            // The JDK's decoder lets missing padding and stray low bits pass.
            return Arrays.equals(Base64.getEncoder().encode(bytes), ascii)
                    ? Optional.of(bytes)
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    static String encode(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
