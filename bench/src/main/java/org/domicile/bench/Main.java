package org.domicile.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code domicile bench NAME}. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = {
            "Measures. Each name ends with one line that carries the figures.",
            "Example: domicile bench bare --seconds 10"
        },
        synopsisSubcommandLabel = "NAME",
        subcommands = {
            S3Bench.class,
            LedgerBench.class,
            StartBench.class,
            BareBench.class,
            PriceBench.class,
            EraseBench.class,
            PolicyBench.class,
            SqlBench.class,
            TablesBench.class,
            StreamsBench.class,
            Inside.class
        })
public final class Main implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(names = "--list", description = "Print the names.")
    private boolean list;

    @Option(names = "--json", description = "With --list: one object of JSON a line.")
    private boolean json;

    private Main() {}

    /** Runs one name and exits with its code. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    if (failure instanceof IOException) {
                        command.getErr().println("bench: " + failure.getMessage());
                        return CommandLine.ExitCode.SOFTWARE;
                    }
                    throw failure;
                });
    }

    @Override
    public Integer call() {
        if (!list) {
            throw new ParameterException(
                    spec.commandLine(), "Which one? --list prints the names of what is measured.");
        }
        names().forEach((name, what) ->
                spec.commandLine()
                        .getOut()
                        .println(
                                json
                                        ? Json.text(Map.of("name", name, "what", what))
                                        : "%-8s %s".formatted(name, what)));
        return 0;
    }

    private Map<String, String> names() {
        Map<String, String> names = new LinkedHashMap<>();
        List<CommandLine> commands = new ArrayList<>(spec.subcommands().values());
        for (CommandLine each : commands) {
            if (!each.getCommandSpec().usageMessage().hidden()) {
                names.put(
                        each.getCommandName(),
                        each.getCommandSpec().usageMessage().description()[0]);
            }
        }
        return names;
    }
}
