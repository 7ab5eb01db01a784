package org.domicile.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.trino.tpch.TpchColumn;
import io.trino.tpch.TpchEntity;
import io.trino.tpch.TpchTable;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * TPC-H's eight tables as Parquet files, with the specification's types (revision 3.0.1, section
 * 1.4): identifiers and integers are whole numbers, amounts decimal(15,2).
 */
final class TpchFiles {
    private TpchFiles() {}

    /**
     * @param scale 1 is a gigabyte of text
     * @return the file of each table, by the table's name
     */
    static Map<String, Path> make(Path folder, double scale) throws IOException, SQLException {
        Map<String, Path> files = new TreeMap<>();
        try (Connection engine = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = engine.createStatement()) {
            for (TpchTable<?> table : TpchTable.getTables()) {
                Path text = folder.resolve(table.getTableName() + ".tbl");
                write(table, scale, text);
                Path file = folder.resolve(table.getTableName() + ".parquet");
                statement.execute(
                        ("copy (select * from read_csv('%s', delim = '|', header = false, quote ="
                                        + " '', escape = '', auto_detect = false, columns = {%s}))"
                                        + " to '%s' (format parquet, compression zstd)")
                                .formatted(text, columns(table), file));
                Files.delete(text);
                files.put(table.getTableName(), file);
            }
        }
        return files;
    }

    private static void write(TpchTable<?> table, double scale, Path text) throws IOException {
        try (BufferedWriter out = Files.newBufferedWriter(text, UTF_8)) {
            for (TpchEntity row : table.createGenerator(scale, 1, 1)) {
                String line = row.toLine();
                // each value ends with a bar, the last one's is in the way
                out.append(line, 0, line.endsWith("|") ? line.length() - 1 : line.length());
                out.append('\n');
            }
        }
    }

    private static String columns(TpchTable<?> table) {
        List<? extends TpchColumn<?>> columns = table.getColumns();
        return columns.stream()
                .map(each -> "'" + each.getColumnName() + "': '" + type(each) + "'")
                .collect(Collectors.joining(", "));
    }

    private static String type(TpchColumn<?> column) {
        return switch (column.getType().getBase()) {
            case IDENTIFIER -> "bigint";
            case INTEGER -> "integer";
            case DATE -> "date";
            case DOUBLE -> "decimal(15,2)";
            case VARCHAR -> "varchar";
        };
    }
}
