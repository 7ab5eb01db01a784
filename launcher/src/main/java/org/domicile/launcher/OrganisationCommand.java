package org.domicile.launcher;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Organisations: who shares the installation. */
@Command(
        name = "organisation",
        description = "Make and list organisations, the tenants of this installation.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example: ./domicile organisation create water --zone home"},
        subcommands = {
            OrganisationCommand.Create.class,
            OrganisationCommand.Show.class,
            QuotaCommand.OfOrganisation.class,
            SqlLimitsCommand.class
        })
final class OrganisationCommand {
    @Command(
            name = "create",
            description = "Make an organisation.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile organisation create water --zone home"})
    static final class Create extends ServerCommand {
        @Parameters(paramLabel = "NAME", description = "Small letters, digits and hyphens.")
        String name = "";

        @Option(
                names = "--zone",
                paramLabel = "ZONE",
                description =
                        "Where its buckets are unless they say otherwise (default: where the"
                                + " server stands).")
        String zone = "";

        @Override
        public Integer call() {
            String chosen = zone.isEmpty() ? Endpoints.on(common.folder()).zone() : zone;
            Json.Row made =
                    admin().post("/v1/organisations", Json.row("name", name, "zone", chosen));
            output().result(
                            made,
                            "organisation %s is there, in zone %s"
                                    .formatted(made.text("name"), made.text("zone")));
            return 0;
        }
    }

    @Command(
            name = "list",
            description = "List organisations.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile organisation list --json"})
    static final class Show extends ServerCommand {
        @Override
        public Integer call() {
            List<Json.Row> rows = admin().list("/v1/organisations");
            Table table =
                    new Table()
                            .field("name", "name")
                            .field("zone", "zone")
                            .column("created", Columns.minute("created"));
            output().list(rows, table, "no organisations");
            return 0;
        }
    }
}
