package org.domicile.schemas;

import java.util.List;

/** A schema as somebody wrote it. */
public record SchemaText(Format format, String text, List<Reference> references) {
    /** Copies. */
    public SchemaText {
        references = List.copyOf(references);
    }

    /** One that stands by itself. */
    public SchemaText(Format format, String text) {
        this(format, text, List.of());
    }
}
