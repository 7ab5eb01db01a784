package org.domicile.launcher;

import java.time.ZoneId;
import java.util.List;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** People whom data are about. */
@Command(
        name = "subject",
        description = {
            "Say where the names of objects, or their tags, hold the identifier of a person, and"
                    + " give a person a code to see who used data about her."
        },
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Example: ./domicile subject rule create s3://hospital/ --pattern"
                    + " 'patients/{subject}/'"
        },
        subcommands = {SubjectCommand.Rules.class, SubjectCommand.Code.class})
final class SubjectCommand {
    private SubjectCommand() {}

    @Command(
            name = "rule",
            description =
                    "Make, list and end the rules that find people in the names of objects and in"
                            + " their tags.",
            mixinStandardHelpOptions = true,
            synopsisSubcommandLabel = "COMMAND",
            footer = {"", "Example: ./domicile subject rule list"},
            subcommands = {Create.class, Show.class, Remove.class})
    static final class Rules {
        private Rules() {}
    }

    @Command(
            name = "create",
            description = {
                "Say where in a data set the identifier of a person stands: in the names of"
                    + " objects, or in a tag of theirs. From then on each use of such an object has"
                    + " that person as a subject.",
                "In a pattern {subject} stands for one or more characters without a slash; * for"
                        + " one whole segment between slashes; what follows the pattern does not"
                        + " matter. Of a tag all of its value is the identifier; whoever changes"
                        + " it uses data about both, the person before and the one after."
            },
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Example: ./domicile subject rule create s3://hospital/wards/ --pattern"
                        + " '*/patients/{subject}/'",
                "         ./domicile subject rule create s3://hospital/scans/ --tag subject"
            })
    static final class Create extends ServerCommand {
        @Parameters(paramLabel = "s3://BUCKET/PREFIX", description = "The data set.")
        String place = "";

        @ArgGroup(multiplicity = "1")
        Where where = new Where();

        static final class Where {
            @Option(
                    names = "--pattern",
                    required = true,
                    paramLabel = "PATTERN",
                    description = "What follows the prefix, with {subject} once.")
            String pattern = "";

            @Option(
                    names = "--tag",
                    required = true,
                    paramLabel = "KEY",
                    description = "The key of the tag whose value is the identifier.")
            String tag = "";

            Json.Row said(String bucket, String prefix) {
                return tag.isEmpty()
                        ? Json.row("bucket", bucket, "prefix", prefix, "pattern", pattern)
                        : Json.row("bucket", bucket, "prefix", prefix, "tag", tag);
            }
        }

        @Override
        public Integer call() {
            String path = place.startsWith("s3://") ? place.substring("s3://".length()) : "";
            int slash = path.indexOf('/');
            String bucket = slash < 0 ? path : path.substring(0, slash);
            if (bucket.isEmpty()) {
                throw Input.wrong(spec, "name the data set as s3://BUCKET or s3://BUCKET/PREFIX");
            }
            Json.Row made =
                    admin().post(
                                    "/v1/subjects/rules",
                                    where.said(bucket, slash < 0 ? "" : path.substring(slash + 1)));
            output().result(
                            made,
                            "rule %s: in %s the person stands in %s"
                                    .formatted(
                                            made.text("id"),
                                            made.text("place"),
                                            where.tag.isEmpty()
                                                    ? where.pattern
                                                    : "the tag " + where.tag));
            return 0;
        }
    }

    @Command(
            name = "list",
            description = "List the rules.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile subject rule list --json"})
    static final class Show extends ServerCommand {
        @Override
        public Integer call() {
            List<Json.Row> rows = admin().list("/v1/subjects/rules");
            Table table =
                    new Table()
                            .field("rule", "id")
                            .field("organisation", "organisation")
                            .field("place", "place")
                            .field("pattern", "pattern")
                            .field("tag", "tag")
                            .column("created", Columns.minute("created"));
            output().list(
                            rows,
                            table,
                            "no rules; make one: ./domicile subject rule create s3://BUCKET/"
                                    + " --pattern 'patients/{subject}/'");
            return 0;
        }
    }

    @Command(
            name = "remove",
            description = "End a rule. Uses that are on record keep their subjects.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile subject rule remove 3f2a9c0d11e4b7a5"})
    static final class Remove extends ServerCommand {
        @Parameters(paramLabel = "RULE", description = "Its id; 'subject rule list' shows it.")
        String rule = "";

        @Override
        public Integer call() {
            Json.Row ended =
                    admin().post(
                                    "/v1/subjects/rules/" + AdminClient.segment(rule) + "/remove",
                                    Json.row());
            output().result(ended, "the rule for " + ended.text("place") + " has ended");
            return 0;
        }
    }

    @Command(
            name = "code",
            description = {
                "Make a code with which a person sees, once, who used data about her, when and why:"
                        + " at /register/me of the web listener, as 'Authorization: Bearer CODE'.",
                "It is shown here only. Make sure that it reaches that person and nobody else."
            },
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Example: ./domicile subject code --subject p-1042 --valid 1d",
            })
    static final class Code extends ServerCommand.OfOrganisation {
        @Option(
                names = "--subject",
                required = true,
                paramLabel = "ID",
                description = {
                    "The person's identifier, as names or requests hold it; - reads it from"
                            + " standard input."
                })
        String subject = "";

        @Option(
                names = "--valid",
                paramLabel = "SPAN",
                description = "How long it is good, at most 30d (default: 15m).")
        String valid = "15m";

        @Override
        public Integer call() {
            long seconds = Input.span(spec, valid).toSeconds();
            AdminClient admin = admin();
            Json.Row made =
                    admin.post(
                            "/v1/subjects/codes",
                            Json.row(
                                    "organisation",
                                    owner(admin),
                                    "subject",
                                    Input.quiet(subject),
                                    "seconds",
                                    Long.toString(seconds)));
            output().result(
                            made,
                            "%s  (good once, until %s)"
                                    .formatted(
                                            made.text("code"),
                                            Times.minute(
                                                    made.text("expires"), ZoneId.systemDefault())));
            return 0;
        }
    }
}
