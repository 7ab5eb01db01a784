package org.domicile.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Streams: make, show, change and delete them, and look at what flows. */
@Command(
        name = "stream",
        description = {
            "Make, show, change and delete streams, publish records and follow them.",
            "Each command acts as --credential: its organisation's streams, under its purpose."
                    + " Kafka's clients use the same streams: ./domicile env --for kcat"
        },
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example: ./domicile stream create water.levels --partitions 2"},
        subcommands = {
            StreamCommand.Create.class,
            StreamCommand.Listed.class,
            StreamCommand.Show.class,
            StreamCommand.Tabled.class,
            StreamCommand.Change.class,
            StreamCommand.Delete.class,
            StreamCommand.Publish.class,
            StreamCommand.Tail.class
        })
final class StreamCommand {
    /** What each of them takes. */
    abstract static class OfStreams extends ServerCommand.AsCredential {
        OfStreams() {
            super("/streams/");
        }

        final String name(String text) {
            return StreamCommand.name(spec, text);
        }
    }

    /** A name goes into a path. */
    static String name(CommandSpec spec, String text) {
        if (!text.matches("[a-zA-Z0-9._-]{1,249}")) {
            throw Input.wrong(
                    spec, "'" + text + "' is no name of a stream: letters, digits, '.', '_', '-'");
        }
        return text;
    }

    /** How large a stream is. */
    static final class Measures {
        @Option(
                names = "--partitions",
                paramLabel = "N",
                description = "Into how many parts it is split, 1 to 64; it only grows.")
        @Nullable Integer partitions;

        @Option(
                names = "--retention",
                paramLabel = "TIME",
                description = "How long records stay, such as 30m, 12h or 7d.")
        @Nullable String retention;

        @Option(
                names = "--size",
                paramLabel = "SIZE",
                description = "Of a partition, over which its oldest records go, such as 4GiB.")
        @Nullable String size;

        String body(ServerCommand command) {
            Map<String, Object> fields = new LinkedHashMap<>();
            if (partitions != null) {
                fields.put("partitions", partitions);
            }
            if (retention != null) {
                fields.put("retentionMillis", Input.span(command.spec, retention).toMillis());
            }
            if (size != null) {
                fields.put(
                        "bytes",
                        Sizes.parse(size)
                                .orElseThrow(() ->
                                        Input.wrong(
                                                command.spec,
                                                "'" + size + "' is no size, such as 4GiB")));
            }
            return fields.isEmpty() ? "" : new Json.Row(fields).line();
        }
    }

