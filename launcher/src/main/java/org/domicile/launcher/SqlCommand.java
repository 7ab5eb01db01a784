package org.domicile.launcher;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs one statement on the server. */
@Command(
        name = "sql",
        description = {
            "Run one SQL statement on the running server and print its rows. The dialect is"
                    + " DuckDB's; a table of the catalog is named NAMESPACE.TABLE, a Parquet object"
                    + " by its place.",
            "It runs as --credential: its purpose, and the labels, zones and policies of the data,"
                    + " decide what it may read, and each statement is a use on record."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Example: ./domicile sql --csv 'select 1 as one' > one.csv",
            "As a Parquet file: ./domicile sql --parquet late.parquet 'from travel.late'",
            "Over a table, as it was on a day:",
            "  ./domicile sql \"select count(*) from travel.flights for timestamp as of"
                    + " '2026-11-01'\"",
            "Over an object:",
            "  ./domicile sql \"select origin, count(*) from 's3://travel/flights.parquet' group"
                    + " by 1\""
        })
final class SqlCommand extends ServerCommand {
    /** Rows that a table shows; more would have to be held to know how wide they are. */
    private static final int MOST_SHOWN = 10_000;

    @Parameters(paramLabel = "STATEMENT", description = "One statement; - reads it from the input.")
    String statement = "";

    @Option(names = "--csv", description = "Print rows as CSV (RFC 4180), with a line of names.")
    boolean csv;

    @Option(
            names = "--parquet",
            paramLabel = "FILE",
            description = {
                "Write what a SELECT answers into a Parquet file, which is there when it is whole."
            })
    @Nullable Path parquet;

    @Option(
            names = "--credential",
            paramLabel = "FILE",
            description = "A file as first.credential is one (default: the first credential).")
    @Nullable Path credential;

    @Option(
            names = "--time-zone",
            paramLabel = "ZONE",
            defaultValue = "UTC",
            description = "Time zone of the session, such as Africa/Tunis (default: UTC).")
    String zone = "UTC";

    @Option(
            names = "--namespace",
            paramLabel = "NAME",
            defaultValue = "",
            description = "Where names of tables without a namespace are looked up.")
    String namespace = "";

    @Override
    public Integer call() throws IOException {
        Folder folder = common.folder();
        Endpoints server = Endpoints.on(folder);
        FirstCredential own =
                MovingOptions.read(credential == null ? server.firstCredential() : credential);
        String text =
                statement.equals("-")
                        ? new String(
                                System.in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8)
                        : statement;
        PrintWriter out = spec.commandLine().getOut();
        if (csv && parquet != null) {
            throw new Problem("rows come as --csv or into a --parquet file, not as both");
        }
        Json.Row asked =
                Json.row(
                        "as",
                        own.accessKey(),
                        "secret",
                        own.secret(),
                        "statement",
                        text,
                        "zone",
                        zone,
                        "namespace",
                        namespace,
                        "form",
                        parquet == null ? "lines" : "parquet");
        AdminClient admin = AdminClient.of(folder, server);
        if (parquet != null) {
            file(admin, asked, parquet.toAbsolutePath(), out);
            return 0;
        }
        Rows rows = common.json ? new Objects(out) : csv ? new Csv(out) : new Lines(out);
        admin.lines("/v1/sql", asked, line -> take(rows, line));
        rows.end();
        out.flush();
        if (!rows.ended) {
            throw new Problem("the server's answer broke off; the rows above are not all");
        }
        return 0;
    }

