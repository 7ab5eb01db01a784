package org.domicile.verifier;

import java.util.Arrays;
import java.util.List;

/** Inclusion and consistency of RFC 6962 trees, checked as RFC 9162 section 2.1 says. */
public final class MerkleProof {
    private MerkleProof() {}

    /** Whether the leaf is at {@code index} of the tree (RFC 9162 section 2.1.3.2). */
    public static boolean includes(
            byte[] leaf, long index, long size, byte[] root, List<byte[]> path) {
        if (index < 0 || index >= size) {
            return false;
        }
        TreeHash hash = new TreeHash();
        long fn = index;
        long sn = size - 1;
        byte[] r = leaf;
        for (byte[] p : path) {
            if (sn == 0 || p.length != TreeHash.SIZE) {
                return false;
            }
            if ((fn & 1) == 1 || fn == sn) {
                r = hash.node(p, r);
                while ((fn & 1) == 0 && fn != 0) {
                    fn >>>= 1;
                    sn >>>= 1;
                }
            } else {
                r = hash.node(r, p);
            }
            fn >>>= 1;
            sn >>>= 1;
        }
        return sn == 0 && Arrays.equals(r, root);
    }

    /** Whether the second tree begins with the first (RFC 9162 section 2.1.4.2). */
    public static boolean extendsTree(
            long first, byte[] firstRoot, long second, byte[] secondRoot, List<byte[]> path) {
        if (first < 0 || first > second) {
            return false;
        }
        TreeHash hash = new TreeHash();
        if (first == 0) {
            return path.isEmpty() && Arrays.equals(firstRoot, hash.empty());
        }
        if (first == second) {
            return path.isEmpty() && Arrays.equals(firstRoot, secondRoot);
        }
        boolean whole = Long.bitCount(first) == 1;
        int next = whole ? 0 : 1;
        if (path.size() < next || path.stream().anyMatch(p -> p.length != TreeHash.SIZE)) {
            return false;
        }
        byte[] fr = whole ? firstRoot : path.getFirst();
        byte[] sr = fr;
        long fn = first - 1;
        long sn = second - 1;
        while ((fn & 1) == 1) {
            fn >>>= 1;
            sn >>>= 1;
        }
        for (byte[] c : path.subList(next, path.size())) {
            if (sn == 0) {
                return false;
            }
            if ((fn & 1) == 1 || fn == sn) {
                fr = hash.node(c, fr);
                sr = hash.node(c, sr);
                while ((fn & 1) == 0 && fn != 0) {
                    fn >>>= 1;
                    sn >>>= 1;
                }
            } else {
                sr = hash.node(sr, c);
            }
            fn >>>= 1;
            sn >>>= 1;
        }
        return sn == 0 && Arrays.equals(fr, firstRoot) && Arrays.equals(sr, secondRoot);
    }
}
