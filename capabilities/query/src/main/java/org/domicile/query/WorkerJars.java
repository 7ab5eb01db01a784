package org.domicile.query;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.domicile.walls.OwnClasses;

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
        return OwnClasses.present(ENGINE);
    }

    @Override
    public List<Path> places() throws IOException {
        Path engine = EngineJar.unpack(OwnClasses.place(ENGINE), engines);
        return Stream.concat(OwnClasses.places(PARTS).stream(), Stream.of(engine)).toList();
    }
}
