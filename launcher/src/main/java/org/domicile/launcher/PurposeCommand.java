package org.domicile.launcher;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Purposes: registered, published reasons to use data. */
@Command(
        name = "purpose",
        description = "Register, list and end purposes: the published reasons to use data.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example: ./domicile purpose list"},
        subcommands = {
            PurposeCommand.Create.class,
            PurposeCommand.Show.class,
            PurposeCommand.Withdraw.class
        })
final class PurposeCommand {
    @Command(
            name = "create",
            description = "Register a purpose. Everyone can read it from then on.",
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Example: ./domicile purpose create leak-detection --text 'Finding leaks in mains'"
                        + " --owner 'Network operations' --legal-basis 'Water Act, section 12'"
                        + " --zones home --expires 2028-12-31"
            })
    static final class Create extends ServerCommand.OfOrganisation {
        @Parameters(paramLabel = "NAME", description = "Small letters, digits and hyphens.")
        String name = "";

        @Option(
                names = "--text",
                required = true,
                paramLabel = "TEXT",
                description = "What it is, in plain words.")
        String text = "";

        @Option(
                names = "--owner",
                required = true,
                paramLabel = "OFFICE",
                description = "The office that answers for it.")
        String owner = "";

        @Option(
                names = "--legal-basis",
                required = true,
                paramLabel = "TEXT",
                description = "Why it is lawful.")
        String legalBasis = "";

        @Option(
                names = "--zones",
                required = true,
                split = ",",
                paramLabel = "ZONE",
                description = "Where its data may lie and go; with commas.")
        List<String> zones = List.of();

        @Option(
                names = "--expires",
                required = true,
                paramLabel = "DATE",
                description = "Its last day, or a time such as 2028-12-31T18:00.")
        String expires = "";

        @Override
        public Integer call() {
            String end = Input.end(spec, expires);
            AdminClient admin = admin();
            Json.Row made =
                    admin.post(
                            "/v1/purposes",
                            Json.row(
                                    "organisation",
                                    owner(admin),
                                    "name",
                                    name,
                                    "text",
                                    text,
                                    "owner",
                                    owner,
                                    "legalBasis",
                                    legalBasis,
                                    "zones",
                                    zones,
                                    "expires",
                                    end));
            output().result(
                            made,
                            "purpose %s is registered and public; it ends %s"
                                    .formatted(
                                            made.text("id"),
                                            Times.minute(
                                                    made.text("expires"), ZoneId.systemDefault())));
            return 0;
        }
    }

    @Command(
            name = "list",
            description = "List purposes.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile purpose list --organisation water"})
    static final class Show extends ServerCommand.Listing {
        @Override
        public Integer call() {
            List<Json.Row> rows = listed(admin(), "/v1/purposes");
            String now = Instant.now().toString();
            Table table =
                    new Table()
                            .field("purpose", "id")
                            .column("state", row -> Columns.state(row, now))
                            .column("expires", Columns.minute("expires"))
                            .column("zones", Columns.list("zones"))
                            .field("owner", "owner")
                            .field("legal basis", "legalBasis")
                            .field("text", "text");
            output().list(rows, table, "no purposes");
            return 0;
        }
    }

    @Command(
            name = "withdraw",
            description = "End a purpose: no use under it is allowed from then on.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile purpose withdraw water/leak-detection"})
    static final class Withdraw extends ServerCommand.OfOrganisation {
        @Parameters(paramLabel = "PURPOSE", description = "Its name, or organisation/name.")
        String purpose = "";

        @Override
        public Integer call() {
            AdminClient admin = admin();
            int slash = purpose.indexOf('/');
            String owner = slash < 0 ? owner(admin) : purpose.substring(0, slash);
            String name = purpose.substring(slash + 1);
            Json.Row answer =
                    admin.post(
                            "/v1/purposes/%s/%s/withdraw"
                                    .formatted(
                                            AdminClient.segment(owner), AdminClient.segment(name)),
                            Json.row());
            output().result(
                            answer,
                            "purpose %s is withdrawn; its credentials are refused from now on"
                                    .formatted(answer.text("withdrawn")));
            return 0;
        }
    }
}
