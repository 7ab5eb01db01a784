package org.domicile.proof;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Stops a process in the middle of what it does, as a processor without power: before a disk's
 * power is cut, so that nothing is acknowledged after the cut. The order matters. ext4 that is shut
 * down fails what a sync under way still had to journal, and the sync can return success all the
 * same: with real power nobody is left to hear that, and a process that ran on would pass it on.
 * System calls under way go on until the disk is cut; their threads come back to nothing.
 */
final class Freeze {
    private static final long PATIENCE = 10_000_000_000L;

    private Freeze() {}

    /** Stops it, or what it has started: a tracer has to run on, or who it traces cannot stop. */
    static void now(Process process) throws IOException, InterruptedException {
        List<Long> all = new ArrayList<>(process.descendants().map(ProcessHandle::pid).toList());
        if (all.isEmpty()) {
            all.add(process.pid());
        }
        List<String> words = new ArrayList<>(List.of(Foreign.program("kill"), "-STOP"));
        all.forEach(pid -> words.add(Long.toString(pid)));
        Foreign.command(words.toArray(String[]::new)).run(); // one that has ended is still enough
        long end = System.nanoTime() + PATIENCE;
        for (long pid : all) {
            while (runs(pid)) {
                if (System.nanoTime() > end) {
                    throw new IOException("process " + pid + " does not stop");
                }
                LockSupport.parkNanos(200_000);
            }
        }
    }

    /**
     * Whether a thread of it is in its own code: neither stopped, nor in the kernel's, nor gone.
     */
    private static boolean runs(long pid) throws IOException {
        Path tasks = Path.of("/proc", Long.toString(pid), "task");
        List<Path> threads;
        try (Stream<Path> listed = Files.list(tasks)) {
            threads = listed.toList();
        } catch (IOException e) {
            return false;
        }
        for (Path thread : threads) {
            String stat;
            try {
                stat = Files.readString(thread.resolve("stat"));
            } catch (IOException e) {
                continue; // it has ended
            }
            // the name stands in parentheses and may hold some itself
            char state = stat.charAt(stat.lastIndexOf(')') + 2);
            if ("TtDZX".indexOf(state) < 0) {
                return true;
            }
        }
        return false;
    }
}
