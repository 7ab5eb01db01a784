package org.domicile.keyspace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.domicile.bytes.Bytes;
import org.junit.jupiter.api.Test;

class TupleTest {
    private static final int ROUNDS = 50_000;

    /** The examples of FoundationDB's design/tuple.md, and our golden forms. */
    @Test
    void theFormIsFixed() {
        assertEquals("", hex(Tuple.of().pack()));
        assertEquals("01666f6f00ff62617200", hex(Tuple.pack((Object) "foo\0bar".getBytes(UTF_8))));
        assertEquals("0246c39400ff62617200", hex(Tuple.pack("F\u00d4\0bar")));
        assertEquals("14", hex(Tuple.pack(0L)));
        assertEquals("1501", hex(Tuple.pack(1L)));
        assertEquals("13fe", hex(Tuple.pack(-1L)));
        assertEquals("1300", hex(Tuple.pack(-255L)));
        assertEquals("12feff", hex(Tuple.pack(-256L)));
        assertEquals("160100", hex(Tuple.pack(256)));
        assertEquals("1c7fffffffffffffff", hex(Tuple.pack(Long.MAX_VALUE)));
        assertEquals("0c7fffffffffffffff", hex(Tuple.pack(Long.MIN_VALUE)));
        assertEquals("1cffffffffffffffff", hex(Tuple.of().unsigned(-1L).pack()));
        assertEquals("02610002620015ff", hex(Tuple.pack("a", "b", 255L)));
    }

    @Test
    void orderIsTheOrderOfTheParts() {
        Random random = seeded();
        Comparator<List<Tuple.Part>> order = TupleTest::compare;
        for (int round = 0; round < ROUNDS; round++) {
            List<Tuple.Part> a = parts(random);
            List<Tuple.Part> b = random.nextInt(4) == 0 ? extended(a, random) : parts(random);
            int expected = Integer.signum(order.compare(a, b));
            int actual = Integer.signum(Bytes.compare(pack(a), pack(b)));
            assertEquals(expected, actual, () -> a + " and " + b);
        }
    }

    @Test
    void whatIsPackedIsUnpacked() {
        Random random = seeded();
        for (int round = 0; round < ROUNDS; round++) {
            List<Tuple.Part> parts = parts(random);
            assertEquals(parts, Tuple.unpack(pack(parts)));
        }
    }

    @Test
    void aRangeHoldsTheExtensionsAndNothingElse() {
        Random random = seeded();
        for (int round = 0; round < ROUNDS; round++) {
            List<Tuple.Part> start = parts(random);
            Range range = build(start).range();
            List<Tuple.Part> longer = extended(start, random);
            assertTrue(within(range, pack(longer)));
            List<Tuple.Part> other = parts(random);
            boolean extension =
                    other.size() > start.size() && other.subList(0, start.size()).equals(start);
            assertEquals(extension, within(range, pack(other)), () -> start + " and " + other);
        }
    }

    @Test
    void aRangeOfBytesHoldsWhatBeginsSo() {
        Random random = seeded();
        for (int round = 0; round < ROUNDS; round++) {
            byte[] prefix = octets(random);
            byte[] whole = octets(random);
            Range range = Tuple.of().signed(7).rangeOfBytes(prefix);
            byte[] key = Tuple.of().signed(7).bytes(whole).signed(round).pack();
            assertEquals(Bytes.startsWith(whole, prefix), within(range, key));
            byte[] longer = java.util.Arrays.copyOf(prefix, prefix.length + random.nextInt(3));
            assertTrue(within(range, Tuple.of().signed(7).bytes(longer).pack()));
        }
    }

    @Test
    void whatIsNoTupleIsRefused() {
        for (String hex : List.of("00", "0161", "016100ff", "1d", "16ff", "ff")) {
            byte[] key = HexFormat.of().parseHex(hex);
            assertThrows(
                    IllegalArgumentException.class,
                    () -> assertArrayEquals(new byte[0], pack(Tuple.unpack(key)), hex));
        }
        assertThrows(IllegalArgumentException.class, () -> Tuple.pack("half \ud800 a pair"));
        assertThrows(IllegalArgumentException.class, () -> Tuple.pack(1.5));
        assertEquals(
                List.of(new Tuple.Part.Text("\ud83d\ude00")),
                Tuple.unpack(Tuple.pack("\ud83d\ude00")));
    }

