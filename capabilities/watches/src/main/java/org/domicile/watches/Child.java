package org.domicile.watches;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.domicile.walls.JavaChild;
import org.domicile.walls.Room;

/** A worker process with its folder: started, and tried. */
final class Child implements AutoCloseable {
    /** A start takes three seconds on a quiet machine. */
    private static final Duration START = Duration.ofSeconds(90);

    private static final int OUT_OF_MEMORY = 3;

    /** Flink unpacks two of its jars. */
    private static final long LARGEST_FILE = 256L << 20;

    /**
     * Files and sockets. One with 16 watches, half of them over two streams, had 438; three that an
     * organisation may have leave others some of the 2,048 connections of the streams' log.
     */
    private static final int OPEN = 640;

    private final JavaChild child;
    private final Wire wire;
    private final Map<String, String> holes = new LinkedHashMap<>();
    private volatile boolean exhausted;

    private Child(JavaChild child) {
        this.child = child;
        this.wire = new Wire(child.in(), child.out());
    }

    /**
     * Starts one and waits until it has tried its walls.
     *
     * @throws org.domicile.walls.Unwalled when there are none
     * @throws IOException when it does not come up
     */
    static Child start(EngineOptions options) throws IOException {
        Path folder = Files.createTempDirectory(Files.createDirectories(options.folder()), "w");
        boolean up = false;
        try {
            int port = options.port().getAsInt();
            hosts(folder);
            List<Path> places = options.places().all();
            Child worker =
                    new Child(
                            JavaChild.start(
                                    new JavaChild.Program(
                                            "a worker for watches",
                                            options.java(),
                                            Room.ofJava(
                                                    options.java(),
                                                    places,
                                                    List.of(),
                                                    List.of(folder)),
                                            List.of(port),
                                            flags(options, folder),
                                            places,
                                            "org.domicile.flink.Main",
                                            arguments(options, folder, port),
                                            folder,
                                            folder)));
            worker.child.comesUp(START, worker::hello);
            up = true;
            return worker;
        } finally {
            if (!up) {
                JavaChild.remove(folder);
            }
        }
    }

    /** All names that Java finds there: Flink looks for that of its machine. Nobody is asked. */
    private static void hosts(Path folder) throws IOException {
        String own = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        Files.writeString(
                folder.resolve("hosts"),
                "127.0.0.1 localhost" + (own.isEmpty() ? "" : " " + own) + "\n");
    }

    private static List<String> flags(EngineOptions options, Path folder) {
        List<String> flags = new ArrayList<>();
        flags.addAll(
                List.of(
                        "-Xmx" + (options.memory() >> 20) + "m",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-XX:MaxDirectMemorySize=256m",
                        "-XX:MaxMetaspaceSize=512m",
                        "-XX:ReservedCodeCacheSize=96m",
                        "--sun-misc-unsafe-memory-access=allow"));
        flags.addAll(compiling());
        for (String opened :
                List.of(
                        "java.lang",
                        "java.lang.reflect",
                        "java.nio",
                        "java.time",
                        "java.util",
                        "java.util.concurrent")) {
            flags.add("--add-opens=java.base/" + opened + "=ALL-UNNAMED");
        }
        flags.addAll(
                List.of(
                        "-Djava.net.preferIPv4Stack=true",
                        "-Djdk.net.hosts.file=" + folder.resolve("hosts"),
                        "-Djava.io.tmpdir=" + folder));
        return flags;
    }

    /**
     * As far as the program's own Java compiles, where it was told to go less far, as one that runs
     * for a minute is: compiling all the way takes half of such a worker's time.
     */
    private static List<String> compiling() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(each -> each.startsWith("-XX:TieredStopAtLevel="))
                .toList();
    }

    private static List<String> arguments(EngineOptions options, Path folder, int port) {
        return List.of(
                folder.toString(),
                Integer.toString(port),
                Long.toString(options.pace().toMillis()),
                Long.toString(LARGEST_FILE),
                Long.toString(options.state()),
                Integer.toString(OPEN));
    }

    private void hello() throws IOException {
        Wire.Frame frame = wire.receive();
        if (frame.kind() != Wire.HELLO || frame.in().readInt() != Wire.VERSION) {
            throw new IOException("it said something else than hello");
        }
        int count = frame.in().readInt();
        for (int i = 0; i < count; i++) {
            String wall = Crew.sentence(Wire.text(frame.in()));
            holes.put(wall, Crew.sentence(Wire.text(frame.in())));
        }
    }

    Wire wire() {
        return wire;
    }

    /** What each wall let through when it was tried; empty for one that stands. */
    Map<String, String> holes() {
        return holes;
    }

    ProcessHandle process() {
        return child.process();
    }

    /** Whether it ended because its heap was full; asked after {@link #end}. */
    boolean exhausted() {
        return exhausted;
    }

    /** Why it ended, as a sentence. */
    String end() {
        return child.end(
                "its worker",
                code -> {
                    exhausted = code == OUT_OF_MEMORY;
                    return exhausted
                            ? "its worker had no memory any more; ask for less at once, or the"
                                    + " operator for more (watches.memory)"
                            : "its worker ended with " + code;
                });
    }

    /** Several may; all of them wait until it has ended. */
    @Override
    public void close() {
        child.close();
    }
}
