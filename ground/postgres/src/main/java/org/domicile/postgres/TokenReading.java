package org.domicile.postgres;

import java.util.List;

/**
 * A statement that is read word by word. What is wrong is thrown as whoever reads wants it. Owned
 * by one thread, used once.
 */
public abstract class TokenReading {
    /** The statement. */
    protected final String sql;

    /** Its words; the last is {@link Token.Kind#END}. */
    protected final List<Token> words;

    /** Index of the present one. */
    protected int at;

    /** From the first word. @throws SqlError where the text is no words */
    protected TokenReading(String sql) {
        this.sql = sql;
        this.words = Lexer.words(sql);
    }

    /** What to throw. @param position in the statement, from 1 */
    protected abstract RuntimeException wrong(String message, int position);

    /** PostgreSQL's sentence about the present word. */
    protected final RuntimeException wrong() {
        Token token = now();
        return wrong(
                token.kind() == Token.Kind.END
                        ? "syntax error at end of input"
                        : "syntax error at or near \""
                                + sql.substring(token.start(), token.end())
                                + "\"",
                token.start() + 1);
    }

    /** The present word; the last for ever. */
    protected final Token now() {
        return words.get(Math.min(at, words.size() - 1));
    }

    /** Goes on behind these words of the language if they come next. */
    protected final boolean accept(String... all) {
        for (int i = 0; i < all.length; i++) {
            if (!words.get(Math.min(at + i, words.size() - 1)).is(all[i])) {
                return false;
            }
        }
        at += all.length;
        return true;
    }

    /** Goes on behind this sign if it comes next. */
    protected final boolean take(String sign) {
        if (now().sign(sign)) {
            at++;
            return true;
        }
        return false;
    }

    /** Takes a name, which has to come next. */
    protected final String name() {
        if (!now().name()) {
            throw wrong();
        }
        return words.get(at++).text();
    }
}
