package org.domicile.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.domicile.guard.Guard;
import org.domicile.guard.GuardedSql;
import org.domicile.query.Answer;
import org.domicile.query.Batch;
import org.domicile.query.Column;
import org.domicile.query.Texts;
import org.domicile.query.Value;
import org.domicile.query.Vector;
import org.domicile.request.Caller;
import org.domicile.request.Request;

/**
 * One statement of an operator who shows the credential that it runs as: operators act on no data.
 * That he asks is a use of his, what the statement reads is one of the credential's. Its session
 * begins and ends with it.
 */
final class SqlCalls {
    private static final String LINES = "lines";
    private static final String PARQUET = "parquet";

    /** Bytes of a file in one line. */
    private static final int PART = 48 << 10;

    private SqlCalls() {}

    static void run(Call call, Guard guard, GuardedSql sql, Request operator) throws IOException {
        Input input =
                Input.document(
                        call.exchange(), "as", "secret", "statement", "zone", "namespace", "form");
        String form = input.text("form", LINES);
        if (!form.equals(LINES) && !form.equals(PARQUET)) {
            throw Failure.input("form is " + LINES + " or " + PARQUET);
        }
        String accessKey = input.text("as");
        byte[] secret = input.text("secret").getBytes(StandardCharsets.UTF_8);
        Caller.Known caller =
                guard.identity()
                        .caller(accessKey, secret)
                        .orElseThrow(() ->
                                new Failure(
                                        403,
                                        "bad-secret",
                                        "there is no credential "
                                                + accessKey
                                                + " with this secret (--credential)"));
        call.administration().operate(call.asked().operation().action(), "");
        Request request =
                new Request(
                        operator.id(),
                        caller,
                        operator.door(),
                        operator.zone(),
                        operator.address(),
                        operator.at(),
                        operator.deadline(),
                        Optional.empty());
        try (GuardedSql.Connection connection =
                given(sql.connect(request, input.text("zone", "UTC")))) {
            connection.within(input.text("namespace", ""));
            if (form.equals(PARQUET)) {
                file(call, given(connection.parquet(request, input.text("statement"))));
            } else {
                lines(call, given(connection.run(request, input.text("statement"), List.of())));
            }
        }
    }

    private static OutputStream begun(Call call, String use) throws IOException {
        return call.exchange().respond(200, Call.headers("application/x-ndjson", use), -1L);
    }

    private static void lines(Call call, GuardedSql.Result rows) throws IOException {
        try (GuardedSql.Result result = rows) {
            // Before the answer begins: what fails at once is told as a failure.
            Optional<Batch> first = given(result.next());
            try (OutputStream out = begun(call, result.use());
                    JsonGenerator json = Form.to(out)) {
                json.setRootValueSeparator(null);
                columns(json, result.columns());
                rows(json, result, first);
            }
        }
    }

    /** Its bytes in parts: the answer can say at its end that it is whole. */
    private static void file(Call call, GuardedSql.Parquet made) throws IOException {
        try (GuardedSql.Parquet file = made;
                InputStream in = file.read();
                OutputStream out = begun(call, file.use());
                JsonGenerator json = Form.to(out)) {
            json.setRootValueSeparator(null);
            for (byte[] part = in.readNBytes(PART); part.length > 0; part = in.readNBytes(PART)) {
                json.writeStartObject();
                json.writeBinaryField("part", part);
                json.writeEndObject();
                json.writeRaw('\n');
            }
            json.writeStartObject();
            json.writeNumberField("rows", file.rows());
            json.writeEndObject();
            json.writeRaw('\n');
        }
    }

    private static <T> T given(Answer<T> answer) {
        return switch (answer) {
            case Answer.Given<T>(T value) -> value;
            case Answer.Failed<T>(org.domicile.query.Failure failure) ->
                    throw new Failure(status(failure.state()), failure.state(), sentence(failure));
        };
    }

    private static int status(String state) {
        return switch (state) {
            case org.domicile.query.Failure.REFUSED -> 403;
            case org.domicile.query.Failure.NO_TABLE -> 404;
            case "40001", "42P07", "2BP01" -> 409;
            case org.domicile.query.Failure.TOO_MANY, org.domicile.query.Failure.SYSTEM -> 503;
            default -> 400;
        };
    }

    private static String sentence(org.domicile.query.Failure failure) {
        String place = failure.position() > 0 ? " (at " + failure.position() + ")" : "";
        String hint = failure.hint().isEmpty() ? "" : " " + failure.hint();
        return failure.message() + place + hint;
    }

    private static void columns(JsonGenerator json, List<Column> columns) throws IOException {
        json.writeStartObject();
        json.writeArrayFieldStart("columns");
        for (Column column : columns) {
            json.writeStartObject();
            json.writeStringField("name", column.name());
            json.writeStringField("type", Texts.type(column.type()));
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
        json.writeRaw('\n');
    }

    private static void rows(JsonGenerator json, GuardedSql.Result result, Optional<Batch> first)
            throws IOException {
        long count = 0;
        Optional<Batch> next = first;
        while (next.isPresent()) {
            Batch batch = next.get();
            for (int row = 0; row < batch.rows(); row++) {
                cells(json, result.columns(), batch, row);
            }
            count += batch.rows();
            switch (result.next()) {
                case Answer.Given<Optional<Batch>>(Optional<Batch> more) -> next = more;
                case Answer.Failed<Optional<Batch>>(org.domicile.query.Failure failure) -> {
                    json.writeStartObject();
                    json.writeStringField("state", failure.state());
                    json.writeStringField("message", sentence(failure));
                    json.writeEndObject();
                    json.writeRaw('\n');
                    return;
                }
            }
        }
        json.writeStartObject();
        json.writeNumberField("rows", count);
        if (!result.tag().isEmpty()) {
            json.writeStringField("done", result.tag());
        }
        json.writeEndObject();
        json.writeRaw('\n');
    }

    private static void cells(JsonGenerator json, List<Column> columns, Batch batch, int row)
            throws IOException {
        json.writeStartObject();
        json.writeObjectFieldStart("cells");
        for (int i = 0; i < columns.size(); i++) {
            Vector vector = batch.columns().get(i);
            if (!vector.nulls().get(row)) {
                Value value = vector.value(columns.get(i).type(), row);
                json.writeStringField(
                        Integer.toString(i), Texts.value(columns.get(i).type(), value));
            }
        }
        json.writeEndObject();
        json.writeEndObject();
        json.writeRaw('\n');
    }
}
