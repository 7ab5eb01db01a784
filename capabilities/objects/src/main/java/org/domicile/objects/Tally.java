package org.domicile.objects;

import java.util.ArrayList;
import java.util.List;

/**
 * Whether what is named and what is there are the same, for any number of bodies in little memory:
 * places fall into slots by their hash, and each slot sums up hashes of those named, less those
 * there. A slot that comes to nothing has none too many and none too few (by chance one in 2^64);
 * only in the others has one to look which they are. Owned by one thread.
 */
final class Tally {
    private static final int SLOTS = 1 << 14;

    private final long seed;
    private final long[] sums = new long[SLOTS];
    private final int[] named = new int[SLOTS];

    /**
     * @param seed makes the hashes differ from run to run
     */
    Tally(long seed) {
        this.seed = seed;
    }

    void name(byte[] place) {
        int slot = slot(place);
        sums[slot] += hash(place, seed);
        named[slot]++;
    }

    void exists(byte[] place) {
        sums[slot(place)] -= hash(place, seed);
    }

    /**
     * Slots that do not come to nothing: as many of the first of them as hold so many places
     * together, and at least one.
     */
    List<Integer> differing(int places) {
        List<Integer> differing = new ArrayList<>();
        long held = 0;
        for (int slot = 0; slot < SLOTS; slot++) {
            if (sums[slot] != 0) {
                held += named[slot];
                if (!differing.isEmpty() && held > places) {
                    return differing;
                }
                differing.add(slot);
            }
        }
        return differing;
    }

    /** How many slots do not come to nothing. */
    int differences() {
        int differences = 0;
        for (long sum : sums) {
            differences += sum == 0 ? 0 : 1;
        }
        return differences;
    }

    int slot(byte[] place) {
        return (int) (hash(place, ~seed) >>> 50);
    }

    /** Mixes all bytes of a place (MurmurHash3's finalizer after each eight). */
    private static long hash(byte[] place, long seed) {
        long hash = seed;
        long next = 0;
        for (int i = 0; i < place.length; i++) {
            next = next << 8 | (place[i] & 0xFF);
            if (i % Long.BYTES == Long.BYTES - 1 || i == place.length - 1) {
                hash = mix(hash ^ next) + next;
                next = 0;
            }
        }
        return mix(hash);
    }

    private static long mix(long bits) {
        long mixed = (bits ^ bits >>> 33) * 0xFF51AFD7ED558CCDL;
        mixed = (mixed ^ mixed >>> 33) * 0xC4CEB9FE1A85EC53L;
        return mixed ^ mixed >>> 33;
    }
}
