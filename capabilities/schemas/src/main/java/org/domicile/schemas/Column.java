package org.domicile.schemas;

/**
 * One column of the rows that records become.
 *
 * @param required whether its value is never null
 */
public record Column(String name, ColumnType type, boolean required) {}
