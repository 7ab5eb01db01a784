package org.domicile.ingest;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.domicile.guard.Guard;
import org.domicile.guard.GuardedWatches;
import org.domicile.http.Exchange;
import org.domicile.http.HttpHandler;
import org.domicile.request.Request;
import org.domicile.streams.Topic;
import org.domicile.watches.Watch;
import org.domicile.watches.WatchEngine;

/** Watches over HTTP. Safe for concurrent use. */
public final class WatchesDoor implements HttpHandler {
    /** Its place on the web listener. */
    public static final List<String> PATHS = List.of(WatchesOperation.ROOT);

    private static final String LOGIN = "watches:Connect";
    private static final Duration LONGEST = Duration.ofMinutes(3);
    private static final int AT_ONCE = 32;
    private static final int LONGEST_BODY = 64 << 10;
    private static final int USUALLY_LATE = 5;

    private final GuardedWatches watches;
    private final Entrance entrance;

    /** A door to a guard. */
    public WatchesDoor(Guard guard, GuardedWatches watches, InstantSource clock) {
        this.watches = watches;
        this.entrance = new Entrance(guard, clock, LOGIN, LONGEST, AT_ONCE);
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        entrance.serve(
                exchange,
                (_, request) -> {
                    String name = WatchesOperation.name(exchange.rawPath());
                    serve(exchange, request, WatchesOperation.parse(exchange.method(), name), name);
                });
    }

    private void serve(Exchange exchange, Request request, WatchesOperation asked, String name)
            throws IOException {
        switch (asked) {
            case LIST_WATCHES -> {
                GuardedWatches.Listed all = watches.list(request);
                Answers.answer(
                        exchange,
                        200,
                        all.use(),
                        json -> {
                            json.writeStartObject();
                            json.writeArrayFieldStart("watches");
                            for (GuardedWatches.Shown each : all.watches()) {
                                json.writeStartObject();
                                fields(json, each);
                                json.writeEndObject();
                            }
                            json.writeEndArray();
                            json.writeEndObject();
                        });
            }
            case CREATE_WATCH -> {
                watches.mayCreate(request, name); // before it may send anything
                made(exchange, watches.create(request, wanted(exchange, name)));
            }
            case SHOW_WATCH -> shown(exchange, 200, watches.show(request, name));
            case STOP_WATCH -> shown(exchange, 200, watches.stop(request, name));
        }
    }

    /** What a body says of a watch. */
    private static GuardedWatches.Wanted wanted(Exchange exchange, String name) throws IOException {
        byte[] body =
                Answers.asked(
                        exchange,
                        LONGEST_BODY,
                        "The body is too large; a query has at most 20,000 characters.");
        String sql = "";
        String to = "";
        String time = "";
        long late = USUALLY_LATE;
        Watch.From from = Watch.From.NOW;
        try (JsonParser json = Answers.JSON.createParser(body)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw Failure.malformed("The body is an object with sql and to.");
            }
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String field = json.currentName();
                JsonToken value = json.nextToken();
                switch (field) {
                    case "sql" -> sql = text(json, value, field);
                    case "to" -> to = text(json, value, field);
                    case "time" -> time = text(json, value, field);
                    case "lateSeconds" -> {
                        if (value != JsonToken.VALUE_NUMBER_INT) {
                            throw Failure.malformed("lateSeconds is a whole number.");
                        }
                        late = json.getLongValue();
                    }
                    case "from" ->
                            from =
                                    switch (text(json, value, field)) {
                                        case "now" -> Watch.From.NOW;
                                        case "beginning" -> Watch.From.BEGINNING;
                                        case String other ->
                                                throw Failure.malformed(
                                                        "from is now or beginning, not "
                                                                + other
                                                                + ".");
                                    };
                    default ->
                            throw Failure.malformed(
                                    "There is no field "
                                            + field
                                            + ", only sql, to, time, lateSeconds and from.");
                }
            }
        } catch (JacksonException e) {
            throw Failure.malformed("The body is not JSON: " + e.getOriginalMessage() + ".");
        }
        if (sql.isBlank() || sql.length() > Watch.LONGEST_SQL) {
            throw Failure.malformed("sql is a query of 1 to 20,000 characters.");
        }
        if (!Topic.names(to)) {
            throw Failure.malformed("to is the name of the stream that takes results.");
        }
        if (late < 0 || late > Watch.LATEST) {
            throw Failure.malformed("lateSeconds is from 0 to 3600.");
        }
        return new GuardedWatches.Wanted(name, sql, to, time, (int) late, from);
    }

    private static String text(JsonParser json, JsonToken value, String field) throws IOException {
        if (value != JsonToken.VALUE_STRING) {
            throw Failure.malformed(field + " is a text.");
        }
        return json.getText();
    }

    private static void made(Exchange exchange, GuardedWatches.Made made) throws IOException {
        Answers.answer(
                exchange,
                201,
                made.shown().use(),
                json -> {
                    json.writeStartObject();
                    fields(json, made.shown());
                    if (made.to().isPresent()) {
                        json.writeStringField("streamMade", made.to().get().name());
                    }
                    json.writeEndObject();
                });
    }

    private static void shown(Exchange exchange, int status, GuardedWatches.Shown shown)
            throws IOException {
        Answers.answer(
                exchange,
                status,
                shown.use(),
                json -> {
                    json.writeStartObject();
                    fields(json, shown);
                    json.writeEndObject();
                });
    }

    private static void fields(JsonGenerator json, GuardedWatches.Shown shown) throws IOException {
        Watch watch = shown.watch();
        json.writeStringField("name", watch.name());
        json.writeStringField("organisation", watch.organisation());
        json.writeStringField("purpose", watch.purpose());
        json.writeStringField("sql", watch.sql());
        json.writeStringField("to", watch.to());
        json.writeArrayFieldStart("sources");
        for (String each : watch.sources()) {
            json.writeString(each);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("tables");
        for (Watch.Table each : watch.tables()) {
            json.writeString(each.name());
        }
        json.writeEndArray();
        json.writeStringField("time", watch.time());
        json.writeNumberField("lateSeconds", watch.late());
        json.writeStringField("from", watch.from().name().toLowerCase(Locale.ROOT));
        json.writeStringField("made", watch.made().toString());
        json.writeStringField(
                "state",
                shown.told()
                        .map(each -> each.state().name().toLowerCase(Locale.ROOT))
                        .orElse("stopped"));
        Optional<WatchEngine.Told> told = shown.told();
        if (told.isPresent()) {
            WatchEngine.Told now = told.get();
            json.writeNumberField("recordsIn", now.in());
            json.writeNumberField("recordsOut", now.out());
            json.writeNumberField("recordsPassedOver", now.passed());
            json.writeNumberField("recordsMissed", now.missed());
            if (now.lag() >= 0) {
                json.writeNumberField("lag", now.lag());
            }
            json.writeNumberField("recordsPerSecond", Math.round(now.rate() * 10) / 10.0);
            if (now.checkpoint().isPresent()) {
                json.writeStringField("checkpoint", now.checkpoint().get().toString());
                json.writeNumberField("checkpointBytes", now.size());
            }
            json.writeStringField("error", now.error());
        }
    }
}
