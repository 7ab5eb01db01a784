package org.domicile.launcher;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Principals: who acts. */
@Command(
        name = "principal",
        description = "Make and list principals: the people and programs that act.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example: ./domicile principal create 'Ada Park'"},
        subcommands = {PrincipalCommand.Create.class, PrincipalCommand.Show.class})
final class PrincipalCommand {
    @Command(
            name = "create",
            description = {
                "Make a principal. Records name it by a random id; the name is personal and stays"
                        + " in the register."
            },
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile principal create 'Ada Park' --organisation water"})
    static final class Create extends ServerCommand.OfOrganisation {
        @Parameters(paramLabel = "NAME", description = "Who: at most 256 characters.")
        String name = "";

        @Override
        public Integer call() {
            AdminClient admin = admin();
            String owner = owner(admin);
            Json.Row made =
                    admin.post("/v1/principals", Json.row("organisation", owner, "name", name));
            output().result(
                            made,
                            "principal %s of %s is there; its id is %s"
                                    .formatted(name, owner, made.text("id")));
            return 0;
        }
    }

    @Command(
            name = "list",
            description = "List principals.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile principal list --organisation water"})
    static final class Show extends ServerCommand.Listing {
        @Override
        public Integer call() {
            List<Json.Row> rows = listed(admin(), "/v1/principals");
            Table table =
                    new Table()
                            .field("name", "name")
                            .field("organisation", "organisation")
                            .field("id", "id")
                            .column("created", Columns.minute("created"));
            output().list(rows, table, "no principals");
            return 0;
        }
    }
}
