package org.domicile.sql;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.domicile.postgres.SqlError;

/** What a client may send once it has begun (section 55.7): all of it. */
sealed interface Frontend {
    /** Longest message. */
    int LONGEST = 64 << 20;

    /** Longest while nobody is logged in. */
    int LONGEST_LOGIN = 10_000;

    private static SqlError violation(String sentence) {
        return new SqlError("08P01", sentence);
    }

    /** A simple query. */
    record Query(String sql) implements Frontend {}

    /** Prepares a statement. @param types of its parameters; 0 where the client leaves it open */
    record Parse(String name, String sql, List<Integer> types) implements Frontend {}

    /**
     * Makes a portal of a statement.
     *
     * @param formats of the parameters: none, one for all, or one for each; 1 is binary
     * @param values empty for NULL
     * @param results formats of the columns, likewise
     */
    record Bind(
            String portal,
            String statement,
            List<Integer> formats,
            List<Optional<byte[]>> values,
            List<Integer> results)
            implements Frontend {}

    /** What a statement or portal is. */
    record Describe(Target target, String name) implements Frontend {}

    /** Rows of a portal. @param most 0 for all */
    record Execute(String portal, int most) implements Frontend {}

    /** Ends a statement or portal. */
    record Close(Target target, String name) implements Frontend {}

    /** Wants what was answered so far. */
    record Flush() implements Frontend {}

    /** Ends a series. */
    record Sync() implements Frontend {}

    /** A step of a login; what it is depends on what was asked. */
    record Login(byte[] body) implements Frontend {}

    /** Bytes of a COPY. */
    record CopyPiece(byte[] bytes) implements Frontend {}

    /** The end of a COPY. */
    record CopyEnd() implements Frontend {}

    /** A COPY that the client gives up. */
    record CopyFail(String why) implements Frontend {}

    /** A function by its number, which is not here. */
    record FunctionCall() implements Frontend {}

    /** Goodbye. */
    record Terminate() implements Frontend {}

    /** A statement or a portal. */
    enum Target {
        STATEMENT,
        PORTAL
    }

    /** Whether a kind of message is known at all, before its body is waited for. */
    static boolean known(int kind) {
        return "QPBDECFHSXdcfp".indexOf(kind) >= 0;
    }

    /** Reads one. @param kind its first byte @param body all of it behind its length */
    static Frontend parse(int kind, byte[] body) {
        ByteBuffer in = ByteBuffer.wrap(body);
        try {
            Frontend message =
                    switch (kind) {
                        case 'Q' -> new Query(text(in));
                        case 'P' -> new Parse(text(in), text(in), types(in));
                        case 'B' -> bind(in);
                        case 'D' -> new Describe(target(in), text(in));
                        case 'E' -> new Execute(text(in), in.getInt());
                        case 'C' -> new Close(target(in), text(in));
                        case 'F' -> {
                            in.position(in.limit());
                            yield new FunctionCall();
                        }
                        case 'H' -> new Flush();
                        case 'S' -> new Sync();
                        case 'X' -> new Terminate();
                        case 'p' -> new Login(rest(in));
                        case 'd' -> new CopyPiece(rest(in));
                        case 'c' -> new CopyEnd();
                        case 'f' -> new CopyFail(text(in));
                        default -> throw violation("invalid frontend message type " + kind);
                    };
            if (in.hasRemaining()) {
                throw violation("invalid message format");
            }
            return message;
        } catch (BufferUnderflowException e) {
            throw violation("insufficient data left in message");
        }
    }

    private static Bind bind(ByteBuffer in) {
        String portal = text(in);
        String statement = text(in);
        List<Integer> formats = formats(in);
        int count = in.getShort() & 0xffff;
        List<Optional<byte[]>> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int length = in.getInt();
            if (length == -1) {
                values.add(Optional.empty());
                continue;
            }
            if (length < 0 || length > in.remaining()) {
                throw violation("insufficient data left in message");
            }
            byte[] value = new byte[length];
            in.get(value);
            values.add(Optional.of(value));
        }
        if (formats.size() > 1 && formats.size() != count) {
            throw violation(
                    "bind message has %d parameter formats but %d parameters"
                            .formatted(formats.size(), count));
        }
        return new Bind(portal, statement, formats, values, formats(in));
    }

    private static List<Integer> formats(ByteBuffer in) {
        int count = in.getShort() & 0xffff;
        List<Integer> formats = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int format = in.getShort();
            if (format != 0 && format != 1) {
                throw violation("unsupported format code: " + format);
            }
            formats.add(format);
        }
        return formats;
    }

    private static List<Integer> types(ByteBuffer in) {
        int count = in.getShort() & 0xffff;
        List<Integer> types = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            types.add(in.getInt());
        }
        return types;
    }

    private static Target target(ByteBuffer in) {
        byte target = in.get();
        return switch (target) {
            case 'S' -> Target.STATEMENT;
            case 'P' -> Target.PORTAL;
            default -> throw violation("invalid subtype " + target);
        };
    }

    private static byte[] rest(ByteBuffer in) {
        byte[] rest = new byte[in.remaining()];
        in.get(rest);
        return rest;
    }

    private static String text(ByteBuffer in) {
        int start = in.position();
        byte last;
        do {
            last = in.get();
        } while (last != 0);
        ByteBuffer part = in.duplicate().position(start).limit(in.position() - 1);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(part).toString();
        } catch (CharacterCodingException e) {
            throw new SqlError("22021", "invalid byte sequence for encoding \"UTF8\"");
        }
    }
}
