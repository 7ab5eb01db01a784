package org.domicile.guard;

import java.security.SecureRandom;

/** Both halves of new credentials: 85 bits that are public, 238 that are not. */
record FreshKeys(SecureRandom random) {
    private static final String ACCESS_KEY_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final String SECRET_LETTERS =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    String accessKey() {
        return "DOM" + letters(ACCESS_KEY_LETTERS, 17);
    }

    /** Of a session, as AWS's begin. */
    String temporary() {
        return "ASIA" + letters(ACCESS_KEY_LETTERS, 16);
    }

    String secret() {
        return letters(SECRET_LETTERS, 40);
    }

    /** Bytes of a secret with which what goes to a webhook is signed. */
    byte[] webhookSecret() {
        byte[] secret = new byte[32];
        random.nextBytes(secret);
        return secret;
    }

    private String letters(String alphabet, int count) {
        StringBuilder text = new StringBuilder(count);
        for (int i = 0; i < count; i++) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }
}
