package org.domicile.verifier;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * A proof that one entry stands in a log, checked without the log (C2SP tlog-proof v1).
 *
 * <p>Ours carry the entry itself as the extra data, so that nothing else is needed; its hash, not
 * the extra line, is what the proof proves.
 *
 * @param index place of the entry
 * @param extra the extra data, not yet trusted
 * @param path hashes from the leaf's sibling up
 * @param checkpoint the note at the end, as its bytes
 */
public record ProofFile(long index, Optional<byte[]> extra, List<byte[]> path, byte[] checkpoint) {
    private static final String VERSION = "c2sp.org/tlog-proof@v1";
    private static final int MAX_BYTES = Note.MAX_BYTES + (1 << 18);
    private static final int MAX_PATH = 63;

    /** What a proof says once it holds. */
    public sealed interface Checked {
        /**
         * The entry stands at this place of the log.
         *
         * @param index place
         * @param entry the entry's bytes
         * @param checkpoint what the proof hangs on
         */
        record Proven(long index, byte[] entry, Verdict.Sound checkpoint) implements Checked {}

        /** It does not hold. */
        record Disproven(Verdict.Refused refused) implements Checked {}
    }

    /** Checks a proof whose extra data are the entry. */
    public static Checked check(byte[] proof, List<VerifierKey> keys) {
        return check(proof, keys, TrustPolicy.none());
    }

    /** The same, and the policy's quorum must have cosigned the checkpoint. */
    public static Checked check(byte[] proof, List<VerifierKey> keys, TrustPolicy policy) {
        try {
            ProofFile parsed = parse(proof);
            byte[] entry =
                    parsed.extra()
                            .orElseThrow(() ->
                                    new Refused(
                                            "extra",
                                            "the proof does not carry the entry; give it"
                                                    + " beside the proof"));
            return parsed.checked(entry, keys, policy);
        } catch (Refused refused) {
            return new Checked.Disproven(refused.verdict());
        }
    }

    /** Checks a proof for an entry that was given beside it. */
    public static Checked check(byte[] proof, byte[] entry, List<VerifierKey> keys) {
        return check(proof, entry, keys, TrustPolicy.none());
    }

    /** The same, and the policy's quorum must have cosigned the checkpoint. */
    public static Checked check(
            byte[] proof, byte[] entry, List<VerifierKey> keys, TrustPolicy policy) {
        try {
            return parse(proof).checked(entry, keys, policy);
        } catch (Refused refused) {
            return new Checked.Disproven(refused.verdict());
        }
    }

    private Checked checked(byte[] entry, List<VerifierKey> keys, TrustPolicy policy)
            throws Refused {
        Checkpoint signedTree = Checkpoint.parse("checkpoint", checkpoint);
        Checkpoint.Signed signed = signedTree.verify("checkpoint", keys, policy);
        if (index >= signedTree.size()) {
            throw new Refused(
                    "index",
                    "%,d is beyond the checkpoint's %,d entries"
                            .formatted(index, signedTree.size()));
        }
        byte[] leaf = new TreeHash().leaf(entry);
        if (!MerkleProof.includes(leaf, index, signedTree.size(), signedTree.root(), path)) {
            throw new Refused(
                    "path", "its hashes do not lead from the entry to the checkpoint's root");
        }
        return new Checked.Proven(
                index,
                entry,
                new Verdict.Sound(
                        signedTree.origin(),
                        signedTree.size(),
                        HexFormat.of().formatHex(signedTree.root()),
                        signed.signers(),
                        signed.at(),
                        0));
    }

    static ProofFile parse(byte[] bytes) throws Refused {
        if (bytes.length > MAX_BYTES) {
            throw new Refused("proof", "is longer than a proof can be");
        }
        String text = Note.text("proof", bytes);
        int blank = text.indexOf("\n\n");
        if (blank < 0) {
            throw new Refused("proof", "has no blank line before its checkpoint");
        }
        String[] lines = text.substring(0, blank).split("\n", -1);
        if (!lines[0].equals(VERSION)) {
            throw new Refused("proof", "does not begin with the line " + VERSION);
        }
        int at = 1;
        Optional<byte[]> extra = Optional.empty();
        if (at < lines.length && lines[at].startsWith("extra ")) {
            extra = Base64Text.decode(lines[at].substring("extra ".length()));
            if (extra.isEmpty()) {
                throw new Refused("extra", "is not proper base64");
            }
            at++;
        }
        long index =
                at < lines.length && lines[at].startsWith("index ")
                        ? Checkpoint.number(lines[at].substring("index ".length()))
                        : -1;
        if (index < 0) {
            throw new Refused("index", "there is no line that gives the entry's place");
        }
        List<byte[]> path = new ArrayList<>();
        for (at++; at < lines.length; at++) {
            byte[] hash = Base64Text.decode(lines[at]).orElse(new byte[0]);
            if (hash.length != TreeHash.SIZE || path.size() == MAX_PATH) {
                throw new Refused("path", "has a line that is no hash: " + Note.cut(lines[at]));
            }
            path.add(hash);
        }
        return new ProofFile(
                index,
                extra,
                List.copyOf(path),
                text.substring(blank + 2).getBytes(StandardCharsets.UTF_8));
    }
}
