package org.domicile.launcher;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Outbound targets: the places outside that the program may reach. */
@Command(
        name = "target",
        description = {
            "Register, list and remove the places outside that the program may reach.",
            "Without one the program makes no connection of its own. An issuer of tokens is a"
                    + " target whose address is what its tokens say as iss. A webhook that buckets"
                    + " tell of changes is a target that has a secret."
        },
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example: ./domicile target list"},
        subcommands = {
            TargetCommand.Create.class,
            TargetCommand.Listed.class,
            TargetCommand.Secret.class,
            TargetCommand.Remove.class
        })
final class TargetCommand {
    private TargetCommand() {}

    @Command(
            name = "create",
            description = {
                "Register a place outside, and the zone that it stands in.",
                "Addresses that are not of the public internet are refused unless their network is"
                        + " listed. Redirects are not followed."
            },
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Example: ./domicile target create ci https://id.example/realm --zone eu",
                "Example: ./domicile target create id https://id.lan/realm --zone home --network"
                        + " 10.1.0.0/16"
            })
    static final class Create extends ServerCommand.OfOrganisation {
        @Parameters(
                index = "0",
                paramLabel = "NAME",
                description = "Small letters, digits and hyphens; public.")
        String name = "";

        @Parameters(
                index = "1",
                paramLabel = "URL",
                description = "https://host[:port]/path; http on loopback alone.")
        String url = "";

        @Option(
                names = "--zone",
                required = true,
                paramLabel = "ZONE",
                description = "Where it stands.")
        String zone = "";

        @Option(
                names = "--network",
                split = ",",
                paramLabel = "CIDR",
                description = "Loopback, link-local and private addresses that it may have.")
        List<String> networks = List.of();

        @Override
        public Integer call() {
            AdminClient admin = admin();
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("organisation", owner(admin));
            body.put("name", name);
            body.put("url", url);
            body.put("zone", zone);
            body.put("networks", networks);
            Json.Row made = admin.post("/v1/targets", new Json.Row(body));
            output().result(
                            made,
                            "target %s is there, in %s"
                                    .formatted(made.text("target"), made.text("zone")));
            return 0;
        }
    }

    @Command(
            name = "list",
            description = "List the places outside that the program may reach.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile target list"})
    static final class Listed extends ServerCommand.Listing {
        @Override
        public Integer call() {
            List<Json.Row> rows = listed(admin(), "/v1/targets");
            Table table =
                    new Table()
                            .field("target", "target")
                            .field("address", "url")
                            .field("zone", "zone")
                            .field("arn", "arn")
                            .column("networks", Columns.list("networks"))
                            .column("created", Columns.minute("created"));
            output().list(rows, table, "no targets: the program reaches nothing outside");
            return 0;
        }
    }

    @Command(
            name = "secret",
            description = {
                "Make a new secret for a place outside and print it, once: what is sent there is"
                        + " signed with it. A webhook needs one; its last one ends at once.",
                "The signature is that of Standard Webhooks (HMAC-SHA256 over id, time and body);"
                        + " docs/use/events.md shows how to verify it."
            },
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile target secret hook"})
    static final class Secret extends ServerCommand.OfOrganisation {
        @Parameters(paramLabel = "NAME", description = "A name, or organisation/name.")
        String name = "";

        @Override
        public Integer call() {
            Json.Row made = asked(admin(), this, name, "secret");
            output().result(
                            made,
                            "The secret of target %s is shown this once and cannot be shown again:%n  %s"
                                    .formatted(made.text("target"), made.text("secret")));
            return 0;
        }
    }

    /** Asks something about one target. */
    private static Json.Row asked(
            AdminClient admin, ServerCommand.OfOrganisation command, String name, String what) {
        int slash = name.indexOf('/');
        String owner = slash < 0 ? command.owner(admin) : name.substring(0, slash);
        return admin.post(
                "/v1/targets/%s/%s/%s"
                        .formatted(
                                AdminClient.segment(owner),
                                AdminClient.segment(name.substring(slash + 1)),
                                what),
                Json.row());
    }

    @Command(
            name = "remove",
            description = "Remove a place outside; one that a role trusts cannot be.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile target remove ci"})
    static final class Remove extends ServerCommand.OfOrganisation {
        @Parameters(paramLabel = "NAME", description = "A name, or organisation/name.")
        String name = "";

        @Override
        public Integer call() {
            Json.Row gone = asked(admin(), this, name, "remove");
            output().result(gone, "target " + gone.text("removed") + " is removed");
            return 0;
        }
    }
}
