package org.domicile.witness;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.domicile.verifier.Checkpoint;
import org.domicile.verifier.Note;
import org.domicile.verifier.VerifierKey;
import org.domicile.verifier.VerifierKey.Algorithm;

/**
 * The signing keys of a witness, one of each kind that C2SP tlog-cosignature has: Ed25519 for
 * everybody, ML-DSA-44 against quantum computers. Safe for concurrent use.
 */
public final class WitnessKey {
    private static final String ED = "Ed25519";
    private static final String ML = "ML-DSA-44";
    private static final int ED_SIZE = 32;
    private static final int ML_SIZE = 1_312;
    private static final int LONGEST_NAME = 255;

    private final KeyPair ed;
    private final KeyPair ml;
    private final VerifierKey edKey;
    private final VerifierKey mlKey;

    private WitnessKey(String name, KeyPair ed, KeyPair ml) {
        this.ed = ed;
        this.ml = ml;
        this.edKey = VerifierKey.of(name, Algorithm.ED25519_COSIGNATURE, raw(ed, ED_SIZE));
        this.mlKey = VerifierKey.of(name, Algorithm.ML_DSA_44, raw(ml, ML_SIZE));
    }

    /**
     * Makes the keys of a new witness.
     *
     * @param name a URL without https://, such as {@code witness.ngo.example/w1}
     * @throws IllegalArgumentException when it is no name
     */
    public static WitnessKey create(String name) {
        if (name.length() > LONGEST_NAME || !name.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
            throw new IllegalArgumentException(
                    "a witness's name has at most 255 printable ASCII characters");
        }
        try {
            return new WitnessKey(
                    name,
                    KeyPairGenerator.getInstance(ED).generateKeyPair(),
                    KeyPairGenerator.getInstance(ML).generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new AssertionError("JDK 25 has " + ED + " and " + ML, e);
        }
    }

    /** Name, then the four keys in the JDK's own encoding, each after its length. A secret. */
    byte[] encode() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        try {
            out.writeUTF(name());
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
            throw new UncheckedIOException("memory does not fail", e);
        }
        return bytes.toByteArray();
    }

    static WitnessKey decode(byte[] encoded) {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(encoded));
        try {
            return new WitnessKey(in.readUTF(), pair(ED, in), pair(ML, in));
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException("these are no keys of a witness", e);
        }
    }

    private static KeyPair pair(String algorithm, DataInputStream in)
            throws IOException, GeneralSecurityException {
        KeyFactory factory = KeyFactory.getInstance(algorithm);
        byte[] open = in.readNBytes(in.readUnsignedShort());
        byte[] secret = in.readNBytes(in.readUnsignedShort());
        return new KeyPair(
                factory.generatePublic(new X509EncodedKeySpec(open)),
                factory.generatePrivate(new PKCS8EncodedKeySpec(secret)));
    }

    /** The witness's name. */
    public String name() {
        return edKey.name();
    }

    /** What others verify its cosignatures with, Ed25519 first. */
    public List<VerifierKey> verifierKeys() {
        return List.of(edKey, mlKey);
    }

    /** Both cosignatures. The ML-DSA-44 one says nothing of lines beyond the third: then none. */
    List<Note.SignatureLine> cosign(Checkpoint checkpoint, Instant now) {
        long time = now.getEpochSecond();
        String text = checkpoint.note().text();
        Note.SignatureLine first =
                line(edKey, time, sign(ed.getPrivate(), ED, Checkpoint.textMessage(text, time)));
        if (text.lines().count() != 3) {
            return List.of(first);
        }
        byte[] tree =
                Checkpoint.treeMessage(
                        mlKey.name(),
                        time,
                        checkpoint.origin(),
                        checkpoint.size(),
                        checkpoint.root());
        return List.of(first, line(mlKey, time, sign(ml.getPrivate(), ML, tree)));
    }

    private static Note.SignatureLine line(VerifierKey key, long time, byte[] signature) {
        byte[] timed =
                ByteBuffer.allocate(Long.BYTES + signature.length)
                        .putLong(time)
                        .put(signature)
                        .array();
        return new Note.SignatureLine(key.name(), key.id(), timed);
    }

    private static byte[] sign(PrivateKey key, String algorithm, byte[] message) {
        try {
            Signature signer = Signature.getInstance(algorithm);
            signer.initSign(key);
            signer.update(message);
            return signer.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot sign with " + algorithm, e);
        }
    }

    private static byte[] raw(KeyPair pair, int size) {
        byte[] encoded = pair.getPublic().getEncoded();
        return Arrays.copyOfRange(encoded, encoded.length - size, encoded.length);
    }
}
