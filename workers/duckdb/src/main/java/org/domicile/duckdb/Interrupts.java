package org.domicile.duckdb;

import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import org.duckdb.DuckDBConnection;

/**
 * Interrupts a connection. The driver's own {@code Statement.cancel} does nothing while rows are
 * fetched, which is when a streamed statement works; the native method that it calls in the end
 * does not mind, and is not public.
 */
final class Interrupts {
    private static final Field REFERENCE = reference();
    private static final Method INTERRUPT = method();

    private Interrupts() {}

    private static Field reference() {
        try {
            Field field = DuckDBConnection.class.getDeclaredField("connRef");
            field.setAccessible(true);
            return field;
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException("another version of the driver", e);
        }
    }

    private static Method method() {
        try {
            Method method =
                    Class.forName("org.duckdb.DuckDBNative")
                            .getDeclaredMethod("duckdb_jdbc_interrupt", ByteBuffer.class);
            method.setAccessible(true);
            return method;
        } catch (ClassNotFoundException | NoSuchMethodException e) {
            throw new IllegalStateException("another version of the driver", e);
        }
    }

    static void interrupt(Connection connection) throws SQLException {
        try {
            INTERRUPT.invoke(null, REFERENCE.get(connection.unwrap(DuckDBConnection.class)));
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new SQLException(e);
        }
    }
}
