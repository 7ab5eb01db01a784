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

    /** The data folder by its absolute path, whether it is there or not. */
    Folder folder() {
        String named = System.getenv("DOMICILE_DATA");
        Path path =
                data != null ? data : Path.of(named == null || named.isEmpty() ? "data" : named);
        return new Folder(path.toAbsolutePath().normalize());
    }

    /**
     * {@code ./domicile} and a command with the same data folder as this one, to show to people.
     */
    String again(String command) {
        return "./domicile "
                + command
                + (data == null ? "" : " --data " + Shell.quoted(folder().path().toString()));
    }
}
