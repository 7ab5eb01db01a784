package org.domicile.launcher;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Roles: what somebody may act as for a while, for one purpose. */
@Command(
        name = "role",
        description = {
            "Make, list, show and remove roles: what somebody may act as for a while.",
            "A role has one purpose and permissions. Whom it trusts asks for a temporary credential"
                    + " at the S3 endpoint (AWS's AssumeRole or AssumeRoleWithWebIdentity)."
        },
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example: ./domicile role show reader"},
        subcommands = {
            RoleCommand.Create.class,
            RoleCommand.Listed.class,
            RoleCommand.Show.class,
            RoleCommand.Remove.class
        })
final class RoleCommand {
    private RoleCommand() {}

    /** One that concerns a role that is there. */
    abstract static class OfRole extends ServerCommand.OfOrganisation {
        @Parameters(paramLabel = "NAME", description = "A name, or organisation/name.")
        String name = "";

        final String place(AdminClient admin) {
            int slash = name.indexOf('/');
            String owner = slash < 0 ? owner(admin) : name.substring(0, slash);
            return "/v1/roles/%s/%s"
                    .formatted(
                            AdminClient.segment(owner),
                            AdminClient.segment(name.substring(slash + 1)));
        }
    }

    @Command(
            name = "create",
            description = {
                "Make a role. It does not change: remove it, with all that acts in it, and make it"
                        + " anew.",
                "FILE is a policy document of IAM in JSON; a name that ends with .cedar is read as"
                        + " Cedar, of which one policy must permit."
            },
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Example: ./domicile role create reader reader.json --purpose air --principal"
                        + " 'Ada Park'",
                "Example: ./domicile role create build build.json --purpose air --issuer ci"
                        + " --audience domicile --subject 'repo:city/*'"
            })
    static final class Create extends ServerCommand.OfOrganisation {
        @Parameters(
                index = "0",
                paramLabel = "NAME",
                description = "Small letters, digits and hyphens; public.")
        String name = "";

        @Parameters(
                index = "1",
                paramLabel = "FILE|-",
                description = "What may be done in it, at most 20 KiB.")
        String file = "";

        @Option(
                names = "--purpose",
                required = true,
                paramLabel = "NAME",
                description = "What for: a name, or organisation/name.")
        String purpose = "";

        @Option(
                names = "--principal",
                paramLabel = "NAME",
                description = "Who may assume it, with a credential: name or id.")
        List<String> principals = List.of();

        @Option(
                names = "--issuer",
                paramLabel = "TARGET",
                description = "Whose tokens may assume it; 'target list' shows them.")
        String issuer = "";

        @Option(
                names = "--audience",
                paramLabel = "TEXT",
                description = "Of which a token must name one (aud).")
        List<String> audiences = List.of();

        @Option(
                names = "--subject",
                paramLabel = "PATTERN",
                description = "For whom a token must be (sub), such as 'repo:city/*'.")
        List<String> subjects = List.of();

        @Option(
                names = "--longest",
                paramLabel = "DURATION",
                description =
                        "A session's greatest length, 15m to 12h (default: ${DEFAULT-VALUE}).")
        String longest = "1h";

        @Override
        public Integer call() {
            String text = PolicyCommand.text(file);
            AdminClient admin = admin();
            String owner = owner(admin);
            List<String> ids = new ArrayList<>();
            for (String each : principals) {
                ids.add(Organisations.principal(admin, owner, each).text("id"));
            }
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("organisation", owner);
            body.put("name", name);
            body.put("purpose", purpose.contains("/") ? purpose : owner + "/" + purpose);
            body.put("principals", ids);
            body.put(
                    "issuer",
                    issuer.isEmpty() || issuer.contains("/") ? issuer : owner + "/" + issuer);
            body.put("audiences", audiences);
            body.put("subjects", subjects);
            body.put("language", file.endsWith(".cedar") ? "cedar" : "iam");
            body.put("permissions", text);
            body.put("seconds", String.valueOf(seconds(longest)));
            Json.Row made = admin.post("/v1/roles", new Json.Row(body));
            output().result(
                            made,
                            "role %s is there, for the purpose %s: %s"
                                    .formatted(
                                            made.text("role"),
                                            made.text("purpose"),
                                            made.text("arn")));
            return 0;
        }
    }

    private static long seconds(String text) {
        try {
            return Duration.parse("PT" + text.toUpperCase(Locale.ROOT)).toSeconds();
        } catch (DateTimeParseException e) {
            throw new Problem("--longest is '" + text + "'; write it like 90m or 2h");
        }
    }

    @Command(
            name = "list",
            description = "List roles.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile role list"})
    static final class Listed extends ServerCommand.Listing {
        @Override
        public Integer call() {
            List<Json.Row> rows = listed(admin(), "/v1/roles");
            Table table =
                    new Table()
                            .field("role", "role")
                            .field("purpose", "purpose")
                            .column(
                                    "trusts",
                                    row ->
                                            row.texts("principals").size()
                                                    + " principals"
                                                    + (row.text("issuer").isEmpty()
                                                            ? ""
                                                            : ", tokens of " + row.text("issuer")))
                            .field("seconds", "seconds")
                            .column("created", Columns.minute("created"));
            output().list(rows, table, "no roles");
            return 0;
        }
    }

    @Command(
            name = "show",
            description = "Print what may be done in a role; with --json, all of it.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile role show reader"})
    static final class Show extends OfRole {
        @Override
        public Integer call() {
            AdminClient admin = admin();
            Json.Row role = admin.object(place(admin));
            output().result(role, role.text("permissions"));
            return 0;
        }
    }

    @Command(
            name = "remove",
            description = "Remove a role; whatever acts in it ends within a second.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile role remove reader"})
    static final class Remove extends OfRole {
        @Override
        public Integer call() {
            AdminClient admin = admin();
            Json.Row gone = admin.post(place(admin) + "/remove", Json.row());
            output().result(gone, "role " + gone.text("removed") + " is removed");
            return 0;
        }
    }
}
