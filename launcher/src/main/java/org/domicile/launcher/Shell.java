package org.domicile.launcher;

/** Text for a POSIX shell. */
final class Shell {
    private Shell() {}

    /** One word of a command line, quoted where it needs it. */
    static String quoted(String text) {
        return text.matches("[A-Za-z0-9_@%+=:,./-]+")
                ? text
                : "'" + text.replace("'", "'\\''") + "'";
    }
}
