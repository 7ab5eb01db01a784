package org.domicile.cedar;

import java.util.List;

/** The words of a text and where the reading stands. */
final class Tokens {
    private final List<Token> tokens;
    private int index;

    Tokens(String text) throws CedarException {
        tokens = Lexer.tokens(text);
    }

    Token peek() {
        return tokens.get(index);
    }

    /** The word after the next. */
    Token peekSecond() {
        return tokens.get(Math.min(index + 1, tokens.size() - 1));
    }

    Token next() {
        Token token = tokens.get(index);
        if (token.kind() != Token.Kind.END) {
            index++;
        }
        return token;
    }

    boolean atEnd() {
        return peek().kind() == Token.Kind.END;
    }

    boolean skip(String punctuation) {
        if (peek().is(punctuation)) {
            index++;
            return true;
        }
        return false;
    }

    boolean skipWord(String word) {
        if (peek().isWord(word)) {
            index++;
            return true;
        }
        return false;
    }

    Place expect(String punctuation) throws CedarException {
        Token token = next();
        if (!token.is(punctuation)) {
            throw unexpected(token, "`" + punctuation + "`");
        }
        return token.at();
    }

    /** Any identifier, reserved or not. */
    Token word(String what) throws CedarException {
        Token token = next();
        if (token.kind() != Token.Kind.IDENTIFIER) {
            throw unexpected(token, what);
        }
        return token;
    }

    /** An identifier that is not reserved. */
    Token name(String what) throws CedarException {
        Token token = word(what);
        checkName(token);
        return token;
    }

    static void checkName(Token token) throws CedarException {
        if (Names.isReserved(token.text())) {
            throw new CedarException(
                    token.at(), "`" + token.text() + "` is a reserved word and cannot be a name");
        }
        if (token.text().equals(Names.CEDAR)) {
            throw new CedarException(
                    token.at(), "the name `" + Names.CEDAR + "` belongs to the language");
        }
    }

    String string(String what) throws CedarException {
        Token token = next();
        if (token.kind() != Token.Kind.STRING) {
            throw unexpected(token, what);
        }
        return Escapes.unescape(token.text(), token.at());
    }

    static CedarException unexpected(Token token, String expected) {
        return new CedarException(
                token.at(), "found " + token.described() + ", expected " + expected);
    }
}
