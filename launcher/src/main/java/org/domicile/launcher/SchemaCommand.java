package org.domicile.launcher;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Schemas: which there are, and whether one may follow. */
@Command(
        name = "schema",
        description = {
            "Look at schemas, and whether a new one may follow, before it is published.",
            "Each command acts as --credential. 'stream create' and 'stream change' publish one"
                    + " (--schema FILE)."
        },
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example: ./domicile schema check levels.avsc --stream water.levels"},
        subcommands = {SchemaCommand.Listed.class, SchemaCommand.Check.class})
final class SchemaCommand {
    /** What each of them takes. */
    abstract static class OfSchemas extends ServerCommand.AsCredential {
        OfSchemas() {
            super("/schemas/");
        }
    }

    @Command(
            name = "list",
            description = {
                "List subjects with their newest versions: water.levels-value is what the records"
                        + " of water.levels are.",
                "Each that is looked at is a use on record. It ends with 1 where one is not told,"
                        + " and says why."
            },
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile schema list --json"})
    static final class Listed extends OfSchemas {
        private boolean told = true;

        @Override
        void ask(StreamClient client, Output output) throws IOException {
            List<Json.Row> rows = new ArrayList<>();
            for (String subject : client.texts("subjects")) {
                try {
                    // one may have been deleted since
                    StreamSchema.newest(client, subject)
                            .ifPresent(each ->
                                    rows.add(
                                            Json.row(
                                                    "subject",
                                                    subject,
                                                    "type",
                                                    each.text("type"),
                                                    "version",
                                                    each.number("version"),
                                                    "id",
                                                    each.number("id"))));
                } catch (Problem e) {
                    told = false;
                    output.err().println(subject + " is left out: " + e.getMessage());
                    output.err().flush();
                }
            }
            if (rows.isEmpty() && !told) {
                return; // there are some
            }
            output.list(
                    rows,
                    new Table()
                            .field("subject", "subject")
                            .field("type", "type")
                            .field("version", "version")
                            .field("id", "id"),
                    "no schemas; give a stream one: ./domicile stream change NAME --schema FILE");
        }

        @Override
        int code() {
            return told ? 0 : 1;
        }
    }

    @Command(
            name = "check",
            description = {
                "Ask whether a schema may be the next one of a stream; nothing is published.",
                "It ends with 1 when it may not, and says why."
            },
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile schema check levels.avsc --stream water.levels"})
    static final class Check extends OfSchemas {
        @Parameters(
                paramLabel = "FILE",
                description = "Avro (.avsc), JSON Schema (.json) or Protobuf (.proto).")
        Path file = Path.of("");

        @Option(
                names = "--stream",
                required = true,
                paramLabel = "NAME",
                description = "Whose records it would be of.")
        String stream = "";

        private boolean fits;

        @Override
        void ask(StreamClient client, Output output) throws IOException {
            StreamSchema schema = new StreamSchema(client, StreamCommand.name(spec, stream));
            List<String> why = schema.breaks(file);
            fits = why.isEmpty();
            Optional<Json.Row> newest = schema.newest();
            long version = newest.map(each -> each.number("version")).orElse(0L);
            String level = schema.level();
            output.result(
                    Json.row(
                            "stream",
                            stream,
                            "fits",
                            fits,
                            "why",
                            why,
                            "version",
                            version,
                            "compatibility",
                            level),
                    said(version, level, why));
        }

        private String said(long version, String level, List<String> why) {
            if (!why.isEmpty()) {
                return "%s may not be the next schema of %s; change it, or make another stream. %s"
                        .formatted(file, stream, Table.visible(String.join(" ", why)));
            }
            return version == 0
                    ? "%s has no schema yet, and %s may be its first".formatted(stream, file)
                    : "%s may follow version %d of %s (%s)".formatted(file, version, stream, level);
        }

        @Override
        int code() {
            return fits ? 0 : 1;
        }
    }
}
