package org.domicile.tables;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The name of a namespace: its levels, the outermost first. None at all is the root, in which all
 * others lie and which is no namespace itself.
 *
 * @param levels 0 to 16; each 1 to 255 bytes of UTF-8 without control characters, together at most
 *     2,000 bytes
 */
public record NamespaceName(List<String> levels) {
    /** In which all others lie. */
    public static final NamespaceName ROOT = new NamespaceName(List.of());

    /** Most levels of one. */
    public static final int MOST_LEVELS = 16;

    private static final int LONGEST = 255;
    private static final int LONGEST_TOGETHER = 2_000;

    /** Checks the limits; {@link Refusal} where they are passed. */
    public NamespaceName {
        levels = List.copyOf(levels);
        if (levels.size() > MOST_LEVELS) {
            throw new Refusal(
                    Refusal.Kind.INVALID,
                    "A namespace has at most " + MOST_LEVELS + " levels, not " + levels.size());
        }
        int together = 0;
        for (String each : levels) {
            check("The name of a namespace", each);
            together += each.getBytes(StandardCharsets.UTF_8).length;
        }
        if (together > LONGEST_TOGETHER) {
            throw new Refusal(
                    Refusal.Kind.INVALID,
                    "The levels of a namespace have at most "
                            + LONGEST_TOGETHER
                            + " bytes together, not "
                            + together);
        }
    }

    /** Of levels. */
    public static NamespaceName of(String... levels) {
        return new NamespaceName(List.of(levels));
    }

    /** Whether it is the root. */
    public boolean isRoot() {
        return levels.isEmpty();
    }

    /** The namespace around it; the root's is the root. */
    public NamespaceName parent() {
        return isRoot() ? this : new NamespaceName(levels.subList(0, levels.size() - 1));
    }

    /** For people and for records: levels with a dot between. Two names may have one text. */
    public String text() {
        return String.join(".", levels);
    }

    static void check(String what, String name) {
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        if (length == 0 || length > LONGEST) {
            throw new Refusal(
                    Refusal.Kind.INVALID, what + " has 1 to " + LONGEST + " bytes, not " + length);
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean half =
                    Character.isHighSurrogate(c)
                            ? i + 1 == name.length()
                                    || !Character.isLowSurrogate(name.charAt(i + 1))
                            : Character.isLowSurrogate(c)
                                    && (i == 0 || !Character.isHighSurrogate(name.charAt(i - 1)));
            if (Character.isISOControl(c) || half) {
                throw new Refusal(
                        Refusal.Kind.INVALID,
                        what + " has no control characters and no halves of characters");
            }
        }
    }
}
