package org.domicile.walls;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A child that tries one thing and says whether it got through. Arguments: whether it gives up what
 * only its start needed, what it tries, and at what.
 */
final class Prisoner {
    /** Files that it may have open; its Java has some itself. */
    static final int OPEN = 128;

    private Prisoner() {}

    public static void main(String[] arguments) throws IOException {
        if (arguments[0].equals("within")) {
            Walls.complete(1 << 20, OPEN);
        }
        String said;
        try {
            said = tried(arguments[1], arguments[2]);
        } catch (IOException | Kernel.Refusal | ExceptionInInitializerError e) {
            said = "refused: " + e;
        }
        try (FileOutputStream out = new FileOutputStream(FileDescriptor.out)) {
            out.write(said.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static String tried(String what, String at) throws IOException, Kernel.Refusal {
        switch (what) {
            case "nothing" -> {}
            case "read" -> Files.readAllBytes(Path.of(at));
            case "list" -> {
                try (var names = Files.newDirectoryStream(Path.of(at))) {
                    if (!names.iterator().hasNext()) {
                        throw new IOException("nothing is in " + at);
                    }
                }
            }
            case "write" -> Files.writeString(Path.of(at), "x");
            case "cut" -> {
                try (var file =
                        Files.newByteChannel(Path.of(at), java.nio.file.StandardOpenOption.WRITE)) {
                    file.truncate(0);
                }
            }
            case "big" -> Files.write(Path.of(at), new byte[2 << 20]);
            case "tcp" -> new Socket("127.0.0.1", Integer.parseInt(at)).close();
            case "udp" -> {
                try (DatagramSocket socket = new DatagramSocket()) {
                    socket.send(
                            new DatagramPacket(
                                    new byte[1],
                                    1,
                                    InetAddress.getByName("127.0.0.1"),
                                    Integer.parseInt(at)));
                }
            }
            case "run" -> new ProcessBuilder(at).start().destroyForcibly();
            case "fork" -> {
                // Only where it must not work: a child of a JVM that goes on in it is no control.
                Kernel.call("clone", Calls.here().number("clone"), 17, 0, 0, 0, 0);
            }
            case "signal" ->
                    Kernel.call(
                            "kill", Calls.here().number("kill"), Long.parseLong(at), 0, 0, 0, 0);
            case "trace" ->
                    // PTRACE_SEIZE
                    Kernel.call(
                            "ptrace",
                            Calls.here().number("ptrace"),
                            0x4206,
                            Long.parseLong(at),
                            0,
                            0,
                            0);
            case "limit" ->
                    Kernel.call(
                            "prlimit64",
                            Calls.here().number("prlimit64"),
                            Long.parseLong(at),
                            7,
                            0,
                            0,
                            0);
            case "open" -> {
                List<FileInputStream> open = new ArrayList<>();
                try {
                    for (int i = 0; i < OPEN; i++) {
                        open.add(new FileInputStream(at));
                    }
                } finally {
                    for (FileInputStream each : open) {
                        each.close();
                    }
                }
            }
            case "open-more" -> {
                try (Arena arena = Arena.ofConfined()) {
                    MemorySegment both = arena.allocate(16, 8);
                    both.set(ValueLayout.JAVA_LONG, 0, OPEN + Long.parseLong(at));
                    both.set(ValueLayout.JAVA_LONG, 8, OPEN + Long.parseLong(at));
                    int prlimit = Calls.here().number("prlimit64");
                    Kernel.call("prlimit64", prlimit, 0, 7, both.address(), 0, 0);
                }
            }
            case "ring" ->
                    Kernel.call(
                            "io_uring_setup", Calls.here().number("io_uring_setup"), 0, 0, 0, 0, 0);
            case "tries" -> {
                Map<String, String> holes = Walls.tried(Path.of(at));
                return holes.values().stream().allMatch(String::isEmpty)
                        ? "all stand"
                        : holes.toString();
            }
            default -> throw new IllegalArgumentException(what);
        }
        return "got through";
    }
}
