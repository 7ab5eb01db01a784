package org.domicile.bytes;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RealDiskTest {
    @TempDir Path folder;

    private final Disk disk = Disk.real();

    @Test
    void reservedSpaceIsThereAndReadsAsZeros() throws IOException {
        Path path = folder.resolve("reserved");
        try (Disk.DiskFile file = disk.open(path)) {
            file.write(ByteBuffer.wrap(new byte[] {7}), 0);
            file.allocate(1 << 20);
            file.force();
            assertEquals(1 << 20, file.size());
            ByteBuffer two = ByteBuffer.allocate(2);
            assertEquals(2, file.read(two, 0));
            assertArrayEquals(new byte[] {7, 0}, two.array());
            long blocks = (long) Files.getAttribute(path, "unix:size");
            assertEquals(1 << 20, blocks);
        }
        assertTrue(disk.usable(folder) > 0);
    }

    @Test
    void aReservationThatNoDiskHasRoomForIsDiskFull() throws IOException {
        try (Disk.DiskFile file = disk.open(folder.resolve("huge"))) {
            assertThrows(DiskFull.class, () -> file.allocate(disk.usable(folder) + (1L << 40)));
            assertEquals(0, file.size(), "and it takes nothing of what is left");
        }
    }

    /** As two commands do that start a server on one new folder. */
    @Test
    void directoriesAreMadeByManyAtOnce() throws Exception {
        int makers = 4;
        for (int i = 0; i < 50; i++) {
            Path deep = folder.resolve("at-once-" + i).resolve("a/b");
            CyclicBarrier begin = new CyclicBarrier(makers);
            try (ExecutorService all = Executors.newFixedThreadPool(makers)) {
                List<Future<?>> made = new ArrayList<>();
                for (int k = 0; k < makers; k++) {
                    made.add(
                            all.submit(() -> {
                                begin.await();
                                disk.createDirectories(deep);
                                return null;
                            }));
                }
                for (Future<?> each : made) {
                    each.get();
                }
            }
            assertTrue(disk.exists(deep));
        }
        Path file = folder.resolve("file");
        Files.writeString(file, "no folder");
        assertThrows(IOException.class, () -> disk.createDirectories(file));
    }

    @Test
    void manyFilesAreWrittenAtOnce() throws IOException {
        Map<Path, byte[]> contents = new LinkedHashMap<>();
        for (int i = 0; i < 40; i++) {
            contents.put(folder.resolve("tile" + i), new byte[100 * i]);
        }
        Files.write(folder.resolve("tile3"), new byte[9_000]);
        disk.write(contents);
        for (Map.Entry<Path, byte[]> each : contents.entrySet()) {
            assertArrayEquals(each.getValue(), disk.read(each.getKey()));
        }
        contents.put(folder.resolve("absent").resolve("tile"), new byte[1]);
        IOException thrown = assertThrows(IOException.class, () -> disk.write(contents));
        assertTrue(String.valueOf(thrown.getMessage()).contains("absent"), thrown.getMessage());
    }

    @Test
    void directoriesAreMadeListedAndLeft() throws IOException {
        Path deep = folder.resolve("a/b/c");
        disk.createDirectories(deep);
        disk.createDirectories(deep);
        assertTrue(disk.exists(deep));
        assertEquals(List.of("b"), disk.list(folder.resolve("a")));
        assertEquals(List.of(), disk.list(folder.resolve("none")));
        disk.delete(folder.resolve("none"));
        assertFalse(disk.exists(folder.resolve("none")));
    }

    /**
     * Java closes a channel under everybody when one of its users is interrupted. A client that
     * goes away must not cost the others their file.
     */
    @Test
    void anInterruptedThreadHurtsNobody() throws Exception {
        Path path = folder.resolve("shared");
        try (Disk.DiskFile file = disk.open(path)) {
            file.write(ByteBuffer.wrap(new byte[100_000]), 0);
            AtomicReference<Throwable> failure = new AtomicReference<>();
            AtomicBoolean stop = new AtomicBoolean();
            Thread bystander = worker(file, failure, stop);
            Thread victim = worker(file, failure, stop);
            bystander.start();
            victim.start();
            for (int i = 0; i < 200; i++) {
                victim.interrupt();
                file.force();
                file.read(ByteBuffer.allocate(10), 5);
            }
            stop.set(true);
            bystander.join(30_000);
            victim.join(30_000);
            assertEquals(null, failure.get());
            Thread.currentThread().interrupt();
            file.write(ByteBuffer.wrap(new byte[] {1}), 0);
            file.force();
            assertTrue(Thread.interrupted(), "the interrupt stays set");
        }
    }

    private static Thread worker(
            Disk.DiskFile file, AtomicReference<Throwable> failure, AtomicBoolean stop) {
        return Thread.ofVirtual()
                .unstarted(() -> {
                    try {
                        while (!stop.get()) {
                            ByteBuffer buffer = ByteBuffer.allocate(1_000);
                            file.write(buffer, 3_000);
                            assertEquals(1_000, file.read(buffer.clear(), 3_000));
                        }
                    } catch (IOException | RuntimeException e) {
                        failure.set(e);
                    }
                });
    }
}
