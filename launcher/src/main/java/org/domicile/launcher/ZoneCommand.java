package org.domicile.launcher;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Zones: places in a jurisdiction. */
@Command(
        name = "zone",
        description = "Make and list zones: the places where data lie and go.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example: ./domicile zone create annex --parent home"},
        subcommands = {ZoneCommand.Create.class, ZoneCommand.Show.class})
final class ZoneCommand {
    @Command(
            name = "create",
            description = "Make a zone.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile zone create annex --parent home"})
    static final class Create extends ServerCommand {
        @Parameters(paramLabel = "NAME", description = "Small letters, digits and hyphens.")
        String name = "";

        @Option(names = "--parent", paramLabel = "ZONE", description = "The zone it lies in.")
        String parent = "";

        @Override
        public Integer call() {
            Json.Row body =
                    parent.isEmpty()
                            ? Json.row("name", name)
                            : Json.row("name", name, "parent", parent);
            Json.Row made = admin().post("/v1/zones", body);
            output().result(
                            made,
                            "zone %s is there%s"
                                    .formatted(name, parent.isEmpty() ? "" : ", in " + parent));
            return 0;
        }
    }

    @Command(
            name = "list",
            description = "List zones.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile zone list"})
    static final class Show extends ServerCommand {
        @Override
        public Integer call() {
            List<Json.Row> rows = admin().list("/v1/zones");
            Table table = new Table().field("name", "name").field("lies in", "parent");
            output().list(rows, table, "no zones");
            return 0;
        }
    }
}
