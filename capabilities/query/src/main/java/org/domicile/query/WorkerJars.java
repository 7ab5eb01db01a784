package org.domicile.query;

import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What workers run, found on this program's own class path; this process loads nothing of it.
 *
 * @param engines where the engine's jar is taken apart, once
 */
public record WorkerJars(Path engines) implements QueryOptions.ClassPath {
    private static final String ENGINE = "org/duckdb/DuckDBDriver.class";

    /** A class of each part. */
    private static final List<String> PARTS =
            List.of(
                    "org/domicile/duckdb/Main.class",
                    "org/domicile/query/Wire.class",
                    "org/domicile/walls/Walls.class",
                    "org/apache/datasketches/theta/ThetaSketch.class",
                    "org/jspecify/annotations/Nullable.class");

    /** Whether there is an engine. */
    public static boolean present() {
        return WorkerJars.class.getClassLoader().getResource(ENGINE) != null;
    }

    @Override
    public List<Path> places() throws IOException {
        Path engine = EngineJar.unpack(place(ENGINE), engines);
        return Stream.concat(PARTS.stream().map(WorkerJars::place).distinct(), Stream.of(engine))
                .toList();
    }

    /** The jar or folder that a class lies in. */
    private static Path place(String name) {
        URL found = WorkerJars.class.getClassLoader().getResource(name);
        if (found == null) {
            throw new IllegalStateException(name + " is not on the class path");
        }
        try {
            URLConnection connection = found.openConnection();
            if (connection instanceof JarURLConnection jar) {
                return Path.of(jar.getJarFileURL().toURI());
            }
            Path place = Path.of(found.toURI());
            for (int i = 0; i < Path.of(name).getNameCount(); i++) {
                place = Objects.requireNonNull(place.getParent());
            }
            return place;
        } catch (IOException | URISyntaxException e) {
            throw new IllegalStateException("no place of " + found, e);
        }
    }
}
