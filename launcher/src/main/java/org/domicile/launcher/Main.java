package org.domicile.launcher;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line. */
@Command(
        name = "domicile",
        description = "A cloud that stays home: storage whose every use has a purpose and a proof.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example: domicile uses --bucket archive --last 1h"},
        subcommands = {
            OrganisationCommand.class,
            ZoneCommand.class,
            PurposeCommand.class,
            PrincipalCommand.class,
            CredentialCommand.class,
            BucketCommand.class,
            ImportCommand.class,
            UsesCommand.class,
            LedgerCommand.class
        })
public final class Main {
    private Main() {}

    /** Runs one command and exits with its code. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    if (failure instanceof Problem problem) {
                        command.getErr().println("domicile: " + problem.getMessage());
                        return CommandLine.ExitCode.SOFTWARE;
                    }
                    throw failure;
                });
    }
}