    private static int compare(List<Tuple.Part> a, List<Tuple.Part> b) {
        for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
            int c = compare(a.get(i), b.get(i));
            if (c != 0) {
                return c;
            }
        }
        return Integer.compare(a.size(), b.size());
    }

    private static int compare(Tuple.Part a, Tuple.Part b) {
        if (a instanceof Tuple.Part.Octets(byte[] x) && b instanceof Tuple.Part.Octets(byte[] y)) {
            return Bytes.compare(x, y);
        }
        if (a instanceof Tuple.Part.Text(String x) && b instanceof Tuple.Part.Text(String y)) {
            return java.util.Arrays.compare(x.codePoints().toArray(), y.codePoints().toArray());
        }
        if (a instanceof Tuple.Part.Number x && b instanceof Tuple.Part.Number y) {
            return number(x).compareTo(number(y));
        }
        return Integer.compare(rank(a), rank(b));
    }

    private static int rank(Tuple.Part part) {
        return switch (part) {
            case Tuple.Part.Octets _ -> 0;
            case Tuple.Part.Text _ -> 1;
            case Tuple.Part.Number _ -> 2;
        };
    }

    private static BigInteger number(Tuple.Part.Number number) {
        return switch (number.sign()) {
            case NEGATIVE -> BigInteger.valueOf(number.value());
            case POSITIVE -> new BigInteger(Long.toUnsignedString(number.value()));
        };
    }

    private static List<Tuple.Part> extended(List<Tuple.Part> parts, Random random) {
        List<Tuple.Part> longer = new ArrayList<>(parts);
        longer.add(part(random));
        return longer;
    }

    private static List<Tuple.Part> parts(Random random) {
        List<Tuple.Part> parts = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            parts.add(part(random));
        }
        return parts;
    }

    private static Tuple.Part part(Random random) {
        return switch (random.nextInt(3)) {
            case 0 -> new Tuple.Part.Octets(octets(random));
            case 1 -> new Tuple.Part.Text(text(random));
            default -> {
                long edge = random.nextBoolean() ? 1L << random.nextInt(64) : random.nextLong();
                long value = (edge >> random.nextInt(64)) + random.nextInt(5) - 2;
                yield value < 0 && random.nextBoolean()
                        ? new Tuple.Part.Number(value, Tuple.Sign.NEGATIVE)
                        : new Tuple.Part.Number(value, Tuple.Sign.POSITIVE);
            }
        };
    }

    /** Short, from few values, so that prefixes and equal parts are common. */
    private static byte[] octets(Random random) {
        byte[] few = {0, 1, (byte) 0xFE, (byte) 0xFF, 'a'};
        byte[] octets = new byte[random.nextInt(5)];
        for (int i = 0; i < octets.length; i++) {
            octets[i] = few[random.nextInt(few.length)];
        }
        return octets;
    }

    private static String text(Random random) {
        int[] few = {0, 1, 'a', 0xFF, 0xFFFD, 0x10FFFF, 0x1F600};
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(5); i > 0; i--) {
            text.appendCodePoint(few[random.nextInt(few.length)]);
        }
        return text.toString();
    }

    private static byte[] pack(List<Tuple.Part> parts) {
        return build(parts).pack();
    }

    private static Tuple build(List<Tuple.Part> parts) {
        Tuple tuple = Tuple.of();
        for (Tuple.Part part : parts) {
            switch (part) {
                case Tuple.Part.Octets(byte[] value) -> tuple.bytes(value);
                case Tuple.Part.Text(String value) -> tuple.text(value);
                case Tuple.Part.Number(long value, Tuple.Sign sign) -> {
                    switch (sign) {
                        case NEGATIVE -> tuple.signed(value);
                        case POSITIVE -> tuple.unsigned(value);
                    }
                }
            }
        }
        return tuple;
    }

    private static boolean within(Range range, byte[] key) {
        return Bytes.compare(range.from(), key) <= 0 && Bytes.compare(key, range.to()) < 0;
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static Random seeded() {
        long seed = Long.getLong("domicile.seed", System.nanoTime());
        System.out.println("TupleTest: domicile.seed=" + seed);
        return new Random(seed);
    }
}
