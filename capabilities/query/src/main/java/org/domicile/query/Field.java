package org.domicile.query;

import java.util.List;

/**
 * A column of a table of the catalog, or what is nested in one. Files are asked for it by its id.
 *
 * @param names that it may have in files without ids
 */
public record Field(int id, String name, List<String> names, Form form, Initial initial) {
    /** They are the record's own. */
    public Field {
        names = List.copyOf(names);
    }

    /** What it holds. */
    public sealed interface Form {
        /**
         * One value.
         *
         * @param type as it comes out @param sql the type as the engine calls it
         */
        record Plain(Type type, String sql) implements Form {}

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

        /** What SQL does not read here. @param word what it is called */
        record Strange(String word) implements Form {}
    }

    /** What it holds where a file has no such column. */
    public sealed interface Initial {
        /** Null. */
        record None() implements Initial {}

        /** A value as text; of bytes, hexadecimal. */
        record Text(String text) implements Initial {}
    }

    /** As columns of results are. */
    public Type type() {
        return switch (form) {
            case Form.Plain(Type type, String _) -> type;
            case Form.Struct(List<Field> fields) ->
                    new Type.Struct(
                            fields.stream()
                                    .map(each -> new Column(each.name(), each.type()))
                                    .toList());
            case Form.Items(Field element) -> new Type.Array(element.type());
            case Form.Entries(Field key, Field value) ->
                    new Type.Dictionary(key.type(), value.type());
            case Form.Strange _ -> Type.Simple.UNKNOWN;
        };
    }
}
