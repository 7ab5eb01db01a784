package org.domicile.guard;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.domicile.query.Answer;
import org.domicile.query.Failure;
import org.domicile.query.Queries;
import org.domicile.query.Session;
import org.jspecify.annotations.Nullable;

/**
 * A worker that makes files of rows, for the program itself: begun when it is first needed, ended
 * when it has not been for a while, and begun anew after its process has died. One at a time works
 * with it; the lock says who.
 */
final class LiveWorker implements AutoCloseable {
    private static final Duration IDLE = Duration.ofMinutes(1);

    /** Classes of SQLSTATE: gone, of the system, of the engine itself, and what follows those. */
    private static final List<String> BROKEN = List.of("57", "58", "XX", "25");

    private final Queries queries;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Session session;
    private Instant used = Instant.EPOCH;
    private boolean closed;

    LiveWorker(Queries queries, InstantSource clock) {
        this.queries = queries;
        this.clock = clock;
    }

    /** Does something with it. */
    <T> Answer<T> with(Function<Session, Answer<T>> work) {
        lock.lock();
        try {
            if (closed) {
                return Answer.failed(Failure.SYSTEM, "The server is ending.");
            }
            Answer<Session> begun = begun();
            if (begun instanceof Answer.Failed<Session>(Failure failure)) {
                return Answer.failed(failure);
            }
            Answer<T> answer =
                    begun.then(fresh -> {
                        try {
                            return work.apply(fresh);
                        } finally {
                            fresh.forget(); // nobody reads these files with it again
                        }
                    });
            used = clock.instant();
            if (answer instanceof Answer.Failed<T>(Failure failure)
                    && BROKEN.stream().anyMatch(failure.state()::startsWith)) {
                end(); // what failed so may fail for ever in this process
            }
            return answer;
        } finally {
            lock.unlock();
        }
    }

    private Answer<Session> begun() {
        Session now = session;
        if (now != null && now.alive()) {
            return Answer.of(now);
        }
        end();
        return queries.beginAside()
                .then(fresh -> {
                    session = fresh;
                    return Answer.of(fresh);
                });
    }

    private void end() {
        if (session != null) {
            session.close();
            session = null;
        }
    }

    /** Ends it when it has not been of use for a while. */
    void rest() {
        if (lock.tryLock()) {
            try {
                if (used.plus(IDLE).isBefore(clock.instant())) {
                    end();
                }
            } finally {
                lock.unlock();
            }
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            end();
        } finally {
            lock.unlock();
        }
    }
}
