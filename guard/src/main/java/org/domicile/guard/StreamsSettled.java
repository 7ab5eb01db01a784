package org.domicile.guard;

import java.lang.System.Logger.Level;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.domicile.bytes.StorageFailure;
import org.domicile.streams.Stream;
import org.domicile.streams.StreamLog;
import org.domicile.streams.Streams;
import org.domicile.streams.Topic;
import org.jspecify.annotations.Nullable;

/**
 * Brings the log to the register: all streams once, and then the one that changed. What failed is
 * tried again in the background, with a pause that grows, until it is done.
 *
 * <p>{@code settling} is held for one stream at a time, and what is brought is what the register
 * says then; {@code state} guards what is behind.
 */
final class StreamsSettled {
    private static final System.Logger LOG = System.getLogger("org.domicile.guard");
    private static final long LONGEST_PAUSE_MILLIS = 60_000;

    private final Streams streams;
    private final StreamLog log;
    private final StreamGrowth growth;
    private final Runnable settled;
    private final long firstPause;
    private final ReentrantLock settling = new ReentrantLock();
    private final CountDownLatch ends = new CountDownLatch(1);
    private final Object state = new Object();

    /** Names of those that the log does not have as the register does. */
    private final Set<String> behind = new TreeSet<>();

    private boolean allBehind;
    private String why = "";
    private @Nullable Thread mending;

    /**
     * @param growth who hears of it before a stream has more partitions
     * @param settled what can begin once the log runs; it may be told many times
     * @param firstPause in milliseconds, before what failed is tried again
     */
    StreamsSettled(
            Streams streams,
            StreamLog log,
            StreamGrowth growth,
            Runnable settled,
            long firstPause) {
        this.streams = streams;
        this.log = log;
        this.growth = growth;
        this.settled = settled;
        this.firstPause = firstPause;
    }

    /**
     * All of them, and nothing else; starts the log if there is any.
     *
     * @throws StorageFailure the last one; streams that could be brought are there
     */
    void all() {
        Set<String> wanted = new TreeSet<>(streams.gone());
        streams.all().forEach(each -> wanted.add(each.name()));
        if (wanted.isEmpty() && log.port().isEmpty() && !streams.hasLeft()) {
            return;
        }
        try {
            log.start();
            streams.started();
            for (String each : log.names()) {
                if (Topic.names(each)) {
                    wanted.add(each); // of none any more, perhaps
                }
            }
        } catch (StorageFailure e) {
            late(Optional.empty(), e);
            throw e;
        }
        synchronized (state) {
            allBehind = false;
        }
        each(wanted);
    }

    private void each(Collection<String> names) {
        StorageFailure failure = null;
        for (String each : names) {
            try {
                bring(each);
            } catch (StorageFailure e) {
                failure = e;
            }
        }
        settled.run();
        if (failure != null) {
            throw failure;
        }
    }

    /**
     * One of them, which was made, changed or removed.
     *
     * @throws StorageFailure when it is not there yet; it is tried again
     */
    void one(String name) {
        bring(name);
        settled.run();
    }

    /**
     * Tells those who read it that it is about to grow; they have some seconds to hear it, and
     * nobody else waits for them.
     *
     * @return how many partitions it may have now
     */
    private int told(String name) {
        int wanted = streams.stream(name).map(each -> each.topic().partitions()).orElse(0);
        int there = log.port().isPresent() ? log.extents(name).size() : 0;
        if (wanted > there) {
            growth.grows(name, wanted);
        }
        return wanted;
    }

    private void bring(String name) {
        int told;
        try {
            told = told(name);
        } catch (StorageFailure e) {
            late(Optional.of(name), e);
            throw e;
        }
        settling.lock();
        try {
            Optional<Stream> wanted = streams.stream(name);
            if (wanted.isPresent()) {
                int now = wanted.get().topic().partitions();
                if (now > told) { // somebody has changed it again
                    growth.grows(name, now);
                }
                log.keep(wanted.get().topic(), wanted.get().letting());
            } else {
                log.remove(name);
                streams.cleared(name); // until it is gone nobody has its name
            }
            synchronized (state) {
                behind.remove(name);
            }
        } catch (StorageFailure e) {
            late(Optional.of(name), e);
            throw e;
        } finally {
            settling.unlock();
        }
    }

    /**
     * @param name empty for all of them
     */
    private void late(Optional<String> name, StorageFailure failure) {
        synchronized (state) {
            boolean known = name.map(each -> !behind.add(each)).orElse(allBehind);
            allBehind |= name.isEmpty();
            LOG.log(
                    known ? Level.DEBUG : Level.ERROR,
                    name.map(each -> "the stream " + each + " is not as it should be")
                            .orElse("streams are not served"),
                    failure);
            why = String.valueOf(failure.getMessage());
            if (mending == null && ends.getCount() > 0) {
                mending = Thread.ofVirtual().name("streams behind").start(this::mend);
            }
        }
    }

    private void mend() {
        long pause = firstPause;
        try {
            while (!ends.await(pause, TimeUnit.MILLISECONDS) && !isMended()) {
                pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Tries what is behind; whether nothing is, and nobody tries any more. */
    private boolean isMended() {
        boolean all;
        List<String> some;
        synchronized (state) {
            all = allBehind;
            some = List.copyOf(behind);
        }
        try {
            if (all) {
                all();
            } else {
                each(some);
            }
        } catch (StorageFailure e) {
            LOG.log(Level.DEBUG, "streams are still behind", e); // what stays behind is known
        }
        synchronized (state) {
            if (allBehind || !behind.isEmpty()) {
                return false;
            }
            mending = null;
            return true;
        }
    }

    /** What is not as it should be; empty for nothing. */
    Optional<String> trouble() {
        synchronized (state) {
            if (allBehind) {
                return Optional.of("streams are not served: " + why + "; it is tried again");
            }
            return behind.isEmpty()
                    ? Optional.empty()
                    : Optional.of(
                            "the log does not have these streams as they should be: "
                                    + String.join(", ", behind)
                                    + ": "
                                    + why
                                    + "; it is tried again");
        }
    }

    /** Nothing is tried any more. */
    void close() {
        ends.countDown();
    }
}
