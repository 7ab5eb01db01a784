package org.domicile.ledger;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/**
 * Signs checkpoints, each twice: Ed25519 over the note's text (C2SP signed-note, type 0x01), and
 * ML-DSA-44 over the timestamped tree (C2SP tlog-cosignature, type 0x06). One pair of keys serves
 * all logs of an installation: origin and name stand in what is signed. Safe for concurrent use.
 */
final class Signer {
    private static final String ED = "Ed25519";
    private static final String ML = "ML-DSA-44";
    private static final byte ED_TYPE = 1;
    private static final byte ML_TYPE = 6;
    private static final int ED_SIZE = 32;
    private static final int ML_SIZE = 1_312;
    private static final byte[] TREE_LABEL = "subtree/v1\n\0".getBytes(StandardCharsets.US_ASCII);

    private final KeyPair ed;
    private final KeyPair ml;

    private Signer(KeyPair ed, KeyPair ml) {
        this.ed = ed;
        this.ml = ml;
    }

    static Signer create() {
        try {
            return new Signer(
                    KeyPairGenerator.getInstance(ED).generateKeyPair(),
                    KeyPairGenerator.getInstance(ML).generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new AssertionError("JDK 25 has " + ED + " and " + ML, e);
        }
    }

    /** The four keys, each in the JDK's own encoding with its length before it. */
    byte[] encode() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        try {
            for (byte[] key :
                    List.of(
                            ed.getPublic().getEncoded(),
                            ed.getPrivate().getEncoded(),
                            ml.getPublic().getEncoded(),
                            ml.getPrivate().getEncoded())) {
                out.writeShort(key.length);
                out.write(key);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static Signer decode(byte[] encoded) {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(encoded));
        try {
            return new Signer(pair(ED, in), pair(ML, in));
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException("these are no signing keys", e);
        }
    }

    private static KeyPair pair(String algorithm, DataInputStream in)
            throws IOException, GeneralSecurityException {
        KeyFactory factory = KeyFactory.getInstance(algorithm);
        PublicKey open = factory.generatePublic(new X509EncodedKeySpec(part(in)));
        PrivateKey secret = factory.generatePrivate(new PKCS8EncodedKeySpec(part(in)));
        return new KeyPair(open, secret);
    }

    private static byte[] part(DataInputStream in) throws IOException {
        return in.readNBytes(in.readUnsignedShort());
    }

    /** Verifier keys in note form, Ed25519 first. */
    List<String> verifierKeys(String origin) {
        return List.of(
                verifierKey(origin, ED_TYPE, raw(ed, ED_SIZE)),
                verifierKey(origin, ML_TYPE, raw(ml, ML_SIZE)));
    }

    /** The signed checkpoint (C2SP tlog-checkpoint). */
    String checkpoint(String origin, long size, byte[] root, Instant now) {
        String text = origin + "\n" + size + "\n" + base64(root) + "\n";
        byte[] edSignature = sign(ed, ED, text.getBytes(StandardCharsets.UTF_8));
        long time = now.getEpochSecond();
        byte[] mlSignature = sign(ml, ML, treeMessage(origin, time, size, root));
        byte[] timed =
                ByteBuffer.allocate(Long.BYTES + mlSignature.length)
                        .putLong(time)
                        .put(mlSignature)
                        .array();
        return text
                + "\n"
                + line(origin, ED_TYPE, raw(ed, ED_SIZE), edSignature)
                + line(origin, ML_TYPE, raw(ml, ML_SIZE), timed);
    }

    /** A signed note under another name, with Ed25519 alone: it has to fit into a header. */
    String note(String name, String text) {
        byte[] signature = sign(ed, ED, text.getBytes(StandardCharsets.UTF_8));
        return text + "\n" + line(name, ED_TYPE, raw(ed, ED_SIZE), signature);
    }

    /** Whether a checkpoint's text was signed by our Ed25519 key. */
    boolean signed(String text, byte[] signature) {
        try {
            Signature verifier = Signature.getInstance(ED);
            verifier.initVerify(ed.getPublic());
            verifier.update(text.getBytes(StandardCharsets.UTF_8));
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** The {@code cosigned_message} of C2SP tlog-cosignature, from the first leaf to the last. */
    private static byte[] treeMessage(String origin, long time, long size, byte[] root) {
        byte[] name = origin.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(TREE_LABEL.length + 2 * (1 + name.length) + 24 + root.length)
                .put(TREE_LABEL)
                .put((byte) name.length)
                .put(name)
                .putLong(time)
                .put((byte) name.length)
                .put(name)
                .putLong(0)
                .putLong(size)
                .put(root)
                .array();
    }

    private static String line(String name, byte type, byte[] key, byte[] signature) {
        byte[] bytes =
                ByteBuffer.allocate(4 + signature.length)
                        .put(id(name, type, key))
                        .put(signature)
                        .array();
        return "\u2014 " + name + " " + base64(bytes) + "\n";
    }

    private static String verifierKey(String name, byte type, byte[] key) {
        byte[] typed = ByteBuffer.allocate(1 + key.length).put(type).put(key).array();
        return name + "+" + HexFormat.of().formatHex(id(name, type, key)) + "+" + base64(typed);
    }

    private static byte[] id(String name, byte type, byte[] key) {
        MessageDigest sha256 = Merkle.sha256();
        sha256.update((name + "\n").getBytes(StandardCharsets.UTF_8));
        sha256.update(type);
        return Arrays.copyOf(sha256.digest(key), 4);
    }

    private static byte[] raw(KeyPair pair, int size) {
        byte[] encoded = pair.getPublic().getEncoded();
        return Arrays.copyOfRange(encoded, encoded.length - size, encoded.length);
    }

    private static byte[] sign(KeyPair pair, String algorithm, byte[] message) {
        try {
            Signature signer = Signature.getInstance(algorithm);
            signer.initSign(pair.getPrivate());
            signer.update(message);
            return signer.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot sign with " + algorithm, e);
        }
    }

    /** Sixteen hexadecimal digits of a name's SHA-256, for names of files. */
    static String shortHash(String name) {
        byte[] hash = Merkle.sha256().digest(name.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(hash, 0, 8);
    }

    static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
