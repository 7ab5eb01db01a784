package org.domicile.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.domicile.guard.Administration;
import org.domicile.http.Exchange;
import org.domicile.http.Headers;

/** One call that was let in. Owned by the handler's thread. */
record Call(Exchange exchange, Operation.Asked asked, Administration administration) {
    /** Writes an answer's body. */
    interface Body {
        void write(JsonGenerator json) throws IOException;
    }

    static Headers headers(String type, String use) {
        Headers headers = new Headers().add("Content-Type", type).add("Cache-Control", "no-store");
        return use.isEmpty() ? headers : headers.add("x-domicile-use", use);
    }

    Headers headers(String type) {
        return headers(type, administration.use());
    }

    void json(int status, Body content) throws IOException {
        json(status, content, administration.use());
    }

    /** The same for what another view has recorded. */
    void json(int status, Body content, String use) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try (JsonGenerator json = Form.to(body)) {
            content.write(json);
        }
        exchange.respond(
                status, headers("application/json", use), ByteBuffer.wrap(body.toByteArray()));
    }

    void respond(String type, byte[] body) throws IOException {
        exchange.respond(200, headers(type), ByteBuffer.wrap(body));
    }

    String name(String variable) {
        String name = asked.names().get(variable);
        if (name == null) {
            throw new IllegalStateException(asked.operation() + " has no " + variable);
        }
        return name;
    }
}
