package org.domicile.launcher;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Parts of a test that need nothing of each other, at the same time: most of what they do waits.
 */
final class Together {
    private Together() {}

    interface Part {
        void run() throws Exception;
    }

    /** Runs all of them, and fails with the first that does, once all have ended. */
    static void run(Part... parts) throws Exception {
        List<Future<Void>> all = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Part each : parts) {
                all.add(
                        threads.submit(() -> {
                            each.run();
                            return null;
                        }));
            }
        }
        for (Future<Void> each : all) {
            each.get();
        }
    }
}
