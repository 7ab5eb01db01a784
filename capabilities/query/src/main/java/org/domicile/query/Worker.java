package org.domicile.query;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.domicile.walls.Walls;

/** One worker process with its folder: started, tried, and not yet anybody's, or one session's. */
final class Worker implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("org.domicile.query");

    /** A start takes a second on a quiet machine. */
    private static final Duration START = Duration.ofSeconds(60);

    private static final int COMPLAINT = 4_000;
    private static final int KILLED = 137;

    private final Process process;
    private final Path folder;
    private final Wire wire;
    private final StringBuilder complaint = new StringBuilder();
    private final Map<String, String> holes = new LinkedHashMap<>();

    private Worker(Process process, Path folder) {
        this.process = process;
        this.folder = folder;
        this.wire =
                new Wire(
                        new BufferedInputStream(process.getInputStream(), 64 << 10),
                        new BufferedOutputStream(process.getOutputStream(), 64 << 10));
    }

    /**
     * Starts one and waits until it has tried its walls.
     *
     * @throws org.domicile.walls.Unwalled when there are none
     * @throws IOException when it does not come up
     */
    static Worker start(QueryOptions options, Path folder) throws IOException {
        List<Path> classPath = options.classPath().places();
        Optional<ClassArchive> archive = ClassArchive.of(classPath).filter(ClassArchive::exists);
        return start(
                options.java(),
                classPath,
                folder,
                archive.map(it -> "-XX:SharedArchiveFile=" + it.file()).stream().toList(),
                options.total());
    }

    /**
     * Has an archive made by one that serves nobody, and ends it. Takes two seconds.
     *
     * @param folder of its own
     * @throws org.domicile.walls.Unwalled when there are no walls
     * @throws IOException when none came
     */
    static void archive(QueryOptions options, Path folder, ClassArchive archive)
            throws IOException {
        Path written = Folders.out(folder).resolve("classes");
        try (Worker worker =
                start(
                        options.java(),
                        options.classPath().places(),
                        folder,
                        List.of("-XX:ArchiveClassesAtExit=" + written),
                        ClassArchive.LARGEST)) {
            Thread hurry =
                    Thread.ofVirtual()
                            .name("worker-archive-end")
                            .start(() -> worker.killUnless(START));
            worker.wire.send(
                    Wire.BEGIN,
                    out -> {
                        out.writeLong(options.usual().memory());
                        out.writeInt(1);
                        out.writeLong(options.usual().spill());
                        Wire.text(out, "UTC");
                    });
            worker.wire.receive(); // it has rehearsed by then
            worker.process.getOutputStream().close();
            boolean ended = worker.ended();
            hurry.interrupt();
            if (!ended) {
                throw new IOException("no archive of classes was made: " + worker.end());
            }
            archive.take(written);
        }
    }

    private boolean ended() throws IOException {
        try {
            return process.waitFor(START.toMillis(), TimeUnit.MILLISECONDS)
                    && process.exitValue() == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static Worker start(
            Path java, List<Path> classPath, Path folder, List<String> flags, long fileSize)
            throws IOException {
        Path spill = Folders.spill(folder);
        Process process =
                Walls.start(
                        org.domicile.walls.Room.ofJava(
                                java,
                                Stream.concat(classPath.stream(), libraries(classPath).stream())
                                        .toList(),
                                List.of(Folders.files(folder)),
                                List.of(spill, Folders.out(folder))),
                        command(java, classPath, folder, flags, fileSize),
                        Map.of("LANG", "C.UTF-8", "MALLOC_ARENA_MAX", "2"),
                        spill);
        Worker worker = new Worker(process, folder);
        worker.first();
        Thread.ofVirtual().name("worker-complaint").start(worker::listen);
        Thread hurry =
                Thread.ofVirtual().name("worker-start").start(() -> worker.killUnless(START));
        try {
            worker.hello();
            return worker;
        } catch (IOException e) {
            String said = worker.said();
            worker.close();
            throw new IOException("a worker did not come up" + said, e);
        } finally {
            hurry.interrupt();
        }
    }

    /** Folders of the class path that hold the engine's library beside its jar. */
    private static List<Path> libraries(List<Path> classPath) {
        return classPath.stream()
                .map(place -> place.resolveSibling(EngineJar.LIBRARY))
                .filter(Files::exists)
                .map(library -> library.resolveSibling(""))
                .distinct()
                .toList();
    }

    private static List<String> command(
            Path java, List<Path> classPath, Path folder, List<String> flags, long fileSize) {
        List<String> command = new ArrayList<>();
        command.add(java.resolve("bin/java").toString());
        command.addAll(flags);
        command.addAll(
                List.of(
                        "-Xmx160m",
                        "-Xss1m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:-UsePerfData",
                        "-XX:+DisplayVMOutputToStderr",
                        "-Xlog:disable", // its log would stand between our frames
                        "-Xlog:all=error:stderr",
                        "-XX:+ErrorFileToStderr",
                        "-XX:-CreateCoredumpOnCrash",
                        "-XX:MaxDirectMemorySize=64m",
                        "-Xshare:auto",
                        "--enable-native-access=ALL-UNNAMED",
                        "-Duser.timezone=UTC",
                        "-Djava.io.tmpdir=" + Folders.spill(folder),
                        "-Djava.library.path="
                                + String.join(
                                        ":",
                                        libraries(classPath).stream()
                                                .map(Path::toString)
                                                .toList())));
        command.add("-cp");
        command.add(String.join(":", classPath.stream().map(Path::toString).toList()));
        command.add("org.domicile.duckdb.Main");
        command.add(Folders.files(folder).toString());
        command.add(Folders.spill(folder).toString());
        command.add(Folders.out(folder).toString());
        command.add(Long.toString(fileSize)); // bytes of the largest file that it writes
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
            holes.put(Wire.text(frame.in()), Wire.text(frame.in()));
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
            return complaint.isEmpty() ? "" : ": " + complaint.toString().strip();
        }
    }

    Wire wire() {
        return wire;
    }

    Path folder() {
        return folder;
    }

    /** What each wall let through when it was tried; empty for one that stands. */
    Map<String, String> holes() {
        return holes;
    }

    boolean alive() {
        return process.isAlive();
    }

    /** Its process, for those who test what becomes of a session without it. */
    ProcessHandle process() {
        return process.toHandle();
    }

    void kill() {
        process.destroyForcibly();
    }

    /** Why it ended, as a sentence. */
    String end() {
        try {
            if (!process.waitFor(2, TimeUnit.SECONDS)) {
                return "it does not answer any more";
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "it was not waited for";
        }
        String said = said();
        if (!said.isEmpty()) {
            LOG.log(System.Logger.Level.WARNING, "a worker ended" + said);
        }
        int code = process.exitValue();
        return switch (code) {
            case KILLED -> "it was killed, perhaps because the machine is out of memory";
            default -> "its process ended with " + code;
        };
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(5, TimeUnit.SECONDS);
            Folders.remove(folder);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, folder + " stays until the next start", e);
        }
    }
}
