package org.domicile.launcher;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every command takes. A mixin: {@code @Mixin CommonOptions common = new CommonOptions()}. */
final class CommonOptions {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "The data folder (default: the variable DOMICILE_DATA, else ./data).")
    @Nullable Path data;

    @Option(names = "--json", description = "Answer in JSON; lists print one object a line.")
    boolean json;

    /** The data folder's absolute path, whether it is there or not. */
    Path folder() {
        if (data != null) {
            return data.toAbsolutePath().normalize();
        }
        String named = System.getenv("DOMICILE_DATA");
        return Path.of(named == null || named.isEmpty() ? "data" : named)
                .toAbsolutePath()
                .normalize();
    }
}
