package org.domicile.cedar;

/**
 * A word of a policy or schema.
 *
 * @param text the word itself; of a string, what stands between its quotes, still escaped
 */
record Token(Kind kind, String text, Place at) {
    enum Kind {
        IDENTIFIER,
        NUMBER,
        STRING,
        SLOT,
        PUNCTUATION,
        END
    }

    boolean is(String punctuation) {
        return kind == Kind.PUNCTUATION && text.equals(punctuation);
    }

    boolean isWord(String word) {
        return kind == Kind.IDENTIFIER && text.equals(word);
    }

    String described() {
        return switch (kind) {
            case END -> "the end of the text";
            case STRING -> "a string";
            case IDENTIFIER, NUMBER, SLOT, PUNCTUATION -> "`" + text + "`";
        };
    }
}
