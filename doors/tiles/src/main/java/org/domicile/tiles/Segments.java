package org.domicile.tiles;

import java.util.Optional;
import java.util.regex.Pattern;

/** The parts of a path between its slashes, read once from left to right. */
final class Segments {
    /** More than the longest path of a file has: nothing longer is looked at. */
    private static final int MOST = 16;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}");

    private final String[] parts;
    private int at;

    Segments(String rawPath) {
        parts = rawPath.split("/", MOST);
    }

    boolean end() {
        return at == parts.length;
    }

    /** The next part; empty at the end, as no part that means something is. */
    String next() {
        return end() ? "" : parts[at++];
    }

    /** Goes on if the next part is this one. */
    boolean take(String part) {
        if (end() || !parts[at].equals(part)) {
            return false;
        }
        at++;
        return true;
    }

    /** The next part, if it could name an organisation or a node. */
    Optional<String> name() {
        String part = next();
        return NAME.matcher(part).matches() ? Optional.of(part) : Optional.empty();
    }
}
