package org.domicile.tables;

import java.util.List;

/**
 * A column of a table, or what is nested in one.
 *
 * @param id of the field in files
 * @param names that it has in files which have no ids: its own, and those that the table's name
 *     mapping gives it
 * @param initial what it holds in files that were written before it was added
 * @param comment what people are told of it; empty for nothing
 */
public record Field(
        int id,
        String name,
        List<String> names,
        Form form,
        Scan.Presence presence,
        Initial initial,
        String comment) {
    /** They are the record's own. */
    public Field {
        names = List.copyOf(names);
    }

    /** What it holds. */
    public sealed interface Form {
        /** One value. @param word as Iceberg writes the type, such as {@code decimal(9,2)} */
        record Plain(String word) implements Form {}

        /** Named fields in order. */
        record Struct(List<Field> fields) implements Form {
            /** They are the record's own. */
            public Struct {
                fields = List.copyOf(fields);
            }
        }

        /** A list. */
        record Items(Field element) implements Form {}

        /** A map. */
        record Entries(Field key, Field value) implements Form {}
    }

    /** A value where there is none. */
    public sealed interface Initial {
        /** Null. */
        record None() implements Initial {}

        /** A value as text: numbers in decimal, times as ISO 8601, bytes in hexadecimal. */
        record Text(String text) implements Initial {}
    }
}
