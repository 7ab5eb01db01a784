package org.domicile.verifier;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A log's statement of its size and root, and the note that carries it (C2SP tlog-checkpoint).
 *
 * @param origin first line
 * @param size second line
 * @param root third line, 32 bytes
 * @param note text and signatures
 */
public record Checkpoint(String origin, long size, byte[] root, Note note) {
    private static final int MAX_ORIGIN = 255;
    private static final byte[] TREE_LABEL = "subtree/v1\n\0".getBytes(StandardCharsets.US_ASCII);
    private static final int TIMESTAMP = 8;

    /** Who signed, and the newest time that a signature gives. */
    public record Signed(List<String> signers, Optional<Instant> at) {}

    /**
     * Takes a checkpoint apart; nothing of it is trusted yet.
     *
     * @param where how it is called in a refusal
     */
    public static Checkpoint parse(String where, byte[] bytes) throws Refused {
        Note note = Note.parse(where, bytes);
        String[] lines = note.text().split("\n", -1);
        // the text ends in a newline, so the last piece is empty
        if (lines.length < 4) {
            throw new Refused(where, "has fewer than three lines before its signatures");
        }
        for (int line = 0; line < lines.length - 1; line++) {
            if (lines[line].isEmpty()) {
                throw new Refused(where, "has an empty line in its text");
            }
        }
        long size = number(lines[1]);
        if (size < 0) {
            throw new Refused(where, "has a size that is no number: " + Note.cut(lines[1]));
        }
        byte[] root = Base64Text.decode(lines[2]).orElse(new byte[0]);
        if (root.length != TreeHash.SIZE) {
            throw new Refused(where, "has a root hash that is not 32 bytes in base64");
        }
        return new Checkpoint(lines[0], size, root, note);
    }

    /** A decimal number without sign and leading zeros; -1 when it is none. */
    public static long number(String text) {
        if (text.isEmpty()
                || text.length() > 19
                || !text.chars().allMatch(c -> c >= '0' && c <= '9')
                || (text.length() > 1 && text.charAt(0) == '0')) {
            return -1;
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /**
     * Checks the log's signatures: each given key of the origin's name must have signed, and there
     * must be one.
     */
    public Signed verify(String where, List<VerifierKey> keys) throws Refused {
        List<String> signers = new ArrayList<>();
        Optional<Instant> at = Optional.empty();
        for (VerifierKey key : keys) {
            if (!key.name().equals(origin)) {
                continue;
            }
            byte[] signature =
                    note.signature(key)
                            .orElseThrow(() -> new Refused(where, "is not signed by " + key));
            if (!verifies(key, signature)) {
                throw new Refused(where, "the signature of " + key + " does not verify");
            }
            if (key.algorithm() == VerifierKey.Algorithm.ML_DSA_44) {
                at = Optional.of(Instant.ofEpochSecond(ByteBuffer.wrap(signature).getLong()));
            }
            signers.add(key.toString());
        }
        if (signers.isEmpty()) {
            throw new Refused(where, "none of the given keys belongs to the log " + origin);
        }
        return new Signed(List.copyOf(signers), at);
    }

    /** The log's signatures as {@link #verify}, and then the cosignatures that a policy wants. */
    public Signed verify(String where, List<VerifierKey> keys, TrustPolicy policy) throws Refused {
        Signed signed = verify(where, keys);
        List<String> signers = new ArrayList<>(signed.signers());
        policy.check(where, this).forEach(name -> signers.add("witness " + name));
        return new Signed(List.copyOf(signers), signed.at());
    }

    /**
     * Checks what a witness must: one of these keys has signed, and no line that claims to be one
     * of theirs is false (C2SP tlog-witness, add-checkpoint).
     *
     * @return the valid lines
     */
    public List<Note.SignatureLine> verifyAny(String where, List<VerifierKey> keys) throws Refused {
        List<Note.SignatureLine> valid = new ArrayList<>();
        for (Note.SignatureLine line : note.signatures()) {
            for (VerifierKey key : keys) {
                if (line.id() == key.id() && line.name().equals(key.name())) {
                    if (!verifies(key, line.signature())) {
                        throw new Refused(where, "the signature of " + key + " does not verify");
                    }
                    valid.add(line);
                }
            }
        }
        if (valid.isEmpty()) {
            throw new Refused(where, "none of the log's keys has signed it");
        }
        return valid;
    }

    /**
     * When this key cosigned, by its own clock; empty when there is no cosignature of it.
     *
     * @throws Refused when a line claims to be the key's and is not
     */
    public Optional<Instant> cosigned(String where, VerifierKey key) throws Refused {
        Optional<byte[]> signature = note.signature(key);
        if (signature.isEmpty() || !key.algorithm().cosigns()) {
            return Optional.empty();
        }
        if (!verifies(key, signature.get())) {
            throw new Refused(where, "the cosignature of " + key + " does not verify");
        }
        return Optional.of(Instant.ofEpochSecond(ByteBuffer.wrap(signature.get()).getLong()));
    }

    /** Whether this line is the key's valid cosignature of this checkpoint. */
    public boolean isCosignature(VerifierKey key, Note.SignatureLine line) {
        return key.algorithm().cosigns()
                && line.id() == key.id()
                && line.name().equals(key.name())
                && verifies(key, line.signature());
    }

    private boolean verifies(VerifierKey key, byte[] signature) {
        return switch (key.algorithm()) {
            case ED25519 -> key.verifies(note.text().getBytes(StandardCharsets.UTF_8), signature);
            case ED25519_COSIGNATURE ->
                    timed(
                            signature,
                            (time, raw) -> key.verifies(textMessage(note.text(), time), raw));
            case ML_DSA_44 ->
                    // Extension lines are not under this signature, so they could be anything.
                    note.text().lines().count() == 3
                            && origin.getBytes(StandardCharsets.UTF_8).length <= MAX_ORIGIN
                            && timed(
                                    signature,
                                    (time, raw) ->
                                            key.verifies(
                                                    treeMessage(
                                                            key.name(), time, origin, size, root),
                                                    raw));
        };
    }

    private interface Timed {
        boolean verifies(long time, byte[] raw);
    }

    /** A {@code timestamped_signature}: eight bytes of time, then the signature. */
    private static boolean timed(byte[] signature, Timed check) {
        if (signature.length <= TIMESTAMP) {
            return false;
        }
        long time = ByteBuffer.wrap(signature).getLong();
        return time >= 0
                && time <= Instant.MAX.getEpochSecond()
                && check.verifies(time, Arrays.copyOfRange(signature, TIMESTAMP, signature.length));
    }

    /** What an Ed25519 cosignature signs (C2SP tlog-cosignature, "Ed25519 signed message"). */
    public static byte[] textMessage(String text, long time) {
        return ("cosignature/v1\ntime " + time + "\n" + text).getBytes(StandardCharsets.UTF_8);
    }

    /** The {@code cosigned_message} of C2SP tlog-cosignature for the whole tree. */
    public static byte[] treeMessage(
            String cosigner, long time, String origin, long size, byte[] root) {
        byte[] name = cosigner.getBytes(StandardCharsets.UTF_8);
        byte[] log = origin.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.writeBytes(TREE_LABEL);
        message.write(name.length);
        message.writeBytes(name);
        message.writeBytes(ByteBuffer.allocate(8).putLong(time).array());
        message.write(log.length);
        message.writeBytes(log);
        message.writeBytes(ByteBuffer.allocate(16).putLong(0).putLong(size).array());
        message.writeBytes(root);
        return message.toByteArray();
    }
}
