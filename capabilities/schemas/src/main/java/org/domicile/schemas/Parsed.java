package org.domicile.schemas;

import java.util.List;

/** A schema that was read, with all that it builds on. Immutable. */
sealed interface Parsed permits AvroSchema, JsonSchema, ProtobufSchema {
    /** What makes two schemas of a format the same; what a reader of the text need not know. */
    String canonical();

    /** As it is kept and handed out. */
    String text();

    /** What it is as a table. */
    Schemas.Shape shape();

    /**
     * Why it cannot read everything that another one of its format wrote; empty when it can.
     *
     * @param writer of the same format
     */
    List<String> breaks(Parsed writer);

    /** Reads plain JSON. Only of what is a table. */
    Rows plain();

    /**
     * Reads what another schema wrote, behind Confluent's header. Only of what is a table.
     *
     * @param writer of the same format
     */
    Rows from(Parsed writer);
}
