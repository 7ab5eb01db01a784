package org.domicile.proof;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The program's own SQL, through PostgreSQL's protocol, under the same orders as the engines. What
 * SQL has no words for (a table of format 3) it asks the catalog for. Owned by one thread.
 */
final class OwnSql implements Orders, AutoCloseable {
    private static final int COLUMNS = 5;
    private static final Pattern FILES = Pattern.compile("reads .*: (\\d+) files");

    private final Server server;
    private final Connection connection;

    OwnSql(Server server) throws IOException, SQLException {
        this.server = server;
        Properties login = new Properties();
        Signature signature = server.signature();
        login.setProperty("user", signature.accessKey());
        login.setProperty("password", signature.secret());
        this.connection =
                DriverManager.getConnection(
                        server.sql().toString().replace("postgresql:", "jdbc:postgresql:")
                                + "/engines",
                        login);
    }

    @Override
    public List<String> ask(String... words) throws IOException, Failed {
        try {
            return answer(List.of(words));
        } catch (SQLException e) {
            throw new Failed(e.getSQLState() + " " + e.getMessage());
        }
    }

    private List<String> answer(List<String> words) throws SQLException, IOException {
        String table = words.size() > 1 ? words.get(1) : "";
        return switch (words.getFirst()) {
            case "sql" -> rows(table);
            case "run" -> done(table);
            case "lineage" ->
                    rows("select n, _row_id, _last_updated_sequence_number from " + table);
            case "create" -> create(table, words.get(2), words.size() > 3);
            case "read" -> rows(select(table, ""));
            case "find" -> rows(select(table, " where " + where(words.get(2), words.get(3))));
            case "insert" -> insert(table, words.subList(2, words.size()));
            case "update" ->
                    done(
                            "update %s set word = %s where n = %s"
                                    .formatted(table, quoted(words.get(3)), words.get(2)));
            case "delete" -> done("delete from %s where n = %s".formatted(table, words.get(2)));
            default -> throw new IllegalArgumentException(words.getFirst());
        };
    }

    private static String select(String table, String where) {
        return "select n, word, price, day, strftime(\"at\", '%Y-%m-%d %H:%M:%S.%f') from "
                + table
                + where;
    }

    /** How many files of a table a reading by a condition opens, as {@code explain} says it. */
    int files(String table, String column, String value) throws IOException {
        try {
            String told =
                    String.join(
                            "\n",
                            rows("explain " + select(table, " where " + where(column, value))));
            Matcher found = FILES.matcher(told);
            if (!found.find()) {
                throw new IOException("no files in " + told);
            }
            return Integer.parseInt(found.group(1));
        } catch (SQLException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static String where(String column, String value) {
        return switch (column) {
            case "n" -> "n = " + value;
            case "word" -> "word like " + quoted(value + "%");
            case "day" -> "day = date '" + value + "'";
            case "at" ->
                    "\"at\" >= timestamp '%s 00:00:00' and \"at\" < timestamp '%s 00:00:00'"
                            .formatted(value, LocalDate.parse(value).plusDays(1));
            default -> throw new IllegalArgumentException(column);
        };
    }

    private List<String> create(String table, String format, boolean parted)
            throws SQLException, IOException {
        done("create schema if not exists engines");
        done(
                "create table "
                        + table
                        + " (n bigint, word varchar, price decimal(9, 2), day date, \"at\""
                        + " timestamp)"
                        + (parted
                                ? " partitioned by (day, bucket(4, n), truncate(5, word),"
                                        + " day(\"at\"))"
                                : ""));
        if (!format.equals("2")) {
            change(
                    table,
                    "{\"action\":\"upgrade-format-version\",\"format-version\":" + format + "}");
        }
        return List.of();
    }

    /** Sets a property of a table, in the catalog. */
    void set(String table, String name, String value) throws IOException {
        change(
                table,
                "{\"action\":\"set-properties\",\"updates\":{\"%s\":\"%s\"}}"
                        .formatted(name, value));
    }

    private void change(String table, String update) throws IOException {
        try (S3Client catalog = server.catalog()) {
            S3Client.Answer answer =
                    catalog.send(
                            "POST",
                            "iceberg/v1/namespaces/engines/tables/" + table,
                            Map.of(),
                            Map.of("content-type", "application/json"),
                            "{\"requirements\":[],\"updates\":[%s]}"
                                    .formatted(update)
                                    .getBytes(StandardCharsets.UTF_8));
            if (answer.status() != 200) {
                throw new IOException(update + ": " + answer.text());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private List<String> insert(String table, List<String> values) throws SQLException {
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < values.size(); i += COLUMNS) {
            rows.add(
                    "(%s, %s, %s, date '%s', timestamp '%s')"
                            .formatted(
                                    values.get(i),
                                    quoted(values.get(i + 1)),
                                    values.get(i + 2),
                                    values.get(i + 3),
                                    values.get(i + 4)));
        }
        return done("insert into " + table + " values " + String.join(", ", rows));
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    private List<String> done(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
            return List.of();
        }
    }

    private List<String> rows(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            List<String> rows = new ArrayList<>();
            int columns = found.getMetaData().getColumnCount();
            while (found.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= columns; i++) {
                    row.add(String.valueOf(found.getString(i)));
                }
                rows.add(String.join("|", row));
            }
            return rows;
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
