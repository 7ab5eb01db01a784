package org.domicile.proof;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The servers that this run has started: none outlives it. When it ends they are killed; when it
 * was killed itself, the next run finds them by their mark, which carries the process id of the run
 * that they belonged to. Safe for concurrent use.
 */
final class Children {
    private static final String MARK = "-Ddomicile.proof=";
    private static final Set<Process> ALIVE = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(Children::killAll));
        sweep();
    }

    private Children() {}

    /** A word for the command line of each. */
    static String mark() {
        return MARK + ProcessHandle.current().pid();
    }

    static Process keep(Process process) {
        ALIVE.add(process);
        process.onExit().thenAccept(ALIVE::remove);
        return process;
    }

    private static void killAll() {
        for (Process each : ALIVE) {
            each.descendants().forEach(ProcessHandle::destroyForcibly);
            each.destroyForcibly();
        }
    }

    /** Kills the servers of runs that are gone. */
    static void sweep() {
        try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
            all.filter(Children::leftBehind).forEach(ProcessHandle::destroyForcibly);
        }
    }

    private static boolean leftBehind(ProcessHandle process) {
        String words;
        try {
            words =
                    new String(
                            Files.readAllBytes(
                                    Path.of("/proc", Long.toString(process.pid()), "cmdline")),
                            StandardCharsets.UTF_8);
        } catch (IOException e) {
            return false; // it has just ended, or is not ours to look at
        }
        for (String word : words.split("\0", -1)) {
            if (word.startsWith(MARK)) {
                String owner = word.substring(MARK.length());
                return owner.matches("\\d{1,9}")
                        && ProcessHandle.of(Long.parseLong(owner))
                                .filter(ProcessHandle::isAlive)
                                .isEmpty();
            }
        }
        return false;
    }
}
