package org.domicile.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench start}: from the command to the first answer, and memory when nothing happens. */
@Command(
        name = "start",
        mixinStandardHelpOptions = true,
        description = {
            "From the start of the command, and of the server's process, to the first answered"
                    + " requests; and idle memory: with an empty folder and with many objects.",
            "Example: domicile bench start --rounds 5"
        })
final class StartBench implements Callable<Integer> {
    private static final Duration IDLE = Duration.ofSeconds(5);

    @Mixin RunOptions run = new RunOptions();
    @Mixin LoadOptions client = new LoadOptions();

    @Option(
            names = "--objects",
            defaultValue = "100000",
            paramLabel = "N",
            description = "Objects in the folder that is not empty; 0 leaves it out.")
    long objects;

    /** One start. */
    private record Seen(double command, double server, double idle) {}

    @Override
    public Integer call() throws IOException {
        try (Scratch scratch = run.scratch()) {
            Report report = new Report("start", Machine.measure(scratch.folder()));
            StringBuilder line = new StringBuilder("start:");
            // the first start may have to build
            Path first = scratch.folder().resolve("first");
            Ours.start(scratch, first).ours().close();
            Scratch.remove(first);
            List<Seen> empty = new ArrayList<>();
            for (int round = 1; round <= run.rounds; round++) {
                run.progress("empty folder, round " + round + " of " + run.rounds);
                Path folder = scratch.folder().resolve("empty" + round);
                empty.add(seen(scratch, folder));
                Scratch.remove(folder);
            }
            line.append(told(report, "empty", "an empty folder", empty));
            if (objects > 0) {
                Path folder = scratch.folder().resolve("full");
                fill(scratch, folder);
                List<Seen> full = new ArrayList<>();
                for (int round = 1; round <= run.rounds; round++) {
                    run.progress("full folder, round " + round + " of " + run.rounds);
                    full.add(seen(scratch, folder));
                }
                line.append(';')
                        .append(told(report, "full", "%,d objects".formatted(objects), full));
            }
            run.answer(report, line.toString());
            return 0;
        }
    }

    private static Seen seen(Scratch scratch, Path folder) throws IOException {
        Ours.Start start = Ours.start(scratch, folder);
        LockSupport.parkNanos(IDLE.toNanos());
        double idle = start.ours().process().memory().resident();
        start.ours().close();
        return new Seen(start.command(), start.server(), idle);
    }

    private void fill(Scratch scratch, Path folder) throws IOException {
        run.progress("putting %,d objects".formatted(objects));
        Ours ours = Ours.start(scratch, folder).ours();
        Load.Target target =
                new Load.Target(
                        new InetSocketAddress(ours.s3().getHost(), ours.s3().getPort()),
                        Optional.of(new Load.Signing(ours.credential(), ours.region())),
                        client.payload);
        Contender contender =
                Contender.of(
                        new Server("domicile", target, ours.process(), Server.DURABLE),
                        "start",
                        new Content(System.nanoTime()));
        new Catalogue(contender, "start").fill(client, objects);
        ours.close();
    }

    private static String told(Report report, String key, String with, List<Seen> seen) {
        double command = median(seen, Seen::command);
        double server = median(seen, Seen::server);
        double idle = median(seen, Seen::idle);
        String sentence =
                "with %s, first answer %.2f s after the command, %.2f s after the process; idle %,.0f MiB"
                        .formatted(with, command, server, idle);
        report.fact(key + ".commandSeconds", command, sentence);
        report.fact(key + ".serverSeconds", server, "");
        report.fact(key + ".idleMiB", idle, "");
        return " " + sentence;
    }

    private static double median(List<Seen> seen, ToDoubleFunction<Seen> of) {
        double[] sorted = seen.stream().mapToDouble(of).toArray();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
