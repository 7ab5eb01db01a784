package org.domicile.launcher;

import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Credentials: key pairs, each bound to one principal and one purpose. */
@Command(
        name = "credential",
        description = "Makes, lists, rotates and withdraws credentials.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example: domicile credential create --principal 'Ada Park' --purpose air"},
        subcommands = {
            CredentialCommand.Create.class,
            CredentialCommand.Show.class,
            CredentialCommand.Withdraw.class,
            CredentialCommand.Rotate.class
        })
final class CredentialCommand {
    private CredentialCommand() {}

    private static void issued(Output output, Json.Row made, String who) {
        if (output.json()) {
            output.out().println(made.line());
            output.out().flush();
            return;
        }
        output.out()
                .println(
                        "credential of %s for the purpose %s:"
                                .formatted(Table.visible(who), made.text("purpose")));
        output.out().println("  AWS_ACCESS_KEY_ID=" + made.text("accessKey"));
        output.out().println("  AWS_SECRET_ACCESS_KEY=" + made.text("secret"));
        output.out()
                .println(
                        "The secret is shown this once and cannot be shown again: keep it now, in a"
                                + " place that only its owner reads.");
        output.out().flush();
    }

    @Command(
            name = "create",
            description = "Makes a credential and prints its secret, once.",
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Example: domicile credential create --principal 'Ada Park' --purpose"
                        + " leak-detection --action 's3:Get*' --action 's3:List*' --bucket 'logs-*'"
                        + " --expires 2027-06-30"
            })
    static final class Create implements Callable<Integer> {
        @Mixin CommonOptions common = new CommonOptions();
        @Spec CommandSpec spec = CommandSpec.create();

        @Option(
                names = "--principal",
                required = true,
                paramLabel = "NAME",
                description = "Who acts with it: name or id.")
        String principal = "";

        @Option(
                names = "--purpose",
                required = true,
                paramLabel = "NAME",
                description = "What for: a name, or organisation/name.")
        String purpose = "";

        @Option(
                names = "--organisation",
                paramLabel = "NAME",
                description = "Whose principal (default: the only organisation's).")
        String organisation = "";

        @Option(
                names = "--action",
                split = ",",
                paramLabel = "PATTERN",
                description = "What it may do, such as s3:Get* (default: everything).")
        List<String> actions = List.of();

        @Option(
                names = "--bucket",
                split = ",",
                paramLabel = "PATTERN",
                description = "Where, such as logs-* (default: everywhere in its organisation).")
        List<String> buckets = List.of();

        @Option(
                names = "--expires",
                paramLabel = "DATE",
                description = "Its last day, or a time (default: as long as the purpose).")
        String expires = "";

        @Override
        public Integer call() {
            String end = Input.end(spec, expires);
            AdminClient admin = AdminClient.of(common.folder());
            Json.Row who = Organisations.principal(admin, organisation, principal);
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("principal", who.text("id"));
            body.put(
                    "purpose",
                    purpose.contains("/") ? purpose : who.text("organisation") + "/" + purpose);
            body.put("actions", actions);
            body.put("buckets", buckets);
            if (!end.isEmpty()) {
                body.put("expires", end);
            }
            issued(
                    Output.of(spec, common),
                    admin.post("/v1/credentials", new Json.Row(body)),
                    who.text("name"));
            return 0;
        }
    }

    @Command(
            name = "list",
            description = "Lists credentials, never their secrets.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: domicile credential list --organisation water"})
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
            AdminClient admin = AdminClient.of(common.folder());
            List<Json.Row> rows =
                    admin.list(AdminClient.path("/v1/credentials", "organisation", organisation));
            Map<String, String> names = new HashMap<>();
            if (!common.json) {
                admin.list("/v1/principals")
                        .forEach(each -> names.put(each.text("id"), each.text("name")));
            }
            String now = Instant.now().toString();
            Table table =
                    new Table()
                            .field("access key", "accessKey")
                            .column(
                                    "principal",
                                    row ->
                                            names.getOrDefault(
                                                    row.text("principal"), row.text("principal")))
                            .field("purpose", "purpose")
                            .column("state", row -> Columns.state(row, now))
                            .column("expires", Columns.minute("expires"))
                            .column("actions", Columns.list("actions"))
                            .column("buckets", Columns.list("buckets"));
            Output.of(spec, common).list(rows, table, "no credentials");
            return 0;
        }
    }

    @Command(
            name = "withdraw",
            description = "Ends a credential within a second, and every link that it signed.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: domicile credential withdraw DOMI0123456789ABCDEF"})
    static final class Withdraw implements Callable<Integer> {
        @Mixin CommonOptions common = new CommonOptions();
        @Spec CommandSpec spec = CommandSpec.create();

        @Parameters(paramLabel = "ACCESS_KEY", description = "Its public part.")
        String accessKey = "";

        @Override
        public Integer call() {
            Json.Row answer =
                    AdminClient.of(common.folder())
                            .post(
                                    "/v1/credentials/"
                                            + AdminClient.segment(accessKey)
                                            + "/withdraw",
                                    Json.row());
            Output.of(spec, common)
                    .result(answer, "credential " + answer.text("withdrawn") + " is withdrawn");
            return 0;
        }
    }

    @Command(
            name = "rotate",
            description = "Ends a credential, makes another like it, and prints its secret, once.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: domicile credential rotate DOMI0123456789ABCDEF"})
    static final class Rotate implements Callable<Integer> {
        @Mixin CommonOptions common = new CommonOptions();
        @Spec CommandSpec spec = CommandSpec.create();

        @Parameters(paramLabel = "ACCESS_KEY", description = "The one that ends.")
        String accessKey = "";

        @Override
        public Integer call() {
            Json.Row made =
                    AdminClient.of(common.folder())
                            .post(
                                    "/v1/credentials/" + AdminClient.segment(accessKey) + "/rotate",
                                    Json.row());
            issued(Output.of(spec, common), made, "the same principal");
            return 0;
        }
    }
}
