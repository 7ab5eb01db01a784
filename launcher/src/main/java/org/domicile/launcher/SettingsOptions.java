package org.domicile.launcher;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a server is told its settings. A mixin of {@code up} and {@code serve}. */
final class SettingsOptions {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = {
                "A file with one 'key = value' a line; lines that begin with # say nothing; paths"
                        + " in it are relative to its folder.",
                "The keys stand at the end of this help."
            })
    @Nullable Path config;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "One setting; wins over the file. May be repeated.")
    List<String> set = new ArrayList<>();

    /** Reads and judges them. */
    Settings settings() {
        Configuration configuration = new Configuration();
        if (config != null) {
            configuration.file(config);
        }
        set.forEach(configuration::set);
        return Settings.read(configuration);
    }

    /** The same for another process that runs in the same folder. */
    List<String> arguments() {
        List<String> arguments = new ArrayList<>();
        if (config != null) {
            arguments.add("--config");
            arguments.add(config.toAbsolutePath().toString());
        }
        for (String each : set) {
            arguments.add("--set");
            arguments.add(each);
        }
        return arguments;
    }
}
