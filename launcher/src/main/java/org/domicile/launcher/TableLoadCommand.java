package org.domicile.launcher;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Loads a file into a table, part by part. Each part is one commit, which the table remembers by
 * the load and the part's content: what broke off is begun again and goes on where it was.
 */
@Command(
        name = "load",
        description = {
            "Load a file into a table: CSV, NDJSON, JSON, Parquet or a sheet of an Excel workbook"
                    + " (.xlsx). The columns are guessed and shown; a table that is not there is"
                    + " made.",
            "CSV, NDJSON and sheets go in parts, each one commit. Run the same command again after"
                    + " it broke off: what is there already does not come twice.",
            "It runs as --credential, and each part is a use on record."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Example: ./domicile table load flights.csv travel.flights",
            "Broken rows into a file of their own:",
            "  ./domicile table load --on-error skip flights.csv travel.flights"
        })
final class TableLoadCommand extends ServerCommand {
    private static final int SAMPLE = 1 << 20;

    /** Characters of columns that a request takes along, before they are encoded once more. */
    private static final int LONGEST = 16_000;

    private static final Pattern LINE = Pattern.compile("(Line:? ?|line )([0-9]{1,12})");

    @Parameters(index = "0", paramLabel = "FILE", description = "The file.")
    Path file = Path.of("");

