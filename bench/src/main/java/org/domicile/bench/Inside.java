package org.domicile.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The parts of bench that run in a process of their own; bench starts them itself. */
@Command(
        name = Inside.NAME,
        hidden = true,
        subcommands = {Inside.Bare.class, Inside.Ledger.class, Inside.Price.class})
final class Inside {
    static final String NAME = "inside";

    @Command(name = "bare", description = "The bare server, until standard input ends.")
    static final class Bare implements Callable<Integer> {
        @Option(names = "--folder", required = true)
        Path folder = Path.of("");

        @Override
        public Integer call() throws IOException {
            BareServer.serve(folder, System.out);
            return 0;
        }
    }

    @Command(
            name = "price",
            description = "A server that decides and records, and one that does neither.")
    static final class Price implements Callable<Integer> {
        @Option(names = "--folder", required = true)
        Path folder = Path.of("");

        @Override
        public Integer call() throws IOException {
            PricedServer.serve(folder, System.out);
            return 0;
        }
    }

    @Command(name = "ledger", description = "Appends to a ledger; answers one line of JSON.")
    static final class Ledger implements Callable<Integer> {
        @Option(names = "--folder", required = true)
        Path folder = Path.of("");

        @Option(names = "--warm", required = true)
        double warm;

        @Option(names = "--seconds", required = true)
        double seconds;

        @Option(names = "--threads", required = true)
        int threads;

        @Option(names = "--paced", required = true)
        double paced;

        @Option(names = "--profile")
        @Nullable Path profile;

        @Override
        public Integer call() throws IOException {
            System.out.println(
                    Json.text(
                            new LedgerRun(
                                            folder,
                                            warm,
                                            seconds,
                                            threads,
                                            paced,
                                            Optional.ofNullable(profile))
                                    .figures()));
            return 0;
        }
    }
}
