package org.domicile.guard;

import java.security.SecureRandom;

/** Random texts in the alphabets of AWS's key pairs. */
final class Letters {
    private static final String ACCESS_KEY = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final String SECRET =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static final int SECRET_LENGTH = 40;

    private Letters() {}

    /** The random part of an access key. */
    static String accessKey(SecureRandom random, int count) {
        return letters(random, ACCESS_KEY, count);
    }

    /** A secret of 40 characters, 238 bits. */
    static String secret(SecureRandom random) {
        return letters(random, SECRET, SECRET_LENGTH);
    }

    private static String letters(SecureRandom random, String alphabet, int count) {
        StringBuilder text = new StringBuilder(count);
        for (int i = 0; i < count; i++) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }
}
