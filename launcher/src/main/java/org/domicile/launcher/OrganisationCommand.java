package org.domicile.launcher;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Organisations: who shares the installation. */
@Command(
        name = "organisation",
        description = "Makes and lists organisations, the tenants of this installation.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example: domicile organisation create water --zone home"},
        subcommands = {OrganisationCommand.Create.class, OrganisationCommand.Show.class})
final class OrganisationCommand {
    @Command(
            name = "create",
            description = "Makes an organisation.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: domicile organisation create water --zone home"})
    static final class Create implements Callable<Integer> {
        @Mixin CommonOptions common = new CommonOptions();
        @Spec CommandSpec spec = CommandSpec.create();

        @Parameters(paramLabel = "NAME", description = "Small letters, digits and hyphens.")
        String name = "";

        @Option(
                names = "--zone",
                paramLabel = "ZONE",
                description = "Where its buckets are unless they say otherwise (default: home).")
        String zone = "home";

        @Override
        public Integer call() {
            Json.Row made =
                    AdminClient.of(common.folder())
                            .post("/v1/organisations", Json.row("name", name, "zone", zone));
            Output.of(spec, common)
                    .result(
                            made,
                            "organisation %s is there, in zone %s"
                                    .formatted(made.text("name"), made.text("zone")));
            return 0;
        }
    }

    @Command(
            name = "list",
            description = "Lists organisations.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: domicile organisation list --json"})
    static final class Show implements Callable<Integer> {
        @Mixin CommonOptions common = new CommonOptions();
        @Spec CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() {
            List<Json.Row> rows = AdminClient.of(common.folder()).list("/v1/organisations");
            Table table =
                    new Table()
                            .field("name", "name")
                            .field("zone", "zone")
                            .column("created", Columns.minute("created"));
            Output.of(spec, common).list(rows, table, "no organisations");
            return 0;
        }
    }
}
