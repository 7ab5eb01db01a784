package org.domicile.proof;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code domicile proof NAME}. */
@Command(
        name = "domicile proof",
        description = "Long proofs against the running program.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  ./domicile proof --list",
            "  ./domicile proof crash --count 1000",
            "  ./domicile proof mutations --count 1000000",
            "  ./domicile proof fsck --count 1000000",
            "  ./domicile proof ledger --minutes 10",
            "  ./domicile proof power --fs xfs --count 20 /var/tmp/power   (needs root)",
            "  ./domicile proof cedar ~/cedar-cases",
            "  ./domicile proof attacker --count 10000000",
            "  ./domicile proof differential --count 1000000",
            "  ./domicile proof replay --count 2000",
            "Exit code 0: it held; 1: it did not, and the folder is kept; 2: not understood."
        })
public final class Main implements Callable<Integer> {
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "NAME",
            description = "Which proof; --list names them.")
    @Nullable String name;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "DIR",
            description = "Where to work (default: a new temporary folder).")
    @Nullable Path folder;

    @Option(
            names = "--count",
            paramLabel = "N",
            description =
                    "How many deaths (default: 50), requests of replay (default: 50) or of"
                        + " differential (default: 20000), candidates, changes or entries (default:"
                        + " 100000).")
    @Nullable Integer count;

    @Option(
            names = "--minutes",
            paramLabel = "N",
            defaultValue = "10",
            description = "ledger: how long (default: ${DEFAULT-VALUE}).")
    int minutes;

    @Option(names = "--seed", paramLabel = "N", description = "Choose the same as that run did.")
    @Nullable Long seed;

    @Option(names = "--fs", paramLabel = "TYPE", description = "power: ext4 or xfs.")
    String fileSystem = "ext4";

    @Option(names = "--list", description = "Name the proofs.")
    boolean list;

    @Option(names = "--json", description = "One JSON object a line.")
    boolean json;

    private Main() {}

    /** Runs and exits. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Main()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (list) {
            for (Proofs proof : Proofs.values()) {
                System.out.println(
                        json
                                ? "{\"name\":\"%s\",\"summary\":\"%s\"}"
                                        .formatted(proof.word(), proof.summary())
                                : "%-12s %s".formatted(proof.word(), proof.summary()));
            }
            return CommandLine.ExitCode.OK;
        }
        Optional<Proofs> proof =
                Arrays.stream(Proofs.values()).filter(p -> p.word().equals(name)).findFirst();
        if (proof.isEmpty()) {
            System.err.println(
                    name == null
                            ? "domicile: which proof? ./domicile proof --list names them"
                            : "domicile: there is no proof "
                                    + name
                                    + "; ./domicile proof --list names them");
            return CommandLine.ExitCode.USAGE;
        }
        try {
            return run(proof.get());
        } catch (IOException | IllegalArgumentException e) {
            System.err.println("domicile: " + e.getMessage());
            return CommandLine.ExitCode.SOFTWARE;
        }
    }

    private int run(Proofs proof) throws IOException, InterruptedException {
        if (proof == Proofs.CEDAR && folder == null) {
            throw new IllegalArgumentException("proof cedar needs the folder with the cases");
        }
        if (minutes < 1) {
            throw new IllegalArgumentException("--minutes is 1 or more, not " + minutes);
        }
        boolean temporary = folder == null;
        Path work =
                folder == null
                        ? Files.createTempDirectory("domicile-proof-")
                        : Files.createDirectories(folder).toAbsolutePath();
        long chosen = seed == null ? System.nanoTime() : seed;
        int times = count == null ? proof.count() : count;
        Consumer<String> told = json ? line -> {} : System.out::println;
        told.accept("seed " + chosen + ", in " + work);
        Figures figures =
                proof.run(
                        new Proofs.Asked(
                                times,
                                Duration.ofMinutes(minutes),
                                work,
                                chosen,
                                LoopVolume.FileSystem.of(fileSystem),
                                told));
        figures.violations().forEach(each -> System.err.println("WRONG: " + each));
        if (figures.failed() > 0) {
            System.err.println(
                    "again: domicile proof %s %s --seed %d; everything lies in %s"
                            .formatted(
                                    proof.word(),
                                    proof == Proofs.LEDGER
                                            ? "--minutes " + minutes
                                            : "--count " + times,
                                    chosen,
                                    work));
        } else if (temporary) {
            Site.delete(work);
        }
        System.out.println(json ? figures.json() : figures.line());
        return figures.failed() == 0 ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }
}
