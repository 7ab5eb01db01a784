package org.domicile.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The background process that serves a folder: its Java flags, its birth, and what it said when it
 * died young. It has a session of its own, so neither the terminal's end nor its Ctrl-C reaches it,
 * and all that it says outside of its log goes to {@code log/serve.out}.
 */
final class ServerProcess {
    /**
     * Why each: one collector thread and a small heap keep idle memory small, and a collection of a
     * heap this size takes milliseconds; a server without memory ends instead of limping, and the
     * store is made for sudden ends; the rest is what RocksDB's and Netty's native code needs.
     */
    private static final List<String> FLAGS =
            List.of(
                    "-XX:+UseSerialGC",
                    "-Xms16m",
                    "-Xss512k",
                    "-XX:ReservedCodeCacheSize=64m",
                    "-XX:+ExitOnOutOfMemoryError",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow");

    private final Process process;
    private final Folder folder;
    private final long saidBefore;

    private ServerProcess(Process process, Folder folder, long saidBefore) {
        this.process = process;
        this.folder = folder;
        this.saidBefore = saidBefore;
    }

    /** Starts one. @param arguments settings, as {@code serve} takes them */
    static ServerProcess start(Folder folder, Settings settings, List<String> arguments)
            throws IOException {
        return run(folder, flags(settings), arguments);
    }

    /**
     * Starts one that records at its end what a start loads and compiles, so that later starts find
     * it ready; see {@link Archive}.
     */
    static ServerProcess startRecording(
            Folder folder, Settings settings, List<String> arguments, Path archive)
            throws IOException {
        List<String> flags = new ArrayList<>(plainFlags(settings));
        flags.add("-XX:AOTCacheOutput=" + archive);
        return run(folder, flags, arguments);
    }

    /** Beside the folder of jars that this program runs from; empty when it runs from none. */
    static Optional<Path> archive() {
        String first = System.getProperty("java.class.path").split(File.pathSeparator, -1)[0];
        Path folder = Path.of(first).toAbsolutePath().getParent();
        return first.endsWith(".jar") && folder != null && folder.endsWith("lib")
                ? Optional.of(folder.resolveSibling("server.aot"))
                : Optional.empty();
    }

    private static ServerProcess run(Folder folder, List<String> flags, List<String> arguments)
            throws IOException {
        List<String> command = new ArrayList<>(detached());
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.add("-XX:ErrorFile=" + folder.log().resolve("java-crash-%p.log"));
        command.add("-cp");
        command.add(absoluteClassPath());
        command.add(Main.class.getName());
        command.add("serve");
        command.add("--data");
        command.add(folder.path().toString());
        command.addAll(arguments);
        long saidBefore = openOutput(folder.output());
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectInput(new File("/dev/null"))
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.output().toFile()))
                        .redirectErrorStream(true);
        // glibc keeps an arena for each thread that ever waited; two are enough and give memory
        // back
        builder.environment().putIfAbsent("MALLOC_ARENA_MAX", "2");
        builder.environment().putIfAbsent("MALLOC_TRIM_THRESHOLD_", "131072");
        return new ServerProcess(builder.start(), folder, saidBefore);
    }

    /** The Java flags of a server, wherever it runs. */
    static List<String> flags(Settings settings) {
        List<String> flags = new ArrayList<>(plainFlags(settings));
        archive().filter(Files::isRegularFile).ifPresent(file -> flags.add("-XX:AOTCache=" + file));
        return flags;
    }

    private static List<String> plainFlags(Settings settings) {
        List<String> flags = new ArrayList<>(FLAGS);
        flags.add("-Xmx" + (settings.limits().heap() >> 20) + "m");
        String home = System.getProperty("domicile.home");
        if (home != null) {
            flags.add("-Ddomicile.home=" + home);
        }
        String crash = System.getProperty("domicile.crash");
        if (crash != null) {
            flags.add("-Ddomicile.crash=" + crash);
        }
        return flags;
    }

    /**
     * setsid(1) gives the process a session of its own; nohup(1) at least a deaf ear to its end.
     */
    private static List<String> detached() {
        for (String tool : List.of("setsid", "nohup")) {
            for (String folder : List.of("/usr/bin", "/bin", "/usr/local/bin")) {
                Path path = Path.of(folder, tool);
                if (Files.isExecutable(path)) {
                    return List.of(path.toString());
                }
            }
        }
        return List.of();
    }

    private static String absoluteClassPath() {
        List<String> parts = new ArrayList<>();
        for (String part : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            if (!part.isEmpty()) {
                parts.add(Path.of(part).toAbsolutePath().toString());
            }
        }
        return String.join(File.pathSeparator, parts);
    }

    /** Its size, so that only what this start says is read later. */
    private static long openOutput(Path output) throws IOException {
        if (!Files.exists(output)) {
            Files.createFile(
                    output,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
        }
        return Files.size(output);
    }

    long pid() {
        return process.pid();
    }

    boolean alive() {
        return process.isAlive();
    }

    /** Waits a little, less when it ends meanwhile. */
    void await(long millis) throws InterruptedException {
        process.waitFor(millis, TimeUnit.MILLISECONDS);
    }

    /** Ends it without asking; nothing when it has ended. */
    void kill() {
        process.destroyForcibly();
    }

    /** Once it is not alive. */
    int exitCode() {
        return process.exitValue();
    }

    /** Why it did not start, in its own words; else where its last words are. */
    String lastWords() {
        if (process.isAlive()) {
            return "the server is not ready yet; %s says what it does".formatted(folder.log());
        }
        String mine = "domicile: ";
        try (RandomAccessFile file = new RandomAccessFile(folder.output().toFile(), "r")) {
            file.seek(Math.min(saidBefore, file.length()));
            byte[] said = new byte[(int) Math.min(64 << 10, file.length() - file.getFilePointer())];
            file.readFully(said);
            return new String(said, UTF_8)
                    .lines()
                    .filter(line -> line.startsWith(mine))
                    .map(line -> line.substring(mine.length()))
                    .reduce((_, last) -> last)
                    .orElseGet(() ->
                            "the server ended with code %d while it started; its last words are in %s"
                                    .formatted(exitCode(), folder.output()));
        } catch (IOException e) {
            return "the server ended with code %d while it started".formatted(exitCode());
        }
    }
}
