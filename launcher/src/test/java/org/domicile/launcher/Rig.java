package org.domicile.launcher;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.domicile.guard.Administration;
import org.domicile.guard.Guard;
import org.domicile.request.Request;

/**
 * A data folder and keys of its own, below one folder of a test.
 *
 * @param above holds both
 */
record Rig(Path above) {
    Path data() {
        return above.resolve("data");
    }

    Path keys() {
        return above.resolve("keys");
    }

    Path firstCredential() {
        return keys().resolve(FirstCredential.FILE);
    }

    /** Free ports, small buffers, keys beside the data; and what a test sets. */
    Settings settings(String... assignments) {
        Configuration configuration =
                new Configuration()
                        .set("s3.listen=127.0.0.1:0")
                        .set("web.listen=127.0.0.1:0")
                        .set("keys.places=" + keys())
                        .set("limits.memory.cache=4MiB")
                        .set("limits.memory.writes=8MiB")
                        .set("blobs.segment=1MiB")
                        .set("limits.disk.reserve=1MiB");
        for (String assignment : assignments) {
            configuration.set(assignment);
        }
        return Settings.read(configuration);
    }

    Cloud open(String... assignments) throws IOException {
        return Cloud.open(data(), settings(assignments));
    }

    /** What an operator does. */
    static Administration administration(Guard guard) {
        Instant now = Instant.now();
        return guard.administration(
                new Request(
                        "test",
                        guard.operator(),
                        "admin",
                        "home",
                        "",
                        now,
                        now.plus(Duration.ofMinutes(1)),
                        Optional.empty()));
    }
}
