package org.domicile.postgres;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigDecimal;
import java.time.ZoneId;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Texts and bytes of values, as PostgreSQL 15.18 wrote them. */
class FormatsTest {
    /** Text as read, text as written, and the bytes that {@code …send(…)} makes of it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "BOOL | true | t | 01",
                "BOOL | off | f | 00",
                "INT2 | -2 | -2 | fffe",
                "INT4 | 1000000 | 1000000 | 000f4240",
                "INT8 | -9223372036854775808 | -9223372036854775808 | 8000000000000000",
                "OID | 4294967295 | 4294967295 | ffffffff",
                "FLOAT4 | 1.5 | 1.5 | 3fc00000",
                "FLOAT8 | 1e100 | 1e+100 | 54b249ad2594c37d",
                "FLOAT8 | 0.0001 | 0.0001 | 3f1a36e2eb1c432d",
                "FLOAT8 | 0.00001 | 1e-05 | 3ee4f8b588e368f1",
                "FLOAT8 | 123456789012345678 | 1.2345678901234568e+17 | 437b69b4ba630f35",
                "FLOAT8 | -Infinity | -Infinity | fff0000000000000",
                "NUMERIC | 0 | 0 | 0000000000000000",
                "NUMERIC | 1234.5678 | 1234.5678 | 00020000000000040 4d2162e",
                "NUMERIC | -0.00012 | -0.00012 | 0002ffff400000050001 07d0",
                "NUMERIC | 10000 | 10000 | 00010001000000000001",
                "NUMERIC | 1e10 | 10000000000 | 000100020000000000 64",
                "NUMERIC | 1.50 | 1.50 | 0002000000000002 00011388",
                "TEXT | ä | ä | c3a4",
                "BYTEA | \\x00ff | \\x00ff | 00ff",
                "BYTEA | a\\001\\\\ | \\x61015c | 61015c",
                "DATE | 2024-02-29 | 2024-02-29 | 00002279",
                "DATE | 1999-12-31 | 1999-12-31 | ffffffff",
                "TIME | 04:05:06.789 | 04:05:06.789 | 000000036c97ca88",
                "TIMETZ | 04:05:06+02 | 04:05:06+02 | 000000036c8bc080ffffe3e0",
                "TIMESTAMP | 2024-02-29 12:34:56.5 | 2024-02-29 12:34:56.5 | 0002b583416e1d20",
                "TIMESTAMPTZ | 2024-02-29T12:34:56+02:00 | 2024-02-29 10:34:56+00 |"
                        + " 0002b581943f3400",
                "TIMESTAMPTZ | infinity | infinity | 7fffffffffffffff",
                "INTERVAL | 1 year 2 mons -3 days 04:05:06 | 1 year 2 mons -3 days +04:05:06 |"
                        + " 000000036c8bc080fffffffd0000000e",
                "INTERVAL | 90 minutes | 01:30:00 | 0000000141dd76000000000000000000",
                "UUID | A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11 | a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"
                        + " | a0eebc999c0b4ef8bb6d6bb9bd380a11",
                "JSONB | {\"a\": 1} | {\"a\": 1} | 017b2261223a20317d",
                "INT4_ARRAY | {1,NULL,3} | {1,NULL,3} |"
                    + " 00000001000000010000001700000003000000010000000400000001ffffffff0000000400000003",
                "TEXT_ARRAY | {{a,\"b,c\"},{\"\",\"n ull\"}} | {{a,\"b,c\"},{\"\",\"n ull\"}} |"
                    + " 00000002000000000000001900000002000000010000000200000001000000016100000003622c6300000000000000056e20756c6c",
                "INT2VECTOR | 1 2 | 1 2 |"
                        + " 00000001000000000000001500000002000000000000000200010000000 20002",
            })
    void eachTypeIsReadAndWritten(PgType type, String read, String written, String bytes) {
        Object value = TextFormat.UTC.read(type, read);
        assertEquals(written, TextFormat.UTC.write(type, value));
        byte[] wanted = HexFormat.of().parseHex(bytes.replace(" ", ""));
        assertArrayEquals(
                wanted,
                BinaryFormat.write(type, value),
                () -> HexFormat.of().formatHex(BinaryFormat.write(type, value)));
        Object again = BinaryFormat.read(type, wanted);
        assertEquals(written, TextFormat.UTC.write(type, again));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "BOOL | maybe | 22P02",
                "INT2 | 40000 | 22003",
                "INT4 | 1.5 | 22P02",
                "FLOAT8 | 1d | 22P02",
                "NUMERIC | 1x | 22P02",
                "DATE | 2023-02-29 | 22007",
                "TIMESTAMP | now-ish | 22007",
                "INTERVAL | soon | 22007",
                "UUID | 1234 | 22P02",
                "BYTEA | \\xzz | 22P02",
                "INT4_ARRAY | {1,2 | 22P02",
                "INT4_ARRAY | {1,,2} | 22P02",
            })
    void whatIsNoValueIsRefused(PgType type, String text, String state) {
        assertEquals(
                state, assertThrows(SqlError.class, () -> TextFormat.UTC.read(type, text)).state());
    }

    @Test
    void momentsAreWrittenInTheSessionsZone() {
        TextFormat berlin = new TextFormat(ZoneId.of("Europe/Berlin"));
        Object moment = berlin.read(PgType.TIMESTAMPTZ, "2024-07-01 12:00:00");
        assertEquals("2024-07-01 12:00:00+02", berlin.write(PgType.TIMESTAMPTZ, moment));
        assertEquals("2024-07-01 10:00:00+00", TextFormat.UTC.write(PgType.TIMESTAMPTZ, moment));
    }

    @Test
    void numericsSurviveTheirBytes() {
        long seed = Long.getLong("domicile.seed", System.nanoTime());
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 10_000; i++) {
            BigDecimal number =
                    new BigDecimal(
                            new java.math.BigInteger(random.nextInt(120), random),
                            random.nextInt(25));
            number = random.nextBoolean() ? number : number.negate();
            BigDecimal again =
                    (BigDecimal)
                            BinaryFormat.read(
                                    PgType.NUMERIC, BinaryFormat.write(PgType.NUMERIC, number));
            assertEquals(number, again);
        }
    }

    @Test
    void bytesThatAreNoValueAreRefused() {
        long seed = Long.getLong("domicile.seed", System.nanoTime());
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            PgType type = PgType.values()[random.nextInt(PgType.values().length)];
            byte[] bytes = new byte[random.nextInt(40)];
            random.nextBytes(bytes);
            if (random.nextBoolean() && bytes.length > 0) {
                bytes[0] = 0;
            }
            try {
                TextFormat.UTC.write(type, BinaryFormat.read(type, bytes));
            } catch (SqlError e) {
                assertEquals(5, e.state().length());
            }
        }
    }
}
