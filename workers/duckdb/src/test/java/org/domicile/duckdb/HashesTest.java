package org.domicile.duckdb;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Values of Apache Iceberg's table specification, appendix B. */
class HashesTest {
    @Test
    void hashesAreThoseOfTheSpecification() {
        assertEquals(2_017_239_379, Hashes.of(34));
        assertEquals(-500_754_589, Hashes.of(BigInteger.valueOf(1420).toByteArray()));
        assertEquals(-653_330_422, Hashes.of(17_486)); // 2017-11-16
        assertEquals(-662_762_989, Hashes.of(81_068_000_000L)); // 22:31:08
        assertEquals(-2_047_944_441, Hashes.of(1_510_871_468_000_000L)); // 2017-11-16T22:31:08
        assertEquals(1_210_000_089, Hashes.of("iceberg".getBytes(StandardCharsets.UTF_8)));
        assertEquals(
                1_488_055_340,
                Hashes.of(HexFormat.of().parseHex("f79c3e09677c4bbda4793f349cb785e7")));
        assertEquals(-188_683_207, Hashes.of(new byte[] {0, 1, 2, 3}));
        assertEquals(0, Hashes.of(new byte[0]));
    }
}
