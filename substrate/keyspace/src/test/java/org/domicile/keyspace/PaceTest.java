package org.domicile.keyspace;

import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Waiting for company: in a crowd, and only there. */
@Timeout(60)
class PaceTest {
    private static final int COMMITS = 100;

    @TempDir Path folder;

    @Test
    void aCrowdSharesSyncsOneAMillisecond() throws InterruptedException, ExecutionException {
        try (Keyspace keyspace = Keyspace.open(folder.resolve("k"), KeyspaceOptions.defaults())) {
            keyspace.company(() -> Integer.MAX_VALUE);
            long before = keyspace.usage().syncs();
            long began = System.nanoTime();
            try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<?>> all = new ArrayList<>();
                for (int caller = 0; caller < 4; caller++) {
                    byte[] key = {(byte) caller};
                    all.add(
                            callers.submit(() -> {
                                for (int i = 0; i < COMMITS; i++) {
                                    keyspace.commit(put(key, "v" + i));
                                }
                            }));
                }
                for (Future<?> each : all) {
                    each.get();
                }
            }
            long lasted = Duration.ofNanos(System.nanoTime() - began).toMillis();
            long syncs = keyspace.usage().syncs() - before;
            assertTrue(syncs <= lasted + 2, syncs + " syncs in " + lasted + " ms");
        }
    }

    private static Transaction put(byte[] key, String value) {
        return new Transaction()
                .write(new Write.Put(Space.RECORDS, key, value.getBytes(StandardCharsets.UTF_8)));
    }

    /** Ten thousand waits would last ten seconds. */
    @Test
    void fewWaitForNobody() {
        Pace pace = new Pace();
        pace.company(() -> 2);
        assertTimeout(
                Duration.ofSeconds(5),
                () -> {
                    for (int i = 0; i < 10_000; i++) {
                        pace.begins(1);
                        pace.keep();
                    }
                });
    }
}
