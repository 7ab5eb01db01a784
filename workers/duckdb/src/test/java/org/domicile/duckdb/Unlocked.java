package org.domicile.duckdb;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Base64;
import org.domicile.walls.Walls;

/**
 * A child with an engine that has no lock at all: what it cannot reach, the walls keep it from.
 * Argument: a file of statements, each in base64 on a line. It says what became of each.
 */
final class Unlocked {
    private Unlocked() {}

    public static void main(String[] arguments) throws IOException, SQLException {
        StringBuilder said = new StringBuilder();
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:")) {
            Walls.complete(64 << 20);
            for (String line : Files.readAllLines(Path.of(arguments[0]))) {
                String sql = new String(Base64.getDecoder().decode(line), StandardCharsets.UTF_8);
                said.append(tried(connection, sql)).append('\n');
            }
        }
        try (FileOutputStream out = new FileOutputStream(FileDescriptor.out)) {
            out.write(said.toString().getBytes(StandardCharsets.UTF_8));
        }
        Runtime.getRuntime().halt(0);
    }

    private static String tried(Connection connection, String sql) {
        try (Statement statement = connection.createStatement()) {
            if (statement.execute(sql)) {
                try (var rows = statement.getResultSet()) {
                    return rows.next() ? "got through" : "nothing there";
                }
            }
            return "got through";
        } catch (SQLException e) {
            return "refused: " + String.valueOf(e.getMessage()).replace('\n', ' ');
        }
    }
}
