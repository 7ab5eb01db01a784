package org.domicile.sql;

/** What the wire's door does with a statement, all of it: how each meets the guard. */
enum Operation {
    /**
     * BEGIN, SET, SHOW, DECLARE and others of the connection's own, and values that stand there.
     */
    OWN,
    /** A question about catalogues: what the guard shows of tables. */
    ASK,
    /** A statement on data, whole, by portal or by cursor. */
    SELECT,
    /** The same, its rows as a COPY. */
    COPY_OUT,
    /** A schema or a table, with or without rows of a SELECT. */
    CREATE,
    /** A schema or a table goes. */
    DROP,
    /** Columns of a table. */
    ALTER,
    /** Rows come into a table. */
    INSERT,
    /** Rows of a table change. */
    UPDATE,
    /** Rows of a table go. */
    DELETE,
    /** Rows come, change and go, by those of another. */
    MERGE,
    /** All rows of a table go. */
    TRUNCATE,
    /** Rows of a query become an object. */
    COPY_TO,
    /** What a client sends becomes rows of a table. */
    COPY_IN;

    /** The action of a login, under which wrong ones are counted. */
    static final String LOGIN = "sql:Connect";

    /** How a statement is met. */
    static Operation of(Command command) {
        return switch (command) {
            case Command.Ask _ -> ASK;
            case Command.Data _ -> SELECT;
            case Command.CopyOut _ -> COPY_OUT;
            case Command.CopyIn _ -> COPY_IN;
            case Command.Write(String _, Operation what) -> what;
            default -> OWN;
        };
    }
}
