package org.domicile.launcher;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
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

    /** Runs all of them, and fails with those that do, once all have ended. */
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
        List<ExecutionException> failed = new ArrayList<>();
        for (Future<Void> each : all) {
            try {
                each.get();
            } catch (ExecutionException e) {
                failed.add(e);
            }
        }
        if (!failed.isEmpty()) {
            ExecutionException first = failed.getFirst();
            failed.stream().skip(1).forEach(first::addSuppressed);
            throw first;
        }
    }
}
