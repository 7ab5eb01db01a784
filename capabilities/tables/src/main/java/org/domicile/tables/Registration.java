package org.domicile.tables;

/**
 * A table or view whose files are there, and which is to have a name.
 *
 * @param location of its metadata file
 * @param present what becomes of whoever has the name
 */
public record Registration(String name, String location, Present present) {
    /** What becomes of who has the name already. */
    public enum Present {
        STAYS,
        GIVES_WAY
    }

    /** Reads a RegisterTableRequest or RegisterViewRequest. */
    public static Registration parse(String json) {
        Document document = Document.parse(json);
        return new Registration(
                document.text("name"),
                document.text("metadata-location"),
                document.truth("overwrite") ? Present.GIVES_WAY : Present.STAYS);
    }
}
