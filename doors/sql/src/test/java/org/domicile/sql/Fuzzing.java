package org.domicile.sql;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.domicile.guard.ScramVerifier;
import org.domicile.postgres.BinaryFormat;
import org.domicile.postgres.Lexer;
import org.domicile.postgres.PgType;
import org.domicile.postgres.Question;
import org.domicile.postgres.SqlError;
import org.domicile.postgres.TextFormat;

/**
 * Where Jazzer comes in: all that reads what a client sends, an input's first byte saying which.
 * Whatever comes, it is read or refused with a SQLSTATE. Public, with a method of this name,
 * because Jazzer looks for it.
 */
public final class Fuzzing {
    /** What reads, in the order of first bytes. */
    enum Target {
        STARTUP,
        MESSAGE,
        LOGIN,
        STATEMENT,
        QUESTION,
        TEXT_VALUE,
        BINARY_VALUE,
        OPTIONS
    }

    private Fuzzing() {}

    /** One input. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length > 0) {
            Target target = Target.values()[(input[0] & 0xff) % Target.values().length];
            read(target, Arrays.copyOfRange(input, 1, input.length));
        }
    }

    /** True when it was read, false when it was refused. */
    static boolean read(Target target, byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        int first = bytes.length == 0 ? 0 : bytes[0] & 0xff;
        byte[] rest = bytes.length == 0 ? bytes : Arrays.copyOfRange(bytes, 1, bytes.length);
        try {
            switch (target) {
                case STARTUP -> Startup.parse(bytes);
                case MESSAGE -> Frontend.parse(first, rest);
                case LOGIN -> login(text);
                case STATEMENT -> {
                    for (Lexer.Piece each : Lexer.statements(text)) {
                        Command.of(each.text());
                    }
                }
                case QUESTION -> Question.parse(text);
                case TEXT_VALUE -> {
                    PgType type = PgType.values()[first % PgType.values().length];
                    Object value =
                            TextFormat.UTC.read(type, new String(rest, StandardCharsets.UTF_8));
                    TextFormat.UTC.read(type, TextFormat.UTC.write(type, value));
                    BinaryFormat.write(type, value);
                }
                case BINARY_VALUE -> {
                    PgType type = PgType.values()[first % PgType.values().length];
                    TextFormat.UTC.write(type, BinaryFormat.read(type, rest));
                }
                case OPTIONS -> new Settings((name, value) -> {}).begin("timezone", text);
            }
            return true;
        } catch (SqlError e) {
            if (e.state().length() != 5 || e.getMessage() == null) {
                throw new AssertionError("a refusal says why", e);
            }
            return false;
        }
    }

    private static void login(String text) {
        int middle = text.indexOf('\n');
        Scram scram =
                new Scram(
                        new ScramVerifier(new byte[16], 4_096, new byte[32], new byte[32]),
                        Optional.empty(),
                        "nonce");
        scram.first(Scram.PLAIN, middle < 0 ? text : text.substring(0, middle));
        scram.last(middle < 0 ? "" : text.substring(middle + 1));
    }

    /** Inputs that are read, one at least for each target: where the fuzzer begins. */
    static List<byte[]> seeds(Target target) {
        return switch (target) {
            case STARTUP ->
                    List.of(
                            bytes("\0\3\0\0user\0u\0database\0d\0\0"),
                            new byte[] {4, (byte) 0xd2, 0x16, 0x2f});
            case MESSAGE ->
                    List.of(
                            bytes("Qselect 1\0"),
                            bytes("Ps\0select $1\0\0\1\0\0\0\27"),
                            bytes("Bp\0s\0\0\1\0\1\0\2\0\0\0\1x\377\377\377\377\0\1\0\0"),
                            bytes("Ep\0\0\0\0\12"),
                            bytes("DS\0"));
            case LOGIN ->
                    List.of(bytes("n,,n=u,r=abc\nc=biws,r=abcnonce,p=" + "A".repeat(43) + "="));
            case STATEMENT ->
                    List.of(
                            bytes("declare c scroll cursor with hold for select 1; fetch 3 in c"),
                            bytes(
                                    "copy (select 'a') to stdout with (format csv, header, null"
                                            + " 'x')"),
                            bytes("set session time zone 'UTC'; prepare p(int, text) as select $1"),
                            bytes("execute p(1, 'a', null); rollback to savepoint s; show all"));
            case QUESTION ->
                    List.of(
                            bytes(
                                    "with recursive r(n) as (values (1) union all select n + 1 from"
                                        + " r) select distinct on (a) case a when 1 then 'x' end,"
                                        + " t.* from r a left join lateral (select 2) t(b) on true"
                                        + " where a = any ('{1}'::int[]) and not b is distinct from"
                                        + " null order by 1 desc nulls last limit 3 offset 1"),
                            bytes(
                                    "select count(*) filter (where true) over (partition by a order"
                                        + " by b), (x).y, z[1:2], e'\\n', $q$a$q$ from f(1) with"
                                        + " ordinality as g(h) group by 1 having true"));
            case TEXT_VALUE ->
                    List.of(
                            typed(PgType.INT4_ARRAY, "{1,NULL,3}"),
                            typed(PgType.TIMESTAMPTZ, "2024-02-29 12:00:00+02"),
                            typed(PgType.INTERVAL, "1 year -2 days 03:04:05.6"));
            case BINARY_VALUE ->
                    List.of(
                            typed(PgType.BOOL, "\1"),
                            typed(PgType.NUMERIC, "\0\1\0\0\0\0\0\0\0\5"));
            case OPTIONS -> List.of(bytes("Europe/Berlin"));
        };
    }

    private static byte[] typed(PgType type, String latin) {
        return bytes((char) type.ordinal() + latin);
    }

    private static byte[] bytes(String latin) {
        return latin.getBytes(StandardCharsets.ISO_8859_1);
    }
}
