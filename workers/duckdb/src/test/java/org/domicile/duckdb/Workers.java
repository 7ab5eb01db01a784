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
    private static final Path ENGINES =
            Path.of(System.getProperty("java.io.tmpdir"), "domicile-test-engines");

    private static final AtomicInteger COUNT = new AtomicInteger();

    private Workers() {}

    static QueryOptions options(Limits limits) {
        return options(limits, staging(), 0);
    }

    static QueryOptions options(Limits limits, Path staging, int warm) {
        return new QueryOptions(
                Path.of(System.getProperty("java.home")),
                new OwnJars(new WorkerJars(ENGINES)),
                staging,
                256 << 20,
                QueryOptions.LEAST_ROWS,
                warm,
                limits,
                Map.of());
    }

    /** The same with an engine that is kept there. */
    static QueryOptions keptIn(Path engines) {
        QueryOptions usual = options(Limits.USUAL);
        return new QueryOptions(
                usual.java(),
                new OwnJars(new WorkerJars(engines)),
                usual.staging(),
                usual.total(),
                usual.rows(),
                usual.warm(),
                usual.usual(),
                usual.limits());
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