    /** It gets its name when it is whole, so whatever had the name is not lost to half a file. */
    private void file(AdminClient admin, Json.Row asked, Path target, PrintWriter out)
            throws IOException {
        Path folder = target.getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new Problem("there is no folder for " + target);
        }
        Path part = Files.createTempFile(folder, ".domicile-", ".part");
        try {
            long[] rows = {-1};
            try (OutputStream to = new BufferedOutputStream(Files.newOutputStream(part))) {
                admin.lines(
                        "/v1/sql",
                        asked,
                        line -> {
                            if (line.fields().containsKey("part")) {
                                write(to, Base64.getDecoder().decode(line.text("part")));
                            } else {
                                rows[0] = line.number("rows");
                            }
                        });
            }
            if (rows[0] < 0) {
                throw new Problem("the server's answer broke off; nothing was written");
            }
            Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rw-r--r--"));
            Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
            if (common.json) {
                out.println(Json.row("rows", rows[0], "file", target.toString()).line());
            } else {
                out.println("%,d rows are in %s".formatted(rows[0], target));
            }
            out.flush();
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static void write(OutputStream to, byte[] bytes) {
        try {
            to.write(bytes);
        } catch (IOException e) {
            throw new Problem("the file cannot be written: " + e.getMessage());
        }
    }

    private static void take(Rows rows, Json.Row line) {
        if (line.fields().containsKey("columns")) {
            rows.begin(line.rows("columns"));
        } else if (line.fields().containsKey("cells")) {
            rows.row(line.row("cells"));
        } else if (line.fields().containsKey("message")) {
            rows.end();
            throw new Problem(line.text("message") + " [" + line.text("state") + "]");
        } else {
            rows.ended = true;
            rows.done = line.fields().containsKey("done") ? line.text("done") : "";
        }
    }

    /** Rows as they come. */
    private abstract static class Rows {
        final PrintWriter out;
        List<Json.Row> columns = List.of();
        boolean ended;
        String done = "";

        Rows(PrintWriter out) {
            this.out = out;
        }

        void begin(List<Json.Row> names) {
            columns = names;
        }

        /**
         * @param cells by the column's place; what is not there is null
         */
        abstract void row(Json.Row cells);

        void end() {}
    }

    /** One JSON object a line. */
    private static final class Objects extends Rows {
        private static final Pattern FINITE = Pattern.compile("[-+0-9.eE]+");

        Objects(PrintWriter out) {
            super(out);
        }

        @Override
        void row(Json.Row cells) {
            Map<String, Object> fields = new LinkedHashMap<>();
            for (int i = 0; i < columns.size(); i++) {
                String place = Integer.toString(i);
                fields.put(
                        columns.get(i).text("name"),
                        cells.fields().containsKey(place)
                                ? typed(columns.get(i), cells.text(place))
                                : Json.NOTHING);
            }
            out.println(new Json.Row(fields).line());
        }

        /** Numbers and truths as such; what no JSON number holds is a text that loses nothing. */
        private static Object typed(Json.Row column, String text) {
            return switch (column.text("type")) {
                case "BOOLEAN" -> Boolean.valueOf(text);
                case "TINYINT",
                        "SMALLINT",
                        "INTEGER",
                        "BIGINT",
                        "UTINYINT",
                        "USMALLINT",
                        "UINTEGER" ->
                        Long.valueOf(text);
                case "FLOAT", "DOUBLE" ->
                        FINITE.matcher(text).matches() ? (Object) Double.valueOf(text) : text;
                default -> text;
            };
        }
    }

    /** CSV; a null is an empty field, an empty text a quoted one. */
    private static final class Csv extends Rows {
        Csv(PrintWriter out) {
            super(out);
        }

        @Override
        void begin(List<Json.Row> names) {
            super.begin(names);
            out.print(
                    names.stream()
                                    .map(column -> field(column.text("name")))
                                    .collect(Collectors.joining(","))
                            + "\r\n");
        }

        @Override
        void row(Json.Row cells) {
            for (int i = 0; i < columns.size(); i++) {
                String place = Integer.toString(i);
                out.print(i == 0 ? "" : ",");
                out.print(cells.fields().containsKey(place) ? field(cells.text(place)) : "");
            }
            out.print("\r\n");
        }

        private static String field(String text) {
            boolean plain =
                    !text.isEmpty() && text.chars().noneMatch(c -> ",\"\r\n".indexOf(c) >= 0);
            return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
        }
    }

    /** A table for people. */
    private static final class Lines extends Rows {
        private final List<Json.Row> shown = new ArrayList<>();
        private long more;

        Lines(PrintWriter out) {
            super(out);
        }

        /** An explanation is drawn over several lines, which a cell of a table cannot hold. */
        private boolean explains() {
            return columns.size() == 2
                    && columns.getFirst().text("name").equals("explain_key")
                    && columns.getLast().text("name").equals("explain_value");
        }

        @Override
        void row(Json.Row cells) {
            if (shown.size() < MOST_SHOWN) {
                shown.add(cells);
            } else {
                more++;
            }
        }

        @Override
        void end() {
            if (columns.isEmpty()) {
                if (!done.isEmpty()) {
                    out.println(done);
                }
                return;
            }
            if (explains()) {
                shown.forEach(each -> out.println(each.text("1").stripTrailing()));
                return;
            }
            Table table = new Table();
            for (int i = 0; i < columns.size(); i++) {
                String place = Integer.toString(i);
                String type = columns.get(i).text("type");
                boolean number =
                        type.endsWith("INT")
                                || type.equals("INTEGER")
                                || type.equals("FLOAT")
                                || type.equals("DOUBLE")
                                || type.startsWith("DECIMAL");
                String name = columns.get(i).text("name");
                if (number) {
                    table.number(name, cells -> cells.text(place));
                } else {
                    table.column(name, cells -> cells.text(place));
                }
            }
            table.print(out, shown);
            out.println(
                    "(%,d row%s%s)"
                            .formatted(
                                    shown.size(),
                                    shown.size() == 1 ? "" : "s",
                                    more == 0
                                            ? ""
                                            : ", and %,d more: use --csv or --json"
                                                    .formatted(more)));
        }
    }
}
