package org.domicile.launcher;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Buckets: where objects lie. */
@Command(
        name = "bucket",
        description = "Makes and lists buckets.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example: domicile bucket create archive"},
        subcommands = {BucketCommand.Create.class, BucketCommand.Show.class})
final class BucketCommand {
    @Command(
            name = "create",
            description = "Makes a bucket.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: domicile bucket create archive --zones home"})
    static final class Create implements Callable<Integer> {
        @Mixin CommonOptions common = new CommonOptions();
        @Spec CommandSpec spec = CommandSpec.create();

        @Parameters(paramLabel = "NAME", description = "3 to 63 small letters, digits, hyphens.")
        String name = "";

        @Option(
                names = "--organisation",
                paramLabel = "NAME",
                description = "Whose (default: the only one).")
        String organisation = "";

        @Option(
                names = "--zones",
                paramLabel = "ZONE",
                split = ",",
                description = "Where its data may lie and go (default: the organisation's zone).")
        List<String> zones = List.of();

        @Override
        public Integer call() {
            AdminClient admin = AdminClient.of(common.folder());
            String owner = Organisations.chosen(admin, organisation);
            Json.Row made =
                    admin.post(
                            "/v1/buckets",
                            Json.row("organisation", owner, "name", name, "zones", zones));
            Output.of(spec, common)
                    .result(
                            made,
                            "bucket %s of %s is there, in %s"
                                    .formatted(
                                            name, owner, String.join(", ", made.texts("zones"))));
            return 0;
        }
    }

    @Command(
            name = "list",
            description = "Lists buckets.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: domicile bucket list --json"})
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
                            .list(AdminClient.path("/v1/buckets", "organisation", organisation));
            Table table =
                    new Table()
                            .field("name", "name")
                            .field("organisation", "organisation")
                            .column("zones", Columns.list("zones"))
                            .field("versioning", "versioning")
                            .column("created", Columns.minute("created"));
            Output.of(spec, common)
                    .list(rows, table, "no buckets; make one: ./domicile bucket create NAME");
            return 0;
        }
    }
}
