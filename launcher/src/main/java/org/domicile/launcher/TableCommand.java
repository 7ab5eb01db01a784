package org.domicile.launcher;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tables: what is in them, and what becomes of them. */
@Command(
        name = "table",
        description = {
            "Load files into tables, show them and their history, drop and rename them, end old"
                    + " snapshots.",
            "Say what columns hold and which rows purposes see (classes, rows, rules): an"
                    + " operator's.",
            "Each other command acts as --credential: its organisation's catalog, under its"
                    + " purpose. A name is NAMESPACE.TABLE."
        },
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example: ./domicile table show travel.flights"},
        subcommands = {
            TableLoadCommand.class,
            TableCommand.Listed.class,
            TableCommand.Show.class,
            TableCommand.History.class,
            TableCommand.Rename.class,
            TableCommand.Drop.class,
            TableCommand.Expire.class,
            TableCommand.Compact.class,
            TableRulesCommand.Classes.class,
            TableRulesCommand.Rows.class,
            TableRulesCommand.Show.class
        })
final class TableCommand {
    @Command(
            name = "list",
            description = "List tables and views.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile table list travel"})
    static final class Listed extends NamespaceCommand.OfCatalog {
        @Parameters(
                arity = "0..1",
                paramLabel = "NAMESPACE",
                description = "Only of this one (default: of all).")
        String namespace = "";

        @Override
        void ask(CatalogClient client, Output output) throws IOException {
            List<Json.Row> rows = new ArrayList<>();
            if (namespace.isEmpty()) {
                below(client, List.of(), rows);
            } else {
                in(client, name(namespace).levels(), rows);
            }
            output.list(
                    rows,
                    new Table().field("name", "name").field("kind", "kind"),
                    "no tables; load a file into one: ./domicile table load FILE NAMESPACE.TABLE");
        }

        private static void below(CatalogClient client, List<String> parent, List<Json.Row> rows)
                throws IOException {
            for (List<String> each : NamespaceCommand.Listed.inside(client, parent)) {
                in(client, each, rows);
                below(client, each, rows);
            }
        }

        private static void in(CatalogClient client, List<String> levels, List<Json.Row> rows)
                throws IOException {
            for (String kind : List.of("table", "view")) {
                for (Object each :
                        client.all(
                                CatalogClient.namespace(levels) + "/" + kind + "s",
                                "identifiers")) {
                    if (each instanceof Json.Row row) {
                        List<String> name = new ArrayList<>(row.texts("namespace"));
                        name.add(row.text("name"));
                        rows.add(
                                Json.row(
                                        "name",
                                        new DottedName(name).toString(),
                                        "kind",
                                        kind,
                                        "levels",
                                        name));
                    }
                }
            }
        }
    }

    /** One that looks into a table. */
    abstract static class OfTable extends NamespaceCommand.OfCatalog {
        @Parameters(
                paramLabel = "TABLE",
                description = "NAMESPACE.TABLE; a level that has a dot stands in \"quotes\".")
        String name = "";

        final Json.Row inspected(CatalogClient client) throws IOException {
            return client.ask(
                    CatalogClient.Call.of(
                            "GET", CatalogClient.entry(tableName(name), "tables") + "/inspection"));
        }
    }

    @Command(
            name = "show",
            description = {
                "Show a table: columns, partitioning, what its current snapshot holds, small files,"
                        + " and how its upkeep stands."
            },
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Small files are those under three quarters of write.target-file-size-bytes.",
                "Example: ./domicile table show travel.flights"
            })
    static final class Show extends OfTable {
        @Override
        void ask(CatalogClient client, Output output) throws IOException {
            Json.Row found = inspected(client);
            if (output.json()) {
                output.result(found, "");
            } else {
                tell(output.out(), found);
            }
        }

        private static void tell(PrintWriter out, Json.Row found) {
            out.printf(
                    Locale.ROOT,
                    "table %s, Iceberg format %s%n",
                    Table.visible(found.text("name")),
                    found.text("format"));
            columns(out, found);
            line(out, "partitioned by", list(found.texts("partitioning"), "nothing"));
            line(out, "sorted by", list(found.texts("order"), "nothing"));
            line(
                    out,
                    "holds",
                    "%,d rows in %,d files, %s, %,d manifests"
                            .formatted(
                                    found.number("rows"),
                                    found.number("files"),
                                    Times.size(found.number("bytes")),
                                    found.number("manifests")));
            if (found.number("delete-files") > 0) {
                line(
                        out,
                        "deleted",
                        "%,d rows by %,d delete files, which readers take off"
                                .formatted(
                                        found.number("deleted-rows"),
                                        found.number("delete-files")));
            }
            line(
                    out,
                    "small files",
                    "%,d, %s; writers aim at %s"
                            .formatted(
                                    found.number("small-files"),
                                    Times.size(found.number("small-bytes")),
                                    Times.size(found.number("aim"))));
            line(
                    out,
                    "keeps",
                    "%,d snapshots, %,d metadata files"
                            .formatted(found.number("snapshots"), found.number("metadata-files")));
            line(out, "lies at", found.text("location"));
            line(out, "snapshots end", rules(found.row("properties")));
            upkeep(out, found.row("upkeep"));
            compaction(out, found);
            statistics(out, found);
            for (String each : found.texts("rules")) {
                line(out, "rule", each);
            }
            out.flush();
        }

        private static void columns(PrintWriter out, Json.Row found) {
            Map<String, String> distinct = new java.util.HashMap<>();
            for (Json.Row each : found.row("statistics").rows("columns")) {
                distinct.put(
                        each.text("id"),
                        String.format(Locale.ROOT, "%,d", each.number("distinct")));
            }
            Table table =
                    new Table()
                            .number("id", row -> row.text("id"))
                            .field("column", "name")
                            .field("type", "type")
                            .column(
                                    "",
                                    row -> row.text("required").equals("true") ? "required" : "");
            if (!distinct.isEmpty()) {
                table.number("distinct", row -> distinct.getOrDefault(row.text("id"), ""));
            }
            table.column("says", row -> row.text("doc")).print(out, found.rows("columns"));
        }

        private static void line(PrintWriter out, String what, String text) {
            out.printf(Locale.ROOT, "%-15s %s%n", what, Table.visible(text));
        }

        private static String list(List<String> texts, String without) {
            return texts.isEmpty() ? without : String.join(", ", texts);
        }

        private static String rules(Json.Row properties) {
            String age = properties.text("history.expire.max-snapshot-age-ms");
            if (properties.text("gc.enabled").equalsIgnoreCase("false")) {
                return "never: gc.enabled is false";
            }
            if (!age.matches("\\d{1,15}")) {
                return "when somebody ends them, or history.expire.max-snapshot-age-ms is set";
            }
            String least = properties.text("history.expire.min-snapshots-to-keep");
            return "after %s, but for the last %s of a branch"
                    .formatted(
                            Times.human(java.time.Duration.ofMillis(Long.parseLong(age))),
                            least.isEmpty() ? "1" : least);
        }

        private static void upkeep(PrintWriter out, Json.Row upkeep) {
            if (upkeep.text("looked").isEmpty()) {
                line(out, "upkeep", "not looked at since the server started");
                return;
            }
            line(
                    out,
                    "upkeep",
                    "looked at %s; %s files that nothing needs wait; since the server started %s"
                            .formatted(
                                    Columns.minute("looked").apply(upkeep),
                                    upkeep.text("files-waiting"),
                                    "%s files (%s) and %s snapshots went"
                                            .formatted(
                                                    upkeep.text("files-removed"),
                                                    Times.size(bytes(upkeep)),
                                                    upkeep.text("snapshots-expired"))));
            if (!upkeep.text("failed").isEmpty()) {
                line(out, "", "the last time it could not: " + upkeep.text("failed"));
            }
        }

        /** Whether the server says it. */
        private static boolean stands(PrintWriter out, String what, Json.Row upkeep) {
            String stands = upkeep.text(what);
            String next = what + "-next";
            if (!stands.isEmpty()) {
                line(
                        out,
                        what,
                        stands
                                + (upkeep.text(next).isEmpty()
                                        ? ""
                                        : "; not before " + Columns.minute(next).apply(upkeep)));
            }
            return !stands.isEmpty();
        }

        private static void statistics(PrintWriter out, Json.Row found) {
            Json.Row last = found.row("statistics");
            if (!stands(out, "statistics", found.row("upkeep")) || last.text("at").isEmpty()) {
                return;
            }
            String changed = last.text("changed-rows");
            line(
                    out,
                    "",
                    "of the rows of %s, by whomever: %,d columns%s"
                            .formatted(
                                    Columns.minute("at").apply(last),
                                    last.rows("columns").size(),
                                    last.text("current").equals("true")
                                            ? ""
                                            : changed.isEmpty()
                                                    ? "; rows changed since"
                                                    : "; %,d rows changed since"
                                                            .formatted(
                                                                    last.number("changed-rows"))));
        }

        private static void compaction(PrintWriter out, Json.Row found) {
            Json.Row upkeep = found.row("upkeep");
            if (!stands(out, "compaction", upkeep)) {
                return;
            }
            Json.Row last = found.row("compacted");
            if (!last.text("at").isEmpty()) {
                line(
                        out,
                        "",
                        "last at %s, by whomever: %s files became %s"
                                .formatted(
                                        Columns.minute("at").apply(last),
                                        last.text("files-before"),
                                        last.text("files-after")));
            }
            if (!upkeep.text("files-packed").isEmpty()) {
                line(
                        out,
                        "",
                        "by the server itself since it started: %s files, the last at %s"
                                .formatted(
                                        upkeep.text("files-packed"),
                                        Columns.minute("compacted").apply(upkeep)));
            }
        }

        private static long bytes(Json.Row upkeep) {
            String text = upkeep.text("bytes-removed");
            return text.matches("\\d{1,18}") ? Long.parseLong(text) : 0;
        }
    }

    @Command(
            name = "history",
            description = "List a table's snapshots, the newest first, and what names them.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile table history travel.flights"})
    static final class History extends OfTable {
        @Override
        void ask(CatalogClient client, Output output) throws IOException {
            Json.Row found = inspected(client);
            List<Json.Row> references = found.rows("references");
            List<Json.Row> rows = new ArrayList<>();
            for (Json.Row each : found.rows("history")) {
                Map<String, Object> fields = new java.util.LinkedHashMap<>(each.fields());
                fields.put(
                        "references",
                        references.stream()
                                .filter(one -> one.text("snapshot").equals(each.text("id")))
                                .map(one -> one.text("name"))
                                .toList());
                rows.add(new Json.Row(fields));
            }
            rows.sort(Comparator.comparing((Json.Row row) -> row.text("at")).reversed());
            Table table =
                    new Table()
                            .column("committed", Columns.minute("at"))
                            .field("snapshot", "id")
                            .field("did", "operation")
                            .number("rows added", row -> row.text("added-rows"))
                            .number("deleted", row -> row.text("deleted-rows"))
                            .number("rows", row -> row.text("rows"))
                            .number("files", row -> row.text("files"))
                            .column("named by", Columns.list("references"));
            output.list(rows, table, "no snapshots: nothing was written into it yet");
        }
    }

    @Command(
            name = "rename",
            description = "Give a table another name; its files stay where they are.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile table rename travel.flights archive.flights"})
    static final class Rename extends NamespaceCommand.OfCatalog {
        @Parameters(index = "0", paramLabel = "TABLE", description = "NAMESPACE.TABLE.")
        String from = "";

        @Parameters(
                index = "1",
                paramLabel = "NEW",
                description = "NAMESPACE.TABLE; the namespace has to be there.")
        String to = "";

        @Override
        void ask(CatalogClient client, Output output) throws IOException {
            DottedName source = tableName(from);
            DottedName target = tableName(to);
            client.ask(
                    CatalogClient.Call.with(
                            "tables/rename",
                            Json.row(
                                    "source", identifier(source),
                                    "destination", identifier(target))));
            output.result(
                    Json.row("from", source.toString(), "name", target.toString()),
                    source + " is now " + target);
        }

        private static Json.Row identifier(DottedName name) {
            return Json.row("namespace", name.outer(), "name", name.last());
        }
    }

    @Command(
            name = "drop",
            description = {
                "Drop a table. Its files stay, and it can be registered again by the place of its"
                        + " metadata, which this prints; with --purge they go at once."
            },
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile table drop travel.flights"})
    static final class Drop extends NamespaceCommand.OfCatalog {
        @Parameters(paramLabel = "TABLE", description = "NAMESPACE.TABLE.")
        String name = "";

        @Option(names = "--purge", description = "Remove its files, for good.")
        boolean purge;

        @Override
        void ask(CatalogClient client, Output output) throws IOException {
            DottedName wanted = tableName(name);
            String path = CatalogClient.entry(wanted, "tables");
            String metadata = purge ? "" : metadata(client, path);
            client.ask(
                    CatalogClient.Call.of(
                            "DELETE", path, "purgeRequested", purge ? "true" : "false"));
            output.result(
                    Json.row(
                            "name",
                            wanted.toString(),
                            "dropped",
                            true,
                            "purged",
                            purge,
                            "metadata",
                            metadata),
                    purge
                            ? wanted + " is gone, and its files"
                            : wanted
                                    + " is dropped, and its files stay"
                                    + (metadata.isEmpty()
                                            ? ""
                                            : "; what registers it again is " + metadata));
        }

        /** Empty of one that cannot be looked into: it can be dropped all the same. */
        private static String metadata(CatalogClient client, String path) throws IOException {
            try {
                return client.ask(CatalogClient.Call.of("GET", path + "/inspection"))
                        .text("metadata-location");
            } catch (Problem e) {
                return "";
            }
        }
    }

    @Command(
            name = "compact",
            description = {
                "Pack a table's small files together, and take deleted rows out of files that have"
                    + " some. Readers are not in its way, nor rows that come meanwhile. It packs"
                    + " 10,000 files at most: run it again until there is nothing to pack.",
                "The same in SQL: alter table NAMESPACE.TABLE execute optimize"
            },
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile table compact travel.flights"})
    static final class Compact extends ServerCommand {
        @Mixin CatalogOptions catalog = new CatalogOptions();

        @Parameters(paramLabel = "TABLE", description = "NAMESPACE.TABLE.")
        String name = "";

        @Override
        public Integer call() {
            DottedName wanted;
            try {
                wanted = DottedName.parse(name);
            } catch (IllegalArgumentException e) {
                throw Input.wrong(spec, e);
            }
            Endpoints server = Endpoints.on(common.folder());
            FirstCredential own = catalog.own(server);
            String statement =
                    "alter table "
                            + String.join(
                                    ".",
                                    wanted.levels().stream()
                                            .map(each -> '"' + each.replace("\"", "\"\"") + '"')
                                            .toList())
                            + " execute optimize";
            String[] done = {""};
            AdminClient.of(common.folder(), server)
                    .lines(
                            "/v1/sql",
                            Json.row(
                                    "as",
                                    own.accessKey(),
                                    "secret",
                                    own.secret(),
                                    "statement",
                                    statement,
                                    "zone",
                                    "UTC"),
                            line -> {
                                if (line.fields().containsKey("message")) {
                                    throw new Problem(
                                            line.text("message") + " [" + line.text("state") + "]");
                                }
                                if (line.fields().containsKey("done")) {
                                    done[0] = line.text("done");
                                }
                            });
            if (!done[0].matches("OPTIMIZE \\d+")) {
                throw new Problem("the server's answer broke off; 'table show' says what there is");
            }
            long files = Long.parseLong(done[0].substring("OPTIMIZE ".length()));
            output().result(
                            Json.row("name", wanted.toString(), "packed", files),
                            files == 0
                                    ? "there is nothing to pack in " + wanted
                                    : "%,d files of %s were packed".formatted(files, wanted));
            return 0;
        }
    }

    @Command(
            name = "expire",
            description = {
                "End snapshots that are older than --older-than, but for what branches and tags"
                        + " keep and the last --keep of each branch. The server removes their files"
                        + " later, when nobody can be reading them any more.",
                "A table does it by itself where history.expire.max-snapshot-age-ms is set."
            },
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Example: ./domicile table expire travel.flights --older-than 7d --keep 3 --dry-run"
            })
    static final class Expire extends NamespaceCommand.OfCatalog {
        @Parameters(paramLabel = "TABLE", description = "NAMESPACE.TABLE.")
        String name = "";

        @Option(
                names = "--older-than",
                required = true,
                paramLabel = "SPAN",
                description = "How old, such as 12h or 7d.")
        String age = "";

        @Option(
                names = "--keep",
                paramLabel = "COUNT",
                defaultValue = "1",
                description = "How many of each branch stay at least (default: 1).")
        int keep = 1;

        @Option(names = "--dry-run", description = "Only say which would end.")
        boolean dryRun;

        @Override
        void ask(CatalogClient client, Output output) throws IOException {
            DottedName wanted = tableName(name);
            Json.Row over =
                    client.ask(
                            CatalogClient.Call.of(
                                    dryRun ? "GET" : "POST",
                                    CatalogClient.entry(wanted, "tables") + "/expiry",
                                    "older-than-ms",
                                    Long.toString(Input.span(spec, age).toMillis()),
                                    "keep",
                                    Integer.toString(keep)));
            int count = over.texts("snapshots").size();
            List<String> references = over.texts("references");
            output.result(
                    over,
                    "%,d snapshots of %s %s%s"
                            .formatted(
                                    count,
                                    wanted,
                                    dryRun ? "would end" : "ended",
                                    references.isEmpty()
                                            ? ""
                                            : ", with " + String.join(", ", references)));
        }
    }
}
