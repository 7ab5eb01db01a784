package org.domicile.guard;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Streams that are being deleted, and how many bring records into each: who came before is waited
 * for, who comes later is refused. So what was acknowledged is in the stream when its end is looked
 * at, and in its table. Behind its own lock.
 */
final class StreamEnds {
    /** Longer than an append takes before it is given up. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition left = lock.newCondition();
    private final Map<String, Integer> bringing = new HashMap<>();
    private final Set<String> ending = new HashSet<>();

    /** Somebody who brings records, until it is closed. */
    final class Bringing implements AutoCloseable {
        private final String stream;

        private Bringing(String stream) {
            this.stream = stream;
        }

        @Override
        public void close() {
            lock.lock();
            try {
                bringing.merge(stream, -1, (all, one) -> all + one == 0 ? null : all + one);
                left.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Before records are appended; empty while the stream is being deleted. */
    Optional<Bringing> bring(String stream) {
        lock.lock();
        try {
            if (ending.contains(stream)) {
                return Optional.empty();
            }
            bringing.merge(stream, 1, Integer::sum);
            return Optional.of(new Bringing(stream));
        } finally {
            lock.unlock();
        }
    }

    boolean isEnding(String stream) {
        lock.lock();
        try {
            return ending.contains(stream);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Lets nobody bring anything from now on, until {@link #over}.
     *
     * @throws StreamRefusal when it cannot be deleted now
     */
    void end(String stream) {
        long nanos = PATIENCE.toNanos();
        lock.lock();
        try {
            if (!ending.add(stream)) {
                throw refusal(stream + " is being deleted already.");
            }
            while (bringing.containsKey(stream) && nanos > 0) {
                nanos = left.awaitNanos(nanos);
            }
            if (bringing.containsKey(stream)) {
                ending.remove(stream);
                throw refusal("Records come into " + stream + " that do not end; try again.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            ending.remove(stream);
            throw refusal(stream + " was not waited for.");
        } finally {
            lock.unlock();
        }
    }

    /** It is gone, or stays after all. */
    void over(String stream) {
        lock.lock();
        try {
            ending.remove(stream);
        } finally {
            lock.unlock();
        }
    }

    private static StreamRefusal refusal(String sentence) {
        return new StreamRefusal(StreamRefusal.Kind.CONFLICT, sentence);
    }
}
