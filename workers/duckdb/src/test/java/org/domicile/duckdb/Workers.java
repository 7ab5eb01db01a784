package org.domicile.duckdb;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.domicile.query.EngineJar;
import org.domicile.query.Limits;
import org.domicile.query.QueryOptions;

/** What tests need to have workers: places of the class path, and a folder in memory. */
final class Workers {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private Workers() {}

    static QueryOptions options(Limits limits) {
        return options(limits, staging(), 1);
    }

    static QueryOptions options(Limits limits, Path staging, int warm) {
        return new QueryOptions(
                Path.of(System.getProperty("java.home")),
                Workers::places,
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

    /** The test's own class path, as far as a worker is in it; its engine unpacked once. */
    private static List<Path> places() {
        List<Path> places = new ArrayList<>();
        for (String each : System.getProperty("java.class.path").split(":", -1)) {
            Path place = Path.of(each).toAbsolutePath();
            boolean ours =
                    Files.isDirectory(place)
                            ? Files.exists(place.resolve("org/domicile"))
                            : place.getFileName().toString().matches("(domicile|jspecify)-.*jar");
            if (ours) {
                places.add(place);
            }
        }
        places.add(engine());
        return places;
    }

    private static Path engine() {
        try {
            Path jar =
                    Path.of(
                            org.duckdb.DuckDBDriver.class
                                    .getProtectionDomain()
                                    .getCodeSource()
                                    .getLocation()
                                    .toURI());
            return EngineJar.unpack(
                    jar, Path.of(System.getProperty("java.io.tmpdir"), "domicile-test-engines"));
        } catch (IOException | URISyntaxException e) {
            throw new IllegalStateException(e);
        }
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
