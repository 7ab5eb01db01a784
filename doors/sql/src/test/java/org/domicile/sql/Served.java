package org.domicile.sql;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import org.domicile.guard.Administration;
import org.domicile.guard.Installation;
import org.domicile.http.ListenerOptions;
import org.domicile.postgres.PgType;

/** A door before a whole installation, with made sessions and two namespaces. */
final class Served implements AutoCloseable {
    /** What the catalogue shows: the same as {@code golden.sql} makes in PostgreSQL. */
    static final List<Visible.Namespace> NAMESPACES =
            List.of(
                    new Visible.Namespace(
                            "travel",
                            "",
                            List.of(
                                    new Visible.Table(
                                            "flights",
                                            "All flights.",
                                            Optional.empty(),
                                            3_000_000,
                                            List.of(
                                                    attribute("id", PgType.INT8, -1, true, ""),
                                                    attribute(
                                                            "origin",
                                                            PgType.TEXT,
                                                            -1,
                                                            false,
                                                            "From."),
                                                    attribute(
                                                            "delay", PgType.FLOAT8, -1, false, ""),
                                                    attribute(
                                                            "fare",
                                                            PgType.NUMERIC,
                                                            (10 << 16 | 2) + 4,
                                                            false,
                                                            ""),
                                                    attribute(
                                                            "code", PgType.VARCHAR, 12, false, ""),
                                                    attribute("day", PgType.DATE, -1, false, ""),
                                                    attribute(
                                                            "at",
                                                            PgType.TIMESTAMPTZ,
                                                            -1,
                                                            false,
                                                            ""),
                                                    attribute(
                                                            "tags",
                                                            PgType.TEXT_ARRAY,
                                                            -1,
                                                            false,
                                                            ""),
                                                    attribute("more", PgType.JSON, -1, false, ""))),
                                    new Visible.Table(
                                            "late",
                                            "",
                                            Optional.of(
                                                    " SELECT flights.id\n   FROM travel.flights;"),
                                            -1,
                                            List.of(attribute("id", PgType.INT8, -1, false, ""))))),
                    new Visible.Namespace(
                            "Übung",
                            "",
                            List.of(
                                    new Visible.Table(
                                            "Odd \"name\"",
                                            "",
                                            Optional.empty(),
                                            -1,
                                            List.of(
                                                    attribute(
                                                            "A b", PgType.BOOL, -1, false, ""))))));

    final Installation installation;
    final MadeEngine engine = new MadeEngine();
    final AtomicInteger seen = new AtomicInteger();
    final Administration.Issued city;
    final SqlDoor door;

    private static Visible.Attribute attribute(
            String name, PgType type, int modifier, boolean required, String comment) {
        return new Visible.Attribute(name, type, modifier, required, comment);
    }

    Served(Path folder, Optional<ListenerOptions.Tls> tls, int connections) throws IOException {
        this(folder, tls, connections, 0);
    }

    Served(Path folder, Optional<ListenerOptions.Tls> tls, int connections, int port)
            throws IOException {
        installation = Installation.inMemory(folder);
        city = installation.tenant("city");
        door =
                SqlDoor.open(
                        new SqlOptions(
                                new ListenerOptions(
                                        "sql",
                                        new ListenerOptions.Address.Tcp("127.0.0.1", port),
                                        tls,
                                        connections,
                                        Duration.ofSeconds(5))),
                        installation.guard(),
                        engine,
                        request -> {
                            seen.incrementAndGet();
                            return new Visible.Seen(NAMESPACES, "city/node-1/c");
                        },
                        installation.time(),
                        new SecureRandom());
    }

    int port() {
        return door.address().getPort();
    }

    String user() {
        return city.credential().accessKey();
    }

    String secret() {
        return city.secret();
    }

    /** A connection of pgjdbc. @param more properties as {@code name=value} */
    Connection connect(String... more) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", user());
        properties.setProperty("password", secret());
        for (String each : more) {
            int equals = each.indexOf('=');
            properties.setProperty(each.substring(0, equals), each.substring(equals + 1));
        }
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + port() + "/travel", properties);
    }

    @Override
    public void close() {
        door.close();
        installation.close();
    }

    /** Serves until it is killed, for whoever wants to look with a tool. */
    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createTempDirectory("served");
        try (Served served =
                new Served(folder, Optional.empty(), 64, Integer.parseInt(arguments[0]))) {
            Files.writeString(
                    Path.of(arguments[1]),
                    "export PGHOST=127.0.0.1 PGPORT=%d PGUSER=%s PGPASSWORD='%s' PGDATABASE=travel\n"
                            .formatted(served.port(), served.user(), served.secret()));
            Thread.currentThread().join();
        }
    }
}
