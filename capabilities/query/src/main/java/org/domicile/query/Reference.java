package org.domicile.query;

/**
 * A table as a statement reads it: the same name as of two moments is two of them.
 *
 * @param wanted which of its rows the statement can use, wherever it names it so
 */
public record Reference(TableName name, At at, Wanted wanted) {}
