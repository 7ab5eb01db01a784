package org.domicile.sql;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.domicile.postgres.SqlError;

/** The first message of a connection, which has a length and no kind (section 55.7). */
sealed interface Startup {
    /** PostgreSQL's MAX_STARTUP_PACKET_LENGTH. */
    int LONGEST = 10_000;

    /** Asks for TLS. */
    record Tls() implements Startup {}

    /** Asks for GSSAPI, which is not here. */
    record Gss() implements Startup {}

    /** Asks that a statement of another connection be ended. */
    record Cancel(int process, byte[] secret) implements Startup {}

    /**
     * Begins a session.
     *
     * @param minor version of the protocol that is asked for, of 3
     * @param unknown options of the protocol that are asked for, all of which are unknown here
     */
    record Begin(int minor, Map<String, String> parameters, List<String> unknown)
            implements Startup {}

    /** Of anything else. */
    static SqlError violation(String sentence) {
        return new SqlError("08P01", sentence);
    }

    /** Reads one. @param body all of it behind its length */
    static Startup parse(byte[] body) {
        ByteBuffer in = ByteBuffer.wrap(body);
        if (body.length < 4) {
            throw violation("invalid length of startup packet");
        }
        int code = in.getInt();
        return switch (code) {
            case 80877103 -> empty(in, new Tls());
            case 80877104 -> empty(in, new Gss());
            case 80877102 -> {
                if (in.remaining() < 8 || in.remaining() > 260) {
                    throw violation("invalid length of a cancel request");
                }
                int process = in.getInt();
                byte[] secret = new byte[in.remaining()];
                in.get(secret);
                yield new Cancel(process, secret);
            }
            default -> begin(code, in);
        };
    }

    private static Startup empty(ByteBuffer in, Startup request) {
        if (in.hasRemaining()) {
            throw violation("invalid length of startup packet");
        }
        return request;
    }

    private static Begin begin(int code, ByteBuffer in) {
        if (code >>> 16 != 3) {
            throw new SqlError(
                    "0A000",
                    "unsupported frontend protocol %d.%d: server supports 3.0"
                            .formatted(code >>> 16, code & 0xffff));
        }
        Map<String, String> parameters = new LinkedHashMap<>();
        List<String> unknown = new ArrayList<>();
        while (true) {
            String name = text(in);
            if (name.isEmpty()) {
                break;
            }
            String value = text(in);
            if (name.startsWith("_pq_.")) {
                unknown.add(name);
            } else {
                parameters.put(name, value);
            }
        }
        if (in.hasRemaining()) {
            throw violation("invalid startup packet layout: expected terminator as last byte");
        }
        return new Begin(code & 0xffff, parameters, unknown);
    }

    private static String text(ByteBuffer in) {
        int start = in.position();
        while (in.hasRemaining()) {
            if (in.get() == 0) {
                return new String(
                        in.array(), start, in.position() - start - 1, StandardCharsets.UTF_8);
            }
        }
        throw violation("invalid startup packet layout: expected terminator as last byte");
    }
}
