package org.domicile.walls;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;

/** Starts children within walls: see the package's page. */
public final class Walls {
    /** No capabilities, and none to be gained. */
    public static final String PRIVILEGES = "privileges";

    /** No files but those of the {@link Room}. */
    public static final String FILES = "files";

    /** No sockets. */
    public static final String NETWORK = "network";

    /** No other process is started, or acted on. */
    public static final String PROCESSES = "processes";

    /** All of them. */
    public static final List<String> NAMES = List.of(PRIVILEGES, FILES, NETWORK, PROCESSES);

    private static final int NO_NEW_PRIVILEGES = 38;
    private static final int CAPABILITIES = 0x20080522;

    private static final int FILE_SIZE = 1; // RLIMIT_FSIZE
    private static final int CORE = 4; // RLIMIT_CORE
    private static final int OPEN = 7; // RLIMIT_NOFILE

    private Walls() {}

    /** Why no child could be started within walls here; empty when nothing is known against it. */
    public static Optional<String> obstacle() {
        try {
            Calls calls = Calls.here();
            long version = new Landlock(calls).version();
            return version >= Landlock.LEAST
                    ? Optional.empty()
                    : Optional.of(FILES + ": " + Landlock.missing(version));
        } catch (IllegalStateException e) {
            return Optional.of(FILES + ": " + e.getMessage());
        }
    }

    /**
     * Starts a child within walls.
     *
     * @param environment all of it
     * @param folder where it starts; to be in the room
     * @throws Unwalled when a wall cannot be made; nothing is started then
     * @throws IOException when it cannot be started
     */
    public static Process start(
            Room room, List<String> command, Map<String, String> environment, Path folder)
            throws IOException {
        return start(room, List.of(), command, environment, folder);
    }

    /** Why no child could be given ports here; empty when nothing is known against it. */
    public static Optional<String> obstacleToPorts() {
        try {
            long version = new Landlock(Calls.here()).version();
            return version >= Landlock.WITH_NETWORK
                    ? Optional.empty()
                    : Optional.of(NETWORK + ": " + Landlock.missingPorts(version));
        } catch (IllegalStateException e) {
            return Optional.of(NETWORK + ": " + e.getMessage());
        }
    }

