package org.domicile.iam;

/** Strings as Cedar writes them. */
final class CedarText {
    private CedarText() {}

    static String quoted(String text) {
        return '"' + inside(text) + '"';
    }

    /** Without the quotes. */
    static String inside(String text) {
        StringBuilder out = new StringBuilder(text.length() + 8);
        text.codePoints()
                .forEach(c -> {
                    switch (c) {
                        case '"' -> out.append("\\\"");
                        case '\\' -> out.append("\\\\");
                        default -> {
                            if (c < ' ' || c == 0x7f) {
                                out.append("\\u{").append(Integer.toHexString(c)).append('}');
                            } else {
                                out.appendCodePoint(c);
                            }
                        }
                    }
                });
        return out.toString();
    }
}
