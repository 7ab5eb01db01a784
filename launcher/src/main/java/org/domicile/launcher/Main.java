package org.domicile.launcher;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line. */
@Command(
        name = "domicile",
        description = "A cloud that stays home: storage whose every use has a purpose and a proof.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example: domicile uses --bucket archive --last 1h"},
        subcommands = {
            Up.class,
            Down.class,
            Status.class,
            Env.class,
            OrganisationCommand.class,
            ZoneCommand.class,
            PurposeCommand.class,
            PrincipalCommand.class,
            CredentialCommand.class,
            BucketCommand.class,
            ImportCommand.class,
            UsesCommand.class,
            LedgerCommand.class,
            Serve.class
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

    /** The program's version, as its jar says; a word when it does not run from one. */
    static String version() {
        String version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "unreleased" : version;
    }

    /** For {@code --version}. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"domicile " + version()};
        }
    }
}
