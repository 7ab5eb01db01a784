package org.domicile.admin;

import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.domicile.guard.GuardedSql;
import org.domicile.guard.SqlLimits;
import org.domicile.query.Limits;
import org.domicile.request.Request;

/** What SQL of an organisation may take. */
final class SqlLimitCalls {
    private static final long MOST_BYTES = 1L << 42;
    private static final long MOST_MILLIS = Duration.ofDays(7).toMillis();

    private SqlLimitCalls() {}

    static void answer(Call call, GuardedSql sql, Request operator) throws IOException {
        String organisation = call.name("organisation");
        SqlLimits limits =
                switch (call.asked().operation()) {
                    case READ_SQL_LIMITS -> {
                        Input.query(call.exchange().rawQuery());
                        yield sql.limits(operator, organisation);
                    }
                    case SET_SQL_LIMITS -> sql.limit(operator, organisation, wanted(call));
                    default ->
                            throw new IllegalStateException(
                                    "no limits: " + call.asked().operation());
                };
        call.json(
                200,
                json -> {
                    json.writeStartObject();
                    json.writeStringField("organisation", limits.organisation());
                    json.writeStringField("whose", limits.whose().name().toLowerCase(Locale.ROOT));
                    json.writeNumberField("memory", limits.limits().memory());
                    json.writeNumberField("threads", limits.limits().threads());
                    json.writeNumberField("milliseconds", limits.limits().time().toMillis());
                    json.writeNumberField("rows", limits.limits().rows());
                    json.writeNumberField("staging", limits.limits().staging());
                    json.writeNumberField("spill", limits.limits().spill());
                    json.writeNumberField("mostSessions", limits.limits().sessions());
                    json.writeNumberField("sessions", limits.sessions());
                    json.writeEndObject();
                },
                limits.use());
    }

    /** Empty for the usual ones; else all of them are said. */
    private static Optional<Limits> wanted(Call call) throws IOException {
        Input input =
                Input.body(
                        call.exchange(),
                        "limits",
                        "memory",
                        "threads",
                        "milliseconds",
                        "rows",
                        "staging",
                        "spill",
                        "sessions");
        switch (input.text("limits")) {
            case "usual" -> {
                return Optional.empty();
            }
            case "own" -> {}
            default -> throw Failure.input("limits is own or usual");
        }
        return Optional.of(
                new Limits(
                        said(input, "memory", 64L << 20, MOST_BYTES),
                        (int) said(input, "threads", 1, 1_024),
                        Duration.ofMillis(said(input, "milliseconds", 100, MOST_MILLIS)),
                        said(input, "rows", 1, Integer.MAX_VALUE),
                        said(input, "staging", 1L << 20, MOST_BYTES),
                        said(input, "spill", 0, MOST_BYTES),
                        (int) said(input, "sessions", 1, 100_000)));
    }

    private static long said(Input input, String name, long least, long most) {
        input.text(name); // it has to be there
        return input.number(name, least, least, most);
    }
}