    @Parameters(
            index = "1",
            paramLabel = "TABLE",
            description = "The table, as SQL writes it: NAMESPACE.TABLE.")
    String table = "";

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "csv, json, ndjson, parquet or xlsx (default: by the file's name).")
    String format = "";

    @Option(
            names = "--no-header",
            description = "The first line of a CSV, or row of a sheet, has values and no names.")
    boolean noHeader;

    @Option(
            names = "--sheet",
            paramLabel = "NAME",
            description = "The sheet of a workbook (default: the first).")
    String sheet = "";

    @Option(
            names = "--delimiter",
            paramLabel = "CHAR",
            description = "What stands between the values of a CSV (default: a comma).")
    String delimiter = "";

    @Option(
            names = "--null",
            paramLabel = "TEXT",
            defaultValue = "",
            description = "What stands for null in a CSV (default: nothing at all).")
    String nothing = "";

    @Option(
            names = "--on-error",
            paramLabel = "WHAT",
            defaultValue = "fail",
            description =
                    "What becomes of broken rows: fail, or skip, which keeps them in a"
                            + " reject file (default: fail).")
    String onError = "fail";

    @Option(
            names = "--rejects",
            paramLabel = "PATH",
            description = "The reject file (default: FILE.rejected).")
    @Nullable Path rejects;

    @Option(
            names = "--part",
            paramLabel = "MIB",
            defaultValue = "16",
            description = "MiB of a part (default: 16).")
    int part = 16;

    @Option(names = "--again", description = "Load it once more, though it was loaded before.")
    boolean again;

    @Option(
            names = "--credential",
            paramLabel = "FILE",
            description = "A file as first.credential is one (default: the first credential).")
    @Nullable Path credential;

    /** What came of it. */
    private static final class Sum {
        long rows;
        long rejected;
        long parts;
        long there;
    }

    @Override
    public Integer call() throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new Problem("there is no file " + file);
        }
        String kind = kind();
        Endpoints server = Endpoints.on(common.folder());
        FirstCredential own =
                MovingOptions.read(credential == null ? server.firstCredential() : credential);
        String web = server.urls().getOrDefault("web", "");
        if (web.isEmpty()) {
            throw new Problem("the server has no web listener (web.listen), and files come by it");
        }
        Output output = output();
        Sum sum = new Sum();
        try (ServerHttp http = new ServerHttp(URI.create(web), Optional.empty());
                Rejects kept = new Rejects(rejects == null ? beside() : rejects)) {
            Door door = new Door(http, own);
            boolean parts = kind.equals("csv") || kind.equals("ndjson");
            if (kind.equals("xlsx")) {
                try (Workbook workbook = new Workbook(file)) {
                    inParts(door, "ndjson", sheet(workbook, output), output, kept, sum);
                }
            } else if (parts) {
                Records records =
                        new Records(
                                () -> Files.newInputStream(file),
                                Files.size(file),
                                kind.equals("ndjson")
                                        ? RecordParts.Kind.LINES
                                        : noHeader
                                                ? RecordParts.Kind.PLAIN
                                                : RecordParts.Kind.NAMED,
                                load());
                inParts(door, kind, records, output, kept, sum);
            } else {
                whole(door, kind, output, kept, sum);
            }
        }
        Json.Row told =
                Json.row(
                        "table", table,
                        "rows", sum.rows,
                        "parts", sum.parts,
                        "already", sum.there,
                        "rejected", sum.rejected);
        output.result(told, sentence(sum));
        return 0;
    }

    private String sentence(Sum sum) {
        StringBuilder text = new StringBuilder("%,d rows came into %s".formatted(sum.rows, table));
        if (sum.there > 0) {
            text.append(
                    ", %,d of %,d parts were there already (--again loads them once more)"
                            .formatted(sum.there, sum.parts));
        }
        if (sum.rejected > 0) {
            text.append(
                    ", %,d were left out: %s"
                            .formatted(sum.rejected, rejects == null ? beside() : rejects));
        }
        return text.toString();
    }

    private Path beside() {
        return file.resolveSibling(file.getFileName() + ".rejected");
    }

    private String kind() {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        String ending = name.substring(name.lastIndexOf('.') + 1);
        String kind = format.isEmpty() ? ending : format.toLowerCase(Locale.ROOT);
        return switch (kind) {
            case "csv", "tsv", "txt" -> {
                if (kind.equals("tsv") && delimiter.isEmpty()) {
                    delimiter = "\t";
                }
                yield "csv";
            }
            case "json", "parquet" -> kind;
            case "ndjson", "jsonl" -> "ndjson";
            case "xlsx", "xlsm" -> "xlsx";
            case "xls", "xlsb", "ods" ->
                    throw new Problem(
                            "of spreadsheets .xlsx is read: save it as that, or the sheet as CSV");
            default ->
                    throw new Problem(
                            "what is "
                                    + file
                                    + "? Say --format csv, json, ndjson, parquet or xlsx");
        };
    }

    private Map<String, String> asked(String kind) {
        Map<String, String> asked = new LinkedHashMap<>();
        asked.put("format", kind);
        if (kind.equals("csv")) {
            asked.put("header", Boolean.toString(!noHeader));
            asked.put("null", nothing);
            if (!delimiter.isEmpty()) {
                asked.put("delimiter", delimiter);
            }
        }
        return asked;
    }

    private Map<String, String> guessing(String kind) {
        Map<String, String> asked = asked(kind);
        asked.put("guess", "true");
        asked.put("onerror", onError);
        return asked;
    }

    private Map<String, String> loading(String kind, String load, String part) {
        Map<String, String> asked = asked(kind);
        asked.put("into", table);
        asked.put("make", "true");
        asked.put("onerror", onError);
        asked.put("load", load);
        asked.put("part", part);
        return asked;
    }

    private String load() throws IOException {
        return again ? UUID.randomUUID().toString() : file.getFileName() + "/" + Files.size(file);
    }

    /** Opens a file. */
    private interface Opening {
        InputStream open() throws IOException;
    }

    /** What is loaded in parts. @param bytes of all of it @param load what it is known by */
    private record Records(Opening opening, long bytes, RecordParts.Kind kind, String load) {
        RecordParts parts(int size) throws IOException {
            return new RecordParts(opening.open(), kind, size);
        }
    }

    /** The sheet that is wanted, read once to its end: so it is one. */
    private Records sheet(Workbook workbook, Output output) throws IOException {
        List<String> all = workbook.sheets();
        String name = sheet.isEmpty() ? all.getFirst() : sheet;
        Workbook.Names names = noHeader ? Workbook.Names.LETTERS : Workbook.Names.FIRST_ROW;
        long bytes;
        try (InputStream lines = workbook.lines(name, names)) {
            bytes = lines.transferTo(java.io.OutputStream.nullOutputStream());
        }
        if (sheet.isEmpty() && all.size() > 1 && !output.json()) {
            output.err().println("sheet " + name + " of " + String.join(", ", all));
        }
        return new Records(
                () -> workbook.lines(name, names),
                bytes,
                RecordParts.Kind.LINES,
                load() + (again ? "" : "/" + name));
    }

    private void inParts(
            Door door, String kind, Records records, Output output, Rejects kept, Sum sum)
            throws IOException {
        // Of several parts none comes before all are known to be whole.
        boolean first = onError.equals("fail") && records.bytes() > size();
        List<Json.Row> columns = List.of();
        try (RecordParts sample = records.parts(first ? size() : SAMPLE)) {
            Optional<RecordParts.Part> begin = sample.next();
            if (begin.isPresent()) {
                Json.Row guessed =
                        door.ask(
                                "/sql/load",
                                guessing(kind),
                                BodyPublishers.ofByteArray(begin.get().bytes()),
                                0);
                columns = guessed.rows("columns");
                show(guessed, output);
            }
        }
        if (first) {
            check(door, kind, records, columns, output);
        }
        try (Progress progress = Progress.bytes(output.err(), records.bytes());
                RecordParts parts = records.parts(size())) {
            for (Optional<RecordParts.Part> next = parts.next();
                    next.isPresent();
                    next = parts.next()) {
                RecordParts.Part each = next.get();
                Json.Row came =
                        door.ask(
                                "/sql/load",
                                loading(
                                        kind,
                                        records.load(),
                                        sum.parts + "-" + digest(each.bytes())),
                                BodyPublishers.ofByteArray(each.bytes()),
                                each.shift());
                count(came, sum, kept, each.shift());
                progress.add(each.own(), "");
            }
        }
    }

    private int size() {
        return Math.max(1, part) << 20;
    }

    /** Loads nothing. */
    private void check(
            Door door, String kind, Records records, List<Json.Row> columns, Output output)
            throws IOException {
        String said =
                columns.stream()
                        .map(each -> encoded(each.text("name")) + ":" + encoded(each.text("type")))
                        .collect(Collectors.joining(","));
        if (said.length() > LONGEST) {
            output.err()
                    .println("it has too many columns to be checked before its first part comes");
            return;
        }
        long number = 0;
        try (Progress progress = Progress.bytes(output.err(), records.bytes());
                RecordParts parts = records.parts(size())) {
            for (Optional<RecordParts.Part> next = parts.next();
                    next.isPresent();
                    next = parts.next()) {
                RecordParts.Part each = next.get();
                Map<String, String> asked =
                        loading(kind, records.load(), number++ + "-" + digest(each.bytes()));
                asked.put("check", "true");
                asked.put("columns", said);
                door.ask(
                        "/sql/load", asked, BodyPublishers.ofByteArray(each.bytes()), each.shift());
                progress.add(each.own(), "checked");
            }
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private void whole(Door door, String kind, Output output, Rejects kept, Sum sum)
            throws IOException {
        MessageDigest digest = sha256();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] some = new byte[1 << 20];
            for (int count = in.read(some); count >= 0; count = in.read(some)) {
                digest.update(some, 0, count);
            }
        }
        Json.Row came =
                door.ask(
                        "/sql/load",
                        loading(kind, load(), "0-" + HexFormat.of().formatHex(digest.digest())),
                        BodyPublishers.ofFile(file),
                        0);
        show(came, output);
        count(came, sum, kept, 0);
    }

    private static void count(Json.Row came, Sum sum, Rejects kept, long shift) throws IOException {
        sum.parts++;
        if (came.fields().containsKey("already")) {
            sum.there++;
            return;
        }
        sum.rows += came.number("rows");
        for (Json.Row each : came.rows("rejected")) {
            kept.add(each.number("line") + shift, each.text("why"), each.text("text"));
            sum.rejected++;
        }
    }

    private void show(Json.Row guessed, Output output) {
        List<Json.Row> columns = guessed.rows("columns");
        if (columns.isEmpty() || output.json()) {
            return;
        }
        output.err()
                .println(
                        columns.stream()
                                .map(each ->
                                        each.text("name")
                                                + " "
                                                + each.text("type").toLowerCase(Locale.ROOT))
                                .collect(Collectors.joining(", ", table + " (", ")")));
        output.err().flush();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static String digest(byte[] bytes) {
        return HexFormat.of().formatHex(sha256().digest(bytes));
    }

    /** Rows that were left out, made with the first of them. */
    private static final class Rejects implements AutoCloseable {
        private final Path path;
        private @Nullable BufferedWriter out;

        Rejects(Path path) {
            this.path = path;
        }

        void add(long line, String why, String text) throws IOException {
            BufferedWriter open = out;
            if (open == null) {
                open = Files.newBufferedWriter(path);
                open.write("line,why,text\r\n");
                out = open;
            }
            open.write(line + "," + quoted(why) + "," + quoted(text) + "\r\n");
        }

        private static String quoted(String text) {
            return '"' + text.replace("\"", "\"\"") + '"';
        }

        @Override
        public void close() throws IOException {
            if (out != null) {
                out.close();
            }
        }
    }

    /** The server's web listener. */
    record Door(ServerHttp http, FirstCredential own) {
        Json.Row ask(String path, Map<String, String> asked, BodyPublisher body, long shift)
                throws IOException {
            String query =
                    asked.entrySet().stream()
                            .map(each -> each.getKey() + "=" + encoded(each.getValue()))
                            .collect(Collectors.joining("&"));
            HttpResponse<byte[]> answer =
                    send(
                            http.to(path + "?" + query, own)
                                    .header("Content-Type", "application/octet-stream")
                                    .POST(body)
                                    .build());
            Json.Row told = Json.object(answer.body());
            if (answer.statusCode() != 200) {
                Json.Row error = told.row("error");
                throw new Problem(
                        lines(error.text("message"), shift)
                                + " ["
                                + error.text("state")
                                + "]"
                                + (error.text("hint").isEmpty() ? "" : " " + error.text("hint")));
            }
            return told;
        }

        private HttpResponse<byte[]> send(HttpRequest request) {
            try {
                return http.send(request, BodyHandlers.ofByteArray());
            } catch (IOException e) {
                throw new Problem(
                        "the server's answer broke off ("
                                + e.getMessage()
                                + "); run the same command again: what is there already does not"
                                + " come twice");
            }
        }

        /** Lines of a part as lines of the file; what it says last is a row, as it stands there. */
        private static String lines(String message, long shift) {
            Matcher matcher = LINE.matcher(message);
            return matcher.replaceFirst(
                    each -> each.group(1) + (Long.parseLong(each.group(2)) + shift));
        }
    }
}
