package org.domicile.watches;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.domicile.walls.Room;
import org.domicile.walls.Walls;

/** A worker process with its folder: started, and tried. */
final class Child implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("org.domicile.watches");

    /** A start takes three seconds on a quiet machine. */
    private static final Duration START = Duration.ofSeconds(90);

    private static final int COMPLAINT = 4_000;
    private static final int KILLED = 137;
    private static final int OUT_OF_MEMORY = 3;

    /** Flink unpacks two of its jars. */
    private static final long LARGEST_FILE = 256L << 20;

    private final Process process;
    private final Path folder;
    private final Wire wire;
    private final StringBuilder complaint = new StringBuilder();
    private final Map<String, String> holes = new LinkedHashMap<>();

    private Child(Process process, Path folder) {
        this.process = process;
        this.folder = folder;
        this.wire = new Wire(process.getInputStream(), process.getOutputStream());
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
            Process process =
                    Walls.start(
                            Room.ofJava(options.java(), places, List.of(), List.of(folder)),
                            List.of(port),
                            command(options, places, folder, port),
                            Map.of("LANG", "C.UTF-8", "MALLOC_ARENA_MAX", "2"),
                            folder);
            Child child = new Child(process, folder);
            child.first();
            Thread.ofVirtual().name("watch-complaint").start(child::listen);
            Thread hurry =
                    Thread.ofVirtual().name("watch-start").start(() -> child.killUnless(START));
            try {
                child.hello();
                up = true;
                return child;
            } catch (IOException e) {
                String said = child.said();
                child.close();
                throw new IOException("a worker for watches did not come up" + said, e);
            } finally {
                hurry.interrupt();
            }
        } finally {
            if (!up) {
                remove(folder);
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

    private static List<String> command(
            EngineOptions options, List<Path> places, Path folder, int port) {
        List<String> command = new ArrayList<>();
        command.add(options.java().resolve("bin/java").toString());
        command.addAll(
                List.of(
                        "-Xmx" + (options.memory() >> 20) + "m",
                        "-Xss1m",
                        "-XX:+UseSerialGC",
                        "-XX:-UsePerfData",
                        "-XX:+DisplayVMOutputToStderr",
                        "-Xlog:disable", // its log would stand between our frames
                        "-Xlog:all=error:stderr",
                        "-XX:+ErrorFileToStderr",
                        "-XX:-CreateCoredumpOnCrash",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-XX:MaxDirectMemorySize=256m",
                        "-XX:MaxMetaspaceSize=512m",
                        "-XX:ReservedCodeCacheSize=96m",
                        "-Xshare:auto",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow"));
        for (String opened :
                List.of(
                        "java.lang",
                        "java.lang.reflect",
                        "java.nio",
                        "java.time",
                        "java.util",
                        "java.util.concurrent")) {
            command.add("--add-opens=java.base/" + opened + "=ALL-UNNAMED");
        }
        command.addAll(
                List.of(
                        "-Djava.net.preferIPv4Stack=true",
                        "-Djdk.net.hosts.file=" + folder.resolve("hosts"),
                        "-Duser.timezone=UTC",
                        "-Djava.io.tmpdir=" + folder,
                        "-cp",
                        String.join(":", places.stream().map(Path::toString).toList()),
                        "org.domicile.flink.Main",
                        folder.toString(),
                        Integer.toString(port),
                        Long.toString(options.pace().toMillis()),
                        Long.toString(LARGEST_FILE),
                        Long.toString(options.state())));
        return command;
    }

    /** Where memory runs out, the kernel is to end a worker and nothing else. */
    private void first() {
        try {
            Files.writeString(Path.of("/proc/" + process.pid() + "/oom_score_adj"), "1000");
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "a worker's oom_score_adj is not set: " + e);
        }
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

    private void killUnless(Duration patience) {
        try {
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException _) {
            // it came up
        }
    }

    /** Keeps the last of what it complains about. */
    private void listen() {
        try (InputStream in = process.getErrorStream()) {
            byte[] some = new byte[1_024];
            for (int count = in.read(some); count >= 0; count = in.read(some)) {
                synchronized (complaint) {
                    complaint.append(new String(some, 0, count, StandardCharsets.UTF_8));
                    if (complaint.length() > COMPLAINT) {
                        complaint.delete(0, complaint.length() - COMPLAINT);
                    }
                }
            }
        } catch (IOException _) {
            // it ended
        }
    }

    private String said() {
        synchronized (complaint) {
            return complaint.isEmpty() ? "" : ": " + Crew.line(complaint.toString().strip());
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
        return process.toHandle();
    }

    /** Whether it ended because its heap was full; asked after {@link #end}. */
    boolean exhausted() {
        return !process.isAlive() && process.exitValue() == OUT_OF_MEMORY;
    }

    /** Why it ended, as a sentence. */
    String end() {
        try {
            if (!process.waitFor(2, TimeUnit.SECONDS)) {
                return "its worker does not answer any more";
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "its worker was not waited for";
        }
        String said = said();
        if (!said.isEmpty()) {
            LOG.log(System.Logger.Level.WARNING, "a worker for watches ended" + said);
        }
        int code = process.exitValue();
        return switch (code) {
            case KILLED -> "its worker was killed, perhaps because the machine is out of memory";
            case OUT_OF_MEMORY ->
                    "its worker had no memory any more; ask for less at once, or the operator for"
                            + " more (watches.memory)";
            default -> "its worker ended with " + code;
        };
    }

    /** Several may; the first removes what is left, and the others wait for it. */
    @Override
    public synchronized void close() {
        process.destroyForcibly();
        try {
            if (process.waitFor(5, TimeUnit.SECONDS)) {
                remove(folder);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, folder + " stays until the next start", e);
        }
    }

    /** All that is in a folder, and it. */
    static void remove(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        }
    }
}
