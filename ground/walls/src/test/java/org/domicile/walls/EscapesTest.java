package org.domicile.walls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ways out of a child in which somebody else's code runs: read a file, reach the network, act on
 * the program that started it. Each is tried first by a child without walls, where it has to get
 * through; what does not is no attempt, and there have to be enough that are.
 */
@Timeout(120)
class EscapesTest {
    private static final Path JAVA = Path.of(System.getProperty("java.home"));
    private static final int LEAST = 15;

    @TempDir private Path folder;
    private Path mine;
    private Path shown;
    private Path other;
    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<Process> victims = new ArrayList<>();

    @BeforeEach
    void folders() throws IOException {
        mine = Files.createDirectory(folder.resolve("mine"));
        shown = Files.createDirectory(folder.resolve("shown"));
        other = Files.createDirectory(folder.resolve("other"));
        Files.writeString(other.resolve("file"), "not to be read");
        Files.createDirectory(other.resolve("inner"));
        Files.writeString(other.resolve("inner/file"), "nor this");
    }

    @AfterEach
    void end() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        victims.forEach(Process::destroyForcibly);
    }

    /** What is tried, and at what, for one child: what it breaks is there for the next again. */
    private List<String> attempts(String round) throws IOException, InterruptedException {
        Path area = Files.createDirectories(other.resolve(round));
        List<String> all = new ArrayList<>();
        files(area, all);
        network(area, all);
        processes(all);
        return all;
    }

    private void files(Path area, List<String> all) throws IOException, InterruptedException {
        Path file = Files.writeString(area.resolve("file"), "not to be read");
        for (String way : List.of("read", "lines", "channel", "random", "map", "copy", "jar")) {
            all.add("file-" + way + " " + file);
        }
        all.add("file-read /etc/passwd");
        all.add("file-read " + shown.resolve("../other/file"));
        all.add("file-read /proc/self/root" + file);
        all.add("file-link " + file);
        all.add("file-hard " + file);
        all.add("file-list " + other);
        all.add("file-list /");
        all.add("file-list /tmp");
        all.add("file-walk " + other);
        all.add("file-write " + area);
        all.add("file-write " + shown);
        all.add("file-write /dev/shm");
        all.add("file-append " + file);
        all.add("file-cut " + Files.writeString(area.resolve("cut"), "long enough"));
        all.add("file-folder " + area);
        all.add("file-remove " + Files.writeString(area.resolve("removed"), "x"));
        all.add("file-move " + Files.writeString(area.resolve("renamed"), "x"));
        all.add("file-in " + Files.writeString(area.resolve("taken"), "x"));
        Path library = area.resolve("libz.so");
        for (Path each :
                List.of(
                        Path.of("/lib/x86_64-linux-gnu/libz.so.1"),
                        Path.of("/lib/aarch64-linux-gnu/libz.so.1"),
                        Path.of("/usr/lib64/libz.so.1"))) {
            if (Files.exists(each) && !Files.exists(library)) {
                Files.copy(each, library);
                all.add("file-load " + library);
            }
        }
        Path pipe = area.resolve("pipe");
        if (new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0) {
            all.add("file-pipe " + pipe);
        }
    }

    private void network(Path area, List<String> all) throws IOException {
        ServerSocket tcp = new ServerSocket(0);
        DatagramSocket udp = new DatagramSocket(0);
        Path socket = area.resolve("s");
        ServerSocketChannel unix = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        unix.bind(UnixDomainSocketAddress.of(socket));
        open.addAll(List.of(tcp, udp, unix));
        int port = tcp.getLocalPort();
        for (String way :
                List.of(
                        "socket", "name", "channel", "later", "async", "mapped", "source", "http",
                        "listen", "serve")) {
            all.add("net-" + way + " " + port);
        }
        all.add("net-udp " + udp.getLocalPort());
        all.add("net-datagram " + udp.getLocalPort());
        all.add("net-unix " + socket);
        all.add("net-unix-listen 0");
        all.add("call-socket-fast " + port);
        for (String way : List.of("inet", "inet6", "udp", "unix", "unix-datagram", "netlink")) {
            all.add("call-socket-" + way + " 0");
        }
    }

    private void processes(List<String> all) throws IOException {
        long self = ProcessHandle.current().pid();
        for (String way :
                List.of(
                        "kill",
                        "kill-all",
                        "kill-group",
                        "tkill",
                        "tgkill",
                        "pidfd",
                        "limit",
                        "priority",
                        "io-priority",
                        "compare")) {
            all.add("call-" + way + " " + self);
        }
        for (String way :
                List.of(
                        "memory",
                        "write-memory",
                        "environment",
                        "maps",
                        "files",
                        "root",
                        "folder")) {
            all.add("process-" + way + " " + self);
        }
        all.add("process-file " + self + "/fd/0");
        all.add("call-term " + victim());
        all.add("call-trace " + victim());
        all.add("process-end " + victim());
        all.add("process-victim " + victim());
        all.add("call-shared " + (int) self);
        all.add("call-semaphore " + (int) self);
        all.add("call-queue " + (int) self);
        all.add("call-unshare 0");
        all.add("process-run /bin/true");
        all.add("process-shell true");
    }

    private long victim() throws IOException {
        Process victim = new ProcessBuilder("sleep", "300").start();
        victims.add(victim);
        return victim.pid();
    }

    /** The class that an attempt counts for. */
    private static String kind(String attempt) {
        if (attempt.startsWith("file-")) {
            return "read or write a file";
        }
        return attempt.startsWith("net-") || attempt.startsWith("call-socket")
                ? "reach the network"
                : "act on the parent or another process";
    }

    @Test
    void noneGetsOut() throws Exception {
        List<String> controls = attempts("without");
        List<String> tried = attempts("within");
        List<String> without = said("without", controls);
        List<String> within = said("within", tried);
        Map<String, Integer> counts = new TreeMap<>();
        List<String> through = new ArrayList<>();
        List<String> idle = new ArrayList<>();
        for (int i = 0; i < tried.size(); i++) {
            if (!without.get(i).equals("got through")) {
                idle.add(controls.get(i) + ": " + without.get(i));
                continue;
            }
            counts.merge(kind(tried.get(i)), 1, Integer::sum);
            if (!within.get(i).startsWith("refused")) {
                through.add(tried.get(i) + ": " + within.get(i));
            }
        }
        assertEquals(List.of(), through);
        for (String kind :
                List.of(
                        "read or write a file",
                        "reach the network",
                        "act on the parent or another process")) {
            assertTrue(
                    counts.getOrDefault(kind, 0) >= LEAST,
                    () -> "too few that work without walls: " + counts + ", idle: " + idle);
        }
        assertEquals("not to be read", Files.readString(other.resolve("within/file")));
        assertTrue(Files.exists(other.resolve("within/removed")));
        assertTrue(victims.subList(4, 8).stream().allMatch(Process::isAlive));
    }

    /** A child that may use one port gets to that, and to nothing else by it. */
    @Test
    void noneGetsOutOfOneWithAPort() throws Exception {
        try (ServerSocket given = new ServerSocket(0)) {
            List<String> tried = new ArrayList<>(attempts("ported"));
            // that it can make a socket of TCP is what it is given
            tried.removeIf(each -> each.startsWith("call-socket-inet"));
            tried.add("net-socket " + given.getLocalPort());
            List<String> said = said("ported", tried, List.of(given.getLocalPort()));
            assertEquals("got through", said.getLast());
            List<String> through = new ArrayList<>();
            for (int i = 0; i < tried.size() - 1; i++) {
                if (!said.get(i).startsWith("refused")) {
                    through.add(tried.get(i) + ": " + said.get(i));
                }
            }
            assertEquals(List.of(), through);
        }
    }

    private List<String> said(String where, List<String> attempts) throws Exception {
        return said(where, attempts, List.of());
    }

    private List<String> said(String where, List<String> attempts, List<Integer> ports)
            throws Exception {
        Path list = Files.write(shown.resolve(where), attempts);
        List<String> command = new ArrayList<>();
        command.addAll(
                List.of(
                        JAVA.resolve("bin/java").toString(),
                        "-Xmx64m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-XX:-UsePerfData",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        String.join(":", classPath().stream().map(Path::toString).toList()),
                        "org.domicile.walls.Runaway",
                        where,
                        list.toString()));
        Process child =
                !where.equals("without")
                        ? Walls.start(
                                Room.ofJava(JAVA, classPath(), List.of(shown), List.of(mine)),
                                ports,
                                command,
                                Map.of("LANG", "C.UTF-8"),
                                mine)
                        : new ProcessBuilder(command)
                                .directory(
                                        Files.createDirectories(folder.resolve("control")).toFile())
                                .start();
        String out = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String complaint =
                new String(child.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(child.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, child.exitValue(), complaint);
        List<String> said = out.lines().toList();
        assertEquals(attempts.size(), said.size(), () -> out + complaint);
        return said;
    }

    private static List<Path> classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(":", -1))
                .map(Path::of)
                .filter(place -> Files.exists(place.resolve("org/domicile/walls")))
                .map(Path::toAbsolutePath)
                .toList();
    }
}
