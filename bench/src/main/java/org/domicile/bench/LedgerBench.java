package org.domicile.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench ledger}: durable entries a second inside one process. */
@Command(
        name = "ledger",
        mixinStandardHelpOptions = true,
        description = {
            "Entries a second inside one process, each durable: real keyspace, keys and ledger,"
                + " records of reads and of changes, as many as it takes and then at a fixed rate;"
                + " how long until a proof can be had; and how fast the verifier finds all of"
                + " them.",
            "Example: domicile bench ledger --seconds 10 --threads 512"
        })
final class LedgerBench implements Callable<Integer> {
    /** Start, warming up, and the verification at the end. */
    private static final long BESIDES_SECONDS = 300;

    @Mixin RunOptions run = new RunOptions();

    @Option(
            names = "--threads",
            defaultValue = "512",
            paramLabel = "N",
            description =
                    "Virtual threads that record, each waiting for its record (default:"
                            + " ${DEFAULT-VALUE}).")
    int threads;

    @Option(
            names = "--paced",
            defaultValue = "20000",
            paramLabel = "N",
            description = "Records a second at the fixed rate (default: ${DEFAULT-VALUE}).")
    double paced;

    @Override
    public Integer call() throws IOException {
        try (Scratch scratch = run.scratch()) {
            Report report = new Report("ledger", Machine.measure(scratch.folder()));
            List<Map<String, Object>> rounds = new ArrayList<>();
            for (int round = 1; round <= run.rounds; round++) {
                run.progress("round " + round + " of " + run.rounds);
                Path folder = scratch.folder().resolve("ledger" + round);
                rounds.add(round(scratch, folder, report));
                Scratch.remove(folder);
            }
            Map<String, Object> middle =
                    rounds.stream()
                            .sorted((one, other) ->
                                    Double.compare(
                                            value(one, "checkpointMillis"),
                                            value(other, "checkpointMillis")))
                            .toList()
                            .get(rounds.size() / 2);
            report.fact(
                    "inside",
                    middle,
                    "until a checkpoint covers the last %,.0f ms; %,.0f entries verified in %.1f s, and once more by the warm verifier at %,.0f a second of CPU; resident at most %,.0f MiB"
                            .formatted(
                                    value(middle, "checkpointMillis"),
                                    value(middle, "verified"),
                                    value(middle, "verifySeconds"),
                                    value(middle, "verifiedPerCpuSecond"),
                                    value(middle, "residentMiB")));
            if (run.profiled().isPresent()) {
                Path file = run.profiled().get();
                report.fact("profile", file.toString(), Profile.read(file).sentence());
            }
            run.answer(report, line(report));
            return 0;
        }
    }

    private Map<String, Object> round(Scratch scratch, Path folder, Report report)
            throws IOException {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "ledger",
                                "--folder",
                                folder.toString(),
                                "--warm",
                                Double.toString(run.warm),
                                "--seconds",
                                Double.toString(run.seconds),
                                "--threads",
                                Integer.toString(threads),
                                "--paced",
                                Double.toString(paced)));
        run.profiled().ifPresent(file -> arguments.addAll(List.of("--profile", file.toString())));
        Child child = Child.start(scratch, arguments);
        Map<String, Object> figures =
                Json.object(child.line((long) (3 * run.seconds) + BESIDES_SECONDS));
        report.add(figure("record of a read", figures, "record"));
        report.add(figure("record in a change", figures, "pending"));
        String rate = "at %,.0f/s".formatted(paced);
        report.add(figure("record of a read " + rate, figures, "paced"));
        report.add(figure("from record to proof " + rate, figures, "proof"));
        report.add(bare(rate, figures));
        return figures;
    }

    /** The same rate of hashing alone, each piece as long as a record. */
    private static Figure bare(String rate, Map<String, Object> figures) throws IOException {
        return figure("hashing as much " + rate, "bare", "hashed, no disk", figures, "bare");
    }

    private static Figure figure(String what, Map<String, Object> figures, String name)
            throws IOException {
        return figure(what, "ledger", "proof can be had", figures, name);
    }

    private static Figure figure(
            String what, String server, String answered, Map<String, Object> figures, String name)
            throws IOException {
        if (!(figures.get(name) instanceof Map<?, ?> phase)) {
            throw new IOException("a part of bench answered without " + name);
        }
        return new Figure(
                what,
                server,
                "/s",
                value(phase, "perSecond"),
                value(phase, "p50Millis"),
                value(phase, "p99Millis"),
                value(phase, "maxMillis"),
                value(phase, "cpuMicros"),
                0,
                0,
                phase.containsKey("perSync")
                        ? "on disk (%.0f a sync)".formatted(value(phase, "perSync"))
                        : answered);
    }

    private static double value(Map<?, ?> figures, String name) {
        return figures.get(name) instanceof Number number ? number.doubleValue() : -1;
    }

    private static String line(Report report) {
        StringBuilder line = new StringBuilder("ledger:");
        for (Figure each : report.medians()) {
            line.append(' ').append(each.what()).append(' ').append(each.rated());
            if (each.serverCpu() >= 0) {
                line.append(" at ").append(Report.number(each.serverCpu())).append(" µs");
            }
            line.append(", p50 ")
                    .append(Report.number(each.p50()))
                    .append(" and p99 ")
                    .append(Report.number(each.p99()))
                    .append(" ms;");
        }
        return line.append(" verified").toString();
    }
}
