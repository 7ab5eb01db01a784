package org.domicile.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.domicile.guard.Guard;
import org.domicile.guard.GuardedMoves;
import org.domicile.moves.Line;
import org.domicile.moves.Move;

/** Buckets that move in from other servers, or out to them. */
final class MoveCalls {
    private static final int MOST_PAGES = 100_000_000;

    private MoveCalls() {}

    static void answer(Call call, Guard guard, GuardedMoves moves) throws IOException {
        switch (call.asked().operation()) {
            case LIST_MOVES -> {
                Input.query(call.exchange().rawQuery());
                var all = moves.moves();
                call.json(200, json -> Form.items(json, all, MoveCalls::shown), moves.use());
            }
            case START_MOVE -> start(call, guard, moves);
            case SHOW_MOVE -> {
                GuardedMoves.Shown found = moves.move(call.name("move"));
                call.json(200, json -> shown(json, found), moves.use());
            }
            case REPORT_MOVE -> {
                int page =
                        (int)
                                Input.query(call.exchange().rawQuery(), "page")
                                        .number("page", 0, 0, MOST_PAGES);
                var lines = moves.report(call.name("move"), page);
                call.json(200, json -> Form.items(json, lines, MoveCalls::line), moves.use());
            }
            case STOP_MOVE -> {
                Move now = moves.stop(call.name("move"));
                call.json(200, json -> move(json, now), moves.use());
            }
            case RESUME_MOVE -> {
                Move now = moves.resume(call.name("move"));
                call.json(200, json -> move(json, now), moves.use());
            }
            case FORGET_MOVE -> {
                Move gone = moves.forget(call.name("move"));
                call.json(200, json -> move(json, gone), moves.use());
            }
            default -> throw new IllegalStateException("no move: " + call.asked().operation());
        }
    }

    private static void start(Call call, Guard guard, GuardedMoves moves) throws IOException {
        Input input =
                Input.body(
                        call.exchange(),
                        "direction",
                        "target",
                        "remote",
                        "region",
                        "bucket",
                        "as",
                        "secret",
                        "remoteKey",
                        "remoteSecret",
                        "classes",
                        "prohibited",
                        "settings");
        String accessKey = input.text("as");
        byte[] secret = input.text("secret").getBytes(StandardCharsets.UTF_8);
        if (guard.identity().caller(accessKey, secret).isEmpty()) {
            throw new Failure(
                    403,
                    "bad-secret",
                    "there is no credential " + accessKey + " with this secret (--credential)");
        }
        GuardedMoves.Wanted wanted =
                new GuardedMoves.Wanted(
                        switch (input.text("direction")) {
                            case "in" -> Move.Direction.IN;
                            case "out" -> Move.Direction.OUT;
                            default -> throw Failure.input("direction is in or out");
                        },
                        input.text("target"),
                        input.text("remote"),
                        input.text("region", "us-east-1"),
                        input.text("bucket"),
                        accessKey,
                        input.texts("classes"),
                        input.texts("prohibited"),
                        switch (input.text("settings", "unset")) {
                            case "unset" -> Move.Settings.UNSET;
                            case "replace" -> Move.Settings.REPLACE;
                            case "none" -> Move.Settings.NONE;
                            default -> throw Failure.input("settings is unset, replace or none");
                        });
        String pair = line(input, "remoteKey") + "\n" + line(input, "remoteSecret");
        Move made = moves.start(wanted, pair.getBytes(StandardCharsets.UTF_8));
        call.json(201, json -> move(json, made), moves.use());
    }

    private static String line(Input input, String name) {
        String text = input.text(name);
        if (text.isEmpty() || text.indexOf('\n') >= 0) {
            throw Failure.input(name + " is one line");
        }
        return text;
    }

    private static void shown(JsonGenerator json, GuardedMoves.Shown shown) throws IOException {
        json.writeStartObject();
        fields(json, shown.move());
        json.writeStringField("after", shown.progress().after());
        json.writeNumberField("carried", shown.progress().carried());
        json.writeNumberField("present", shown.progress().present());
        json.writeNumberField("left", shown.progress().left());
        json.writeNumberField("bytes", shown.progress().bytes());
        json.writeNumberField("versions", shown.progress().versions());
        json.writeNumberField("size", shown.progress().size());
        json.writeNumberField("pages", shown.progress().pages());
        Form.time(json, "at", shown.progress().at());
        json.writeEndObject();
    }

    private static void move(JsonGenerator json, Move move) throws IOException {
        json.writeStartObject();
        fields(json, move);
        json.writeEndObject();
    }

    private static void fields(JsonGenerator json, Move move) throws IOException {
        json.writeStringField("move", move.id());
        json.writeStringField("direction", lower(move.direction()));
        json.writeStringField("organisation", move.organisation());
        json.writeStringField("target", move.target());
        json.writeStringField("remote", move.remote());
        json.writeStringField("region", move.region());
        json.writeStringField("bucket", move.bucket());
        json.writeStringField("as", move.accessKey());
        Form.texts(json, "classes", move.classes());
        Form.texts(json, "prohibited", move.prohibited());
        json.writeStringField("settings", lower(move.settings()));
        Form.time(json, "started", move.started());
        json.writeStringField("state", lower(move.state()));
        json.writeStringField("ended", move.ended());
    }

    private static void line(JsonGenerator json, Line line) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", line.name());
        json.writeStringField("from", line.from());
        json.writeStringField("to", line.to());
        json.writeNumberField("size", line.size());
        json.writeStringField("fate", lower(line.fate()));
        json.writeStringField("by", line.by());
        json.writeEndObject();
    }

    private static String lower(Enum<?> word) {
        return word.name().toLowerCase(Locale.ROOT);
    }
}
