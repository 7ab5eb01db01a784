package org.domicile.witness;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.domicile.verifier.Checkpoint;
import org.domicile.verifier.Refused;

/**
 * The body of an add-checkpoint request.
 *
 * @param old size that the witness is thought to know
 * @param proof consistency from there, at most 63 hashes
 * @param checkpoint the note, as its bytes
 */
record AddCheckpoint(long old, List<byte[]> proof, byte[] checkpoint) {
    /** A note with its signatures; ours have two, of 4 KB. */
    static final int MAX_BYTES = 64 << 10;

    private static final int MAX_PROOF = 63;
    private static final int HASH = 32;
    private static final String OLD = "old ";

    static AddCheckpoint parse(byte[] body) throws Refused {
        String text = new String(body, StandardCharsets.ISO_8859_1);
        int blank = text.indexOf("\n\n");
        if (blank < 0) {
            throw new Refused("request", "has no empty line before its checkpoint");
        }
        String[] lines = text.substring(0, blank).split("\n", -1);
        long old =
                lines[0].startsWith(OLD) ? Checkpoint.number(lines[0].substring(OLD.length())) : -1;
        if (old < 0) {
            throw new Refused("request", "does not begin with 'old' and a size");
        }
        if (lines.length - 1 > MAX_PROOF) {
            throw new Refused("request", "has more than 63 lines of proof");
        }
        List<byte[]> proof = new ArrayList<>();
        for (int at = 1; at < lines.length; at++) {
            proof.add(hash(lines[at]));
        }
        byte[] note = text.substring(blank + 2).getBytes(StandardCharsets.ISO_8859_1);
        return new AddCheckpoint(old, List.copyOf(proof), note);
    }

    private static byte[] hash(String line) throws Refused {
        try {
            byte[] hash = Base64.getDecoder().decode(line);
            if (hash.length == HASH && Base64.getEncoder().encodeToString(hash).equals(line)) {
                return hash;
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw new Refused("request", "has a line of proof that is no hash in base64");
    }

    byte[] format() {
        StringBuilder text = new StringBuilder(OLD).append(old).append('\n');
        proof.forEach(hash -> text.append(Base64.getEncoder().encodeToString(hash)).append('\n'));
        text.append('\n').append(new String(checkpoint, StandardCharsets.ISO_8859_1));
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }
}
