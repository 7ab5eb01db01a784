package org.domicile.launcher;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Watches: SQL that runs on, over streams. */
@Command(
        name = "watch",
        description = {
            "Make, show and stop watches: SQL that runs on over streams, and puts what it finds"
                    + " into a stream.",
            "Each command acts as --credential: a watch reads and publishes as who made it."
        },
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Example: ./domicile watch create high 'select station, level from \"water.levels\""
                    + " where level >= 400' --to water.alerts"
        },
        subcommands = {
            WatchCommand.Create.class,
            WatchCommand.Listed.class,
            WatchCommand.Show.class,
            WatchCommand.Stop.class
        })
final class WatchCommand {
    /** What each of them takes. */
    abstract static class OfWatches extends ServerCommand.AsCredential {
        OfWatches() {
            super("/watches/");
        }

        /** A name goes into a path. */
        final String name(String text) {
            if (!text.matches("[a-z0-9][a-z0-9_-]{0,63}")) {
                throw Input.wrong(
                        spec,
                        "'" + text + "' is no name of a watch: small letters, digits, '_', '-'");
            }
            return text;
        }
    }

    @Command(
            name = "create",
            description = {
                "Make a watch. It runs until it is stopped, also through restarts of the server.",
                "The query is Flink SQL with names in double quotes; windows are TUMBLE, HOP,"
                        + " CUMULATE and SESSION. A stream without a schema has the columns"
                        + " value, key and record_time."
            },
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Example: ./domicile watch create high 'select station, level from"
                        + " \"water.levels\" where level >= 400' --to water.alerts",
                "In windows: … from table(tumble(table \"water.levels\", descriptor(at), interval"
                        + " '10' second)) group by station, window_start, window_end"
            })
    static final class Create extends OfWatches {
        @Parameters(
                index = "0",
                paramLabel = "NAME",
                description = "Small letters, digits, '_', '-'.")
        String name = "";

        @Parameters(index = "1", paramLabel = "SQL", description = "One query.")
        String sql = "";

        @Option(
                names = "--to",
                required = true,
                paramLabel = "STREAM",
                description =
                        "Takes the results, a JSON object each; it is made where it is not"
                                + " there.")
        String to = "";

        @Option(
                names = "--time",
                paramLabel = "COLUMN",
                description =
                        "When something happened (default: what the window names, else the"
                                + " only column with a time, else when its record came).")
        @Nullable String time;

        @Option(
                names = "--late",
                paramLabel = "TIME",
                description = "By how much records come out of order, such as 5s (default: 5s).")
        @Nullable String late;

        @Option(
                names = "--from",
                paramLabel = "PLACE",
                description = "now or beginning: where it begins to read (default: now).")
        @Nullable String from;

        @Override
        void ask(StreamClient client, Output output) throws IOException {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("sql", sql);
            fields.put("to", to);
            if (time != null) {
                fields.put("time", time);
            }
            if (late != null) {
                fields.put("lateSeconds", Input.span(spec, late).toSeconds());
            }
            if (from != null) {
                fields.put("from", from);
            }
            Json.Row made = client.ask("PUT", name(name), new Json.Row(fields).line());
            String stream = made.text("streamMade");
            output.result(
                    made,
                    (stream.isEmpty() ? "" : "the stream " + stream + " is made; ")
                            + "the watch "
                            + name
                            + " runs; follow it: ./domicile stream tail "
                            + to);
        }
    }

    @Command(
            name = "list",
            description = {
                "List watches of your purpose, and how they do: records read, waiting (lag), read"
                        + " a second and published, the age of the last checkpoint, the last"
                        + " error."
            },
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile watch list --json"})
    static final class Listed extends OfWatches {
        private static final int LONGEST_ERROR = 40;

        @Override
        void ask(StreamClient client, Output output) throws IOException {
            ZoneId zone = ZoneId.systemDefault();
            output.list(
                    client.ask("GET", "", "").rows("watches"),
                    new Table()
                            .field("name", "name")
                            .field("state", "state")
                            .field("to", "to")
                            .number("read", row -> row.text("recordsIn"))
                            .number("lag", row -> row.text("lag"))
                            .number("a second", row -> row.text("recordsPerSecond"))
                            .number("published", row -> row.text("recordsOut"))
                            .number("checkpoint", Listed::age)
                            .column("made", row -> Times.minute(row.text("made"), zone))
                            .column("last error", row -> shortened(row.text("error"))),
                    "no watches; make one: ./domicile watch create NAME SQL --to STREAM");
        }

        private static String age(Json.Row row) {
            String kept = row.text("checkpoint");
            return kept.isEmpty() ? "none" : Show.age(kept) + " ago";
        }

        /** It is whole in what 'watch show' says. */
        private static String shortened(String error) {
            return error.codePointCount(0, error.length()) <= LONGEST_ERROR
                    ? error
                    : error.substring(0, error.offsetByCodePoints(0, LONGEST_ERROR)) + "…";
        }
    }

    @Command(
            name = "show",
            description = "Show a watch: its query, what waits, its rate, its last checkpoint.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile watch show high_water"})
    static final class Show extends OfWatches {
        @Parameters(paramLabel = "NAME", description = "Of the watch.")
        String name = "";

        @Override
        void ask(StreamClient client, Output output) throws IOException {
            Json.Row found = client.ask("GET", name(name), "");
            if (output.json()) {
                output.result(found, "");
                return;
            }
            output.out()
                    .println(
                            "%s, under %s, from %s to %s, since %s"
                                    .formatted(
                                            found.text("name"),
                                            found.text("purpose"),
                                            Stream.of("sources", "tables")
                                                    .flatMap(each -> found.texts(each).stream())
                                                    .collect(Collectors.joining(", ")),
                                            found.text("to"),
                                            Times.minute(
                                                    found.text("made"), ZoneId.systemDefault())));
            output.out().println(Table.visible(found.text("sql")));
            output.out().println();
            output.out()
                    .println(
                            ("%s; %,d records read since its worker started (%s a second), %,d of"
                                            + " them passed over; %s; %,d published")
                                    .formatted(
                                            found.text("state"),
                                            found.number("recordsIn"),
                                            String.valueOf(
                                                    found.fields()
                                                            .getOrDefault("recordsPerSecond", 0)),
                                            found.number("recordsPassedOver"),
                                            found.fields().containsKey("lag")
                                                    ? "%,d waiting".formatted(found.number("lag"))
                                                    : "what waits is not known",
                                            found.number("recordsOut")));
            long missed = found.number("recordsMissed");
            if (missed > 0) {
                output.out()
                        .println(
                                ("up to %,d records had left their stream before it read them, and"
                                     + " are in no result; give the stream more ('domicile stream"
                                     + " change', --retention, --size)")
                                        .formatted(missed));
            }
            String checkpoint = found.text("checkpoint");
            output.out()
                    .println(
                            checkpoint.isEmpty()
                                    ? "no checkpoint is kept yet"
                                    : "the last checkpoint (%,d KiB) was kept %s ago"
                                            .formatted(
                                                    (found.number("checkpointBytes") + 1023) >> 10,
                                                    age(checkpoint)));
            String error = found.text("error");
            if (!error.isEmpty()) {
                output.out().println("it failed last because: " + Table.visible(error));
            }
        }

        /** How long ago something was. */
        static String age(String at) {
            return Times.human(Duration.between(Instant.parse(at), Instant.now()));
        }
    }

    @Command(
            name = "stop",
            description = {
                "Stop a watch for good: it forgets where it was. What it has published stays."
            },
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile watch stop high_water"})
    static final class Stop extends OfWatches {
        @Parameters(paramLabel = "NAME", description = "Of the watch.")
        String name = "";

        @Override
        void ask(StreamClient client, Output output) throws IOException {
            Json.Row ended = client.ask("DELETE", name(name), "");
            output.result(ended, "the watch " + name + " has stopped");
        }
    }
}
