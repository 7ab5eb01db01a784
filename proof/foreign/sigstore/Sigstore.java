import dev.sigstore.encryption.signers.Verifier;
import dev.sigstore.encryption.signers.Verifiers;
import dev.sigstore.merkle.InclusionProofVerificationException;
import dev.sigstore.merkle.InclusionProofVerifier;
import dev.sigstore.rekor.client.Checkpoints;
import dev.sigstore.rekor.client.RekorEntry.Checkpoint;
import dev.sigstore.rekor.client.RekorEntry.CheckpointSignature;
import dev.sigstore.rekor.client.RekorParseException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/**
 * Checks a proof file with sigstore-java: it reads the checkpoint, hashes the path and judges the
 * Ed25519 signature. Signatures of another kind have to be there and are not looked at. What is here
 * cuts the file into pieces.
 */
public final class Sigstore {
    private static final int ED25519 = 1;
    private static final byte[] SPKI = HexFormat.of().parseHex("302a300506032b6570032100");

    private Sigstore() {}

    /**
     * @param keys a file with one verifier key on each line; each has to have signed
     * @return one line, what holds
     * @throws IllegalArgumentException why it does not hold
     */
    public static String check(Path proof, Path keys) throws IOException {
        String all = new String(Files.readAllBytes(proof), StandardCharsets.UTF_8);
        int blank = all.indexOf("\n\n");
        if (blank < 0 || !all.startsWith("c2sp.org/tlog-proof@v1\n")) {
            throw new IllegalArgumentException("this is no tlog-proof");
        }
        List<String> head = all.substring(0, blank).lines().toList();
        if (head.size() < 3) {
            throw new IllegalArgumentException("no entry, or no index");
        }
        byte[] entry = decode(after(head.get(1), "extra "));
        String digits = after(head.get(2), "index ");
        long index = Long.parseUnsignedLong(digits);
        if (!digits.equals(Long.toString(index))) {
            throw new IllegalArgumentException("no index");
        }
        List<byte[]> path = new ArrayList<>();
        for (String line : head.subList(3, head.size())) {
            path.add(decode(line));
        }
        try {
            String note = all.substring(blank + 2);
            Checkpoint checkpoint = Checkpoints.from(note);
            requireSignatures(checkpoint, note, Files.readAllLines(keys));
            byte[] root = decode(checkpoint.getBase64Hash());
            InclusionProofVerifier.verify(
                    leaf(entry), index, checkpoint.getSize(), path, root);
            return checkpoint.getOrigin()
                    + ": entry "
                    + index
                    + " of "
                    + checkpoint.getSize()
                    + "; signatures but Ed25519 not looked at";
        } catch (RekorParseException
                | InclusionProofVerificationException
                | GeneralSecurityException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private static void requireSignatures(Checkpoint checkpoint, String note, List<String> keys)
            throws GeneralSecurityException {
        for (CheckpointSignature each : checkpoint.getSignatures()) {
            if (!each.getIdentity().equals(checkpoint.getOrigin())) {
                throw new IllegalArgumentException("a signature of somebody else");
            }
            byte[] both = Arrays.copyOf(each.getKeyHint(), 4 + each.getSignature().length);
            System.arraycopy(each.getSignature(), 0, both, 4, each.getSignature().length);
            if (!note.contains(" " + Base64.getEncoder().encodeToString(both) + "\n")) {
                throw new IllegalArgumentException("base64 with stray bits");
            }
        }
        for (String key : keys) {
            String[] parts = key.split("\\+", 3);
            byte[] hint = HexFormat.of().parseHex(parts[1]);
            byte[] typed = decode(parts[2]);
            CheckpointSignature signature =
                    checkpoint.getSignatures().stream()
                            .filter(each -> Arrays.equals(each.getKeyHint(), hint))
                            .findFirst()
                            .filter(each -> parts[0].equals(checkpoint.getOrigin()))
                            .orElseThrow(
                                    () -> new IllegalArgumentException("a key has not signed"));
            if (typed[0] != ED25519) {
                continue;
            }
            byte[] encoded = Arrays.copyOf(SPKI, SPKI.length + typed.length - 1);
            System.arraycopy(typed, 1, encoded, SPKI.length, typed.length - 1);
            PublicKey known =
                    KeyFactory.getInstance("Ed25519")
                            .generatePublic(new X509EncodedKeySpec(encoded));
            Verifier verifier = Verifiers.newVerifier(known);
            if (!verifier.verify(
                    checkpoint.getSignedData().getBytes(StandardCharsets.UTF_8),
                    signature.getSignature())) {
                throw new IllegalArgumentException("the Ed25519 signature does not verify");
            }
        }
    }

    /** RFC 6962, section 2.1: the hash of an entry is asked for, not the entry. */
    private static byte[] leaf(byte[] entry) throws GeneralSecurityException {
        MessageDigest sha = MessageDigest.getInstance("SHA-256");
        sha.update((byte) 0);
        return sha.digest(entry);
    }

    private static String after(String line, String word) {
        if (!line.startsWith(word)) {
            throw new IllegalArgumentException("\"" + word + "\" was expected");
        }
        return line.substring(word.length());
    }

    /** Base64 in its one form. */
    private static byte[] decode(String digits) {
        byte[] raw = Base64.getDecoder().decode(digits);
        if (!Base64.getEncoder().encodeToString(raw).equals(digits)) {
            throw new IllegalArgumentException("base64 with stray bits");
        }
        return raw;
    }
}
