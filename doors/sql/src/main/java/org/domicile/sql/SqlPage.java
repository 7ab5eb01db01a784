package org.domicile.sql;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.domicile.bytes.StorageFailure;
import org.domicile.guard.Guard;
import org.domicile.guard.GuardedSql;
import org.domicile.http.BasicLogin;
import org.domicile.http.BodyOutput;
import org.domicile.http.Exchange;
import org.domicile.http.Headers;
import org.domicile.http.HttpHandler;
import org.domicile.postgres.Field;
import org.domicile.postgres.Missing;
import org.domicile.postgres.PgType;
import org.domicile.postgres.SqlError;
import org.domicile.postgres.TextFormat;
import org.domicile.request.Caller;

/**
 * SQL over HTTP: {@code POST /sql} with {@code {"sql": "…", "parameters": […]}}, or with the bare
 * statement as {@code text/plain}. The answer is JSON, or with {@code Accept: application/x-ndjson}
 * a line for each row, sent as it comes. One request is one statement.
 *
 * <p>Who asks shows its access key and secret as HTTP's Basic authentication, over TLS or from this
 * machine.
 */
public final class SqlPage implements HttpHandler {
    /** Where it is served. */
    public static final List<String> PATHS = List.of("/sql", "/sql/load");

    private static final System.Logger LOG = System.getLogger("org.domicile.sql");
    private static final int LONGEST = 1 << 20;
    private static final int AT_ONCE = 64;

