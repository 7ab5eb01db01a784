package org.domicile.proof;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.stream.Stream;
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
            "  ./domicile proof histories --count 200",
            "  ./domicile proof fuzz --minutes 60 xml signature",
            "  ./domicile proof iceberg pyiceberg spark",
            "  ./domicile proof sql --count 10000",
            "  ./domicile proof streams --count 1000",
            "  ./domicile proof watches --count 100",
            "  ./domicile proof s3-tests ~/s3-tests --workers 8 -- -k multipart",
            "Exit code 0: it held; 1: it did not, and the folder is kept; 2: not understood."
        })
public final class Main implements Callable<Integer> {
    private static final int MOST_WORKERS = 64;

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
            description =
                    "Where to work (default: a new temporary folder); for cedar and s3-tests, what"
                            + " to read; for fuzz, a target.")
    @Nullable Path folder;

    @Parameters(
            index = "2..*",
            arity = "0..*",
            paramLabel = "ARGUMENT",
            description =
                    "s3-tests, after --: more for pytest, such as -k EXPRESSION; fuzz, iceberg:"
                            + " more targets or engines.")
    List<String> more = List.of();

    @Option(
            names = "--workers",
            paramLabel = "N",
            description = "s3-tests: how many tests at once (default: ${DEFAULT-VALUE}).")
    int workers = 4;

    @Option(
            names = "--count",
            paramLabel = "N",
            description =
                    "How many deaths (default: 50; of histories, streams and watches 20), requests"
                        + " of replay (default: 50) or of differential (default: 20000), statements"
                        + " of sql (default: 500), candidates, changes or entries (default:"
                        + " 100000).")
    @Nullable Integer count;

    @Option(
            names = "--minutes",
            paramLabel = "N",
            defaultValue = "10",
            description =
                    "ledger: how long; fuzz: for each target, two at once (default:"
                            + " ${DEFAULT-VALUE}).")
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
        if (proof.reads() && folder == null) {
            throw new IllegalArgumentException(
                    "proof " + proof.word() + " needs the folder with what it reads");
        }
        if (minutes < 1) {
            throw new IllegalArgumentException("--minutes is 1 or more, not " + minutes);
        }
        if (workers < 1 || workers > MOST_WORKERS) {
            throw new IllegalArgumentException("--workers is from 1 to " + MOST_WORKERS);
        }
        List<String> words = more;
        if (proof.names() && folder != null) {
            words = Stream.concat(Stream.of(folder.toString()), more.stream()).toList();
        }
        Path named = folder == null || proof.names() ? null : folder.toAbsolutePath().normalize();
        boolean temporary = proof != Proofs.FUZZ && (named == null || proof.reads());
        Path work = work(proof, named);
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
                                named == null ? work : named,
                                chosen,
                                LoopVolume.FileSystem.of(fileSystem),
                                workers,
                                words,
                                told));
        figures.violations().forEach(each -> System.err.println("WRONG: " + each));
        if (figures.failed() > 0) {
            String again =
                    proof.reads()
                            ? proof.word() + " " + named
                            : "%s %s".formatted(proof.word(), amount(proof, times, words, chosen));
            System.err.println(
                    "again: domicile proof %s; everything lies in %s".formatted(again, work));
        } else if (temporary) {
            Site.delete(work);
        }
        System.out.println(json ? figures.json() : figures.line());
        return figures.failed() == 0 ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    /** A folder of its own for what is made, but for fuzz, whose inputs serve the next run. */
    private static Path work(Proofs proof, @Nullable Path named) throws IOException {
        if (proof == Proofs.FUZZ) {
            return Files.createDirectories(SourceTree.root().resolve(".domicile/fuzz"));
        }
        return named == null || proof.reads()
                ? Files.createTempDirectory("domicile-proof-")
                : Files.createDirectories(named);
    }

    private String amount(Proofs proof, int times, List<String> words, long chosen) {
        return switch (proof) {
            case FUZZ -> "--minutes " + minutes + " " + String.join(" ", words);
            case ICEBERG -> String.join(" ", words);
            case LEDGER -> "--minutes " + minutes + " --seed " + chosen;
            case CRASH,
                    POWER,
                    ATTACKER,
                    CEDAR,
                    DIFFERENTIAL,
                    MUTATIONS,
                    FSCK,
                    REPLAY,
                    SQL,
                    HISTORIES,
                    STREAMS,
                    LAWS,
                    WATCHES,
                    CLIENTS,
                    S3_TESTS ->
                    "--count " + times + " --seed " + chosen;
        };
    }
}
