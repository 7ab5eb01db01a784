package org.domicile.iam;

/**
 * A policy document is refused: it is no JSON, breaks IAM's grammar, names what nobody knows here,
 * or says what has no meaning. The message is a sentence for whoever wrote the document, and names
 * the statement and what to write instead.
 */
public final class IamException extends Exception {
    private static final long serialVersionUID = 1;

    private final int line;
    private final int column;

    /**
     * @param problem what is wrong and what to write instead
     */
    public IamException(int line, int column, String problem) {
        super("line " + line + ", column " + column + ": " + problem);
        this.line = line;
        this.column = column;
    }

    /** The line of the problem, from 1. */
    public int line() {
        return line;
    }

    /** The column of the problem in UTF-16 units, from 1. */
    public int column() {
        return column;
    }
}
