package org.domicile.postgres;

/**
 * A word of SQL.
 *
 * @param kind what it is
 * @param text a name folded to lower case (quoted ones as they are), the value of a string, a
 *     number, an operator, or a parameter's digits
 * @param start index of its first char @param end behind its last
 */
public record Token(Kind kind, String text, int start, int end) {
    /** What a word is. */
    public enum Kind {
        /** A name or a word of the language. */
        WORD,
        /** A name in quotes, which is never a word of the language. */
        QUOTED,
        /** A string, in whatever quotes. */
        STRING,
        /** A number. */
        NUMBER,
        /** {@code $1}. */
        PARAMETER,
        /** An operator, or punctuation. */
        SIGN,
        /** Behind the last. */
        END
    }

    /** Whether it is this word of the language. @param word in lower case */
    public boolean is(String word) {
        return kind == Kind.WORD && text.equals(word);
    }

    /** Whether it is this sign. */
    public boolean sign(String sign) {
        return kind == Kind.SIGN && text.equals(sign);
    }

    /** Whether it may be a name. */
    public boolean name() {
        return kind == Kind.WORD || kind == Kind.QUOTED;
    }
}
