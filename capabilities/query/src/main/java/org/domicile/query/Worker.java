package org.domicile.query;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.domicile.walls.JavaChild;

/** One worker process with its folder: started, tried, and not yet anybody's, or one session's. */
final class Worker implements AutoCloseable {
    /** A start takes a second on a quiet machine. */
    private static final Duration START = Duration.ofSeconds(60);

    private final JavaChild child;
    private final Path folder;
    private final Wire wire;
    private final Map<String, String> holes = new LinkedHashMap<>();

    private Worker(JavaChild child, Path folder) {
        this.child = child;
        this.folder = folder;
        this.wire =
                new Wire(
                        new BufferedInputStream(child.in(), 64 << 10),
                        new BufferedOutputStream(child.out(), 64 << 10));
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
            worker.child.within(START, () -> worker.rehearse(options));
            if (!worker.child.endsWell(START)) {
                throw new IOException("no archive of classes was made: " + worker.end());
            }
            archive.take(written);
        }
    }

    private void rehearse(QueryOptions options) throws IOException {
        wire.send(
                Wire.BEGIN,
                out -> {
                    out.writeLong(options.usual().memory());
                    out.writeInt(1);
                    out.writeLong(options.usual().spill());
                    Wire.text(out, "UTC");
                });
        wire.receive(); // it has rehearsed by then
        child.out().close();
    }

    private static Worker start(
            Path java, List<Path> classPath, Path folder, List<String> flags, long fileSize)
            throws IOException {
        Path spill = Folders.spill(folder);
        List<Path> libraries = libraries(classPath);
        JavaChild child =
                JavaChild.start(
                        new JavaChild.Program(
                                "a worker",
                                java,
                                org.domicile.walls.Room.ofJava(
                                        java,
                                        Stream.concat(classPath.stream(), libraries.stream())
                                                .toList(),
                                        List.of(Folders.files(folder)),
                                        List.of(spill, Folders.out(folder))),
                                List.of(),
                                flags(flags, libraries, spill),
                                classPath,
                                "org.domicile.duckdb.Main",
                                List.of(
                                        Folders.files(folder).toString(),
                                        spill.toString(),
                                        Folders.out(folder).toString(),
                                        Long.toString(fileSize)), // bytes of its largest file
                                spill,
                                folder));
        Worker worker = new Worker(child, folder);
        child.comesUp(START, worker::hello);
        return worker;
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

    private static List<String> flags(List<String> first, List<Path> libraries, Path spill) {
        List<String> flags = new ArrayList<>(first);
        flags.addAll(
                List.of(
                        "-Xmx160m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:MaxDirectMemorySize=64m",
                        "-Djava.io.tmpdir=" + spill,
                        "-Djava.library.path="
                                + String.join(
                                        ":", libraries.stream().map(Path::toString).toList())));
        return flags;
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
        return child.alive();
    }

    /** Its process, for those who test what becomes of a session without it. */
    ProcessHandle process() {
        return child.process();
    }

    void kill() {
        child.kill();
    }

    /** Why it ended, as a sentence. */
    String end() {
        return child.end("it", code -> "its process ended with " + code);
    }

    @Override
    public void close() {
        child.close();
    }
}
