package org.domicile.s3;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Continuation tokens: base64url of a format byte and the place in UTF-8. They are opaque to
 * clients and hold no secret; a forged one names a place that the client may list from anyway.
 */
final class Token {
    private static final int FORMAT = 1;
    private static final int LONGEST = 2 * Target.LONGEST_NAME;

    private Token() {}

    static String seal(String place) {
        byte[] utf8 = place.getBytes(StandardCharsets.UTF_8);
        byte[] token = new byte[utf8.length + 1];
        token[0] = FORMAT;
        System.arraycopy(utf8, 0, token, 1, utf8.length);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
    }

    /**
     * The place; empty for no token.
     *
     * @throws Failure INVALID_ARGUMENT for what was never given out
     */
    static String open(String token) {
        if (token.isEmpty()) {
            return "";
        }
        try {
            if (token.length() > LONGEST) {
                throw incorrect();
            }
            byte[] bytes = Base64.getUrlDecoder().decode(token);
            if (bytes.length < 2 || bytes.length > Target.LONGEST_NAME + 1 || bytes[0] != FORMAT) {
                throw incorrect();
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, 1, bytes.length - 1))
                    .toString();
        } catch (IllegalArgumentException | CharacterCodingException e) {
            throw incorrect();
        }
    }

    private static Failure incorrect() {
        return new Failure(
                ErrorCode.INVALID_ARGUMENT, "The continuation token provided is incorrect.");
    }
}
