package org.domicile.persons;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/** How many wrong codes came in this minute, from whom and in all. Guarded by its lock. */
final class Failures {
    private static final int FROM_ONE = 10;

    /** Far from what guesses a code of 137 bits: a bound for memory, not for who has a good one. */
    private static final int IN_ALL = 10_000;

    private static final int NETWORK = 8;

    private final Map<String, Integer> byAddress = new HashMap<>();
    private long minute;
    private int all;

    /** Whether another try is let in. */
    synchronized boolean allow(InetAddress from, Instant now) {
        turn(now);
        return all < IN_ALL && byAddress.getOrDefault(network(from), 0) < FROM_ONE;
    }

    /** A wrong code came. There are never more addresses than failures in all. */
    synchronized void add(InetAddress from, Instant now) {
        turn(now);
        all++;
        byAddress.merge(network(from), 1, Integer::sum);
    }

    private void turn(Instant now) {
        long present = now.getEpochSecond() / 60;
        if (present != minute) {
            minute = present;
            all = 0;
            byAddress.clear();
        }
    }

    /** Who has one address of IPv6 has 2^64. */
    private static String network(InetAddress address) {
        byte[] bytes = address.getAddress();
        return HexFormat.of()
                .formatHex(address instanceof Inet6Address ? Arrays.copyOf(bytes, NETWORK) : bytes);
    }
}
