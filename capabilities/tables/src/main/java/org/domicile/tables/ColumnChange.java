package org.domicile.tables;

/** A change of a table's outermost columns. Names are as they are written, whatever their case. */
public sealed interface ColumnChange {
    /** A new one, which is null in the rows that are there; its id is only to tell it apart. */
    record Add(Field column) implements ColumnChange {}

    /** One goes. */
    record Drop(String column) implements ColumnChange {}

    /** Another name. */
    record Rename(String column, String to) implements ColumnChange {}

    /** A wider type. @param word as Iceberg writes it */
    record Widen(String column, String word) implements ColumnChange {}

    /** It may be null. */
    record Relax(String column) implements ColumnChange {}
}
