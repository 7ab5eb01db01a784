package org.domicile.launcher;

import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.domicile.policy.Kind;
import org.domicile.policy.Kinds;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Purposes: registered, published reasons to use data. */
@Command(
        name = "purpose",
        description = "Register, change and end purposes: the published reasons to use data.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example: ./domicile purpose list"},
        subcommands = {
            PurposeCommand.Known.class,
            PurposeCommand.Create.class,
            PurposeCommand.Show.class,
            PurposeCommand.Details.class,
            PurposeCommand.Change.class,
            PurposeCommand.Withdraw.class
        })
final class PurposeCommand {
    /** What a purpose says, whether it is new or changed. */
    abstract static class Saying extends ServerCommand.OfOrganisation {
        @Option(
                names = "--text-ar",
                paramLabel = "TEXT",
                description = "What it is, in plain Arabic.")
        @Nullable String arabic;

        @Option(
                names = "--term",
                paramLabel = "dpv:TERM",
                description =
                        "Its purpose in the W3C Data Privacy Vocabulary (default: the kind's).")
        @Nullable String term;

        @Option(
                names = "--class",
                split = ",",
                paramLabel = "CLASS",
                description =
                        "A class of data that it may use beside open ones; './domicile label"
                                + " classes' shows them.")
        @Nullable List<String> classes;

        @Option(
                names = "--allow",
                split = ",",
                paramLabel = "ACTION",
                description = "What may be done under it: s3:GetObject, s3:Get* (default: all).")
        @Nullable List<String> actions;

        @Option(
                names = {"--zone", "--zones"},
                split = ",",
                paramLabel = "ZONE",
                description =
                        "Where its data may lie and go (default: the organisation's own zone).")
        @Nullable List<String> zones;

        @Option(
                names = "--contact",
                paramLabel = "TEXT",
                description = "Where people ask about it.")
        @Nullable String contact;

        @Option(
                names = "--algorithm",
                split = ",",
                paramLabel = "TYPE,USE,RISK",
                description = {
                    "The algorithm that it uses, for the public register of algorithms:",
                    "self-learning, rule-based or hybrid; descriptive, diagnostic, predictive or"
                            + " prescriptive; minimal, limited or high risk (default: none)."
                })
        @Nullable List<String> algorithm;

        /** Texts and lists by field; null where nothing was said. */
        final Json.Row body(Object... more) {
            Map<String, Object> fields = new LinkedHashMap<>(Json.row(more).fields());
            said(fields, "textArabic", arabic);
            said(fields, "term", term);
            said(fields, "classes", classes);
            said(fields, "actions", actions);
            said(fields, "zones", zones);
            said(fields, "contact", contact);
            said(fields, "algorithm", algorithm);
            return new Json.Row(fields);
        }

        static void said(Map<String, Object> fields, String name, @Nullable Object value) {
            if (value != null) {
                fields.put(name, value);
            }
        }
    }

