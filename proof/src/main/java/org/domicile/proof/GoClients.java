package org.domicile.proof;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Clients that are built from Go modules: MinIO's mc and kopia, pinned below {@code
 * proof/clients/go}, each in a module of its own. The build takes minutes, so it is no part of the
 * test command; what was built stays in {@code .domicile/go-clients} until a pin changes. Their
 * jobs are scripts like those of the other clients, against a server of its own.
 */
final class GoClients {
    private static final List<String> JOBS = List.of("mc.sh", "kopia.sh");
    private static final long BUILD_SECONDS = 3_600;

    private final Path work;
    private final Consumer<String> told;

    GoClients(Path work, Consumer<String> told) {
        this.work = work;
        this.told = told;
    }

    Figures run(String name, long seed) throws IOException, InterruptedException {
        Path programs = built();
        List<String> wrong = new ArrayList<>();
        long shown = 0;
        Path data = work.resolve("data");
        try (Server server =
                Server.start(
                        new Server.Start(
                                data,
                                List.of(work.resolve("keys")),
                                work.resolve("server.out"),
                                List.of(),
                                List.of(),
                                List.of()))) {
            server.awaitReady();
            Map<String, String> environment = environment(data);
            for (String job : JOBS) {
                Foreign script =
                        Foreign.command(
                                "bash",
                                SourceTree.root()
                                        .resolve("proof/clients/jobs")
                                        .resolve(job)
                                        .toString(),
                                work.resolve(job).toString());
                environment.forEach(script::with);
                script.with("PATH", programs + ":" + System.getenv("PATH"));
                Foreign.Ended ended = script.run();
                ended.said()
                        .lines()
                        .filter(line -> line.startsWith("ok: "))
                        .forEach(line -> told.accept(job + ": " + line));
                shown += ended.said().lines().filter(line -> line.startsWith("ok: ")).count();
                if (ended.status() != 0) {
                    wrong.add("%s ended with %d: %s".formatted(job, ended.status(), ended.said()));
                }
            }
            server.stop();
        } catch (Server.Died e) {
            throw new IOException(e.getMessage(), e);
        }
        return new Figures(
                name,
                JOBS.size() - wrong.size(),
                wrong.size(),
                0,
                Map.of("shown", shown),
                seed,
                List.copyOf(wrong));
    }

    private static Map<String, String> environment(Path data)
            throws IOException, InterruptedException {
        Map<String, String> environment = new HashMap<>();
        for (String line : Server.command("env", "--data", data.toString()).lines().toList()) {
            if (line.startsWith("export ")) {
                String[] pair = line.substring("export ".length()).split("=", 2);
                environment.put(pair[0], pair[1].replace("'", ""));
            }
        }
        return environment;
    }

    private Path built() throws IOException, InterruptedException {
        Path pinned = SourceTree.root().resolve("proof/clients/go");
        List<Path> modules = List.of(pinned, pinned.resolve("kopia"));
        Path folder = SourceTree.root().resolve(".domicile/go-clients");
        Path stamp = folder.resolve("stamp");
        StringBuilder wanted = new StringBuilder();
        for (Path module : modules) {
            wanted.append(Files.readString(module.resolve("go.mod")));
        }
        if (Files.exists(stamp) && Files.readString(stamp).contentEquals(wanted)) {
            return folder;
        }
        Files.createDirectories(folder);
        for (Path module : modules) {
            told.accept("building what " + module + " names into " + folder + ": minutes");
            Foreign.command(
                            Foreign.program("go", "/usr/local/go/bin/go"),
                            "build",
                            "-mod=readonly",
                            "-o",
                            folder + "/",
                            "tool")
                    .in(module)
                    .with("CGO_ENABLED", "0")
                    .within(BUILD_SECONDS)
                    .done();
        }
        Files.writeString(stamp, wanted);
        return folder;
    }
}