    @Command(
            name = "create",
            description = {
                "Make a stream. The first one starts the streams' log, which takes some seconds.",
                "It keeps records for a day, and 4 GiB of a partition, unless you say otherwise."
            },
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Example: ./domicile stream create water.levels --partitions 2 --retention 7d"
            })
    static final class Create extends OfStreams {
        @Parameters(paramLabel = "NAME", description = "Letters, digits, '.', '_' and '-'.")
        String name = "";

        @Mixin Measures measures = new Measures();

        @Option(
                names = "--schema",
                paramLabel = "FILE",
                description =
                        "What its records are: Avro (.avsc), JSON Schema (.json) or Protobuf"
                                + " (.proto). Where it is refused, no stream is made.")
        @Nullable Path schema;

        @Option(
                names = "--table",
                description = {
                    "Make it a table, too: its records become rows, which SQL sees at once.",
                    "NAMESPACE.TABLE is the stream's name; it needs a schema. Where it is refused,"
                            + " no stream is made."
                })
        boolean table;

        @Override
        void ask(StreamClient client, Output output) throws IOException {
            StreamSchema subject = new StreamSchema(client, name(name));
            if (table) {
                checkTable(subject);
            }
            boolean first = schema != null && registered(client, subject, schema);
            boolean made = false;
            Json.Row shown;
            try {
                shown = client.ask("PUT", name, measures.body(this));
                made = true;
                shown = table ? client.ask("PUT", name + "/table", "") : shown;
            } catch (Problem | IOException e) {
                boolean gone = made ? isTakenBack(client) : isAbsent(client);
                if (made && !gone) {
                    throw new Problem(
                            e.getMessage()
                                    + " (the stream %s is there, and is no table: once that is"
                                            .formatted(name)
                                    + " mended, './domicile stream table %s' makes it one)"
                                            .formatted(name));
                }
                if (first && gone) {
                    subject.remove();
                }
                throw e;
            }
            output.result(
                    shown, "the stream " + name + " is there" + (table ? ", and is a table" : ""));
        }

        /** What can be told before anything is made; the rest the server says. */
        private void checkTable(StreamSchema subject) throws IOException {
            int dot = name.lastIndexOf('.');
            if (dot < 1 || dot == name.length() - 1) {
                throw Input.wrong(
                        spec,
                        "a stream that is a table is called NAMESPACE.TABLE, such as water.levels;"
                                + " '%s' is not".formatted(name));
            }
            if (schema == null && subject.isAbsent()) {
                throw new Problem(
                        "a table needs a schema, and %s has none: say --schema FILE"
                                .formatted(name));
            }
        }

        /** Registers it. @return whether there was none before */
        private boolean registered(StreamClient client, StreamSchema subject, Path file)
                throws IOException {
            if (client.look("GET", "/streams/" + name).status() == 200) {
                throw new Problem(
                        "the stream %s is there already; its schema changes with 'stream change'"
                                .formatted(name));
            }
            boolean first = subject.isAbsent();
            Json.Row _ = subject.register(file);
            return first;
        }

        /** Deletes what was made just now, unless somebody has published into it. */
        private boolean isTakenBack(StreamClient client) {
            try {
                StreamClient.Looked found = client.look("GET", "/streams/" + name);
                List<Json.Row> extents = found.row().rows("extents");
                return !extents.isEmpty() // else nobody knows
                        && extents.stream().allMatch(each -> each.number("next") == 0)
                        && client.look("DELETE", "/streams/" + name).status() == 200;
            } catch (Problem | IOException e) {
                return false; // what was refused before is the reason to tell
            }
        }

        /** Whether there is none; where nobody can say it, there may be one. */
        private boolean isAbsent(StreamClient client) {
            try {
                return client.look("GET", "/streams/" + name).status() == 404;
            } catch (Problem | IOException e) {
                return false;
            }
        }
    }

    @Command(
            name = "table",
            description = {
                "Make a stream a table: its records become rows of NAMESPACE.TABLE, its name.",
                "Those that it holds already, too. What does not fit its schema goes to"
                        + " TABLE_unfit."
            },
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile stream table water.levels"})
    static final class Tabled extends OfStreams {
        @Parameters(paramLabel = "NAME", description = "Of the stream.")
        String name = "";

        @Override
        void ask(StreamClient client, Output output) throws IOException {
            output.result(
                    client.ask("PUT", name(name) + "/table", ""),
                    "the stream " + name + " is a table");
        }
    }

    @Command(
            name = "list",
            description = "List streams.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile stream list --json"})
    static final class Listed extends OfStreams {
        @Override
        void ask(StreamClient client, Output output) throws IOException {
            ZoneId zone = ZoneId.systemDefault();
            output.list(
                    client.ask("GET", "", "").rows("streams"),
                    new Table()
                            .field("name", "name")
                            .field("partitions", "partitions")
                            .column(
                                    "kept for",
                                    row ->
                                            Times.human(
                                                    java.time.Duration.ofMillis(
                                                            row.number("retentionMillis"))))
                            .column("made", row -> Times.minute(row.text("made"), zone)),
                    "no streams; make one: ./domicile stream create NAME");
        }
    }

    @Command(
            name = "show",
            description = "Show a stream and how many records each partition holds.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile stream show water.levels"})
    static final class Show extends OfStreams {
        @Parameters(paramLabel = "NAME", description = "Of the stream.")
        String name = "";

        @Override
        void ask(StreamClient client, Output output) throws IOException {
            Json.Row found = client.ask("GET", name(name), "");
            Optional<Json.Row> schema = new StreamSchema(client, name).newest();
            if (output.json()) {
                Map<String, Object> fields = new LinkedHashMap<>(found.fields());
                schema.ifPresent(each -> fields.put("schema", each));
                output.result(new Json.Row(fields), "");
                return;
            }
            output.out()
                    .println(
                            "%s, of %s, in %s, since %s"
                                    .formatted(
                                            found.text("name"),
                                            found.text("organisation"),
                                            String.join(", ", found.texts("zones")),
                                            Times.minute(
                                                    found.text("made"), ZoneId.systemDefault())));
            output.out()
                    .println(
                            "keeps records for %s, and %s of a partition"
                                    .formatted(
                                            Times.human(
                                                    java.time.Duration.ofMillis(
                                                            found.number("retentionMillis"))),
                                            Times.size(found.number("bytes"))));
            schema.ifPresent(each ->
                    output.out()
                            .println(
                                    "its records are %s, version %d (id %d)"
                                            .formatted(
                                                    each.text("type"),
                                                    each.number("version"),
                                                    each.number("id"))));
            Json.Row rows = found.row("table");
            if (!rows.fields().isEmpty()) {
                output.out()
                        .println(
                                "is the table %s; %,d rows wait for their snapshot, which has all"
                                                .formatted(
                                                        rows.text("name"), rows.number("waiting"))
                                        + " before "
                                        + (rows.text("committed").isEmpty()
                                                ? "the first"
                                                : rows.text("committed")));
                if (!rows.text("why").isEmpty()) {
                    output.out().println("it waits: " + rows.text("why"));
                }
            }
            output.out().println();
            output.list(
                    found.rows("extents"),
                    new Table()
                            .field("partition", "partition")
                            .field("first", "first")
                            .field("next", "next")
                            .column(
                                    "records",
                                    row -> Long.toString(row.number("next") - row.number("first"))),
                    "the streams' log does not run");
        }
    }

    @Command(
            name = "change",
            description = "Change how many partitions a stream has, and how much it keeps.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile stream change water.levels --retention 12h"})
    static final class Change extends OfStreams {
        @Parameters(paramLabel = "NAME", description = "Of the stream.")
        String name = "";

        @Mixin Measures measures = new Measures();

        @Option(
                names = "--schema",
                paramLabel = "FILE",
                description =
                        "The next version of what its records are: .avsc, .json or .proto. It has"
                                + " to go with those before it.")
        @Nullable Path schema;

        @Override
        void ask(StreamClient client, Output output) throws IOException {
            String body = measures.body(this);
            if (body.isEmpty() && schema == null) {
                throw Input.wrong(
                        spec, "say what changes: --partitions, --retention, --size or --schema");
            }
            String said = name(name) + " is changed";
            Json.Row result = Json.row("name", name);
            if (schema != null) {
                result = new StreamSchema(client, name).register(schema);
                said = "version %d is the schema of %s".formatted(result.number("version"), name);
            }
            if (!body.isEmpty()) {
                result = client.ask("PATCH", name, body);
            }
            output.result(result, said);
        }
    }

    @Command(
            name = "delete",
            description = "Delete a stream with all records in it.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile stream delete water.levels"})
    static final class Delete extends OfStreams {
        @Parameters(paramLabel = "NAME", description = "Of the stream.")
        String name = "";

        @Override
        void ask(StreamClient client, Output output) throws IOException {
            output.result(client.ask("DELETE", name(name), ""), "the stream " + name + " is gone");
        }
    }

    @Command(
            name = "publish",
            description = {
                "Publish records: a JSON value a line, from a file or the input.",
                "They are sent in parts of 8 MiB; each is published whole or not at all."
            },
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Example: ./domicile stream publish water.levels readings.ndjson --key station"
            })
    static final class Publish extends OfStreams {
        private static final int PART = 8 << 20;
        private static final int MOST_LINES = 100_000;

        @Parameters(index = "0", paramLabel = "NAME", description = "Of the stream.")
        String name = "";

        @Parameters(
                index = "1",
                arity = "0..1",
                paramLabel = "FILE",
                description = "What is published (default: the input).")
        @Nullable Path file;

        @Option(
                names = "--key",
                paramLabel = "MEMBER",
                description = "The member of each value that is its key: one key, one order.")
        String key = "";

        @Override
        void ask(StreamClient client, Output output) throws IOException {
            String path =
                    name(name)
                            + (key.isEmpty()
                                    ? ""
                                    : "?key=" + java.net.URLEncoder.encode(key, UTF_8));
            long records = 0;
            try (InputStream in =
                    new java.io.BufferedInputStream(
                            file == null ? System.in : Files.newInputStream(file), 1 << 16)) {
                ByteArrayOutputStream part = new ByteArrayOutputStream();
                int lines = 0;
                for (int c = in.read(); ; c = in.read()) {
                    boolean ends = c < 0;
                    if (!ends) {
                        part.write(c);
                        lines += c == '\n' ? 1 : 0;
                    }
                    boolean full = c == '\n' && (part.size() >= PART || lines == MOST_LINES);
                    if ((ends || full) && !new String(part.toByteArray(), UTF_8).isBlank()) {
                        records += sent(client, path, part, records);
                        part.reset();
                        lines = 0;
                    }
                    if (ends) {
                        break;
                    }
                }
            } catch (NoSuchFileException e) {
                throw new Problem("there is no file " + file);
            }
            output.result(
                    Json.row("records", records), "%,d records are published".formatted(records));
        }

        private static long sent(
                StreamClient client, String path, ByteArrayOutputStream part, long before)
                throws IOException {
            try {
                return client.publish(path, "application/x-ndjson", part.toByteArray())
                        .number("records");
            } catch (Problem e) {
                throw before == 0
                        ? e
                        : new Problem(
                                e.getMessage()
                                        + " (%,d records before this part are published)"
                                                .formatted(before));
            }
        }
    }

    @Command(
            name = "tail",
            description = {
                "Follow a stream: a line for each record as it comes, until Ctrl-C.",
                "Whoever loses the right to read is cut off within a second."
            },
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Example: ./domicile stream tail water.levels",
                "All that is kept, to its present end: --from beginning --idle 2s"
            })
    static final class Tail extends OfStreams {
        @Parameters(paramLabel = "NAME", description = "Of the stream.")
        String name = "";

        @Option(
                names = "--from",
                paramLabel = "PLACE",
                defaultValue = "end",
                description = {
                    "beginning, end, or offsets such as 0:17,1:4 (default: end). Partitions that",
                    "offsets do not name are read from their beginning."
                })
        String from = "end";

        @Option(names = "--limit", paramLabel = "N", description = "Stop after so many records.")
        @Nullable Long limit;

        @Option(
                names = "--idle",
                paramLabel = "TIME",
                description = "Stop when so long no record came.")
        @Nullable String idle;

        @Override
        void ask(StreamClient client, Output output) throws IOException {
            List<String> query = new ArrayList<>();
            query.add("from=" + java.net.URLEncoder.encode(from, UTF_8));
            if (limit != null) {
                query.add("limit=" + limit);
            }
            if (idle != null) {
                query.add("idle=" + Input.span(spec, idle).toMillis());
            }
            client.lines(
                    name(name) + "/records?" + String.join("&", query),
                    line -> {
                        if (line.startsWith("{\"error\"")) {
                            throw StreamClient.refused(403, line.getBytes(UTF_8));
                        }
                        output.out().println(output.json() ? line : shown(line));
                        output.out().flush();
                    });
        }

        /** For people: when it was, its key, and the value alone. */
        private static String shown(String line) {
            int value = line.indexOf("\"value\":");
            int at = line.indexOf("\"at\":\"");
            if (value < 0 || at < 0) {
                return line;
            }
            int headers = line.lastIndexOf(",\"headers\":");
            String time = line.substring(at + 6, line.indexOf('"', at + 6));
            return time
                    + "  "
                    + Table.visible(
                            line.substring(
                                    value + 8, headers > value ? headers : line.length() - 1));
        }
    }
}
