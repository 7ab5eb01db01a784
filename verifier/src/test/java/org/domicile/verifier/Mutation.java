package org.domicile.verifier;

import java.util.Arrays;
import java.util.Random;

/** One small damage to some bytes; never none. */
final class Mutation {
    private Mutation() {}

    static byte[] of(byte[] good, Random random) {
        while (true) {
            byte[] bad = mutated(good, random);
            if (!Arrays.equals(good, bad)) {
                return bad;
            }
        }
    }

    private static byte[] mutated(byte[] good, Random random) {
        int at = random.nextInt(good.length);
        switch (random.nextInt(5)) {
            case 0 -> {
                byte[] bad = good.clone();
                bad[at] ^= (byte) (1 << random.nextInt(8));
                return bad;
            }
            case 1 -> {
                byte[] bad = good.clone();
                bad[at] = (byte) random.nextInt(256);
                return bad;
            }
            case 2 -> {
                return Arrays.copyOf(good, at);
            }
            case 3 -> {
                // a byte more
                byte[] bad = Arrays.copyOf(good, good.length + 1);
                System.arraycopy(good, at, bad, at + 1, good.length - at);
                bad[at] = (byte) random.nextInt(256);
                return bad;
            }
            default -> {
                // a byte less
                byte[] bad = Arrays.copyOf(good, good.length - 1);
                System.arraycopy(good, at + 1, bad, at, good.length - at - 1);
                return bad;
            }
        }
    }
}
