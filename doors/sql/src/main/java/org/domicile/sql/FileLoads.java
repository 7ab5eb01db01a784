package org.domicile.sql;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.domicile.guard.GuardedSql;
import org.domicile.http.Exchange;
import org.domicile.http.Headers;
import org.domicile.postgres.Lexer;
import org.domicile.postgres.SqlError;
import org.domicile.postgres.Token;
import org.domicile.query.Answer;
import org.domicile.query.Arrived;
import org.domicile.query.Column;
import org.domicile.query.Failure;
import org.domicile.query.Intake;
import org.domicile.query.Target;
import org.domicile.query.Texts;
import org.domicile.request.Caller;
import org.domicile.request.Request;

/**
 * {@code POST /sql/load}: the body, a file, comes into a table. Its query says how: {@code into}, a
 * name as SQL writes it; {@code format} (csv, json, parquet); {@code header} and {@code delimiter},
 * {@code quote}, {@code null} of CSV; {@code make=true} for a table that is made when it is not
 * there; {@code onerror=skip}; {@code load} and {@code part}, which together come once. With {@code
 * guess=true} it says what the columns of a file seem to be, and loads nothing; with {@code
 * check=true} whether all of its rows could come, {@code columns} saying what a table has that is
 * not there yet.
 */
final class FileLoads {
    private static final JsonFactory JSON = new JsonFactory();

    private final GuardedSql sql;
    private final InstantSource clock;

    FileLoads(GuardedSql sql, InstantSource clock) {
        this.sql = sql;
        this.clock = clock;
    }

    /** Answers. */
    void answer(Exchange exchange, Caller.Known caller, String zone) throws IOException {
        Map<String, String> asked = query(exchange.rawQuery());
        Intake intake = intake(asked);
        Request request =
                new Request(
                        exchange.requestId(),
                        caller,
                        "sql",
                        zone,
                        exchange.client().getAddress().getHostAddress(),
                        clock.instant(),
                        Instant.MAX,
                        Optional.empty());
        try (GuardedSql.Connection connection =
                must(sql.connect(request, asked.getOrDefault("timeZone", "UTC")))) {
            if (asked.getOrDefault("guess", "false").equals("true")) {
                List<Column> columns = must(connection.guess(request, intake, exchange.body()));
                respond(
                        exchange,
                        "",
                        json -> {
                            columns(json, columns);
                        });
                return;
            }
            boolean checks = asked.getOrDefault("check", "false").equals("true");
            GuardedSql.Load load =
                    load(
                            asked,
                            checks
                                    ? intake.of(columns(asked.getOrDefault("columns", "")))
                                    : intake);
            GuardedSql.Came came =
                    must(
                            checks
                                    ? connection.check(request, load, exchange.body())
                                    : connection.load(request, load, exchange.body()));
            respond(
                    exchange,
                    came.use(),
                    json -> {
                        if (came.rows() < 0) {
                            json.writeBooleanField("already", true);
                        } else {
                            json.writeNumberField("rows", came.rows());
                        }
                        columns(json, came.columns());
                        json.writeArrayFieldStart("rejected");
                        for (Arrived.Rejected each : came.rejected()) {
                            json.writeStartObject();
                            json.writeNumberField("line", each.line());
                            json.writeStringField("why", each.why());
                            json.writeStringField("text", each.text());
                            json.writeEndObject();
                        }
                        json.writeEndArray();
                        json.writeStringField("use", came.use());
                    });
        }
    }

    /** Names and types, each encoded as URLs are: {@code n:BIGINT,word:VARCHAR}. */
    private static List<Intake.Named> columns(String text) {
        List<Intake.Named> columns = new ArrayList<>();
        for (String each : text.isEmpty() ? new String[0] : text.split(",", -1)) {
            int colon = each.indexOf(':');
            if (colon < 0) {
                throw new SqlError("22023", "columns are NAME:TYPE, with a comma between");
            }
            columns.add(
                    new Intake.Named(
                            decoded("columns", each.substring(0, colon)),
                            decoded("columns", each.substring(colon + 1))));
        }
        return columns;
    }

    private static <T> T must(Answer<T> answer) {
        return switch (answer) {
            case Answer.Given<T>(T value) -> value;
            case Answer.Failed<T>(Failure failure) -> throw Sessions.error(failure);
        };
    }

