package org.domicile.launcher;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.domicile.policy.DataClass;
import org.domicile.policy.DataClasses;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Labels: what data are, whom they are for, and what never to do with them. */
@Command(
        name = "label",
        description = {
            "Say of a bucket, or of all that lies below a prefix, what the data are (--classes),"
                    + " what never to use them for (--prohibit), and what alone (--allow).",
            "All labels on the way to an object hold together, and prohibitions win. What is copied"
                    + " from labelled data keeps their labels wherever it goes.",
            "Purposes are named as organisation/name, by their name in the bucket's organisation,"
                    + " or by their kind."
        },
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "[COMMAND]",
        footer = {
            "",
            "Example: ./domicile label s3://gauges/households/ --classes household --prohibit"
                    + " fraud-prevention"
        },
        subcommands = {LabelCommand.Show.class, LabelCommand.Of.class, LabelCommand.Classes.class})
final class LabelCommand extends ServerCommand {
    private static final String STREAMS = "streams://";

    @Parameters(
            arity = "0..1",
            paramLabel = "s3://BUCKET/PREFIX|streams://ORGANISATION/PREFIX",
            description = "A bucket, or a prefix in one.")
    String place = "";

    @Option(
            names = "--classes",
            split = ",",
            paramLabel = "CLASS",
            description = "What the data are; './domicile label classes' shows the words.")
    List<String> classes = List.of();

    @Option(
            names = "--prohibit",
            split = ",",
            paramLabel = "PURPOSE|KIND",
            description = "What the data may never be used for.")
    List<String> prohibited = List.of();

    @Option(
            names = "--allow",
            split = ",",
            paramLabel = "PURPOSE|KIND",
            description = "What alone the data may be used for.")
    List<String> only = List.of();

    @Option(names = "--remove", description = "Take the label away; copies keep what they carry.")
    boolean remove;

    @Override
    public Integer call() {
        if (place.isEmpty()) {
            throw Input.wrong(spec, "say what is labelled: s3://BUCKET or s3://BUCKET/PREFIX");
        }
        String[] parts = parts(spec, place);
        boolean said = !classes.isEmpty() || !prohibited.isEmpty() || !only.isEmpty();
        if (remove == said) {
            throw Input.wrong(
                    spec,
                    remove
                            ? "--remove takes the whole label away: nothing else goes with it"
                            : "say something: --classes, --prohibit or --allow; or --remove");
        }
        if (remove) {
            Json.Row gone =
                    admin().post(
                                    "/v1/labels/remove",
                                    Json.row("bucket", parts[0], "prefix", parts[1]));
            output().result(gone, place + " has no label of its own any more");
            return 0;
        }
        Json.Row made =
                admin().post(
                                "/v1/labels",
                                Json.row(
                                        "bucket",
                                        parts[0],
                                        "prefix",
                                        parts[1],
                                        "classes",
                                        classes,
                                        "prohibited",
                                        prohibited,
                                        "only",
                                        only));
        output().result(made, "the label of " + place + " is in force");
        return 0;
    }

    private static String place(Json.Row row) {
        return row.text("bucket").equals("streams")
                ? STREAMS + row.text("organisation") + "/" + row.text("prefix")
                : "s3://" + row.text("bucket") + "/" + row.text("prefix");
    }

    /** Bucket, and what follows it. */
    private static String[] parts(CommandSpec spec, String place) {
        boolean streams = place.startsWith(STREAMS);
        String rest =
                streams
                        ? place.substring(STREAMS.length())
                        : place.startsWith("s3://") ? place.substring(5) : "";
        int slash = rest.indexOf('/');
        String bucket = slash < 0 ? rest : rest.substring(0, slash);
        if (bucket.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "'"
                            + place
                            + "' is no place: write s3://BUCKET/PREFIX, or"
                            + " streams://ORGANISATION/PREFIX");
        }
        return new String[] {
            streams ? "streams:" + bucket : bucket, slash < 0 ? "" : rest.substring(slash + 1)
        };
    }

    private static Table table() {
        return new Table()
                .column("data", LabelCommand::place)
                .column("classes", Columns.list("classes"))
                .column("prohibited", Columns.list("prohibited"))
                .column("only", Columns.list("only"));
    }

    @Command(
            name = "list",
            description = "List labels.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile label list"})
    static final class Show extends ServerCommand.Listing {
        @Override
        public Integer call() {
            output().list(
                            listed(admin(), "/v1/labels"),
                            table(),
                            "no labels; ./domicile label --help shows how data get one");
            return 0;
        }
    }

    @Command(
            name = "show",
            description = {
                "Show what is known of one object's data: the labels on the way to its name, and"
                        + " what it carries from the data that it was copied from."
            },
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile label show s3://gauges/households/7.csv"})
    static final class Of extends ServerCommand {
        @Parameters(paramLabel = "s3://BUCKET/KEY", description = "An object, or a place for one.")
        String place = "";

        @Override
        public Integer call() {
            String[] parts = parts(spec, place);
            Json.Row found =
                    admin().object(
                                    AdminClient.path(
                                            "/v1/labels/of", "bucket", parts[0], "name", parts[1]));
            Output output = output();
            if (output.json()) {
                output.result(found, "");
                return 0;
            }
            List<Json.Row> rows = new ArrayList<>(found.rows("labels"));
            Json.Row carried = found.row("carried");
            rows.add(
                    Json.row(
                            "bucket",
                            parts[0],
                            "prefix",
                            parts[1] + " (carried)",
                            "classes",
                            carried.texts("classes"),
                            "prohibited",
                            carried.texts("prohibited"),
                            "only",
                            carried.texts("only")));
            output.list(rows, table(), "");
            return 0;
        }
    }

    @Command(
            name = "classes",
            description = "Show the classes of data.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile label classes"})
    static final class Classes implements Callable<Integer> {
        @Mixin CommonOptions common = new CommonOptions();
        @Spec CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() {
            List<Json.Row> rows = new ArrayList<>();
            for (DataClass each : DataClasses.all()) {
                rows.add(
                        Json.row(
                                "class",
                                each.name(),
                                "in",
                                each.broader(),
                                "term",
                                each.term(),
                                "text",
                                each.text(),
                                "textArabic",
                                each.arabic()));
            }
            Table table =
                    new Table()
                            .field("class", "class")
                            .field("in", "in")
                            .field("term", "term")
                            .field("what it is", "text");
            Output.of(spec, common).list(rows, table, "");
            return 0;
        }
    }
}
