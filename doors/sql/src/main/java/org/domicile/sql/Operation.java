package org.domicile.sql;

/** What the door does, all of it: one for each way in which a statement can end at the guard. */
public enum Operation {
    /** A login; a wrong one is counted. */
    LOG_IN("sql:Connect"),
    /** BEGIN, SET, SHOW, DECLARE and others of the connection's own, and values that stand there. */
    OWN(""),
    /** A question about catalogues. */
    ASK("sql:ReadCatalog"),
    /** What a statement is, asked before it runs. */
    DESCRIBE("sql:Describe"),
    /** A statement on data. */
    SELECT("sql:Select"),
    /** The same, its rows as a COPY. */
    COPY_OUT("sql:Select"),
    /** The same over HTTP. */
    HTTP("sql:Select");

    private final String action;

    Operation(String action) {
        this.action = action;
    }

    /** The action on record; empty for what is no use. */
    public String action() {
        return action;
    }
}
