package org.domicile.launcher;

import java.util.ArrayList;
import java.util.List;

/**
 * A name of the catalog as people write it: levels with dots between; one that has a dot, a blank
 * or a quotation mark stands in double quotation marks, doubled within, as SQL has it.
 */
record DottedName(List<String> levels) {
    /** Parses it. @throws IllegalArgumentException with a sentence */
    static DottedName parse(String text) {
        List<String> levels = new ArrayList<>();
        int at = 0;
        while (true) {
            StringBuilder level = new StringBuilder();
            if (at < text.length() && text.charAt(at) == '"') {
                at = quoted(text, at + 1, level);
            } else {
                while (at < text.length() && text.charAt(at) != '.') {
                    level.append(text.charAt(at++));
                }
            }
            if (level.isEmpty()) {
                throw wrong(text);
            }
            levels.add(level.toString());
            if (at == text.length()) {
                return new DottedName(List.copyOf(levels));
            }
            if (text.charAt(at) != '.') {
                throw wrong(text);
            }
            at++;
        }
    }

    /** Where it goes on behind the closing mark. */
    private static int quoted(String text, int from, StringBuilder level) {
        for (int at = from; at < text.length(); at++) {
            if (text.charAt(at) != '"') {
                level.append(text.charAt(at));
            } else if (at + 1 < text.length() && text.charAt(at + 1) == '"') {
                level.append('"');
                at++;
            } else {
                return at + 1;
            }
        }
        throw wrong(text);
    }

    private static IllegalArgumentException wrong(String text) {
        return new IllegalArgumentException(
                "'"
                        + text
                        + "' is no name; write NAMESPACE.TABLE, and a level that has a dot so:"
                        + " travel.\"flights.2026\"");
    }

    /** What is before the last level. */
    List<String> outer() {
        return levels.subList(0, levels.size() - 1);
    }

    String last() {
        return levels.getLast();
    }

    /** As it is parsed. */
    @Override
    public String toString() {
        return String.join(".", levels.stream().map(DottedName::shown).toList());
    }

    private static String shown(String level) {
        return level.isEmpty() || level.chars().anyMatch(c -> c == '.' || c == '"' || c <= ' ')
                ? "\"" + level.replace("\"", "\"\"") + "\""
                : level;
    }
}
