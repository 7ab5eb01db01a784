package org.domicile.witness;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.domicile.verifier.VerifierKey;

/** A log in memory, straight from RFC 6962: its checkpoints, signed, and proofs between them. */
final class MadeLog {
    final String origin;
    final VerifierKey key;
    private final KeyPair pair;
    private final List<byte[]> entries = new ArrayList<>();

    private MadeLog(String origin, KeyPair pair) {
        this.origin = origin;
        this.pair = pair;
        byte[] encoded = pair.getPublic().getEncoded();
        this.key =
                VerifierKey.of(
                        origin,
                        VerifierKey.Algorithm.ED25519,
                        Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length));
    }

    static MadeLog of(String origin) {
        try {
            return new MadeLog(origin, KeyPairGenerator.getInstance("Ed25519").generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** The same log so far, under the same key: what a liar shows somebody else. */
    MadeLog fork() {
        MadeLog fork = new MadeLog(origin, pair);
        fork.entries.addAll(entries);
        return fork;
    }

    MadeLog grow(int count, String what) {
        for (int i = 0; i < count; i++) {
            entries.add((what + i).getBytes(StandardCharsets.UTF_8));
        }
        return this;
    }

    int size() {
        return entries.size();
    }

    byte[] checkpoint() {
        return checkpoint(entries.size());
    }

    byte[] checkpoint(int size) {
        return signed(origin + "\n" + size + "\n" + base64(root(0, size)) + "\n");
    }

    byte[] signed(String text) {
        try {
            Signature signer = Signature.getInstance("Ed25519");
            signer.initSign(pair.getPrivate());
            signer.update(text.getBytes(StandardCharsets.UTF_8));
            byte[] signature = signer.sign();
            byte[] line = ByteBuffer.allocate(68).putInt(key.id()).put(signature).array();
            return (text + "\n\u2014 " + origin + " " + base64(line) + "\n")
                    .getBytes(StandardCharsets.UTF_8);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** The body of a request for all entries. */
    byte[] request(int old) {
        return new AddCheckpoint(old, consistency(old, size()), checkpoint()).format();
    }

    List<byte[]> consistency(int first, int second) {
        return first == 0 || first == second ? List.of() : subproof(first, 0, second, first);
    }

    private List<byte[]> subproof(int m, int from, int to, int original) {
        if (m == to - from) {
            return from == 0 && m == original
                    ? new ArrayList<>()
                    : new ArrayList<>(List.of(root(from, to)));
        }
        int k = Integer.highestOneBit(to - from - 1);
        boolean left = m <= k;
        List<byte[]> path =
                left
                        ? subproof(m, from, from + k, original)
                        : subproof(m - k, from + k, to, original);
        path.add(left ? root(from + k, to) : root(from, from + k));
        return path;
    }

    private byte[] root(int from, int to) {
        if (from == to) {
            return sha();
        }
        if (to - from == 1) {
            return sha(new byte[] {0}, entries.get(from));
        }
        int k = Integer.highestOneBit(to - from - 1);
        return sha(new byte[] {1}, root(from, from + k), root(from + k, to));
    }

    private static byte[] sha(byte[]... parts) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            for (byte[] part : parts) {
                sha.update(part);
            }
            return sha.digest();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
