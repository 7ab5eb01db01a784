package org.domicile.register;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** The root hash of entries in their order (RFC 6962, section 2.1; RFC 9162, 2.1.1). */
final class TreeRoot {
    private record Subtree(long size, byte[] hash) {}

    private final MessageDigest sha;
    private final List<Subtree> complete = new ArrayList<>();
    private long size;

    TreeRoot() {
        try {
            sha = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    long size() {
        return size;
    }

    void add(byte[] entry) {
        sha.update((byte) 0);
        push(new Subtree(1, sha.digest(entry)));
        size++;
    }

    private void push(Subtree made) {
        Subtree top = made;
        while (!complete.isEmpty() && complete.getLast().size() == top.size()) {
            Subtree left = complete.removeLast();
            top = new Subtree(2 * top.size(), node(left.hash(), top.hash()));
        }
        complete.add(top);
    }

    private byte[] node(byte[] left, byte[] right) {
        sha.update((byte) 1);
        sha.update(left);
        return sha.digest(right);
    }

    /** In Base64, as checkpoints write it. */
    String root() {
        if (complete.isEmpty()) {
            return Base64.getEncoder().encodeToString(sha.digest());
        }
        byte[] root = complete.getLast().hash();
        for (int i = complete.size() - 2; i >= 0; i--) {
            root = node(complete.get(i).hash(), root);
        }
        return Base64.getEncoder().encodeToString(root);
    }
}
