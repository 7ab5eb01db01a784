package org.domicile.launcher;

import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Credentials: key pairs, each bound to one principal and one purpose. */
@Command(
        name = "credential",
        description =
                "Make, list, replace and end credentials: key pairs for one principal and purpose.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example: ./domicile credential create --principal 'Ada Park' --purpose air"},
        subcommands = {
            CredentialCommand.Create.class,
            CredentialCommand.Show.class,
            CredentialCommand.Withdraw.class,
            CredentialCommand.Rotate.class,
            CredentialCommand.Receipts.class
        })
final class CredentialCommand {
    private CredentialCommand() {}

    static void issued(Output output, Json.Row made, String who) {
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
            description = "Make a credential and print its secret, once.",
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Example: ./domicile credential create --principal 'Ada Park' --purpose"
                        + " leak-detection --action 's3:Get*' --action 's3:List*' --bucket 'logs-*'"
                        + " --expires 2027-06-30",
                "Kept:    ./domicile credential create --principal 'Ada Park' --purpose"
                        + " leak-detection --access-key AKIA0123456789ABCDEF --secret-file"
                        + " secret.txt",
                "Sealed:  ./domicile credential create --principal 'Ada Park' --purpose fraud"
                        + " --sealed-until 2027-06-30"
            })
    static final class Create extends ServerCommand.OfOrganisation {
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

        @Option(
                names = "--sealed-until",
                paramLabel = "DAY",
                description = {
                    "Seal every use with it: the people whom the uses concern are told of them from"
                            + " this day on (UTC), such as 2027-06-30, and not before. Only for a"
                            + " purpose that allows it. This asks; another person approves"
                            + " ('sealed approve')."
                })
        String sealedUntil = "";

        @Option(
                names = "--access-key",
                paramLabel = "ID",
                description = {
                    "Keep a pair that clients have already: its access key here, its secret in"
                            + " --secret-file or on standard input, never on the command line."
                })
        String accessKey = "";

        @Mixin SealedCommand.Person person = new SealedCommand.Person();

        @Override
        public Integer call() {
            if (sealedUntil.isEmpty() && !person.as.isEmpty()) {
                throw Input.wrong(spec, "--as is for sealed credentials: --sealed-until DAY");
            }
            if (!sealedUntil.isEmpty() && !accessKey.isEmpty()) {
                throw Input.wrong(
                        spec, "the pair of a sealed credential is made when it is approved");
            }
            if (sealedUntil.isEmpty() && accessKey.isEmpty() && person.file != null) {
                throw Input.wrong(spec, "--secret-file is for a pair to keep: --access-key ID");
            }
            String end = Input.end(spec, expires);
            AdminClient admin = admin();
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
            if (!sealedUntil.isEmpty()) {
                body.put("sealedUntil", sealedUntil);
                person.into(body);
            }
            if (!accessKey.isEmpty()) {
                body.put("accessKey", accessKey);
                body.put("secret", person.secret());
            }
            Json.Row made = admin.post("/v1/credentials", new Json.Row(body));
            if (!accessKey.isEmpty()) {
                output().result(
                                made,
                                "the pair %s is %s's for the purpose %s; its clients change nothing"
                                                .formatted(
                                                        made.text("accessKey"),
                                                        Table.visible(who.text("name")),
                                                        made.text("purpose"))
                                        + " but the endpoint");
            } else if (sealedUntil.isEmpty()) {
                issued(output(), made, who.text("name"));
            } else {
                output().result(
                                made,
                                "the sealed credential %s is asked for; it can do nothing until"
                                                .formatted(made.text("accessKey"))
                                        + " another person approves it: ./domicile sealed approve "
                                        + made.text("accessKey")
                                        + " --as ACCESS_KEY");
            }
            return 0;
        }
    }

    @Command(
            name = "list",
            description = "List credentials, never their secrets.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile credential list --organisation water"})
    static final class Show extends ServerCommand.Listing {
        @Override
        public Integer call() {
            AdminClient admin = admin();
            List<Json.Row> rows = listed(admin, "/v1/credentials");
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
                            .column("state", row -> state(row, now))
                            .column("expires", Columns.minute("expires"))
                            .field("sealed until", "sealedUntil")
                            .column("actions", Columns.list("actions"))
                            .column("buckets", Columns.list("buckets"));
            output().list(rows, table, "no credentials");
            return 0;
        }
    }

    private static String state(Json.Row row, String now) {
        String state = Columns.state(row, now);
        boolean waits = !row.text("sealedUntil").isEmpty() && row.text("approvedBy").isEmpty();
        return state.equals("valid") && waits ? "not approved" : state;
    }

    @Command(
            name = "withdraw",
            description = "End a credential within a second, and every link that it signed.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile credential withdraw DOMI0123456789ABCDEF"})
    static final class Withdraw extends ServerCommand.OfCredential {
        @Override
        public Integer call() {
            Json.Row answer = asked("withdraw", Json.row());
            output().result(answer, "credential " + answer.text("withdrawn") + " is withdrawn");
            return 0;
        }
    }

    @Command(
            name = "receipts",
            description = {
                "Say whether every answer to a credential brings a receipt, without being asked:"
                        + " for clients that cannot send 'x-domicile-receipt: on'. Without on or"
                        + " off: what is so now.",
                "A receipt is the operator's signature that a use is on record; 'ledger check'"
                        + " holds it against the log."
            },
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile credential receipts DOMI0123456789ABCDEF on"})
    static final class Receipts extends ServerCommand.OfCredential {
        @picocli.CommandLine.Parameters(
                index = "1",
                arity = "0..1",
                paramLabel = "on|off",
                description = "From now on; a rotated credential keeps it.")
        String wanted = "";

        @Override
        public Integer call() {
            String path = "/v1/credentials/" + AdminClient.segment(accessKey) + "/receipts";
            Json.Row answer =
                    wanted.isEmpty()
                            ? admin().object(path)
                            : admin().post(path, Json.row("receipts", wanted));
            output().result(
                            answer,
                            answer.text("receipts").equals("on")
                                    ? "every answer to " + accessKey + " brings a receipt"
                                    : "answers to "
                                            + accessKey
                                            + " bring a receipt when it is asked for");
            return 0;
        }
    }

    @Command(
            name = "rotate",
            description =
                    "Replace a credential: end it, make another like it, and print the new secret,"
                            + " once.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile credential rotate DOMI0123456789ABCDEF --grace 24h"})
    static final class Rotate extends ServerCommand.OfCredential {
        @Option(
                names = "--grace",
                paramLabel = "SPAN",
                description =
                        "For how long the old one stays valid, such as 24h, at most 90d (default:"
                                + " not at all).")
        String grace = "";

        @Override
        public Integer call() {
            Json.Row made =
                    grace.isEmpty()
                            ? asked("rotate", Json.row())
                            : asked(
                                    "rotate",
                                    Json.row(
                                            "grace",
                                            String.valueOf(Input.span(spec, grace).toSeconds())));
            issued(output(), made, "the same principal");
            return 0;
        }
    }
}
