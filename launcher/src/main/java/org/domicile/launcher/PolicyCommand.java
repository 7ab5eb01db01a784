package org.domicile.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.domicile.policy.Policy;
import org.domicile.policy.PolicyText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Policies: Cedar texts that narrow what an organisation's credentials may do. */
@Command(
        name = "policy",
        description = {
            "Put, check, list and show policies, and explain why a use was allowed or refused.",
            "Policies are written in Cedar. What an organisation puts can forbid more than the"
                    + " program does; it can permit nothing that a credential does not list, and"
                    + " nothing without a valid purpose or outside the zones."
        },
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example: ./domicile policy explain main/node-1/12"},
        subcommands = {
            PolicyCommand.Put.class,
            PolicyCommand.Check.class,
            PolicyCommand.Listed.class,
            PolicyCommand.Show.class,
            PolicyCommand.Remove.class,
            PolicyCommand.Schema.class,
            PolicyExplainCommand.class,
            PolicyCasesCommand.class
        })
final class PolicyCommand {
    private PolicyCommand() {}

    /** A text that a person named: a file's, or standard input's for {@code -}. */
    static String text(String file) {
        byte[] bytes;
        try (InputStream in = file.equals("-") ? System.in : Files.newInputStream(Path.of(file))) {
            bytes = in.readNBytes(PolicyText.LONGEST + 1);
        } catch (IOException e) {
            throw new Problem("cannot read the policy " + file + ": " + e.getMessage());
        }
        if (bytes.length > PolicyText.LONGEST) {
            throw new Problem(file + " has more than 65,536 bytes, which is the most");
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(java.nio.ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new Problem(file + " is not UTF-8 text");
        }
    }

    /** The first error of a text as a {@link Problem}, after all of them are shown. */
    static void mustHold(String file, String text, Output output) {
        List<Policy.Problem> problems = Policy.check(text);
        for (Policy.Problem each : problems) {
            output.err().println(sentence(file, each));
        }
        output.err().flush();
        if (problems.stream().anyMatch(each -> each.weight() == Policy.Problem.Weight.ERROR)) {
            throw new Problem(file + " is no policy that decides; nothing was changed");
        }
    }

    private static String sentence(String file, Policy.Problem problem) {
        String weight =
                switch (problem.weight()) {
                    case ERROR -> "";
                    case WARNING -> "note: ";
                };
        return Table.visible(file + ": " + weight + problem);
    }

    @Command(
            name = "put",
            description = {
                "Put a policy, or its next version; it decides when this command returns. The"
                        + " public log then says its name, version and digest, and not its text."
            },
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile policy put no-deletes no-deletes.cedar"})
    static final class Put extends ServerCommand.OfOrganisation {
        @Parameters(
                index = "0",
                paramLabel = "NAME",
                description = "Small letters, digits and hyphens; public.")
        String name = "";

        @Parameters(index = "1", paramLabel = "FILE|-", description = "Cedar, at most 64 KiB.")
        String file = "";

        @Override
        public Integer call() {
            String text = text(file);
            mustHold(file, text, output());
            AdminClient admin = admin();
            Json.Row put =
                    admin.post(
                            "/v1/policies",
                            Json.row("organisation", owner(admin), "name", name, "text", text));
            output().result(
                            put,
                            "policy %s version %s is in force (SHA-256 %s)"
                                    .formatted(
                                            put.text("id"),
                                            put.text("version"),
                                            put.text("digest")));
            return 0;
        }
    }

    @Command(
            name = "check",
            description = "Say what is wrong with a policy, with line and column; needs no server.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile policy check no-deletes.cedar"})
    static final class Check implements Callable<Integer> {
        @Mixin CommonOptions common = new CommonOptions();
        @Spec CommandSpec spec = CommandSpec.create();

        @Parameters(paramLabel = "FILE|-", description = "Cedar, at most 64 KiB.")
        String file = "";

        @Override
        public Integer call() {
            Output output = Output.of(spec, common);
            String text = text(file);
            if (common.json) {
                List<Policy.Problem> problems = Policy.check(text);
                List<Json.Row> rows = new ArrayList<>();
                for (Policy.Problem each : problems) {
                    rows.add(
                            Json.row(
                                    "line",
                                    each.line(),
                                    "column",
                                    each.column(),
                                    "error",
                                    each.weight() == Policy.Problem.Weight.ERROR,
                                    "message",
                                    each.message()));
                }
                boolean holds = rows.stream().noneMatch(row -> row.text("error").equals("true"));
                output.result(Json.row("holds", holds, "problems", rows), "");
                return holds ? 0 : 1;
            }
            mustHold(file, text, output);
            output.out().println(Table.visible(file) + " can be put");
            output.out().flush();
            return 0;
        }
    }

    @Command(
            name = "list",
            description = "List the policies in force.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile policy list --organisation water"})
    static final class Listed extends ServerCommand.Listing {
        @Override
        public Integer call() {
            List<Json.Row> rows = listed(admin(), "/v1/policies");
            Table table =
                    new Table()
                            .field("policy", "id")
                            .number("version", row -> row.text("version"))
                            .column("since", Columns.minute("created"))
                            .field("digest", "digest");
            output().list(rows, table, "no policies");
            return 0;
        }
    }

    /** One that names a policy. */
    abstract static class OfPolicy extends ServerCommand.OfOrganisation {
        @Parameters(paramLabel = "NAME", description = "Its name, or organisation/name.")
        String name = "";

        final String path(AdminClient admin, String more) {
            int slash = name.indexOf('/');
            return "/v1/policies/%s/%s%s"
                    .formatted(
                            AdminClient.segment(
                                    slash < 0 ? owner(admin) : name.substring(0, slash)),
                            AdminClient.segment(name.substring(slash + 1)),
                            more);
        }
    }

    @Command(
            name = "show",
            description = "Print a policy's text; installation/program is what always holds.",
            footer = {
                "",
                "Example: ./domicile policy show no-deletes --version 1",
                "         ./domicile policy show installation/program"
            })
    static final class Show extends OfPolicy {
        // The program's own --version, which comes with the standard help, gives way to the
        // policy's.
        @Option(
                names = {"-h", "--help"},
                usageHelp = true,
                description = "Show this help message and exit.")
        boolean help;

        @Option(
                names = "--version",
                paramLabel = "N",
                description = "An earlier one (default: the one in force).")
        int version;

        @Override
        public Integer call() {
            AdminClient admin = admin();
            Json.Row policy =
                    admin.object(
                            AdminClient.path(
                                    path(admin, ""),
                                    "version",
                                    version == 0 ? "" : String.valueOf(version)));
            output().result(
                            policy,
                            policy.text("removed").equals("true")
                                    ? "// removed with this version"
                                    : policy.text("text").stripTrailing());
            return 0;
        }
    }

    @Command(
            name = "remove",
            description = "Take a policy out of force. Its versions are kept for explanations.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile policy remove no-deletes"})
    static final class Remove extends OfPolicy {
        @Override
        public Integer call() {
            AdminClient admin = admin();
            Json.Row removed = admin.post(path(admin, "/remove"), Json.row());
            output().result(removed, "policy %s is removed".formatted(removed.text("id")));
            return 0;
        }
    }

    @Command(
            name = "schema",
            description = "Print what policies can speak about: Cedar's schema; needs no server.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile policy schema > domicile.cedarschema"})
    static final class Schema implements Callable<Integer> {
        @Mixin CommonOptions common = new CommonOptions();
        @Spec CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() {
            Output.of(spec, common)
                    .result(Json.row("schema", Policy.schema()), Policy.schema().stripTrailing());
            return 0;
        }
    }
}
