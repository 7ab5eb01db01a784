package org.domicile.duckdb;

import java.sql.Connection;
import java.sql.SQLException;
import org.duckdb.DuckDBConnection;

/** The driver's way to interrupt a connection, also while rows are fetched. */
final class Interrupts {
    private Interrupts() {}

    static void interrupt(Connection connection) throws SQLException {
        connection.unwrap(DuckDBConnection.class).interrupt();
    }
}
