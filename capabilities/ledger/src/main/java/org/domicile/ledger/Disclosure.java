package org.domicile.ledger;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/**
 * Opened fields of an entry with the proof that it stands in its log, as one file:
 *
 * <pre>
 *   domicile-disclosure@v1
 *   field NAME BASE64(salt) BASE64(value)      one line for each
 *                                              an empty line
 *   c2sp.org/tlog-proof@v1 …                   the proof, byte for byte, with the entry in it
 * </pre>
 *
 * Whoever reads it checks the proof, and that the entry's commitment to each named field is {@code
 * SHA-256(0x03 ‖ salt ‖ value)}. A field of a use stands among the entry's {@code commitments}, or
 * is {@code subject/N} of its {@code subjects}; a field of a statement stands among its {@code
 * texts}.
 *
 * @param openings what was opened
 * @param proof in C2SP tlog-proof form
 */
public record Disclosure(List<Ledger.Opening> openings, String proof) {
    private static final String FIRST = "domicile-disclosure@v1\n";

    /** The file. */
    public String text() {
        StringBuilder text = new StringBuilder(FIRST);
        Base64.Encoder base64 = Base64.getEncoder();
        for (Ledger.Opening opening : openings) {
            text.append("field ")
                    .append(opening.field())
                    .append(' ')
                    .append(base64.encodeToString(opening.salt()))
                    .append(' ')
                    .append(base64.encodeToString(opening.value().getBytes(StandardCharsets.UTF_8)))
                    .append('\n');
        }
        return text.append('\n').append(proof).toString();
    }

    /** The commitment that a salt and a value give. */
    public static byte[] commitment(byte[] salt, String value) {
        return Commitment.to(salt, value);
    }
}
