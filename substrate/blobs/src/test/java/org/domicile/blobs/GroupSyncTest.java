package org.domicile.blobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GroupSyncTest {
    @Test
    void allWhoComeDuringASyncShareTheNext() throws Exception {
        GroupSync group = new GroupSync();
        AtomicInteger syncs = new AtomicInteger();
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        GroupSync.Sync sync =
                () -> {
                    syncs.incrementAndGet();
                    running.countDown();
                    awaits(go);
                };
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            all.add(threads.submit(() -> sync(group, sync)));
            awaits(running);
            CountDownLatch come = new CountDownLatch(20);
            for (int i = 0; i < 20; i++) {
                all.add(
                        threads.submit(() -> {
                            come.countDown();
                            sync(group, sync);
                        }));
            }
            awaits(come);
            go.countDown();
            for (Future<?> each : all) {
                each.get(30, TimeUnit.SECONDS);
            }
        }
        // One that counted down and had not yet asked may have come a sync later.
        assertTrue(syncs.get() >= 2 && syncs.get() <= 4, syncs + " syncs for 21 callers");
    }

    @Test
    void anErrorIsFinal() {
        GroupSync group = new GroupSync();
        AtomicInteger syncs = new AtomicInteger();
        assertThrows(
                IOException.class,
                () ->
                        group.await(() -> {
                            syncs.incrementAndGet();
                            throw new IOException("EIO");
                        }));
        assertThrows(IOException.class, () -> group.await(syncs::incrementAndGet));
        assertEquals(1, syncs.get());
    }

    private static void sync(GroupSync group, GroupSync.Sync sync) {
        try {
            group.await(sync);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void awaits(CountDownLatch latch) {
        try {
            assertTrue(latch.await(30, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