    /** An answer in one piece has at most so many rows; more are asked for as lines. */
    private static final int MOST_ROWS = 100_000;

    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(8)
                                    .maxStringLength(LONGEST)
                                    .build())
                    .build();

    private final Guard guard;
    private final GuardedSql sql;
    private final Visible visible;
    private final InstantSource clock;
    private final FileLoads loads;
    private final Semaphore places = new Semaphore(AT_ONCE);

    /** A door to a guard. */
    public SqlPage(Guard guard, GuardedSql sql, Visible visible, InstantSource clock) {
        this.guard = guard;
        this.sql = sql;
        this.visible = visible;
        this.clock = clock;
        this.loads = new FileLoads(sql, clock);
    }

    /** What was asked. */
    private record Asked(String sql, List<Optional<byte[]>> values, String zone, String schema) {}

    @Override
    public void handle(Exchange exchange) throws IOException {
        if (!exchange.method().equals("POST")) {
            fail(exchange, 405, new SqlError("0A000", "ask with POST"), "");
            return;
        }
        if (!exchange.confidential()) {
            fail(
                    exchange,
                    403,
                    new SqlError("28000", "ask over https: a secret must not travel in clear"),
                    "");
            return;
        }
        Optional<Caller.Known> caller = caller(exchange);
        if (caller.isEmpty()) {
            guard.stranger(Operation.LOGIN, "bad-login");
            fail(
                    exchange,
                    401,
                    new SqlError(
                            "28P01", "show your access key and its secret as Basic authentication"),
                    "");
            return;
        }
        if (!places.tryAcquire()) {
            fail(exchange, 503, new SqlError("53300", "others are being answered"), "");
            return;
        }
        try {
            if (exchange.rawPath().equals("/sql")) {
                answer(exchange, caller.get());
            } else {
                load(exchange, caller.get());
            }
        } finally {
            places.release();
        }
    }

    private void load(Exchange exchange, Caller.Known caller) throws IOException {
        try {
            loads.answer(
                    exchange,
                    caller,
                    guard.identity().zone(exchange.listener(), exchange.client().getAddress()));
        } catch (SqlError e) {
            fail(exchange, status(e.state()), e, "");
        } catch (StorageFailure e) {
            boolean passes =
                    e.kind() == StorageFailure.Kind.OVERLOADED
                            || e.kind() == StorageFailure.Kind.FULL;
            fail(
                    exchange,
                    503,
                    new SqlError(passes ? "53000" : "58030", String.valueOf(e.getMessage())),
                    "");
        }
    }

    private Optional<Caller.Known> caller(Exchange exchange) {
        return BasicLogin.of(exchange.headers())
                .flatMap(shown -> guard.identity().caller(shown.accessKey(), shown.secret()));
    }

    private void answer(Exchange exchange, Caller.Known caller) throws IOException {
        Asked asked;
        try {
            asked = asked(exchange);
        } catch (SqlError e) {
            fail(exchange, 400, e, "");
            return;
        }
        Outgoing nobody = new Outgoing(OutputStream.nullOutputStream());
        Settings settings = new Settings((name, value) -> {});
        Conversation talk =
                new Conversation(
                        guard,
                        sql,
                        visible,
                        clock,
                        new Conversation.Who(
                                caller,
                                guard.identity()
                                        .zone(exchange.listener(), exchange.client().getAddress()),
                                exchange.client().getAddress().getHostAddress(),
                                asked.schema(),
                                0),
                        nobody,
                        settings,
                        credential -> List.of(),
                        exchange.requestId());
        try (talk) {
            if (!asked.schema().isEmpty()) {
                settings.fix("search_path", Catalogue.quoted(asked.schema()));
            }
            if (!asked.zone().isEmpty()) {
                settings.begin("timezone", asked.zone());
            }
            try (Feed feed = talk.one(asked.sql(), new Given(List.of(), asked.values()))) {
                if (lines(exchange)) {
                    stream(exchange, talk, feed, settings.format());
                } else {
                    whole(exchange, feed, settings.format());
                }
            }
        } catch (RuntimeException e) {
            SqlError told = talk.told(e);
            if (exchange.responded()) {
                // the answer ends without its last line
                LOG.log(
                        System.Logger.Level.INFO,
                        "request {0}: {1}",
                        exchange.requestId(),
                        told.getMessage());
                return;
            }
            fail(exchange, status(told.state()), told, talk.use());
        }
    }

    private static boolean lines(Exchange exchange) {
        return exchange.headers().all("Accept").stream()
                .anyMatch(each -> each.toLowerCase(Locale.ROOT).contains("ndjson"));
    }

    private static int status(String state) {
        return switch (state.substring(0, 2)) {
            case "28" -> 401;
            case "53", "58" -> 503;
            case "57" -> 504;
            case "XX" -> 500;
            case "40" -> 409;
            default -> state.equals("42501") ? 403 : 400;
        };
    }

    // ---- reading ----

    private static Asked asked(Exchange exchange) throws IOException {
        byte[] body = exchange.body().readNBytes(LONGEST + 1);
        if (body.length > LONGEST) {
            throw new SqlError("54000", "a statement has at most 1 MiB");
        }
        String type =
                exchange.headers().all("Content-Type").stream()
                        .findFirst()
                        .orElse("")
                        .toLowerCase(Locale.ROOT);
        if (!type.startsWith("application/json")) {
            return new Asked(new String(body, StandardCharsets.UTF_8), List.of(), "", "");
        }
        try (JsonParser json = JSON.createParser(body)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw malformed("an object is wanted");
            }
            String sql = "";
            String zone = "";
            String schema = "";
            List<Optional<byte[]>> values = new ArrayList<>();
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String name = json.currentName();
                json.nextToken();
                switch (name) {
                    case "sql" -> sql = json.getText();
                    case "timeZone" -> zone = json.getText();
                    case "namespace" -> schema = json.getText();
                    case "parameters" -> values(json, values);
                    default -> throw malformed("there is no field " + name);
                }
            }
            return new Asked(sql, values, zone, schema);
        } catch (JacksonException e) {
            throw malformed(e.getOriginalMessage());
        }
    }

    private static SqlError malformed(String why) {
        return new SqlError(
                "22023", "the request is not {\"sql\": \"…\", \"parameters\": […]}: " + why);
    }

    private static void values(JsonParser json, List<Optional<byte[]>> values) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw malformed("parameters are a list");
        }
        while (json.nextToken() != JsonToken.END_ARRAY) {
            switch (json.currentToken()) {
                case VALUE_NULL -> values.add(Optional.empty());
                case VALUE_STRING, VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT, VALUE_TRUE, VALUE_FALSE ->
                        values.add(Optional.of(json.getText().getBytes(StandardCharsets.UTF_8)));
                default -> throw malformed("a parameter is a text, a number, a truth or null");
            }
        }
    }

    // ---- writing ----

    private static Headers headers(String type, String use) {
        Headers headers =
                new Headers()
                        .add("Content-Type", type)
                        .add("Cache-Control", "no-store")
                        .add("X-Content-Type-Options", "nosniff");
        return use.isEmpty() ? headers : headers.add("x-domicile-use", use);
    }

    private static void whole(Exchange exchange, Feed feed, TextFormat format) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(body)) {
            json.writeStartObject();
            columns(json, feed.fields());
            json.writeArrayFieldStart("rows");
            long count = 0;
            for (Optional<Object[]> row = feed.next(); row.isPresent(); row = feed.next()) {
                if (++count > MOST_ROWS) {
                    throw new SqlError(
                            "53400",
                            "an answer in one piece has at most " + MOST_ROWS + " rows",
                            0,
                            "Ask with Accept: application/x-ndjson, or with a limit.");
                }
                row(json, feed.fields(), row.get(), format);
            }
            json.writeEndArray();
            json.writeNumberField("count", count);
            json.writeStringField("use", feed.use());
            if (!feed.tag().isEmpty()) {
                json.writeStringField("done", feed.tag());
            }
            json.writeEndObject();
        }
        exchange.respond(
                200, headers("application/json", feed.use()), ByteBuffer.wrap(body.toByteArray()));
    }

    /** A line with the columns, one for each row, and one that says how many there were. */
    private static void stream(Exchange exchange, Conversation talk, Feed feed, TextFormat format)
            throws IOException {
        // the first row is there before the answer begins, so that most failures are told
        Optional<Object[]> row = feed.next();
        try (BodyOutput out =
                        exchange.respond(200, headers("application/x-ndjson", feed.use()), -1);
                JsonGenerator json = JSON.createGenerator(out)) {
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            json.setRootValueSeparator(new com.fasterxml.jackson.core.io.SerializedString("\n"));
            json.writeStartObject();
            columns(json, feed.fields());
            json.writeStringField("use", feed.use());
            json.writeEndObject();
            long count = 0;
            try {
                for (; row.isPresent(); row = feed.next()) {
                    count++;
                    row(json, feed.fields(), row.get(), format);
                }
                json.writeStartObject();
                json.writeNumberField("count", count);
                if (!feed.tag().isEmpty()) {
                    json.writeStringField("done", feed.tag());
                }
                json.writeEndObject();
            } catch (RuntimeException e) {
                json.writeStartObject();
                error(json, talk.told(e));
                json.writeEndObject();
            }
            json.writeRaw('\n');
            json.flush();
        }
    }

    private static void columns(JsonGenerator json, List<Field> fields) throws IOException {
        json.writeArrayFieldStart("columns");
        for (Field each : fields) {
            json.writeStartObject();
            json.writeStringField("name", each.name());
            json.writeStringField("type", each.type().title(each.modifier()));
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void row(JsonGenerator json, List<Field> fields, Object[] row, TextFormat format)
            throws IOException {
        json.writeStartArray();
        for (int i = 0; i < row.length; i++) {
            value(json, fields.get(i).type(), row[i], format);
        }
        json.writeEndArray();
    }

    /** Numbers that JSON's readers would round are texts. */
    private static void value(JsonGenerator json, PgType type, Object value, TextFormat format)
            throws IOException {
        switch (value) {
            case Missing _ -> json.writeNull();
            case Boolean truth -> json.writeBoolean(truth);
            case Long number when Math.abs(number) <= 1L << 53 -> json.writeNumber(number);
            case Double number when Double.isFinite(number) -> json.writeNumber(number);
            case BigDecimal number when number.precision() <= 15 -> json.writeNumber(number);
            case List<?> list -> {
                json.writeStartArray();
                for (Object each : list) {
                    value(json, type.element(), each, format);
                }
                json.writeEndArray();
            }
            case String text when type == PgType.JSON || type == PgType.JSONB ->
                    json.writeRawValue(text);
            default -> json.writeString(format.write(type, value));
        }
    }

    private static void error(JsonGenerator json, SqlError e) throws IOException {
        json.writeObjectFieldStart("error");
        json.writeStringField("state", e.state());
        json.writeStringField("message", e.getMessage());
        if (e.position() > 0) {
            json.writeNumberField("position", e.position());
        }
        if (!e.hint().isEmpty()) {
            json.writeStringField("hint", e.hint());
        }
        json.writeEndObject();
    }

    private static void fail(Exchange exchange, int status, SqlError e, String use)
            throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(body)) {
            json.writeStartObject();
            error(json, e);
            json.writeEndObject();
        }
        Headers headers = headers("application/json", use);
        switch (status) {
            case 401 -> headers.add("WWW-Authenticate", "Basic realm=\"domicile\"");
            case 405 -> headers.add("Allow", "POST");
            case 503 -> headers.add("Retry-After", "5");
            default -> {}
        }
        exchange.respond(status, headers, ByteBuffer.wrap(body.toByteArray()));
    }
}
