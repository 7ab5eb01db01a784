package org.domicile.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What the kernel says of a process. A process that we cannot see (a peer on another machine) has
 * figures of -1.
 *
 * @param pid its number, 0 when unknown
 */
record ServerProcess(long pid) {
    /** In which the kernel counts: USER_HZ, which Linux fixes to programs. */
    private static final int TICKS_PER_SECOND = 100;

    private static final int USER_TIME = 11;
    private static final int SYSTEM_TIME = 12;
    private static final int ENDED_USER_TIME = 13;
    private static final int ENDED_SYSTEM_TIME = 14;
    private static final int START_TIME = 19;

    private static final String LISTENING = "0A";

    /** The process that listens on a TCP port of this machine; unknown when we may not see it. */
    static ServerProcess listeningOn(int port) throws IOException {
        Set<String> sockets = new HashSet<>();
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            if (Files.exists(Path.of(table))) {
                for (String line : Files.readAllLines(Path.of(table))) {
                    String[] fields = line.strip().split("\\s+", -1);
                    if (fields.length > 9
                            && fields[3].equals(LISTENING)
                            && fields[1].endsWith(":%04X".formatted(port))) {
                        sockets.add("socket:[" + fields[9] + "]");
                    }
                }
            }
        }
        try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
            return all.filter(process -> holds(process.pid(), sockets))
                    .findFirst()
                    .map(process -> new ServerProcess(process.pid()))
                    .orElse(new ServerProcess(0));
        }
    }

    private static boolean holds(long pid, Set<String> sockets) {
        try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            return open.anyMatch(file -> {
                try {
                    return sockets.contains(Files.readSymbolicLink(file).toString());
                } catch (IOException e) {
                    return false; // closed meanwhile
                }
            });
        } catch (IOException e) {
            return false; // ended meanwhile, or not ours to see
        }
    }

    /** User and system time so far, in microseconds. */
    double cpuMicros() throws IOException {
        if (pid == 0) {
            return -1;
        }
        List<String> fields = stat();
        long ticks =
                Long.parseLong(fields.get(USER_TIME)) + Long.parseLong(fields.get(SYSTEM_TIME));
        return ticks * 1e6 / TICKS_PER_SECOND;
    }

    /** The same with all that it started: what runs, and what has ended. */
    double allCpuMicros() throws IOException {
        double all = 0;
        for (ServerProcess each : family()) {
            List<String> fields = each.stat();
            for (int field :
                    new int[] {USER_TIME, SYSTEM_TIME, ENDED_USER_TIME, ENDED_SYSTEM_TIME}) {
                all += Long.parseLong(fields.get(field)) * 1e6 / TICKS_PER_SECOND;
            }
        }
        return all;
    }

    /** It, and what it started that runs now. */
    private List<ServerProcess> family() {
        return ProcessHandle.of(pid).stream()
                .flatMap(own -> Stream.concat(Stream.of(own), own.descendants()))
                .map(each -> new ServerProcess(each.pid()))
                .filter(ServerProcess::runs)
                .toList();
    }

    private boolean runs() {
        return Files.isReadable(Path.of("/proc", Long.toString(pid), "stat"));
    }

    /** MiB of it and of all that it started, where what several of them share counts once. */
    double allMemory() throws IOException {
        double all = 0;
        for (ServerProcess each : family()) {
            Path file = Path.of("/proc", Long.toString(each.pid()), "smaps_rollup");
            for (String line : Files.readAllLines(file)) {
                if (line.startsWith("Pss:")) {
                    all += mebibytes(line);
                }
            }
        }
        return all;
    }

    /** How many it started that run now. */
    int children() {
        return family().size() - 1;
    }

    /** When it started, in seconds after the machine did. */
    double startedSeconds() throws IOException {
        return Double.parseDouble(stat().get(START_TIME)) / TICKS_PER_SECOND;
    }

    /** The fields after the name, which may hold spaces. */
    private List<String> stat() throws IOException {
        String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
        return List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
    }

    /** Memory in MiB: resident now, and at its peak. */
    record Memory(double resident, double peak) {
        static final Memory UNKNOWN = new Memory(-1, -1);
    }

    Memory memory() throws IOException {
        if (pid == 0) {
            return Memory.UNKNOWN;
        }
        double resident = -1;
        double peak = -1;
        for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"))) {
            if (line.startsWith("VmRSS:")) {
                resident = mebibytes(line);
            } else if (line.startsWith("VmHWM:")) {
                peak = mebibytes(line);
            }
        }
        return new Memory(resident, peak);
    }

    private static double mebibytes(String line) {
        return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
    }
}
