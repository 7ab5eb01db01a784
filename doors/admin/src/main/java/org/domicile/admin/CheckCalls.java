package org.domicile.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** The check of all that is stored. */
final class CheckCalls {
    private CheckCalls() {}

    static void answer(Call call, Checking checking) throws IOException {
        Operation operation = call.asked().operation();
        switch (operation) {
            case READ_CHECK -> Input.query(call.exchange().rawQuery());
            case START_CHECK -> Input.body(call.exchange());
            default -> throw new IllegalStateException("no check: " + operation);
        }
        call.administration().operate(operation.action(), "");
        Checking.State state =
                operation == Operation.START_CHECK ? checking.begin() : checking.state();
        call.json(200, json -> state(json, state));
    }

    private static void state(JsonGenerator json, Checking.State state) throws IOException {
        json.writeStartObject();
        json.writeBooleanField("running", state.running());
        Form.time(json, "began", state.began());
        Form.time(json, "ended", state.ended());
        json.writeNumberField("done", state.done());
        json.writeNumberField("total", state.total());
        json.writeNumberField("versions", state.versions());
        json.writeNumberField("wrong", state.wrong());
        json.writeArrayFieldStart("findings");
        for (Checking.Wrong wrong : state.findings()) {
            json.writeStartObject();
            json.writeStringField("kind", wrong.kind());
            json.writeStringField("bucket", wrong.bucket());
            json.writeStringField("key", wrong.key());
            json.writeStringField("version", wrong.version());
            json.writeStringField("what", wrong.what());
            json.writeStringField("next", wrong.next());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
