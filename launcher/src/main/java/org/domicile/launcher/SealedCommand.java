package org.domicile.launcher;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Sealed credentials, after they were asked for; and for how long uses may be sealed. */
@Command(
        name = "sealed",
        description = {
            "Approve credentials whose uses are sealed, and say for how long uses may be.",
            "A sealed use is counted in public at once; the people whom it concerns are told of it"
                    + " from a day on that was fixed before. 'credential create --sealed-until'"
                    + " asks for such a credential; another person approves it."
        },
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example: ./domicile sealed approve DOMI0123456789ABCDEF"},
        subcommands = {SealedCommand.Approve.class, SealedCommand.Max.class})
final class SealedCommand {
    private SealedCommand() {}

    /** Whoever speaks, where it is not the operator. */
    static final class Person {
        @Option(
                names = "--as",
                paramLabel = "ACCESS_KEY",
                description =
                        "Speak as the owner of this credential, not as the operator; its secret is"
                                + " read from standard input.")
        String as = "";

        @Option(
                names = "--secret-file",
                paramLabel = "FILE",
                description =
                        "Read the secret from the first line of a file of mode 600; - or nothing:"
                                + " from standard input.")
        @Nullable Path file;

        void into(Map<String, Object> body) {
            if (as.isEmpty() && file != null) {
                throw new Problem("--secret-file is of no use without --as: whose secret is it?");
            }
            if (!as.isEmpty()) {
                body.put("as", as);
                body.put("secret", secret());
            }
        }

        String secret() {
            return SecretFile.read(file == null ? Path.of("-") : file);
        }
    }

    @Command(
            name = "approve",
            description = {
                "Approve a sealed credential that somebody else asked for, and print its secret,"
                        + " once."
            },
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Example: ./domicile sealed approve DOMI0123456789ABCDEF --as DOMJ0123456789ABCDEF"
            })
    static final class Approve extends ServerCommand {
        @Parameters(
                paramLabel = "ACCESS_KEY",
                description = "The credential's public part; 'credential list' shows it.")
        String accessKey = "";

        @picocli.CommandLine.Mixin Person person = new Person();

        @Override
        public Integer call() {
            Map<String, Object> body = new LinkedHashMap<>();
            person.into(body);
            Json.Row made =
                    admin().post(
                                    "/v1/credentials/"
                                            + AdminClient.segment(accessKey)
                                            + "/approve",
                                    new Json.Row(body));
            CredentialCommand.issued(output(), made, made.text("principal"));
            return 0;
        }
    }

    @Command(
            name = "max",
            description = {
                "Say for how many days from its day on a use may be sealed at most (sealed.max;"
                        + " default: 365), or change it, which is public. What is sealed already"
                        + " stays so."
            },
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile sealed max --days 180"})
    static final class Max extends ServerCommand {
        @Option(
                names = "--days",
                paramLabel = "N",
                description = "From now on: 0, for not at all, to 3650.")
        @Nullable Integer days;

        @Override
        public Integer call() {
            String path = "/v1/credentials/sealed-max";
            Json.Row now =
                    days == null
                            ? admin().object(path)
                            : admin().post(path, Json.row("days", String.valueOf(days)));
            long most = now.number("days");
            output().result(
                            now,
                            most == 0
                                    ? "uses are not sealed here"
                                    : "uses are sealed for at most %,d days, where their purpose"
                                                    .formatted(most)
                                            + " allows it");
            return 0;
        }
    }
}
