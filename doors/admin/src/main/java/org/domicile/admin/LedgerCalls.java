package org.domicile.admin;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
                Input input = Input.query(query, "log", "index");
                input.text("index");
                String log = log(input, logs);
                long index = input.number("index", 0, 0, Long.MAX_VALUE);
                call.administration().operate(action, log + "/" + index);
                call.respond(
                        "text/plain; charset=utf-8",
                        prove(logs, log, index).getBytes(StandardCharsets.UTF_8));
            }
            default -> throw new IllegalStateException("no ledger: " + call.asked().operation());
        }
    }

    private static String prove(Logs logs, String log, long index) {
        try {
            return logs.prove(log, index);
        } catch (IllegalArgumentException e) {
            throw new Failure(409, "impossible", String.valueOf(e.getMessage()));
        }
    }

    private static String log(Input input, Logs logs) {
        String log = input.optional("log").orElse(PUBLIC);
        if (!logs.names().contains(log)) {
            throw new Failure(
                    409, "impossible", "there is no log " + log + "; 'ledger key' names them all");
        }
        return log;
    }
}
