package org.domicile.launcher;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Principals: who acts. */
@Command(
        name = "principal",
        description = "Makes and lists principals: people and programs that act.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example: domicile principal create 'Ada Park'"},
        subcommands = {PrincipalCommand.Create.class, PrincipalCommand.Show.class})
final class PrincipalCommand {
    @Command(
            name = "create",
            description = {
                "Makes a principal. Records name it by a random id; the name is personal and stays"
                        + " in the register."
            },
            mixinStandardHelpOptions = true,
            footer = {"", "Example: domicile principal create 'Ada Park' --organisation water"})
    static final class Create implements Callable<Integer> {
        @Mixin CommonOptions common = new CommonOptions();
        @Spec CommandSpec spec = CommandSpec.create();

        @Parameters(paramLabel = "NAME", description = "Who: at most 256 characters.")
        String name = "";

        @Option(
                names = "--organisation",
                paramLabel = "NAME",
                description = "Whose (default: the only one).")
        String organisation = "";

        @Override
        public Integer call() {
            AdminClient admin = AdminClient.of(common.folder());
            String owner = Organisations.chosen(admin, organisation);
            Json.Row made =
                    admin.post("/v1/principals", Json.row("organisation", owner, "name", name));
            Output.of(spec, common)
                    .result(
                            made,
                            "principal %s of %s is there; its id is %s"
                                    .formatted(name, owner, made.text("id")));
            return 0;
        }
    }

    @Command(
            name = "list",
            description = "Lists principals.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: domicile principal list --organisation water"})
    static final class Show implements Callable<Integer> {
        @Mixin CommonOptions common = new CommonOptions();
        @Spec CommandSpec spec = CommandSpec.create();

        @Option(
                names = "--organisation",
                paramLabel = "NAME",
                description = "Only of this one (default: of all).")
        String organisation = "";

        @Override
        public Integer call() {
            List<Json.Row> rows =
                    AdminClient.of(common.folder())
                            .list(AdminClient.path("/v1/principals", "organisation", organisation));
            Table table =
                    new Table()
                            .field("name", "name")
                            .field("organisation", "organisation")
                            .field("id", "id")
                            .column("created", Columns.minute("created"));
            Output.of(spec, common).list(rows, table, "no principals");
            return 0;
        }
    }
}
