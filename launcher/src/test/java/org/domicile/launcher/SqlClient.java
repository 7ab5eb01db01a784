package org.domicile.launcher;

import java.io.IOException;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.Optional;
import java.util.Properties;
import org.domicile.guard.Administration;
import org.domicile.launcher.EveryDoor.Reply;
import org.postgresql.PGConnection;

/** A statement by pgjdbc, answered as if by HTTP, for {@link EveryDoor}. */
final class SqlClient {
    private static final String USE = "use ";
    private static final java.util.Set<String> ROWS = java.util.Set.of("SELECT", "OWN", "ASK");

    private SqlClient() {}

    static Reply ask(int port, Optional<Administration.Issued> caller, String method, String sql)
            throws IOException {
        Properties properties = new Properties();
        properties.setProperty(
                "user", caller.map(each -> each.credential().accessKey()).orElse("nobody"));
        properties.setProperty(
                "password", caller.map(Administration.Issued::secret).orElse("none"));
        StringWriter text = new StringWriter();
        try (Connection connection =
                        DriverManager.getConnection(
                                "jdbc:postgresql://127.0.0.1:" + port + "/postgres", properties);
                Statement statement = connection.createStatement()) {
            statement.execute("set domicile.receipts = on");
            String use = "";
            if (method.equals("COPY_OUT")) {
                connection.unwrap(PGConnection.class).getCopyAPI().copyOut(sql, text);
                use = use(connection.getWarnings());
            } else if (method.equals("COPY_IN")) {
                connection
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyIn(sql, new java.io.StringReader("x\n"));
                use = use(connection.getWarnings());
            } else if (!ROWS.contains(method)) {
                statement.execute(sql);
                use = use(statement.getWarnings());
            } else {
                try (ResultSet rows = statement.executeQuery(sql)) {
                    while (rows.next()) {
                        text.append(rows.getString(1)).append('\n');
                    }
                }
                use = use(statement.getWarnings());
            }
            return new Reply(200, use, text.toString());
        } catch (SQLException e) {
            String state = String.valueOf(e.getSQLState());
            int status =
                    switch (state.substring(0, 2)) {
                        case "28" -> 401;
                        case "53", "58", "XX" -> 503;
                        default -> state.equals("42501") ? 403 : 400;
                    };
            return new Reply(status, "", text + String.valueOf(e.getMessage()));
        }
    }

    /** What a notice says; empty when there is none. */
    private static String use(SQLWarning first) {
        for (SQLWarning each = first; each != null; each = each.getNextWarning()) {
            String message = String.valueOf(each.getMessage());
            if (message.startsWith(USE)) {
                return message.substring(USE.length());
            }
        }
        return "";
    }
}
