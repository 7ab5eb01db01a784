package org.domicile.walls;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/**
 * A child that tries many things, one after the other, as if whatever runs in it were its enemy's.
 * Arguments: whether it gives up what only its start needed, and a file of attempts, each {@code
 * WHAT AT} on a line. It says what became of each.
 */
final class Runaway {
    private Runaway() {}

    public static void main(String[] arguments) throws IOException, Kernel.Refusal {
        Kernel.warm();
        if (!arguments[0].equals("without")) {
            Walls.complete(1 << 20);
        }
        if (arguments[0].equals("ported")) {
            Walls.deafen();
        }
        StringBuilder said = new StringBuilder();
        for (String line : Files.readAllLines(Path.of(arguments[1]))) {
            int space = line.indexOf(' ');
            said.append(outcome(line.substring(0, space), line.substring(space + 1))).append('\n');
        }
        try (FileOutputStream out = new FileOutputStream(FileDescriptor.out)) {
            out.write(said.toString().getBytes(StandardCharsets.UTF_8));
        }
        Runtime.getRuntime().halt(0);
    }

    private static String outcome(String what, String at) {
        try {
            tried(what, at);
            return "got through";
        } catch (IOException
                | Kernel.Refusal
                | RuntimeException
                | LinkageError
                | ExecutionException
                | TimeoutException e) {
            return "refused: " + String.valueOf(e).replace('\n', ' ');
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    private static void tried(String what, String at)
            throws IOException,
                    Kernel.Refusal,
                    ExecutionException,
                    TimeoutException,
                    InterruptedException {
        switch (what.substring(0, what.indexOf('-'))) {
            case "file" -> file(what, Path.of(at));
            case "net" -> network(what, at);
            case "call" -> call(what, Long.parseLong(at));
            case "process" -> process(what, at);
            default -> throw new IllegalArgumentException(what);
        }
    }

    private static void file(String what, Path at) throws IOException {
        switch (what) {
            case "file-read" -> Files.readAllBytes(at);
            case "file-lines" -> Files.readAllLines(at, StandardCharsets.ISO_8859_1);
            case "file-channel" -> Files.newByteChannel(at).close();
            case "file-random" -> new RandomAccessFile(at.toFile(), "r").close();
            case "file-map" -> {
                try (var channel = java.nio.channels.FileChannel.open(at)) {
                    channel.map(java.nio.channels.FileChannel.MapMode.READ_ONLY, 0, 1).load();
                }
            }
            case "file-copy" ->
                    Files.copy(
                            at,
                            Path.of("copied").toAbsolutePath(),
                            StandardCopyOption.REPLACE_EXISTING);
            case "file-jar" -> {
                try (InputStream in = at.toUri().toURL().openStream()) {
                    in.readAllBytes();
                }
            }
            case "file-list" -> {
                try (var names = Files.newDirectoryStream(at)) {
                    if (!names.iterator().hasNext()) {
                        throw new IOException("nothing is in " + at);
                    }
                }
            }
            case "file-walk" -> {
                try (var all = Files.walk(at, 2, FileVisitOption.FOLLOW_LINKS)) {
                    if (all.count() < 2) {
                        throw new IOException("nothing is in " + at);
                    }
                } catch (java.io.UncheckedIOException e) {
                    throw new IOException(e);
                }
            }
            case "file-link" -> {
                Path link = Path.of("link-" + System.nanoTime()).toAbsolutePath();
                Files.createSymbolicLink(link, at);
                Files.readAllBytes(link);
            }
            case "file-hard" -> {
                Path link = Path.of("hard-" + System.nanoTime()).toAbsolutePath();
                Files.createLink(link, at);
                Files.readAllBytes(link);
            }
            case "file-write" -> Files.writeString(at.resolve("new-" + System.nanoTime()), "x");
            case "file-append" -> Files.writeString(at, "x", StandardOpenOption.APPEND);
            case "file-cut" -> {
                try (var file = Files.newByteChannel(at, StandardOpenOption.WRITE)) {
                    file.truncate(1);
                }
            }
            case "file-folder" -> Files.createDirectory(at.resolve("made-" + System.nanoTime()));
            case "file-remove" -> Files.delete(at);
            case "file-move" -> Files.move(at, at.resolveSibling(at.getFileName() + "-moved"));
            case "file-in" ->
                    Files.move(at, Path.of("taken-" + System.nanoTime()).toAbsolutePath());
            case "file-pipe" -> {
                try (RandomAccessFile pipe = new RandomAccessFile(at.toFile(), "rw")) {
                    pipe.write(1);
                }
            }
            case "file-load" -> System.load(at.toString());
            default -> throw new IllegalArgumentException(what);
        }
    }

    private static void network(String what, String at)
            throws IOException, ExecutionException, TimeoutException, InterruptedException {
        switch (what) {
            case "net-socket" -> new Socket("127.0.0.1", port(at)).close();
            case "net-name" -> new Socket("localhost", port(at)).close();
            case "net-channel" ->
                    SocketChannel.open(new InetSocketAddress("127.0.0.1", port(at))).close();
            case "net-later" -> {
                try (SocketChannel channel = SocketChannel.open()) {
                    channel.configureBlocking(false);
                    channel.connect(new InetSocketAddress("127.0.0.1", port(at)));
                    while (!channel.finishConnect()) {
                        LockSupport.parkNanos(1_000_000);
                    }
                }
            }
            case "net-async" -> {
                try (AsynchronousSocketChannel channel = AsynchronousSocketChannel.open()) {
                    channel.connect(new InetSocketAddress("127.0.0.1", port(at)))
                            .get(5, TimeUnit.SECONDS);
                }
            }
            case "net-mapped" ->
                    new Socket(InetAddress.getByName("::ffff:127.0.0.1"), port(at)).close();
            case "net-source" ->
                    new Socket(
                                    InetAddress.getByName("127.0.0.1"),
                                    port(at),
                                    InetAddress.getByName("127.0.0.2"),
                                    0)
                            .close();
            case "net-http" -> {
                HttpURLConnection connection =
                        (HttpURLConnection)
                                URI.create("http://127.0.0.1:" + at + "/").toURL().openConnection();
                connection.setConnectTimeout(5_000);
                connection.setReadTimeout(5_000);
                connection.connect();
                connection.disconnect();
            }
            case "net-listen" -> new ServerSocket(0).close();
            case "net-serve" -> ServerSocketChannel.open().bind(new InetSocketAddress(0)).close();
            case "net-udp" -> {
                try (DatagramSocket socket = new DatagramSocket()) {
                    socket.send(
                            new DatagramPacket(
                                    new byte[1], 1, InetAddress.getByName("127.0.0.1"), port(at)));
                }
            }
            case "net-datagram" -> {
                try (DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET)) {
                    channel.send(
                            ByteBuffer.allocate(1), new InetSocketAddress("127.0.0.1", port(at)));
                }
            }
            case "net-unix" -> SocketChannel.open(UnixDomainSocketAddress.of(at)).close();
            case "net-unix-listen" -> {
                Path own = Path.of("s" + System.nanoTime());
                try (ServerSocketChannel server =
                        ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                    server.bind(UnixDomainSocketAddress.of(own));
                }
            }
            default -> throw new IllegalArgumentException(what);
        }
    }

    private static int port(String at) {
        return Integer.parseInt(at);
    }

    /** System calls, on a process or with one number. */
    private static void call(String what, long at) throws Kernel.Refusal {
        switch (what) {
            case "call-socket-inet" -> kernel("socket", 2, 1, 0);
            case "call-socket-inet6" -> kernel("socket", 10, 1, 0);
            case "call-socket-udp" -> kernel("socket", 2, 2, 0);
            case "call-socket-unix" -> kernel("socket", 1, 1, 0);
            case "call-socket-unix-datagram" -> kernel("socket", 1, 2, 0);
            case "call-socket-netlink" -> kernel("socket", 16, 3, 0);
            case "call-socket-fast" -> fastOpen((int) at);
            case "call-kill" -> kernel("kill", at, 0, 0);
            case "call-kill-all" -> kernel("kill", -1, 0, 0);
            case "call-kill-group" -> kernel("kill", 0, 0, 0);
            case "call-tkill" -> kernel("tkill", at, 0, 0);
            case "call-tgkill" -> kernel("tgkill", at, at, 0);
            case "call-term" -> kernel("kill", at, 15, 0);
            case "call-pidfd" -> kernel("pidfd_open", at, 0, 0);
            case "call-limit" -> kernel("prlimit64", at, 7, 0);
            case "call-priority" -> kernel("setpriority", 0, at, 0);
            case "call-io-priority" -> kernel("ioprio_set", 1, at, 0x4004);
            case "call-compare" -> kernel("kcmp", at, at, 0);
            case "call-trace" -> kernel("ptrace", 0x4206, at, 0);
            case "call-shared" -> kernel("shmget", at, 4096, 0600 | 01000);
            case "call-semaphore" -> kernel("semget", at, 1, 0600 | 01000);
            case "call-queue" -> kernel("msgget", at, 0600 | 01000, 0);
            case "call-unshare" -> kernel("unshare", 0x10000000, 0, 0);
            default -> throw new IllegalArgumentException(what);
        }
    }

    /** Connects with the first byte, and not by connect(2). */
    private static void fastOpen(int port) throws Kernel.Refusal {
        Calls calls = Calls.here();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(16, 8);
            address.set(ValueLayout.JAVA_SHORT, 0, (short) 2);
            address.set(ValueLayout.JAVA_BYTE, 2, (byte) (port >> 8));
            address.set(ValueLayout.JAVA_BYTE, 3, (byte) port);
            address.set(ValueLayout.JAVA_BYTE, 4, (byte) 127);
            address.set(ValueLayout.JAVA_BYTE, 7, (byte) 1);
            MemorySegment bytes = arena.allocate(16, 8);
            bytes.set(ValueLayout.JAVA_LONG, 0, arena.allocate(1).address());
            bytes.set(ValueLayout.JAVA_LONG, 8, 1);
            MemorySegment message = arena.allocate(56, 8);
            message.set(ValueLayout.JAVA_LONG, 0, address.address());
            message.set(ValueLayout.JAVA_INT, 8, 16);
            message.set(ValueLayout.JAVA_LONG, 16, bytes.address());
            message.set(ValueLayout.JAVA_LONG, 24, 1);
            long socket = Kernel.call("socket", calls.number("socket"), 2, 1, 0, 0, 0);
            Kernel.call(
                    "sendmsg",
                    calls.number("sendmsg"),
                    socket,
                    message.address(),
                    Filter.FAST_OPEN,
                    0,
                    0);
        }
    }

