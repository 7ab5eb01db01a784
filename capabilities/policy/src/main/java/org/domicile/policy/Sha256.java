package org.domicile.policy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A digest that is being made, of pieces that cannot run into each other. */
final class Sha256 {
    private final MessageDigest digest;

    Sha256() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Its length, four bytes, the most significant first, and the piece. */
    Sha256 framed(byte[] piece) {
        digest.update(
                new byte[] {
                    (byte) (piece.length >>> 24),
                    (byte) (piece.length >>> 16),
                    (byte) (piece.length >>> 8),
                    (byte) piece.length
                });
        digest.update(piece);
        return this;
    }

    String hexadecimal() {
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Of a text's UTF-8 alone. */
    static String of(String text) {
        Sha256 sha = new Sha256();
        sha.digest.update(text.getBytes(StandardCharsets.UTF_8));
        return sha.hexadecimal();
    }
}
