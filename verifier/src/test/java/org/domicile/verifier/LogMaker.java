package org.domicile.verifier;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * Makes logs to judge, straight from the recursive definitions of RFC 6962: slow, and nothing like
 * the code under test.
 */
final class LogMaker {
    static final String ORIGIN = "log.example/made";
    private static final KeyPair ED = pair("Ed25519");
    private static final KeyPair ML = pair("ML-DSA-44");
    static final VerifierKey ED_KEY =
            VerifierKey.of(ORIGIN, VerifierKey.Algorithm.ED25519, raw(ED, 32));
    static final VerifierKey ML_KEY =
            VerifierKey.of(ORIGIN, VerifierKey.Algorithm.ML_DSA_44, raw(ML, 1312));
    static final List<VerifierKey> KEYS = List.of(ED_KEY, ML_KEY);

    final List<byte[]> entries;
    private final String origin;
    private final List<byte[]> leaves = new ArrayList<>();

    LogMaker(List<byte[]> entries) {
        this(entries, ORIGIN);
    }

    /** The same keys sign for every origin, each under its name. */
    LogMaker(List<byte[]> entries, String origin) {
        this.entries = entries;
        this.origin = origin;
        for (byte[] entry : entries) {
            leaves.add(sha(new byte[] {0}, entry));
        }
    }

    static LogMaker ofSize(int size) {
        List<byte[]> entries = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            entries.add(("entry " + i).getBytes(StandardCharsets.UTF_8));
        }
        return new LogMaker(entries);
    }

    byte[] root(int from, int to) {
        if (from == to) {
            return sha();
        }
        if (to - from == 1) {
            return leaves.get(from);
        }
        int k = Integer.highestOneBit(to - from - 1);
        return sha(new byte[] {1}, root(from, from + k), root(from + k, to));
    }

    List<byte[]> inclusion(int index, int from, int to) {
        if (to - from == 1) {
            return new ArrayList<>();
        }
        int k = Integer.highestOneBit(to - from - 1);
        boolean left = index < from + k;
        List<byte[]> path =
                left ? inclusion(index, from, from + k) : inclusion(index, from + k, to);
        path.add(left ? root(from + k, to) : root(from, from + k));
        return path;
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
        List<byte[]> path;
        if (m <= k) {
            path = subproof(m, from, from + k, original);
            path.add(root(from + k, to));
        } else {
            path = subproof(m - k, from + k, to, original);
            path.add(root(from, from + k));
        }
        return path;
    }

    byte[] checkpoint() {
        return checkpoint(entries.size());
    }

    byte[] checkpoint(int size) {
        byte[] root = root(0, size);
        String text = origin + "\n" + size + "\n" + base64(root) + "\n";
        byte[] ed = sign(ED, "Ed25519", text.getBytes(StandardCharsets.UTF_8));
        byte[] name = origin.getBytes(StandardCharsets.UTF_8);
        ByteBuffer message = ByteBuffer.allocate(12 + 2 * (1 + name.length) + 24 + 32);
        message.put("subtree/v1\n\0".getBytes(StandardCharsets.UTF_8))
                .put((byte) name.length)
                .put(name)
                .putLong(1_700_000_000)
                .put((byte) name.length)
                .put(name)
                .putLong(0)
                .putLong(size)
                .put(root);
        byte[] ml = sign(ML, "ML-DSA-44", message.array());
        byte[] timed = ByteBuffer.allocate(8 + ml.length).putLong(1_700_000_000).put(ml).array();
        return (text + "\n" + line(ED_KEY.named(origin), ed) + line(ML_KEY.named(origin), timed))
                .getBytes(StandardCharsets.UTF_8);
    }

    byte[] proof(int index) {
        StringBuilder text = new StringBuilder("c2sp.org/tlog-proof@v1\n");
        text.append("extra ").append(base64(entries.get(index))).append('\n');
        text.append("index ").append(index).append('\n');
        for (byte[] hash : inclusion(index, 0, entries.size())) {
            text.append(base64(hash)).append('\n');
        }
        text.append('\n').append(new String(checkpoint(), StandardCharsets.UTF_8));
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Writes the folder; returns the names of all files but the checkpoint. */
    List<String> write(Path folder) throws IOException {
        List<String> files = new ArrayList<>();
        int size = entries.size();
        for (int n = 0; n * 256 < size; n++) {
            int width = Math.min(256, size - n * 256);
            ByteArrayOutputStream bundle = new ByteArrayOutputStream();
            for (byte[] entry : entries.subList(n * 256, n * 256 + width)) {
                bundle.write(entry.length >> 8);
                bundle.write(entry.length);
                bundle.writeBytes(entry);
            }
            files.add(put(folder, "tile/entries/", n, width, bundle.toByteArray()));
        }
        int span = 1;
        for (int level = 0; size / span > 0; level++, span *= 256) {
            int hashes = size / span;
            for (int n = 0; n * 256 < hashes; n++) {
                int width = Math.min(256, hashes - n * 256);
                ByteArrayOutputStream tile = new ByteArrayOutputStream();
                for (int i = 0; i < width; i++) {
                    int from = (n * 256 + i) * span;
                    tile.writeBytes(root(from, from + span));
                }
                files.add(put(folder, "tile/" + level + "/", n, width, tile.toByteArray()));
            }
        }
        Files.write(folder.resolve("checkpoint"), checkpoint());
        return files;
    }

    private static String put(Path folder, String kind, int n, int width, byte[] bytes)
            throws IOException {
        String name = kind + "%03d".formatted(n) + (width == 256 ? "" : ".p/" + width);
        Files.createDirectories(folder.resolve(name).getParent());
        Files.write(folder.resolve(name), bytes);
        return name;
    }

    private static String line(VerifierKey key, byte[] signature) {
        byte[] bytes =
                ByteBuffer.allocate(4 + signature.length).putInt(key.id()).put(signature).array();
        return "\u2014 " + key.name() + " " + base64(bytes) + "\n";
    }

    static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
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

    private static KeyPair pair(String algorithm) {
        try {
            return KeyPairGenerator.getInstance(algorithm).generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
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
            throw new AssertionError(e);
        }
    }
}
