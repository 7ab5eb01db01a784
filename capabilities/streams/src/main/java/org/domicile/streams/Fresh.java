package org.domicile.streams;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How many different things each organisation has Kafka keep in memory. Counting begins anew after
 * a while, in which Kafka has let go of what was not used. Its state is behind its own locks.
 */
final class Fresh {
    private final int most;
    private final long nanos;
    private final byte[] salt = new byte[16];
    private final Map<String, Seen> seen = new ConcurrentHashMap<>();

    /** What an organisation has named since when. Its own lock guards it. */
    private static final class Seen {
        private final Set<Long> names = new HashSet<>();
        private long since;

        Seen(long now) {
            since = now;
        }

        synchronized boolean takes(long name, int most, long nanos, long now) {
            if (now - since > nanos) {
                names.clear();
                since = now;
            }
            return names.contains(name) || (names.size() < most && names.add(name));
        }
    }

    Fresh(int most, Duration during) {
        this.most = most;
        this.nanos = during.toNanos();
        new SecureRandom().nextBytes(salt);
    }

    /** False for one that would be one too many. */
    boolean takes(String organisation, Object... name) {
        long now = System.nanoTime();
        return seen.computeIfAbsent(organisation, _ -> new Seen(now))
                .takes(brief(name), most, nanos, now);
    }

    /** Names may be long, and nobody can choose two that are the same here. */
    private long brief(Object... name) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(salt);
            for (Object each : name) {
                digest.update(each.toString().getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
            }
            return java.nio.ByteBuffer.wrap(digest.digest()).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
