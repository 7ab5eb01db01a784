package org.domicile.watches;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.domicile.walls.OwnClasses;

/**
 * What workers run: classes of ours, from this program's own class path, and the engine's jars,
 * which lie in a folder beside and which this process never loads.
 *
 * @param engine the folder of jars
 */
public record WorkerPlaces(Path engine) implements EngineOptions.Places {
    private static final String MAIN = "org/domicile/flink/Main.class";

    /**
     * A class of each part of ours, and of those that the decoder of records needs: they come
     * before the engine's jars, of which some bring older ones.
     */
    private static final List<String> PARTS =
            List.of(
                    MAIN,
                    "org/domicile/watches/Wire.class",
                    "org/domicile/walls/Walls.class",
                    "org/domicile/schemas/RowDecoder.class",
                    "org/jspecify/annotations/Nullable.class",
                    "com/fasterxml/jackson/core/JsonFactory.class",
                    "com/fasterxml/jackson/databind/ObjectMapper.class",
                    "com/fasterxml/jackson/annotation/JsonProperty.class",
                    "org/apache/avro/Schema.class",
                    "com/google/protobuf/Message.class",
                    "com/google/re2j/Pattern.class");

    /** What the engine's folder is called, beside our jars or beside what was built. */
    private static final List<String> NAMES = List.of("flink", "engine");

    /** The folder beside this program that holds the engine; empty when it came without one. */
    public static Optional<Path> beside() {
        if (!OwnClasses.present(MAIN)) {
            return Optional.empty();
        }
        Path ours = Objects.requireNonNull(OwnClasses.place(MAIN).getParent());
        return NAMES.stream().map(ours::resolve).filter(Files::isDirectory).findFirst();
    }

    @Override
    public List<Path> all() throws IOException {
        try (Stream<Path> jars = Files.list(engine)) {
            return Stream.concat(
                            OwnClasses.places(PARTS).stream(),
                            jars.filter(each -> each.toString().endsWith(".jar")).sorted())
                    .map(Path::toAbsolutePath)
                    .toList();
        }
    }
}
