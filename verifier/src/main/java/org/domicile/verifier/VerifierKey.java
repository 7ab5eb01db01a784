package org.domicile.verifier;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A verifier key in note form: {@code name+id+base64(type ‖ key)} (C2SP signed-note, "Verifier
 * keys"). Immutable and safe for concurrent use.
 */
public final class VerifierKey {
    /** Algorithms that we check. */
    public enum Algorithm {
        /** Type 0x01: the note's text is signed. */
        ED25519(1, "Ed25519", 32, "302a300506032b6570032100"),
        /** Type 0x04: a witness signs a time and the note's text (C2SP tlog-cosignature). */
        ED25519_COSIGNATURE(4, "Ed25519", 32, "302a300506032b6570032100"),
        /** Type 0x06: the timestamped tree is signed (C2SP tlog-cosignature). */
        ML_DSA_44(6, "ML-DSA-44", 1312, "30820532300b06096086480165030403110382052100");

        private final int type;
        private final String jdkName;
        private final int keySize;
        // what stands before the raw key in its SubjectPublicKeyInfo
        private final byte[] header;

        Algorithm(int type, String jdkName, int keySize, String header) {
            this.type = type;
            this.jdkName = jdkName;
            this.keySize = keySize;
            this.header = HexFormat.of().parseHex(header);
        }

        /** Whether such a key makes cosignatures; one of a log alone does not. */
        public boolean cosigns() {
            return this != ED25519;
        }

        private PublicKey key(byte[] raw) {
            byte[] encoded = Arrays.copyOf(header, header.length + raw.length);
            System.arraycopy(raw, 0, encoded, header.length, raw.length);
            try {
                return KeyFactory.getInstance(jdkName)
                        .generatePublic(new X509EncodedKeySpec(encoded));
            } catch (GeneralSecurityException e) {
                throw new IllegalArgumentException("not an " + jdkName + " key", e);
            }
        }
    }

    private final String name;
    private final int id;
    private final Algorithm algorithm;
    private final byte[] raw;
    private final PublicKey key;

    private VerifierKey(String name, Algorithm algorithm, byte[] raw) {
        this.name = name;
        this.algorithm = algorithm;
        this.raw = raw;
        this.id = id(name, algorithm, raw);
        this.key = algorithm.key(raw);
    }

    /**
     * A key from its raw public bytes: 32 for Ed25519, 1,312 for ML-DSA-44.
     *
     * @throws IllegalArgumentException with a sentence when name or key are not of the right form
     */
    public static VerifierKey of(String name, Algorithm algorithm, byte[] raw) {
        checkName(name);
        if (raw.length != algorithm.keySize) {
            throw new IllegalArgumentException(
                    "an %s key has %d bytes, not %d"
                            .formatted(algorithm.jdkName, algorithm.keySize, raw.length));
        }
        return new VerifierKey(name, algorithm, raw.clone());
    }

    /**
     * Parses the note form.
     *
     * @throws IllegalArgumentException with a sentence that says what is wrong with it
     */
    public static VerifierKey parse(String text) {
        String[] parts = text.split("\\+", 3);
        if (parts.length != 3) {
            throw new IllegalArgumentException(
                    "a verifier key reads name+id+key, with two plus signs: " + text);
        }
        byte[] typed =
                Base64Text.decode(parts[2])
                        .orElseThrow(() ->
                                new IllegalArgumentException(
                                        "the last part of the verifier key "
                                                + parts[0]
                                                + " is not base64"));
        for (Algorithm algorithm : Algorithm.values()) {
            if (typed.length > 0 && typed[0] == algorithm.type) {
                VerifierKey key =
                        of(parts[0], algorithm, Arrays.copyOfRange(typed, 1, typed.length));
                if (!hexadecimal(key.id).equals(parts[1])) {
                    throw new IllegalArgumentException(
                            "the verifier key %s carries the id %s, but name and key give %s"
                                    .formatted(parts[0], parts[1], hexadecimal(key.id)));
                }
                return key;
            }
        }
        throw new IllegalArgumentException(
                "the verifier key "
                        + parts[0]
                        + " is of a type that is not checked here; Ed25519 (1), cosignature/v1 (4)"
                        + " and ML-DSA-44 (6) are");
    }

    /** The note form. */
    public String format() {
        byte[] typed = new byte[raw.length + 1];
        typed[0] = (byte) algorithm.type;
        System.arraycopy(raw, 0, typed, 1, raw.length);
        return name + "+" + hexadecimal(id) + "+" + Base64Text.encode(typed);
    }

    /** The signer's name; a log's own is its origin. */
    public String name() {
        return name;
    }

    /**
     * The same public key under another name, with that name's id: for installations that sign all
     * their logs with one pair of keys.
     */
    public VerifierKey named(String other) {
        return of(other, algorithm, raw);
    }

    /** The key id of signed-note. */
    public int id() {
        return id;
    }

    /** How it signs. */
    public Algorithm algorithm() {
        return algorithm;
    }

    /** Name and algorithm, for people. */
    @Override
    public String toString() {
        return name + " (" + algorithm.jdkName + ")";
    }

    /** Whether two keys are one public key, whatever their names. */
    boolean sameKey(VerifierKey other) {
        return Arrays.equals(raw, other.raw);
    }

    /** Whether {@code signature} is this key's over exactly {@code message}. */
    boolean verifies(byte[] message, byte[] signature) {
        try {
            Signature verifier = Signature.getInstance(algorithm.jdkName);
            verifier.initVerify(key);
            verifier.update(message);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            // a signature of the wrong length or shape is reported this way
            return false;
        }
    }

    static void checkName(String name) {
        if (name.isEmpty() || name.chars().anyMatch(c -> c == '+' || isSpace(c) || c < 0x20)) {
            throw new IllegalArgumentException(
                    "a key's name is not empty and has no space and no plus sign: " + name);
        }
    }

    static boolean isSpace(int c) {
        // Unicode White_Space: Java's two notions together cover it
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == 0x85;
    }

    private static String hexadecimal(int id) {
        return HexFormat.of().toHexDigits(id);
    }

    private static int id(String name, Algorithm algorithm, byte[] raw) {
        MessageDigest sha256 = TreeHash.sha256();
        sha256.update(name.getBytes(StandardCharsets.UTF_8));
        sha256.update((byte) '\n');
        sha256.update((byte) algorithm.type);
        sha256.update(raw);
        return ByteBuffer.wrap(sha256.digest()).getInt();
    }
}
