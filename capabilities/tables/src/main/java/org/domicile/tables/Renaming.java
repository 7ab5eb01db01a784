package org.domicile.tables;

/** Another name for something. */
public record Renaming(TableName from, TableName to) {
    /** Reads a RenameTableRequest. */
    public static Renaming parse(String json) {
        Document document = Document.parse(json);
        return new Renaming(document.table("source"), document.table("destination"));
    }
}
