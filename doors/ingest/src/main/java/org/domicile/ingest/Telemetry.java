package org.domicile.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.domicile.http.Headers;

/**
 * What OpenTelemetry's clients are answered, in the encoding of their requests (OTLP, OTLP/HTTP
 * Response): an empty Export…ServiceResponse, since all of a request comes or nothing; or a
 * google.rpc.Status.
 */
final class Telemetry {
    static final String PROTOBUF = "application/x-protobuf";

    private Telemetry() {}

    /** Of an answer. What cannot be a request's is answered in JSON. */
    static String type(Headers headers) {
        return Records.type(headers).equals(PROTOBUF) ? PROTOBUF : Answers.TYPE;
    }

    /** That all came. */
    static byte[] all(String type) {
        return type.equals(PROTOBUF) ? new byte[0] : "{}".getBytes(UTF_8);
    }

    /** Why nothing did: {@code int32 code = 1; string message = 2}. */
    static byte[] status(String type, Failure failure) throws IOException {
        int code = code(failure.status());
        if (!type.equals(PROTOBUF)) {
            return Answers.bytes(json -> {
                json.writeStartObject();
                json.writeNumberField("code", code);
                json.writeStringField("message", failure.sentence());
                json.writeEndObject();
            });
        }
        byte[] message = failure.sentence().getBytes(UTF_8);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(1 << 3);
        bytes.write(code);
        bytes.write(2 << 3 | 2);
        int length = message.length;
        for (; length > 0x7f; length >>>= 7) {
            bytes.write(length & 0x7f | 0x80);
        }
        bytes.write(length);
        bytes.write(message);
        return bytes.toByteArray();
    }

    /** google.rpc.Code for HTTP's, as its comments pair them. */
    private static int code(int status) {
        return switch (status) {
            case 400, 405, 408, 413, 415 -> 3;
            case 401 -> 16;
            case 403 -> 7;
            case 404 -> 5;
            case 409 -> 10;
            case 429 -> 8;
            case 503 -> 14;
            default -> 2;
        };
    }
}
