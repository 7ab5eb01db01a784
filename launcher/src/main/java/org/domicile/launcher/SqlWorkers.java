package org.domicile.launcher;

import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.domicile.query.EngineJar;
import org.domicile.query.Queries;
import org.domicile.query.QueryOptions;

/**
 * Finds what workers of SQL run: jars of this program's own class path, none of which this process
 * loads, and the engine's native library, which is unpacked once into the data folder, so that
 * workers map one file instead of unpacking one each.
 *
 * @param settings of sessions
 * @param folder the data folder
 */
record SqlWorkers(Settings.Sql settings, Path folder) {
    private static final String DRIVER = "org/duckdb/DuckDBDriver.class";

    /** A class of each part. */
    private static final List<String> PARTS =
            List.of(
                    "org/domicile/duckdb/Main.class",
                    "org/domicile/query/Wire.class",
                    "org/domicile/walls/Walls.class",
                    "org/jspecify/annotations/Nullable.class");

    static SqlWorkers of(Settings.Sql settings, Path folder) {
        return new SqlWorkers(settings, folder);
    }

    Queries open() {
        if (SqlWorkers.class.getClassLoader().getResource(DRIVER) == null) {
            return Queries.none("This program comes without an engine for SQL.");
        }
        return Queries.open(
                new QueryOptions(
                        Path.of(System.getProperty("java.home")),
                        this::places,
                        settings.folder().orElseGet(this::usual),
                        settings.total(),
                        settings.warm(),
                        settings.limits(),
                        Map.of()));
    }

    /** In memory, and another one for each data folder. */
    private Path usual() {
        byte[] place = folder.toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8);
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(place);
            return Path.of("/dev/shm", "domicile-" + HexFormat.of().formatHex(digest, 0, 8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private List<Path> places() throws IOException {
        Path engine = EngineJar.unpack(place(DRIVER), folder.resolve("engines"));
        Stream<Path> parts = PARTS.stream().map(SqlWorkers::place).distinct();
        return Stream.concat(parts, Stream.of(engine)).toList();
    }

    /** The jar or folder of the class path that a class lies in; it is not loaded. */
    private static Path place(String name) {
        URL found = SqlWorkers.class.getClassLoader().getResource(name);
        if (found == null) {
            throw new IllegalStateException(name + " is not on the class path");
        }
        try {
            URLConnection connection = found.openConnection();
            if (connection instanceof JarURLConnection jar) {
                return Path.of(jar.getJarFileURL().toURI());
            }
            Path file = Path.of(found.toURI());
            for (int i = 0; i < Path.of(name).getNameCount(); i++) {
                file = java.util.Objects.requireNonNull(file.getParent());
            }
            return file;
        } catch (IOException | URISyntaxException e) {
            throw new IllegalStateException("no place of " + found, e);
        }
    }
}
