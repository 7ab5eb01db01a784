package org.domicile.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The format between a session and its worker: a worker may be anybody's by now. */
class WireTest {
    private static final BitSet SECOND = BitSet.valueOf(new long[] {2});

    private static byte[] vector(Vector vector) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Wire.vector(new DataOutputStream(bytes), vector);
        return bytes.toByteArray();
    }

    private static Vector vector(byte[] bytes) throws IOException {
        return Wire.vector(new DataInputStream(new ByteArrayInputStream(bytes)));
    }

    private static List<Vector> some() {
        Vector longs = new Vector.Longs(new long[] {1, 2, -3}, SECOND);
        Vector runs = new Vector.Runs(new byte[] {1, 2, 3}, new int[] {1, 1, 3}, SECOND);
        return List.of(
                longs,
                runs,
                new Vector.Doubles(new double[] {1, Double.NaN}, SECOND),
                new Vector.Bigs(new BigInteger[] {BigInteger.TEN, BigInteger.ZERO}, SECOND),
                new Vector.Intervals(new int[] {1}, new int[] {2}, new long[] {3}, new BitSet()),
                new Vector.Uuids(new long[] {1}, new long[] {2}, new BitSet()),
                new Vector.Lists(new int[] {2, 2, 3}, longs, SECOND),
                new Vector.Structs(3, List.of(longs, runs), SECOND),
                new Vector.Maps(new int[] {1, 3}, runs, longs, new BitSet()));
    }

    @Test
    void vectorsComeThrough() throws IOException {
        for (Vector each : some()) {
            byte[] bytes = vector(each);
            Vector back = vector(bytes);
            assertEquals(each.size(), back.size());
            assertEquals(each.nulls(), back.nulls());
            assertEquals(List.of(toList(bytes)), List.of(toList(vector(back))));
        }
    }

    private static List<Byte> toList(byte[] bytes) {
        Byte[] all = new Byte[bytes.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = bytes[i];
        }
        return List.of(all);
    }

    /** What is broken is an IOException, and never takes more memory than was sent. */
    @Test
    void noBytesBreakTheReader() throws IOException {
        long seed = Long.getLong("domicile.seed", System.nanoTime());
        Random random = new Random(seed);
        for (Vector each : some()) {
            byte[] whole = vector(each);
            for (int i = 0; i < 5_000; i++) {
                byte[] broken = whole.clone();
                for (int j = 0; j <= random.nextInt(4); j++) {
                    broken[random.nextInt(broken.length)] = (byte) random.nextInt();
                }
                try {
                    Vector read = vector(broken);
                    for (int row = 0; row < read.size(); row++) {
                        if (read instanceof Vector.Runs runs) {
                            runs.text(row);
                        }
                    }
                } catch (IOException _) {
                    // said
                } catch (RuntimeException e) {
                    throw new AssertionError("seed " + seed + " " + each, e);
                }
            }
        }
    }

    @Test
    void aFrameHasALimit() {
        byte[] huge = {127, -1, -1, -1, 1};
        Wire wire = new Wire(new ByteArrayInputStream(huge), new ByteArrayOutputStream());
        assertThrows(IOException.class, wire::receive);
    }
}
