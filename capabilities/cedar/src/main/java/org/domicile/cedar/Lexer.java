package org.domicile.cedar;

import java.util.ArrayList;
import java.util.List;

/** Cuts a policy or schema into words. */
final class Lexer {
    private static final String[] PUNCTUATION = {
        "::", "==", "!=", "<=", ">=", "||", "&&", "@", ".", ",", ";", ":", "(", ")", "{", "}", "[",
        "]", "<", ">", "+", "-", "*", "/", "%", "!", "=", "?"
    };

    /** No text is longer, policy or schema, in UTF-16 units. */
    static final int LONGEST = 4 << 20;

    private final String text;
    private int index;
    private int line = 1;
    private int lineStart;

    private Lexer(String text) {
        this.text = text;
    }

    static List<Token> tokens(String text) throws CedarException {
        if (text.length() > LONGEST) {
            throw new CedarException(
                    "the text has %d characters; at most %d are read"
                            .formatted(text.length(), LONGEST));
        }
        Lexer lexer = new Lexer(text);
        List<Token> tokens = new ArrayList<>();
        while (lexer.skipSpace()) {
            tokens.add(lexer.next());
        }
        tokens.add(new Token(Token.Kind.END, "", lexer.place()));
        return tokens;
    }

    private Place place() {
        return new Place(line, index - lineStart + 1);
    }

    /** Skips white space and comments; false at the end. */
    private boolean skipSpace() {
        while (index < text.length()) {
            char c = text.charAt(index);
            if (c == '\n') {
                index++;
                line++;
                lineStart = index;
            } else if ((c >= '\t' && c <= '\r') || Character.isSpaceChar(c) || c == '\u0085') {
                index++;
            } else if (text.startsWith("//", index)) {
                while (index < text.length()
                        && text.charAt(index) != '\n'
                        && text.charAt(index) != '\r') {
                    index++;
                }
            } else {
                return true;
            }
        }
        return false;
    }

    private Token next() throws CedarException {
        Place at = place();
        char c = text.charAt(index);
        if (Names.isStart(c)) {
            return new Token(Token.Kind.IDENTIFIER, word(), at);
        }
        if (c >= '0' && c <= '9') {
            int from = index;
            while (index < text.length()
                    && text.charAt(index) >= '0'
                    && text.charAt(index) <= '9') {
                index++;
            }
            return new Token(Token.Kind.NUMBER, text.substring(from, index), at);
        }
        if (c == '"') {
            return new Token(Token.Kind.STRING, string(at), at);
        }
        if (c == '?' && index + 1 < text.length() && Names.isStart(text.charAt(index + 1))) {
            index++;
            return new Token(Token.Kind.SLOT, "?" + word(), at);
        }
        for (String punctuation : PUNCTUATION) {
            if (text.startsWith(punctuation, index)) {
                index += punctuation.length();
                return new Token(Token.Kind.PUNCTUATION, punctuation, at);
            }
        }
        throw new CedarException(
                at, "`" + Character.toString(text.codePointAt(index)) + "` is not expected here");
    }

    private String word() {
        int from = index;
        while (index < text.length() && Names.isPart(text.charAt(index))) {
            index++;
        }
        return text.substring(from, index);
    }

    private String string(Place at) throws CedarException {
        int from = ++index;
        while (index < text.length()) {
            char c = text.charAt(index);
            if (c == '"') {
                return text.substring(from, index++);
            }
            if (c == '\\') {
                index++;
                if (index == text.length() || text.charAt(index) == '\n') {
                    break;
                }
            } else if (c == '\n') {
                line++;
                lineStart = index + 1;
            }
            index++;
        }
        throw new CedarException(at, "a string has no closing quote");
    }
}
