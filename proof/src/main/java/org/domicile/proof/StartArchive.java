package org.domicile.proof;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a server's Java loads at a start, recorded once for all starts of this run (a Java AOT
 * cache, JEP 483): a proof starts servers by the dozen, and each then costs half. The program has
 * one of its own beside its jars; a run must not write there, so it makes its own in a temporary
 * folder. When it cannot be made everything works, slower, and that is said.
 */
final class StartArchive {
    private static final byte[] NOTHING = {};

    private StartArchive() {}

    /** Made by whoever asks first. */
    private static final class Made {
        static final Optional<Path> FILE = make();
    }

    /**
     * What a server's or command's Java is told to use it. What Java has to say of an archive that
     * it can use in part alone would stand among a command's answers.
     */
    static List<String> flags() {
        return Made.FILE
                .map(file ->
                        List.of("-Xlog:disable", "-Xlog:all=error:stderr", "-XX:AOTCache=" + file))
                .orElse(List.of());
    }

    private static Optional<Path> make() {
        try {
            Path folder = Files.createTempDirectory("domicile-archive-");
            Runtime.getRuntime()
                    .addShutdownHook(Thread.ofPlatform().unstarted(() -> discard(folder)));
            Path file = folder.resolve("server.aot");
            record(folder, file);
            return Optional.of(file).filter(Files::isRegularFile);
        } catch (IOException | Server.Died e) {
            System.err.println("starts take longer, without an archive: " + e.getMessage());
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /**
     * One server that does a little of everything and ends in good order, which writes the file.
     */
    private static void record(Path folder, Path file)
            throws IOException, InterruptedException, Server.Died {
        Path keys = folder.resolve("keys");
        Files.createDirectories(
                keys,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Server.Start start =
                new Server.Start(
                        folder.resolve("data"),
                        List.of(keys),
                        folder.resolve("server.out"),
                        List.of("-XX:AOTCacheOutput=" + file),
                        List.of(),
                        List.of());
        try (Server server = Server.startPlain(start)) {
            server.awaitReady();
            try (S3Client client = server.client()) {
                client.send("PUT", "warm", Map.of(), Map.of(), NOTHING);
                client.send("PUT", "warm/small", Map.of(), Map.of(), new byte[100]);
                client.send("PUT", "warm/large", Map.of(), Map.of(), new byte[300_000]);
                client.send("GET", "warm/large", Map.of(), Map.of(), NOTHING);
                client.send("GET", "warm", Map.of("list-type", "2"), Map.of(), NOTHING);
                client.send("DELETE", "warm/small", Map.of(), Map.of(), NOTHING);
            }
            server.stop();
        }
    }

    private static void discard(Path folder) {
        try {
            Site.delete(folder);
        } catch (IOException e) {
            System.err.println("left behind: " + folder + ": " + e.getMessage());
        }
    }
}
