package org.domicile.proof;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * What a server says of its own store: every record both ways, every body opened, every counter.
 * What a client cannot see (a body that is nobody's, a counter that is ahead) shows only here.
 */
final class OwnCheck {
    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final long LOOK_MILLIS = 50;

    private OwnCheck() {}

    /** Asks for a check and awaits it; what is wrong, when something is. */
    static Optional<String> wrong(Server server, Path work)
            throws IOException, InterruptedException {
        Operator operator = new Operator(server, work);
        Map<String, String> state = operator.post("/v1/check", Map.of());
        long end = System.nanoTime() + LONGEST.toNanos();
        while (!"false".equals(state.get("running"))) {
            if (System.nanoTime() > end) {
                return Optional.of("its check does not end: " + state);
            }
            Thread.sleep(LOOK_MILLIS);
            state = operator.get("/v1/check");
        }
        return "0".equals(state.get("wrong"))
                ? Optional.empty()
                : Optional.of("its check finds: " + state);
    }
}
