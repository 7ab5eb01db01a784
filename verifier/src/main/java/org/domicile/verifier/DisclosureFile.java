package org.domicile.verifier;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Opened fields of an entry, checked without the log. An entry commits to each of its fields that
 * could be about people: {@code SHA-256(0x03 ‖ salt ‖ value)}. The file gives salt and value of
 * some of them, and the proof that the entry stands in its log:
 *
 * <pre>
 *   domicile-disclosure@v1
 *   field NAME BASE64(salt) BASE64(value)      one line for each
 *                                              an empty line
 *   c2sp.org/tlog-proof@v1 …                   a proof that carries the entry
 * </pre>
 *
 * A confirmation of an erasure is the same, of the public log's entry that says so: its field
 * {@code subject} is the id of the key that was destroyed.
 *
 * @param openings what was opened, not yet trusted
 * @param proof the proof at the end, as its bytes
 */
public record DisclosureFile(List<Opening> openings, byte[] proof) {
    private static final byte[] FIRST =
            "domicile-disclosure@v1\n".getBytes(StandardCharsets.US_ASCII);
    private static final int MAX_BYTES = 4 << 20;
    private static final int MAX_FIELDS = 64;
    private static final int SALT = 32;
    private static final byte VALUE = 3;
    private static final String SUBJECT = "subject/";

    /** A field with what its commitment opens with. */
    public record Opening(String field, byte[] salt, String value) {}

    /** What a file says once it holds. */
    public sealed interface Checked {
        /** The entry stands in the log, and these are the values that it commits to. */
        record Opened(ProofFile.Checked.Proven proven, List<Opening> openings) implements Checked {}

        /** It does not hold. */
        record Disproven(Verdict.Refused refused) implements Checked {}
    }

    /** Whether a file begins like one. */
    public static boolean is(byte[] file) {
        return file.length >= FIRST.length
                && Arrays.equals(file, 0, FIRST.length, FIRST, 0, FIRST.length);
    }

    /** The proof in a file, to choose keys by; nothing of it is trusted yet. Empty if none. */
    public static byte[] proofIn(byte[] file) {
        try {
            return parse(file).proof();
        } catch (Refused refused) {
            return new byte[0];
        }
    }

    /** Checks the proof and each opening. */
    public static Checked check(byte[] file, List<VerifierKey> keys) {
        return check(file, keys, TrustPolicy.none());
    }

    /** The same; the witnesses of {@code policy} must have cosigned the proof's checkpoint. */
    public static Checked check(byte[] file, List<VerifierKey> keys, TrustPolicy policy) {
        try {
            DisclosureFile parsed = parse(file);
            return switch (ProofFile.check(parsed.proof, keys, policy)) {
                case ProofFile.Checked.Disproven(Verdict.Refused refused) ->
                        new Checked.Disproven(refused);
                case ProofFile.Checked.Proven proven -> {
                    parsed.compare(proven.entry());
                    yield new Checked.Opened(proven, parsed.openings);
                }
            };
        } catch (Refused refused) {
            return new Checked.Disproven(refused.verdict());
        }
    }

    /**
     * Whether an entry that is known to stand in its log commits to these openings.
     *
     * @return what is wrong; empty when nothing is
     */
    public static Optional<Verdict.Refused> compare(byte[] entry, List<Opening> openings) {
        try {
            new DisclosureFile(openings, new byte[0]).compare(entry);
            return Optional.empty();
        } catch (Refused refused) {
            return Optional.of(refused.verdict());
        }
    }

    private void compare(byte[] entry) throws Refused {
        Map<?, ?> members =
                EntryJson.object(entry)
                        .orElseThrow(() ->
                                new Refused("entry", "is not an entry that commits to fields"));
        for (Opening opening : openings) {
            byte[] commitment =
                    commitment(members, opening.field())
                            .orElseThrow(() ->
                                    new Refused(
                                            "field " + opening.field(),
                                            "the entry commits to no such field"));
            MessageDigest sha256 = TreeHash.sha256();
            sha256.update(VALUE);
            sha256.update(opening.salt());
            sha256.update(opening.value().getBytes(StandardCharsets.UTF_8));
            if (!Arrays.equals(sha256.digest(), commitment)) {
                throw new Refused(
                        "field " + opening.field(),
                        "its value is not the one that the entry commits to");
            }
        }
    }

    private static Optional<byte[]> commitment(Map<?, ?> members, String field) {
        Object found = null;
        if (members.get("commitments") instanceof Map<?, ?> named) {
            found = named.get(field);
        } else if (members.get("texts") instanceof Map<?, ?> named) {
            found = named.get(field);
        }
        if (field.startsWith(SUBJECT) && members.get("subjects") instanceof List<?> people) {
            long which = Checkpoint.number(field.substring(SUBJECT.length()));
            found = which >= 0 && which < people.size() ? people.get((int) which) : null;
        }
        return found instanceof String text ? Base64Text.decode(text) : Optional.empty();
    }

    static DisclosureFile parse(byte[] file) throws Refused {
        if (file.length > MAX_BYTES) {
            throw new Refused("disclosure", "is longer than one can be");
        }
        if (!is(file)) {
            throw new Refused("disclosure", "does not begin like one");
        }
        List<Opening> openings = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        int at = FIRST.length;
        while (true) {
            int end = at;
            while (end < file.length && file[end] != '\n') {
                end++;
            }
            if (end == file.length) {
                throw new Refused("disclosure", "ends before its proof begins");
            }
            String line = new String(file, at, end - at, StandardCharsets.US_ASCII);
            at = end + 1;
            if (line.isEmpty()) {
                break;
            }
            Opening opening = opening(line);
            if (!seen.add(opening.field()) || openings.size() == MAX_FIELDS) {
                throw new Refused(
                        "field " + Note.cut(opening.field()), "stands twice, or is one too many");
            }
            openings.add(opening);
        }
        if (openings.isEmpty()) {
            throw new Refused("disclosure", "opens no field");
        }
        return new DisclosureFile(List.copyOf(openings), Arrays.copyOfRange(file, at, file.length));
    }

    private static Opening opening(String line) throws Refused {
        String[] parts = line.split(" ", -1);
        byte[] salt =
                parts.length == 4 ? Base64Text.decode(parts[2]).orElse(new byte[0]) : new byte[0];
        if (salt.length != SALT
                || !parts[0].equals("field")
                || !parts[1].matches("[A-Za-z0-9/._-]{1,64}")) {
            throw new Refused("disclosure", "has a line that opens no field: " + Note.cut(line));
        }
        byte[] value =
                Base64Text.decode(parts[3])
                        .orElseThrow(
                                () -> new Refused("field " + parts[1], "its value is not base64"));
        try {
            return new Opening(
                    parts[1],
                    salt,
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString());
        } catch (CharacterCodingException e) {
            throw new Refused("field " + parts[1], "its value is not UTF-8");
        }
    }
}
