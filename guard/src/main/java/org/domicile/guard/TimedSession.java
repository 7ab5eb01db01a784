package org.domicile.guard;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.domicile.query.Answer;
import org.domicile.query.Failure;
import org.domicile.query.Session;

/**
 * Has what runs in a session end in time, whatever the organisation's own limit is (sql.time).
 * Closed when it is done, before the session is.
 */
final class TimedSession implements AutoCloseable {
    /** Between two statements a cancel ends nothing, and rows may come slowly after it. */
    private static final Duration AGAIN = Duration.ofSeconds(1);

    private final Duration most;
    private final CountDownLatch done = new CountDownLatch(1);
    private volatile boolean late;

    TimedSession(Session session, Duration most) {
        this.most = most;
        Thread.ofVirtual().name("sql-end").start(() -> endLate(session));
    }

    private void endLate(Session session) {
        try {
            if (done.await(most.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
            late = true;
            do {
                session.cancel();
            } while (!done.await(AGAIN.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** An answer, and why there is none where it was ended. */
    <T> Answer<T> told(Answer<T> answer) {
        return late
                ? answer.or(_ ->
                        new Failure(
                                Failure.OVER_LIMIT,
                                "It was not read within " + most.toSeconds() + " s.",
                                0,
                                "Make a view that has less to do, or have what it computes in a"
                                        + " table."))
                : answer;
    }

    @Override
    public void close() {
        done.countDown();
    }
}
