package org.domicile.query;

import java.util.List;

/**
 * What a statement is. Facts of one moment: run asks for everything again.
 *
 * @param sql its text
 * @param kind what it is
 * @param parameters types of {@code $1}, {@code $2} and so on; {@link Type.Simple#UNKNOWN} where
 *     anything fits
 * @param columns of its result
 * @param tables that it names, each once
 */
public record Prepared(
        String sql,
        Kind kind,
        List<Type> parameters,
        List<Column> columns,
        List<TableName> tables) {
    /** They are the record's own. */
    public Prepared {
        parameters = List.copyOf(parameters);
        columns = List.copyOf(columns);
        tables = List.copyOf(tables);
    }
}
