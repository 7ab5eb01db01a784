package org.domicile.duckdb;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HexFormat;
import org.duckdb.DuckDBColumnType;
import org.duckdb.DuckDBFunctions;
import org.duckdb.DuckDBReadableVector;
import org.duckdb.DuckDBScalarFunctionBuilder;

/**
 * Murmur3 of 32 bits (x86, seed 0), by which tables are put into buckets and which the engine has
 * not. Only statements of ours call them: {@code Parsing} refuses them to users. Sources: Apache
 * Iceberg's table specification, appendix B; MurmurHash3 by Austin Appleby.
 */
final class Hashes {
    private static final int C1 = 0xcc9e2d51;
    private static final int C2 = 0x1b873593;

    /** Digits of a decimal, and its sign. */
    private static final int LONGEST = 39;

    private Hashes() {}

    private interface Of {
        int hash(DuckDBReadableVector values, long row);
    }

    /** Gives them to the engine: functions of one value, null of null, the same each time. */
    static void register(Connection connection) throws SQLException {
        register(
                connection,
                "domicile_hash_long",
                DuckDBColumnType.BIGINT,
                (values, row) -> of(values.getLong(row)));
        register(
                connection,
                "domicile_hash_text",
                DuckDBColumnType.VARCHAR,
                (values, row) -> of(values.getString(row).getBytes(StandardCharsets.UTF_8)));
        register(
                connection,
                "domicile_hash_hex",
                DuckDBColumnType.VARCHAR,
                (values, row) -> of(HexFormat.of().parseHex(values.getString(row))));
        register(
                connection,
                "domicile_hash_whole",
                DuckDBColumnType.VARCHAR,
                (values, row) -> of(whole(values.getString(row))));
    }

    private static byte[] whole(String text) {
        if (text.length() > LONGEST) {
            throw new IllegalArgumentException("no table has such a number");
        }
        return new BigInteger(text).toByteArray();
    }

    private static void register(
            Connection connection, String name, DuckDBColumnType parameter, Of of)
            throws SQLException {
        try (DuckDBScalarFunctionBuilder function = DuckDBFunctions.scalarFunction()) {
            function.withName(name)
                    .withParameter(parameter)
                    .withReturnType(DuckDBColumnType.INTEGER)
                    .withVectorizedFunction((in, out) -> {
                        DuckDBReadableVector values = in.vector(0);
                        long rows = in.rowCount();
                        for (long row = 0; row < rows; row++) {
                            if (values.isNull(row)) {
                                out.setNull(row);
                            } else {
                                out.setInt(row, of.hash(values, row));
                            }
                        }
                    })
                    .register(connection);
        }
    }

    /** Of its 8 bytes, the low one first. */
    static int of(long value) {
        int hash = mixed(mixed(0, (int) value), (int) (value >>> 32));
        return ended(hash, Long.BYTES);
    }

    static int of(byte[] bytes) {
        int hash = 0;
        int whole = bytes.length & ~3;
        for (int i = 0; i < whole; i += 4) {
            hash =
                    mixed(
                            hash,
                            bytes[i] & 255
                                    | (bytes[i + 1] & 255) << 8
                                    | (bytes[i + 2] & 255) << 16
                                    | bytes[i + 3] << 24);
        }
        int rest = 0;
        for (int i = bytes.length - 1; i >= whole; i--) {
            rest = rest << 8 | bytes[i] & 255;
        }
        return ended(hash ^ scrambled(rest), bytes.length);
    }

    private static int scrambled(int block) {
        return Integer.rotateLeft(block * C1, 15) * C2;
    }

    private static int mixed(int hash, int block) {
        return Integer.rotateLeft(hash ^ scrambled(block), 13) * 5 + 0xe6546b64;
    }

    private static int ended(int hash, int length) {
        int end = hash ^ length;
        end = (end ^ end >>> 16) * 0x85ebca6b;
        end = (end ^ end >>> 13) * 0xc2b2ae35;
        return end ^ end >>> 16;
    }
}
