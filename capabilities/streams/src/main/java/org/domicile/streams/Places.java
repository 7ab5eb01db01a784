package org.domicile.streams;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * From where connections fetch, and so what they got: whoever goes on from an offset has got what
 * is before it. Where no fetch tells that, because the next one goes elsewhere or none comes, what
 * the answer can have held counts. Safe for concurrent use; the fetches of one connection come one
 * after the other.
 */
final class Places implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("org.domicile.streams");

    /** Partitions of connections that are remembered. */
    static final int MOST = 65_536;

    /** A fetch waits for half a second: who is silent for so long has its answer, or is gone. */
    private static final Duration SILENT = Duration.ofSeconds(2);

    private static final long STEP_MILLIS = 500;

    /** What the log has. */
    interface Answers {
        /**
         * The offset behind what a fetch gets now; that from which it fetches, for nothing.
         *
         * @param bytes how much it asks for
         * @param committed whether it gets what is committed alone
         */
        long end(Spot spot, long from, int bytes, boolean committed);
    }

    /** A partition. */
    record Spot(String stream, int partition) {}

    /** A fetch from a partition. */
    record Asked(Spot spot, long from, int bytes, boolean committed) {}

    /** Offsets that a client has got, from the first to before the last. */
    record Got(Client client, Spot spot, long from, long to) {}

    /**
     * The last fetch from a partition.
     *
     * @param told up to where what it gets was counted
     * @param bytes the most that was asked for on the way there
     * @param committed whether all fetches on the way there were for what is committed
     */
    private record Last(Client client, long from, long told, int bytes, boolean committed) {
        static Last of(Client client, Asked asked) {
            return new Last(client, asked.from(), asked.from(), asked.bytes(), asked.committed());
        }

        Last on(Asked asked, long until) {
            return new Last(
                    client,
                    asked.from(),
                    Math.max(told, until),
                    Math.max(bytes, asked.bytes()),
                    committed && asked.committed());
        }

        Last told(long until) {
            return new Last(client, from, until, bytes, committed);
        }
    }

    /** What is known of a connection, behind the lock of all. */
    private static final class Known {
        private final Map<Spot, Last> spots = new HashMap<>();

        /** When its last fetch came, by the machine's own clock. */
        private long heard;

        /** Whether what it got since then was counted. */
        private boolean settled;
    }

    private final Answers answers;
    private final Consumer<Got> late;
    private final int most;
    private final LongSupplier clock;
    private final CountDownLatch ends = new CountDownLatch(1);

    // all of it behind the lock of connections
    private final LinkedHashMap<String, Known> connections = new LinkedHashMap<>(16, 0.75f, true);
    private int spots;
    private @Nullable Thread settling;

    /**
     * @param late is told of what no fetch tells
     */
    Places(Answers answers, Consumer<Got> late) {
        this(answers, late, MOST, System::nanoTime);
    }

    /**
     * @param most partitions of connections that are remembered
     * @param clock the machine's own, in nanoseconds, which nobody puts to another time
     */
    Places(Answers answers, Consumer<Got> late, int most, LongSupplier clock) {
        this.answers = answers;
        this.late = late;
        this.most = most;
        this.clock = clock;
    }

    /** What a fetch shows that a connection has got, before it is answered itself. */
    List<Got> fetched(Client client, String connection, List<Asked> asked) {
        Map<Spot, Last> before = new HashMap<>();
        boolean settled;
        synchronized (connections) {
            Known known = connections.computeIfAbsent(connection, _ -> new Known());
            settled = known.settled; // what it got was counted when it fell silent
            known.settled = false;
            known.heard = clock.getAsLong();
            for (Asked each : asked) {
                Last last = known.spots.get(each.spot());
                if (last != null) {
                    before.put(each.spot(), last);
                }
            }
            if (settling == null && ends.getCount() > 0) {
                settling = Thread.ofVirtual().name("streams places").start(this::run);
            }
        }
        List<Got> got = new ArrayList<>();
        for (Asked each : asked) {
            Last last = before.get(each.spot());
            long end = each.from();
            if (last != null && each.from() <= last.from()) {
                end = settled ? last.from() : end(each.spot(), last);
            }
            fetched(client, connection, each, end, got);
        }
        forgotten(got);
        return got;
    }

    /**
     * @param end up to where it got what is there
     */
    private void fetched(Client client, String connection, Asked asked, long end, List<Got> got) {
        synchronized (connections) {
            Known known = connections.computeIfAbsent(connection, _ -> new Known());
            Last last = known.spots.get(asked.spot());
            if (last == null) {
                spots++;
            }
            Last now =
                    last != null && asked.from() >= last.from()
                            ? last.on(asked, end)
                            : Last.of(client, asked);
            known.spots.put(asked.spot(), now);
            if (last != null && end > last.told()) {
                got.add(new Got(client, asked.spot(), last.told(), end));
            }
        }
    }

    /** A fetch got nothing of streams, whatever is in them. */
    void refused(String connection, Set<String> streams) {
        synchronized (connections) {
            Known known = connections.get(connection);
            if (known != null) {
                int before = known.spots.size();
                known.spots.keySet().removeIf(each -> streams.contains(each.stream()));
                spots -= before - known.spots.size();
            }
        }
    }

    private long end(Spot spot, Last last) {
        return answers.end(spot, last.from(), last.bytes(), last.committed());
    }

    /** Adds what those got that there is no room for any more. */
    private void forgotten(List<Got> got) {
        List<Known> over = new ArrayList<>();
        synchronized (connections) {
            Iterator<Known> all = connections.values().iterator();
            while (spots > most && all.hasNext()) {
                Known eldest = all.next();
                all.remove();
                spots -= eldest.spots.size();
                if (!eldest.settled) {
                    over.add(eldest);
                }
            }
        }
        for (Known each : over) { // nobody else has them
            each.spots.forEach((spot, last) -> {
                long end = end(spot, last);
                if (end > last.told()) {
                    got.add(new Got(last.client(), spot, last.told(), end));
                }
            });
        }
    }

    private void run() {
        try {
            while (!ends.await(STEP_MILLIS, TimeUnit.MILLISECONDS)) {
                settle(clock.getAsLong() - SILENT.toNanos());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Counts what connections got that fell silent. @param since of the machine's own clock */
    private void settle(long since) {
        Map<Known, Map<Spot, Last>> silent = new HashMap<>();
        synchronized (connections) {
            for (Known each : connections.values()) {
                if (!each.settled && each.heard - since <= 0) {
                    each.settled = true;
                    silent.put(each, Map.copyOf(each.spots));
                }
            }
        }
        silent.forEach((known, all) -> all.forEach((spot, last) -> settle(known, spot, last)));
    }

    private void settle(Known known, Spot spot, Last last) {
        try {
            long end = end(spot, last);
            boolean more;
            synchronized (connections) {
                more = end > last.told() && known.spots.replace(spot, last, last.told(end));
            }
            if (more) {
                late.accept(new Got(last.client(), spot, last.told(), end));
            }
        } catch (RuntimeException e) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "what a client got of " + spot.stream() + " could not be counted",
                    e);
        }
    }

    /** Counts what is left. */
    @Override
    public void close() {
        ends.countDown();
        settle(clock.getAsLong());
    }
}
