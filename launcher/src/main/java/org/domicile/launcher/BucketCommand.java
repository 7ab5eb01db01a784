package org.domicile.launcher;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Buckets: where objects lie. */
@Command(
        name = "bucket",
        description = "Make and list buckets, in which objects lie, and say how much they hold.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example: ./domicile bucket create archive"},
        subcommands = {
            BucketCommand.Create.class,
            BucketCommand.Show.class,
            QuotaCommand.OfBucket.class,
            InventoryCommand.class
        })
final class BucketCommand {
    @Command(
            name = "create",
            description = "Make a bucket.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile bucket create archive --zones home"})
    static final class Create extends ServerCommand.OfOrganisation {
        @Parameters(paramLabel = "NAME", description = "3 to 63 small letters, digits, hyphens.")
        String name = "";

        @Option(
                names = "--zones",
                paramLabel = "ZONE",
                split = ",",
                description = "Where its data may lie and go (default: the organisation's zone).")
        List<String> zones = List.of();

        @Override
        public Integer call() {
            AdminClient admin = admin();
            String owner = owner(admin);
            Json.Row made =
                    admin.post(
                            "/v1/buckets",
                            Json.row("organisation", owner, "name", name, "zones", zones));
            output().result(
                            made,
                            "bucket %s of %s is there, in %s"
                                    .formatted(
                                            name, owner, String.join(", ", made.texts("zones"))));
            return 0;
        }
    }

    @Command(
            name = "list",
            description = "List buckets.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile bucket list --json"})
    static final class Show extends ServerCommand.Listing {
        @Override
        public Integer call() {
            List<Json.Row> rows = listed(admin(), "/v1/buckets");
            Table table =
                    new Table()
                            .field("name", "name")
                            .field("organisation", "organisation")
                            .column("zones", Columns.list("zones"))
                            .field("versioning", "versioning")
                            .column("created", Columns.minute("created"));
            output().list(rows, table, "no buckets; make one: ./domicile bucket create NAME");
            return 0;
        }
    }
}
