package org.domicile.verifier;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A signed note, taken apart and not yet trusted (C2SP signed-note).
 *
 * @param text the signed text with its last newline
 * @param signatures the signature lines in order
 */
public record Note(String text, List<SignatureLine> signatures) {
    /** More than 16 signatures of the largest kind. */
    public static final int MAX_BYTES = 1 << 20;

    private static final int MAX_SIGNATURES = 128;
    private static final String DASH = "\u2014 ";

    /** One line: who says to have signed, the key's id, the raw signature. */
    public record SignatureLine(String name, int id, byte[] signature) {
        /** As it stands in a note, with its newline. */
        public String format() {
            byte[] bytes =
                    ByteBuffer.allocate(Integer.BYTES + signature.length)
                            .putInt(id)
                            .put(signature)
                            .array();
            return DASH + name + " " + Base64Text.encode(bytes) + "\n";
        }
    }

    /**
     * Takes a note apart.
     *
     * @param where how the note is called in a refusal
     */
    public static Note parse(String where, byte[] bytes) throws Refused {
        if (bytes.length > MAX_BYTES) {
            throw new Refused(where, "has %,d bytes, too many for a note".formatted(bytes.length));
        }
        String whole = text(where, bytes);
        int blank = whole.lastIndexOf("\n\n");
        if (blank < 0) {
            throw new Refused(where, "has no blank line between text and signatures");
        }
        String text = whole.substring(0, blank + 1);
        String rest = whole.substring(blank + 2);
        return new Note(text, lines(where, rest.getBytes(StandardCharsets.UTF_8)));
    }

    /** UTF-8 without control characters but the newline. */
    static String text(String where, byte[] bytes) throws Refused {
        for (byte b : bytes) {
            if (b >= 0 && b < 0x20 && b != '\n') {
                throw new Refused(where, "contains the control character " + b);
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new Refused(where, "is not UTF-8");
        }
    }

    /** The signature lines of the text {@code bytes}, which follow a note's blank line. */
    public static List<SignatureLine> lines(String where, byte[] bytes) throws Refused {
        String text = text(where, bytes);
        if (bytes.length > MAX_BYTES || !text.endsWith("\n")) {
            throw new Refused(where, "does not end in a signature line and a newline");
        }
        List<SignatureLine> lines = new ArrayList<>();
        for (String line : text.substring(0, text.length() - 1).split("\n", -1)) {
            lines.add(signatureLine(where, line));
        }
        if (lines.size() > MAX_SIGNATURES) {
            throw new Refused(where, "has more than " + MAX_SIGNATURES + " signatures");
        }
        return List.copyOf(lines);
    }

    /** The raw signature of a key, if a line claims to be its. */
    Optional<byte[]> signature(VerifierKey key) {
        return signatures.stream()
                .filter(line -> line.id() == key.id() && line.name().equals(key.name()))
                .map(SignatureLine::signature)
                .findFirst();
    }

    private static SignatureLine signatureLine(String where, String line) throws Refused {
        int space = line.startsWith(DASH) ? line.indexOf(' ', DASH.length()) : -1;
        if (space < 0) {
            throw new Refused(where, "has a line among the signatures that is none: " + cut(line));
        }
        String name = line.substring(DASH.length(), space);
        try {
            VerifierKey.checkName(name);
        } catch (IllegalArgumentException e) {
            throw new Refused(where, "has a signature by a name that is none: " + cut(line));
        }
        byte[] bytes = Base64Text.decode(line.substring(space + 1)).orElse(new byte[0]);
        if (bytes.length < 5) {
            throw new Refused(where, "has a signature of " + name + " that is not proper base64");
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        int id = buffer.getInt();
        byte[] signature = new byte[buffer.remaining()];
        buffer.get(signature);
        return new SignatureLine(name, id, signature);
    }

    static String cut(String line) {
        return line.length() <= 60 ? line : line.substring(0, 60) + "…";
    }
}
