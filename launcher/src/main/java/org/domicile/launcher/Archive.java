package org.domicile.launcher;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;

/**
 * Makes starts quick: starts a server on a folder that is thrown away, asks it how it is, and ends
 * it; what it loaded lies beside the program's jars then, as a Java AOT cache (JEP 483, 514), and
 * halves what a start costs. It makes no stream there: Kafka's broker has as many classes as all
 * the rest, and who has no streams would have them in memory. The build calls it. Without the
 * archive everything works, slower.
 */
@Command(
        name = "archive",
        hidden = true,
        description = "Record what a start loads, so that later starts are quick. The build does.",
        mixinStandardHelpOptions = true)
final class Archive implements Callable<Integer> {
    private static final long LONGEST_SECONDS = 180;

    @Override
    public Integer call() throws InterruptedException {
        Optional<Path> archive = ServerProcess.archive();
        if (archive.isEmpty()) {
            throw new Problem("an archive needs a program that runs from a folder of jars");
        }
        try {
            Path above = Files.createTempDirectory("domicile-archive-");
            try {
                record(above, archive.get());
            } finally {
                delete(above);
            }
        } catch (IOException e) {
            throw new Problem("no archive was made, so starts take longer: " + e.getMessage());
        }
        return 0;
    }

    private static void record(Path above, Path archive) throws IOException, InterruptedException {
        Folder folder = new Folder(above.resolve("data"));
        Configuration configuration = new Configuration();
        List<String> settings =
                List.of(
                        "s3.listen=127.0.0.1:0",
                        "web.listen=127.0.0.1:0",
                        "sql.listen=127.0.0.1:0",
                        "kafka.listen=127.0.0.1:0",
                        "keys.places=" + above.resolve("keys"));
        settings.forEach(configuration::set);
        folder.create(org.domicile.bytes.Disk.real());
        // A name of its own until it is whole: a server may start meanwhile.
        Path fresh = archive.resolveSibling("server.aot." + ProcessHandle.current().pid());
        ServerProcess server =
                ServerProcess.startRecording(
                        folder,
                        Settings.read(configuration),
                        settings.stream().flatMap(each -> List.of("--set", each).stream()).toList(),
                        fresh);
        try {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONGEST_SECONDS);
            Optional<Endpoints> ready = Optional.empty();
            while (ready.isEmpty() && server.alive() && System.nanoTime() < end) {
                server.await(20);
                ready = Endpoints.running(folder);
            }
            if (ready.isEmpty()) {
                throw new Problem(server.lastWords());
            }
            AdminClient admin = AdminClient.of(folder, ready.get());
            admin.ask("GET", "/v1/status");
            admin.ask("POST", "/v1/stop");
            server.await(TimeUnit.SECONDS.toMillis(LONGEST_SECONDS));
            if (Files.isRegularFile(fresh)) {
                Files.move(fresh, archive, StandardCopyOption.ATOMIC_MOVE);
            }
        } finally {
            server.kill();
            Files.deleteIfExists(fresh);
        }
    }

    private static void delete(Path above) throws IOException {
        Files.walkFileTree(
                above,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes seen)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(
                            Path folder, @org.jspecify.annotations.Nullable IOException failure)
                            throws IOException {
                        Files.delete(folder);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
