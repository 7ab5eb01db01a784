package org.domicile.launcher;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line. */
@Command(
        name = "domicile",
        description = "A cloud that stays home: storage whose every use has a purpose and a proof.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "In the source tree, the script ./domicile has four more:",
            "  package       Make one archive with its own Java, for machines without internet.",
            "  test          Run every test.",
            "  bench NAME    Measure; --list names what.",
            "  proof NAME    Run a long proof, such as many crashes; --list names them.",
            "",
            "Each command explains itself: ./domicile COMMAND --help",
            "Example: ./domicile uses --bucket archive --last 1h"
        })
public final class Main {
    private static final List<Class<?>> COMMANDS =
            List.of(
                    Up.class,
                    Status.class,
                    Down.class,
                    Env.class,
                    CheckCommand.class,
                    ScrubCommand.class,
                    BucketCommand.class,
                    ImportCommand.class,
                    BackupCommand.class,
                    RestoreCommand.class,
                    ResumeCommand.class,
                    ExportCommand.class,
                    MoveCommand.class,
                    SqlCommand.class,
                    StreamCommand.class,
                    SchemaCommand.class,
                    WatchCommand.class,
                    DemoCommand.class,
                    NamespaceCommand.class,
                    TableCommand.class,
                    UsesCommand.class,
                    LedgerCommand.class,
                    WitnessCommand.class,
                    ReportCommand.class,
                    OrganisationCommand.class,
                    PurposeCommand.class,
                    LabelCommand.class,
                    PolicyCommand.class,
                    PrincipalCommand.class,
                    CredentialCommand.class,
                    RoleCommand.class,
                    TargetCommand.class,
                    SealedCommand.class,
                    ZoneCommand.class,
                    KeyCommand.class,
                    SubjectCommand.class,
                    EraseCommand.class,
                    DiscloseCommand.class,
                    Serve.class,
                    Archive.class);

    private Main() {}

    /** Runs one command and exits with its code. */
    public static void main(String[] arguments) {
        ServerLog.keepUntilTheEnd();
        // The server does without the other commands: reading their options takes a good part of
        // its start.
        boolean serve = arguments.length > 0 && arguments[0].equals("serve");
        System.exit(
                serve
                        ? ready(new CommandLine(new Serve()))
                                .execute(Arrays.copyOfRange(arguments, 1, arguments.length))
                        : commandLine(arguments).execute(arguments));
    }

    /**
     * The command that arguments begin with, or all of them where that is none: what all of them
     * take is read in 0.4 s of a processor, what one takes in half of that.
     */
    static CommandLine commandLine(String... arguments) {
        String first = arguments.length == 0 ? "" : arguments[0];
        List<Class<?>> one =
                COMMANDS.stream()
                        .filter(each -> each.getAnnotation(Command.class).name().equals(first))
                        .toList();
        CommandLine all = new CommandLine(new Main());
        (one.isEmpty() ? COMMANDS : one).forEach(all::addSubcommand);
        ready(all);
        for (CommandLine up : all.getSubcommands().values()) {
            if (up.getCommand() instanceof Up) {
                var usage = up.getCommandSpec().usageMessage();
                usage.footer(
                        Stream.concat(Arrays.stream(usage.footer()), Setting.help())
                                .toArray(String[]::new));
            }
        }
        return all;
    }

    /** With our way to say what failed. */
    static CommandLine ready(CommandLine commandLine) {
        return commandLine.setExecutionExceptionHandler((failure, command, parsed) -> {
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
