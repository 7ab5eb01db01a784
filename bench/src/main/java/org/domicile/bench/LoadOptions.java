package org.domicile.bench;

import java.time.Duration;
import picocli.CommandLine.Option;

/** The light client's options. A mixin. */
final class LoadOptions {
    @Option(
            names = "--connections",
            defaultValue = "64",
            paramLabel = "N",
            description = "Connections of the client (default: ${DEFAULT-VALUE}).")
    int connections;

    @Option(
            names = "--client-threads",
            defaultValue = "1",
            paramLabel = "N",
            description = "Threads of the client (default: ${DEFAULT-VALUE}).")
    int threads;

    @Option(
            names = "--payload",
            defaultValue = "UNSIGNED",
            description =
                    "What signatures say of bodies: ${COMPLETION-CANDIDATES} (default:"
                            + " ${DEFAULT-VALUE}).")
    Load.Payload payload = Load.Payload.UNSIGNED;

    Load load(Load.Target target, Duration lasts) {
        return new Load(target, connections, threads, lasts, Long.MAX_VALUE);
    }
}