    /**
     * The same for a child that may connect by TCP to some ports, of this machine as it is meant:
     * the kernel looks at ports and not at addresses. It may listen at ports that the kernel picks,
     * which nobody has to connect to. Needs Landlock of version 4 (Linux 6.7).
     *
     * @param ports none for no network at all
     */
    public static Process start(
            Room room,
            List<Integer> ports,
            List<String> command,
            Map<String, String> environment,
            Path folder)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        return onThreadOfItsOwn(() -> {
            enclose(room, List.copyOf(ports));
            return builder.start();
        });
    }

    /** The thread is lost for everything else: what it took from itself nobody gives back. */
    private static Process onThreadOfItsOwn(Callable<Process> work) throws IOException {
        FutureTask<Process> task = new FutureTask<>(work);
        Thread thread = Thread.ofPlatform().name("walls").daemon().unstarted(task);
        thread.start();
        try {
            return task.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failed) {
                throw failed;
            }
            throw new IllegalStateException("a child was not started", e.getCause());
        }
    }

    private static void enclose(Room room, List<Integer> ports) throws Unwalled {
        Calls calls = calls();
        String wall = PRIVILEGES;
        try {
            Kernel.warm();
            dropCapabilities(calls);
            Kernel.call("prctl", calls.number("prctl"), NO_NEW_PRIVILEGES, 1, 0, 0, 0);
            Filter filter = ports.isEmpty() ? Filter.around(calls) : Filter.aroundTcp(calls);
            wall = FILES;
            new Landlock(calls).onThisThread(room, ports);
            wall = NETWORK;
            filter.onThisThread();
        } catch (Kernel.Refusal e) {
            throw new Unwalled(wall, "the kernel refused " + e.getMessage());
        }
    }

    private static Calls calls() throws Unwalled {
        try {
            return Calls.here();
        } catch (IllegalStateException e) {
            throw new Unwalled(FILES, String.valueOf(e.getMessage()));
        }
    }

    /** Of this thread; with no_new_privs the child of a superuser has none either. */
    private static void dropCapabilities(Calls calls) throws Kernel.Refusal {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment header = arena.allocate(8, 4);
            header.set(ValueLayout.JAVA_INT, 0, CAPABILITIES);
            MemorySegment none = arena.allocate(24, 4);
            Kernel.call(
                    "capset", calls.number("capset"), header.address(), none.address(), 0, 0, 0);
        }
    }

    /**
     * Inside a child that {@link #start} started, before it does anything for anybody: gives up
     * what only the start needed.
     *
     * @param fileSize bytes of the largest file that it may write
     * @throws Unwalled when that cannot be done; the child has to end then
     */
    public static void complete(long fileSize) throws Unwalled {
        Calls calls = calls();
        try {
            limit(calls, FILE_SIZE, fileSize);
            limit(calls, CORE, 0);
            Filter.within(calls, (int) ProcessHandle.current().pid()).onAllThreads();
        } catch (Kernel.Refusal e) {
            throw new Unwalled(PROCESSES, "the kernel refused " + e.getMessage());
        }
    }

    /**
     * The same for a child that may connect: what it can open is bounded, too, so that it does not
     * take all connections of whoever listens there.
     *
     * @param open files and sockets that it may have at one time
     * @throws Unwalled when that cannot be done; the child has to end then
     */
    public static void complete(long fileSize, long open) throws Unwalled {
        try {
            limit(calls(), OPEN, open);
        } catch (Kernel.Refusal e) {
            throw new Unwalled(NETWORK, "the kernel refused " + e.getMessage());
        }
        complete(fileSize);
    }

    /**
     * Inside a child with ports that listens because its engine cannot do without: from now on it
     * answers nobody. Whoever connects waits, and is not served.
     *
     * @throws Unwalled when that cannot be done; the child has to end then
     */
    public static void deafen() throws Unwalled {
        try {
            Filter.deaf(calls()).onAllThreads();
        } catch (Kernel.Refusal e) {
            throw new Unwalled(NETWORK, "the kernel refused " + e.getMessage());
        }
    }

    /** Soft and hard: without privileges there is no way back. */
    private static void limit(Calls calls, int what, long most) throws Kernel.Refusal {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment both = arena.allocate(16, 8);
            both.set(ValueLayout.JAVA_LONG, 0, most);
            both.set(ValueLayout.JAVA_LONG, 8, most);
            Kernel.call("prlimit64", calls.number("prlimit64"), 0, what, both.address(), 0, 0);
        }
    }

    /**
     * What trying the walls has shown. A wall that was tried and let something through is none.
     *
     * @param standing their names
     * @param through each other wall with what it let through
     */
    public record Tried(List<String> standing, List<String> through) {
        /**
         * Of all walls.
         *
         * @param holes what a child says of {@link Walls#tried}; it is not believed that it tried
         *     what it does not name
         */
        public static Tried of(Map<String, String> holes) {
            List<String> standing = new ArrayList<>();
            List<String> through = new ArrayList<>();
            for (String wall : NAMES) {
                String hole = holes.getOrDefault(wall, "it was not tried");
                if (hole.isEmpty()) {
                    standing.add(wall);
                } else {
                    through.add(wall + ": " + hole);
                }
            }
            return new Tried(List.copyOf(standing), List.copyOf(through));
        }
    }

    /**
     * Tries each wall, from inside.
     *
     * @param outside a file that is there, and may not be read
     * @return for each of {@link #NAMES} what got through; empty for one that stands
     */
    public static Map<String, String> tried(Path outside) {
        Map<String, String> holes = new LinkedHashMap<>();
        holes.put(PRIVILEGES, privileges());
        holes.put(FILES, readable(outside));
        holes.put(NETWORK, socket());
        holes.put(PROCESSES, process());
        return holes;
    }

    /**
     * The same of a child that has ports.
     *
     * @param ports what it was given
     */
    public static Map<String, String> tried(Path outside, List<Integer> ports) {
        Map<String, String> holes = tried(outside);
        if (!ports.isEmpty()) {
            holes.put(
                    NETWORK,
                    Stream.of(socket(), connection(ports), fastOpen())
                            .filter(each -> !each.isEmpty())
                            .findFirst()
                            .orElse(""));
        }
        return holes;
    }

    /** A port that was not given is refused before anybody is asked. */
    private static String connection(List<Integer> ports) {
        int other = 1;
        while (ports.contains(other)) {
            other++;
        }
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), other), 2_000);
            return "port " + other + " can be reached";
        } catch (IOException e) {
            return String.valueOf(e.getMessage()).contains("ermission denied")
                    ? ""
                    : "port " + other + " was asked: " + e.getMessage();
        }
    }

    /** On no socket: another answer than the filter's says that it lets it pass. */
    private static String fastOpen() {
        for (String name : List.of("sendto", "sendmsg", "sendmmsg")) {
            int flags = Filter.FAST_OPEN; // the third argument of one, and the fourth of two
            try {
                Kernel.call(name, Calls.here().number(name), -1, 0, flags, flags, 0);
                return name + " connects";
            } catch (Kernel.Refusal e) {
                if (e.number() != Kernel.EPERM) {
                    return name + " may connect";
                }
            }
        }
        return "";
    }

    private static String privileges() {
        List<String> wrong = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                String[] words = line.split("[:\\s]+", -1);
                boolean right =
                        switch (words[0]) {
                            case "CapEff", "CapPrm" -> words[1].matches("0+");
                            case "NoNewPrivs" -> words[1].equals("1");
                            case "Seccomp" -> words[1].equals("2");
                            default -> true;
                        };
                if (!right) {
                    wrong.add(line);
                }
            }
            return String.join(", ", wrong);
        } catch (IOException e) {
            return "/proc/self/status cannot be read: " + e;
        }
    }

    private static String readable(Path outside) {
        try {
            Files.readAllBytes(outside);
            return outside + " can be read";
        } catch (IOException _) {
            return "";
        }
    }

    private static String socket() {
        int datagram = 2;
        try {
            Kernel.call("socket", Calls.here().number("socket"), 2, datagram, 0, 0, 0);
            return "a socket can be made";
        } catch (Kernel.Refusal _) {
            return "";
        }
    }

    private static String process() {
        try {
            new ProcessBuilder("/bin/true").start().destroyForcibly();
            return "a process can be started";
        } catch (IOException _) {
            return "";
        }
    }
}
