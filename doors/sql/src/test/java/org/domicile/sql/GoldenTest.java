package org.domicile.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What tools ask at their start and while one browses ({@code golden.txt}), answered as PostgreSQL
 * 15.18 answered it on tables of the same shape: names and types of all columns, and all values but
 * those that are marked.
 */
class GoldenTest {
    private static final int LEAST = 30;

    @TempDir Path folder;

    /** A question with its answer. */
    private record Golden(String name, String sql, List<String> columns, List<List<String>> rows) {}

    private static List<Golden> all() throws IOException {
        List<Golden> all = new ArrayList<>();
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(
                                Objects.requireNonNull(
                                        GoldenTest.class.getResourceAsStream("golden.txt")),
                                StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("## ")) {
                    String sql = lines.readLine();
                    String columns = lines.readLine();
                    all.add(
                            new Golden(
                                    line.substring(3),
                                    sql,
                                    List.of(columns.substring(1).split("\t", -1)),
                                    new ArrayList<>()));
                } else if (line.startsWith("=")) {
                    all.getLast().rows().add(List.of(line.substring(1).split("\t", -1)));
                }
            }
        }
        return all;
    }

    @Test
    void toolsAreAnsweredAsPostgresAnswersThem() throws Exception {
        List<Golden> all = all();
        assertTrue(all.size() >= LEAST, "so few: " + all.size());
        List<String> differences = new ArrayList<>();
        try (Served served = new Served(folder, Optional.empty(), 8)) {
            for (String mode : List.of("simple", "extended")) {
                try (Connection connection = served.connect("preferQueryMode=" + mode)) {
                    for (Golden each : all) {
                        compare(connection, each)
                                .ifPresent(what ->
                                        differences.add(mode + ", " + each.name() + ": " + what));
                    }
                }
            }
            assertEquals(0, served.engine.begun.get(), "no session is needed");
        }
        assertEquals(List.of(), differences);
    }

    private static Optional<String> compare(Connection connection, Golden golden) {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(golden.sql())) {
            List<String> columns = new ArrayList<>();
            for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                columns.add(
                        rows.getMetaData().getColumnLabel(i)
                                + ":"
                                + rows.getMetaData().getColumnTypeName(i));
            }
            List<String> wanted =
                    golden.columns().stream()
                            .map(each -> each.startsWith("~") ? each.substring(1) : each)
                            .toList();
            if (!columns.equals(wanted)) {
                return Optional.of("columns " + columns + " for " + wanted);
            }
            int count = 0;
            while (rows.next()) {
                if (count == golden.rows().size()) {
                    return Optional.of("more than " + count + " rows");
                }
                for (int i = 0; i < columns.size(); i++) {
                    String value = written(rows.getString(i + 1));
                    String right = golden.rows().get(count).get(i);
                    if (!golden.columns().get(i).startsWith("~") && !value.equals(right)) {
                        return Optional.of(
                                columns.get(i)
                                        + " is "
                                        + value
                                        + " for "
                                        + right
                                        + " in row "
                                        + count);
                    }
                }
                count++;
            }
            return count == golden.rows().size()
                    ? Optional.empty()
                    : Optional.of(count + " rows for " + golden.rows().size());
        } catch (SQLException e) {
            return Optional.of(e.getSQLState() + " " + e.getMessage());
        }
    }

    private static String written(String value) {
        return value == null ? "\\N" : value.replace("\\", "\\\\").replace("\n", "\\n");
    }
}