    private static GuardedSql.Load load(Map<String, String> asked, Intake intake) {
        List<String> table = path(asked.getOrDefault("into", ""));
        Map<String, String> part = new HashMap<>();
        if (asked.containsKey("load")) {
            part.put("domicile.load", asked.get("load"));
            part.put("domicile.part", asked.getOrDefault("part", "0"));
        }
        return new GuardedSql.Load(
                table,
                List.of(),
                GuardedSql.Matching.NAME,
                intake,
                asked.getOrDefault("make", "false").equals("true")
                        ? GuardedSql.Absent.MADE
                        : GuardedSql.Absent.FAILS,
                part);
    }

    /** A name as SQL writes it: its parts. */
    static List<String> path(String text) {
        List<String> parts = new ArrayList<>();
        List<Token> words = Lexer.words(text);
        for (int i = 0; i < words.size(); i += 2) {
            Token after = words.get(Math.min(i + 1, words.size() - 1));
            boolean last = after.kind() == Token.Kind.END;
            if (!words.get(i).name() || !(last || after.sign("."))) {
                throw new SqlError("42601", "this is no name of a table: " + text);
            }
            parts.add(words.get(i).text());
            if (last) {
                return List.copyOf(parts);
            }
        }
        throw new SqlError("42601", "this is no name of a table: " + text);
    }

    private static Intake intake(Map<String, String> asked) {
        Intake.OnError onError =
                switch (asked.getOrDefault("onerror", "fail")) {
                    case "fail" -> Intake.OnError.FAIL;
                    case "skip" -> Intake.OnError.SKIP;
                    default -> throw new SqlError("22023", "onerror is fail or skip");
                };
        return switch (asked.getOrDefault("format", "")) {
            case "csv" ->
                    new Intake.Csv(
                            asked.getOrDefault("header", "true").equals("true")
                                    ? Target.Header.NAMES
                                    : Target.Header.NONE,
                            sign(asked, "delimiter").or(() -> Optional.of(',')),
                            sign(asked, "quote").or(() -> Optional.of('"')),
                            Optional.empty(),
                            asked.getOrDefault("null", ""),
                            List.of(),
                            onError);
            case "json", "ndjson" -> new Intake.Json(List.of(), onError);
            case "parquet" -> new Intake.Parquet();
            default -> throw new SqlError("22023", "format is csv, json, ndjson or parquet");
        };
    }

    private static Optional<Character> sign(Map<String, String> asked, String name) {
        String text = asked.getOrDefault(name, "");
        if (text.length() > 1) {
            throw new SqlError("22023", name + " is one character");
        }
        return text.isEmpty() ? Optional.empty() : Optional.of(text.charAt(0));
    }

    private static Map<String, String> query(String raw) {
        Map<String, String> asked = new HashMap<>();
        for (String each : raw.isEmpty() ? new String[0] : raw.split("&")) {
            int equals = each.indexOf('=');
            String name = equals < 0 ? each : each.substring(0, equals);
            String value = equals < 0 ? "" : each.substring(equals + 1);
            asked.put(name, decoded(name, value));
        }
        return asked;
    }

    private static String decoded(String name, String value) {
        try {
            return URLDecoder.decode(value, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new SqlError("22023", "the query is not encoded as URLs are: " + name);
        }
    }

    private interface Writing {
        void to(JsonGenerator json) throws IOException;
    }

    private static void respond(Exchange exchange, String use, Writing writing) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(body)) {
            json.writeStartObject();
            writing.to(json);
            json.writeEndObject();
        }
        Headers headers =
                new Headers()
                        .add("Content-Type", "application/json")
                        .add("Cache-Control", "no-store")
                        .add("X-Content-Type-Options", "nosniff");
        if (!use.isEmpty()) {
            headers.add("x-domicile-use", use);
        }
        exchange.respond(200, headers, ByteBuffer.wrap(body.toByteArray()));
    }

    private static void columns(JsonGenerator json, List<Column> columns) throws IOException {
        json.writeArrayFieldStart("columns");
        for (Column each : columns) {
            json.writeStartObject();
            json.writeStringField("name", each.name());
            json.writeStringField("type", Texts.type(each.type()));
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
