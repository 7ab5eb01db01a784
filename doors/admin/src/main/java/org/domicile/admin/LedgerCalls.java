package org.domicile.admin;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The logs, their keys and proofs. */
final class LedgerCalls {
    private static final String PUBLIC = "public";

    private LedgerCalls() {}

    static void answer(Call call, Logs logs) throws IOException {
        String query = call.exchange().rawQuery();
        String action = call.asked().operation().action();
        switch (call.asked().operation()) {
            case LIST_LOGS -> {
                Input.query(query);
                call.administration().operate(action, "");
                List<String> names = logs.names();
                call.json(
                        200,
                        json ->
                                Form.items(
                                        json,
                                        names,
                                        (to, name) ->
                                                Form.log(to, name, logs.folder(name).toString())));
            }
            case LIST_KEYS -> {
                String log = log(Input.query(query, "log"), logs);
                call.administration().operate(action, log);
                List<String> keys = logs.keys(log);
                call.json(200, json -> Form.items(json, keys, (to, key) -> to.writeString(key)));
            }
            case PROVE -> {
                Input input = Input.query(query, "log", "index", "use");
                Entry entry = wanted(input, logs);
                String log = entry.log();
                long index = entry.index();
                call.administration().operate(action, log + "/" + index);
                call.respond(
                        "text/plain; charset=utf-8",
                        prove(logs, log, index).getBytes(StandardCharsets.UTF_8));
            }
            default -> throw new IllegalStateException("no ledger: " + call.asked().operation());
        }
    }

    /** For how many days uses are kept. */
    static void retention(Call call) throws IOException {
        if (call.asked().operation() == Operation.SET_RETENTION) {
            Input input = Input.body(call.exchange(), "days", "organisation");
            input.text("days");
            call.administration()
                    .retain(
                            input.optional("organisation").orElse(""),
                            (int) input.number("days", 0, 1, 36_500));
        } else {
            Input.query(call.exchange().rawQuery());
        }
        var periods = new ArrayList<>(call.administration().retention().entrySet());
        call.json(
                200,
                json ->
                        Form.items(
                                json,
                                periods,
                                (to, each) -> {
                                    to.writeStartObject();
                                    to.writeStringField("organisation", each.getKey());
                                    to.writeNumberField("days", each.getValue());
                                    to.writeEndObject();
                                }));
    }

    /** A place in a log. */
    record Entry(String log, long index) {}

    /** The entry that the fields log and index, or use, mean. */
    static Entry wanted(Input input, Logs logs) {
        return input.optional("use").isPresent()
                ? entry(input.text("use"), logs)
                : entry(input, logs);
    }

    private static Entry entry(Input input, Logs logs) {
        input.text("index");
        return new Entry(log(input, logs), input.number("index", 0, 0, Long.MAX_VALUE));
    }

    /** The entry of a use as {@code x-domicile-use} names it: ORGANISATION/NODE/NUMBER. */
    private static Entry entry(String use, Logs logs) {
        if (!use.matches("[^/]+/[^/]+/\\d{1,18}")) {
            throw Failure.input("use is ORGANISATION/NODE/NUMBER, as x-domicile-use names it");
        }
        int slash = use.lastIndexOf('/');
        String log = known("use/" + use.substring(0, slash), logs);
        return new Entry(
                log,
                logs.place(log, Long.parseLong(use.substring(slash + 1)))
                        .orElseThrow(() ->
                                new Failure(
                                        409,
                                        "impossible",
                                        "the log "
                                                + log
                                                + " has no entry for the use "
                                                + use
                                                + "; one that was not finished has none yet")));
    }

    private static String prove(Logs logs, String log, long index) {
        try {
            return logs.prove(log, index);
        } catch (IllegalArgumentException e) {
            throw new Failure(409, "impossible", String.valueOf(e.getMessage()));
        }
    }

    private static String log(Input input, Logs logs) {
        return known(input.optional("log").orElse(PUBLIC), logs);
    }

    private static String known(String log, Logs logs) {
        if (!logs.names().contains(log)) {
            throw new Failure(
                    409,
                    "impossible",
                    "there is no log " + log + "; './domicile ledger list' names them all");
        }
        return log;
    }
}
