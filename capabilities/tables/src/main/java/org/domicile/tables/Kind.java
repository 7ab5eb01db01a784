package org.domicile.tables;

/** What has a name in a namespace. */
public enum Kind {
    /** A table. */
    TABLE("Table"),
    /** A view. */
    VIEW("View");

    private final String word;

    Kind(String word) {
        this.word = word;
    }

    /** As sentences begin. */
    String word() {
        return word;
    }
}