    private static void kernel(String name, long a, long b, long c) throws Kernel.Refusal {
        Kernel.call(name, Calls.here().number(name), a, b, c, 0, 0);
    }

    private static void process(String what, String at) throws IOException {
        switch (what) {
            case "process-run" -> new ProcessBuilder(at).start().destroyForcibly();
            case "process-shell" -> new ProcessBuilder("/bin/sh", "-c", at).start();
            case "process-end" -> {
                ProcessHandle other = ProcessHandle.of(Long.parseLong(at)).orElseThrow();
                if (!other.destroyForcibly()) {
                    throw new IOException("it was not ended");
                }
            }
            case "process-memory" -> new RandomAccessFile("/proc/" + at + "/mem", "r").close();
            case "process-write-memory" ->
                    new RandomAccessFile("/proc/" + at + "/mem", "rw").close();
            case "process-environment" -> Files.readAllBytes(Path.of("/proc/" + at + "/environ"));
            case "process-maps" -> Files.readAllBytes(Path.of("/proc/" + at + "/maps"));
            case "process-files" -> {
                // Their numbers can be seen, as other processes' names can; what is behind, not.
                try (var names = Files.newDirectoryStream(Path.of("/proc/" + at + "/fd"))) {
                    Files.readSymbolicLink(names.iterator().next());
                }
            }
            case "process-file" -> new RandomAccessFile("/proc/" + at, "r").close();
            case "process-root" -> Files.readAllBytes(Path.of("/proc/" + at + "/root/etc/passwd"));
            case "process-folder" -> {
                try (var names = Files.newDirectoryStream(Path.of("/proc/" + at + "/cwd/"))) {
                    if (!names.iterator().hasNext()) {
                        throw new IOException("nothing is there");
                    }
                }
            }
            case "process-victim" ->
                    Files.writeString(Path.of("/proc/" + at + "/oom_score_adj"), "1000");
            default -> throw new IllegalArgumentException(what);
        }
    }
}
