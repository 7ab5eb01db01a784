package org.domicile.duckdb;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.SQLException;
import org.duckdb.DuckDBConnection;

/**
 * Interrupts a connection. The driver's own {@code Statement.cancel} does nothing while rows are
 * fetched, which is when a streamed statement works; what it calls does not mind, and is not public.
 */
final class Interrupts {
    private static final Method INTERRUPT = method();

    private Interrupts() {}

    private static Method method() {
        try {
            Method method = DuckDBConnection.class.getDeclaredMethod("interrupt");
            method.setAccessible(true);
            return method;
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("another version of the driver", e);
        }
    }

    static void interrupt(Connection connection) throws SQLException {
        try {
            INTERRUPT.invoke(connection.unwrap(DuckDBConnection.class));
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new SQLException(e);
        }
    }
}
