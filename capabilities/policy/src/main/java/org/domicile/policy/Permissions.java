package org.domicile.policy;

import java.nio.charset.StandardCharsets;

/**
 * What may be done in a role.
 *
 * @param digest SHA-256 of the text in UTF-8, 64 hexadecimal digits
 * @param text may name people's data, so it lies sealed and stands in no entry; empty where it is
 *     not at hand, as in a {@link Register} ({@link Policy#document} has it)
 */
public record Permissions(Language language, String digest, String text) {
    /** With the text at hand. */
    public Permissions(Language language, String text) {
        this(language, Sha256.of(text), text);
    }

    /** How it is written. */
    public enum Language {
        /** A policy document of IAM, which speaks of S3's actions alone; compiled to Cedar. */
        IAM,
        /** Policies of Cedar by the schema of all policies, of which one must permit. */
        CEDAR
    }

    /** Longest text, in bytes of UTF-8 (IAM: a document has 20 KiB). */
    public static final int LONGEST = 20 << 10;

    /** Whether the text is short enough. */
    boolean fits() {
        return text.length() <= LONGEST && text.getBytes(StandardCharsets.UTF_8).length <= LONGEST;
    }
}