    @Command(
            name = "create",
            description = "Register a purpose. Everyone can read it from then on.",
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Example: ./domicile purpose create leak-detection --kind infrastructure --text"
                        + " 'Finding leaks in mains' --owner 'Network operations' --legal-basis"
                        + " 'Water Act, section 12' --zone home --expires 2028-12-31"
            })
    static final class Create extends Saying {
        @Parameters(paramLabel = "NAME", description = "Small letters, digits and hyphens.")
        String name = "";

        @Option(
                names = "--kind",
                required = true,
                paramLabel = "KIND",
                description = "What it is a case of; './domicile purpose kinds' shows them.")
        String kind = "";

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
                names = "--parent",
                paramLabel = "PURPOSE",
                description = "The purpose that it is a part of; it cannot be wider.")
        String parent = "";

        @Option(
                names = "--expires",
                required = true,
                paramLabel = "DATE",
                description = "Its last day, or a time such as 2028-12-31T18:00.")
        String expires = "";

        @Option(
                names = "--sealable",
                description = {
                    "Allow sealed uses under it: those whom they concern are told of them only from"
                            + " a later day on. This is public, and never changes."
                })
        boolean sealable;

        @Override
        public Integer call() {
            String end = Input.end(spec, expires);
            AdminClient admin = admin();
            Json.Row made =
                    admin.post(
                            "/v1/purposes",
                            body(
                                    "organisation",
                                    owner(admin),
                                    "name",
                                    name,
                                    "kind",
                                    kind,
                                    "text",
                                    text,
                                    "owner",
                                    owner,
                                    "legalBasis",
                                    legalBasis,
                                    "parent",
                                    parent,
                                    "expires",
                                    end,
                                    "sealable",
                                    sealable ? "yes" : "no"));
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
            name = "change",
            description = {
                "Give a purpose another form. What is not said stays; lists are replaced whole.",
                "The change is public and in force at once."
            },
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Example: ./domicile purpose change water/leak-detection --expires 2029-12-31"
            })
    static final class Change extends Saying {
        @Parameters(paramLabel = "PURPOSE", description = "Its name, or organisation/name.")
        String purpose = "";

        @Option(
                names = "--kind",
                paramLabel = "KIND",
                description = "Its kind, where it was registered before kinds were asked for.")
        @Nullable String kind;

        @Option(names = "--text", paramLabel = "TEXT", description = "What it is, in plain words.")
        @Nullable String text;

        @Option(
                names = "--owner",
                paramLabel = "OFFICE",
                description = "The office that answers for it.")
        @Nullable String owner;

        @Option(names = "--legal-basis", paramLabel = "TEXT", description = "Why it is lawful.")
        @Nullable String legalBasis;

        @Option(
                names = "--expires",
                paramLabel = "DATE",
                description = "Its last day, or a time such as 2028-12-31T18:00.")
        @Nullable String expires;

        @Override
        public Integer call() {
            AdminClient admin = admin();
            Map<String, Object> fields = new LinkedHashMap<>(body().fields());
            said(fields, "kind", kind);
            said(fields, "text", text);
            said(fields, "owner", owner);
            said(fields, "legalBasis", legalBasis);
            said(fields, "expires", expires == null ? null : Input.end(spec, expires));
            if (fields.isEmpty()) {
                throw Input.wrong(spec, "say what changes; --help shows what can");
            }
            Json.Row made = admin.post(placeOf(admin, purpose), new Json.Row(fields));
            output().result(
                            made,
                            "purpose %s is changed, at once and in public"
                                    .formatted(made.text("id")));
            return 0;
        }
    }

    @Command(
            name = "show",
            description = "Show all that a purpose says.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile purpose show water/leak-detection"})
    static final class Details extends ServerCommand.OfOrganisation {
        @Parameters(paramLabel = "PURPOSE", description = "Its name, or organisation/name.")
        String purpose = "";

        @Override
        public Integer call() {
            AdminClient admin = admin();
            String id = purpose.indexOf('/') < 0 ? owner(admin) + "/" + purpose : purpose;
            Json.Row found =
                    admin.list("/v1/purposes").stream()
                            .filter(row -> row.text("id").equals(id))
                            .findFirst()
                            .orElseThrow(() ->
                                    new Problem(
                                            "there is no purpose "
                                                    + id
                                                    + "; ./domicile purpose list shows them"));
            Output output = output();
            if (output.json()) {
                output.result(found, "");
                return 0;
            }
            String now = Instant.now().toString();
            line(output, "purpose", found.text("id"));
            line(output, "state", Columns.state(found, now));
            line(output, "kind", found.text("kind"));
            line(output, "term", found.text("term"));
            line(output, "text", found.text("text"));
            line(output, "in Arabic", found.text("textArabic"));
            line(output, "owner", found.text("owner"));
            line(output, "legal basis", found.text("legalBasis"));
            line(output, "contact", found.text("contact"));
            line(output, "part of", found.text("parent"));
            line(output, "classes", "open " + String.join(" ", found.texts("classes")));
            line(output, "actions", String.join(" ", found.texts("actions")));
            line(output, "zones", String.join(" ", found.texts("zones")));
            boolean sealable = found.text("sealable").equals("true");
            line(output, "algorithm", String.join(", ", found.texts("algorithm")));
            line(output, "sealed uses", sealable ? "allowed" : "not allowed");
            line(output, "created", Columns.minute("created").apply(found));
            line(output, "expires", Columns.minute("expires").apply(found));
            output.out().flush();
            return 0;
        }

        private static void line(Output output, String name, String value) {
            if (!value.isBlank()) {
                output.out().printf("%-12s %s%n", name, Table.visible(value.strip()));
            }
        }
    }

    @Command(
            name = "kinds",
            description = "Show what a purpose can be a case of, and what is declined here.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile purpose kinds"})
    static final class Known implements Callable<Integer> {
        @Mixin CommonOptions common = new CommonOptions();
        @Spec CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() {
            List<Json.Row> rows = new ArrayList<>();
            for (Kind kind : Kinds.all()) {
                if (kind.standing() != Kind.Standing.KEPT) {
                    boolean declined = kind.standing() == Kind.Standing.DECLINED;
                    rows.add(
                            Json.row(
                                    "kind",
                                    kind.name(),
                                    "declined",
                                    declined,
                                    "text",
                                    kind.text(),
                                    "textArabic",
                                    kind.arabic(),
                                    "term",
                                    declined ? "" : kind.term(),
                                    "iri",
                                    declined ? "" : Kinds.iri(kind.term()),
                                    "legalHint",
                                    kind.legalHint(),
                                    "reason",
                                    kind.reason(),
                                    "reasonArabic",
                                    kind.arabicReason()));
                }
            }
            Table table =
                    new Table()
                            .field("kind", "kind")
                            .field("term", "term")
                            .column(
                                    "what it is",
                                    row ->
                                            row.text("reason").isEmpty()
                                                    ? row.text("text")
                                                    : "DECLINED. " + row.text("reason"))
                            .field("legal basis, usually", "legalHint");
            Output.of(spec, common).list(rows, table, "");
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
                            .field("kind", "kind")
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
            Json.Row answer = admin.post(placeOf(admin, purpose) + "/withdraw", Json.row());
            output().result(
                            answer,
                            "purpose %s is withdrawn; its credentials are refused from now on"
                                    .formatted(answer.text("withdrawn")));
            return 0;
        }
    }
}
