package org.domicile.duckdb;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.domicile.query.Limits;
import org.domicile.query.QueryOptions;
import org.domicile.query.WorkerJars;

/** What tests need to have workers: places of the class path, and a folder in memory. */
final class Workers {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private Workers() {}

    static QueryOptions options(Limits limits) {
        return options(limits, staging(), 0);
    }

    static QueryOptions options(Limits limits, Path staging, int warm) {
        return new QueryOptions(
                Path.of(System.getProperty("java.home")),
                new WorkerJars(
                        Path.of(System.getProperty("java.io.tmpdir"), "domicile-test-engines")),
                staging,
                256 << 20,
                warm,
                limits,
                Map.of());
    }

    static Path staging() {
        return Path.of(
                "/dev/shm",
                "domicile-test-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet());
    }

    static void parquet(Path file, String select) {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "copy ("
                            + select
                            + ") to '"
                            + file
                            + "' (format parquet, row_group_size 20000)");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
