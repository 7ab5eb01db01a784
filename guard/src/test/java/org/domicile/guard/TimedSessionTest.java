package org.domicile.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.domicile.query.Answer;
import org.domicile.query.Failure;
import org.domicile.query.Prepared;
import org.domicile.query.Rows;
import org.domicile.query.Session;
import org.domicile.query.Sources;
import org.domicile.query.Value;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What reads for a watch ends in time, whatever the organisation's own limit is. */
@Timeout(30)
final class TimedSessionTest {
    /** At work until it is cancelled, for the second time: the first comes between statements. */
    private static final class Slow implements Session {
        private final CountDownLatch cancels = new CountDownLatch(2);

        Answer<Integer> work() throws InterruptedException {
            assertTrue(cancels.await(20, TimeUnit.SECONDS));
            return Answer.failed(Failure.CANCELLED, "cancelled");
        }

        @Override
        public Answer<Prepared> prepare(String sql, Sources sources) {
            return Answer.failed(Failure.NOT_HERE, "");
        }

        @Override
        public Answer<Rows> run(String sql, List<Value> parameters, Sources sources) {
            return Answer.failed(Failure.NOT_HERE, "");
        }

        @Override
        public void cancel() {
            cancels.countDown();
        }

        @Override
        public boolean alive() {
            return true;
        }

        @Override
        public void close() {}
    }

    private static <T> Optional<Failure> failure(Answer<T> answer) {
        return switch (answer) {
            case Answer.Given<T> _ -> Optional.empty();
            case Answer.Failed<T>(Failure failure) -> Optional.of(failure);
        };
    }

    @Test
    void whatIsSlowEndsAndSaysWhy() throws InterruptedException {
        Slow slow = new Slow();
        try (TimedSession timed = new TimedSession(slow, Duration.ofMillis(20))) {
            Failure failure = failure(timed.told(slow.work())).orElseThrow();
            assertEquals(Failure.OVER_LIMIT, failure.state());
            assertEquals(Optional.empty(), failure(timed.told(Answer.of(1))));
        }
    }

    @Test
    void whatIsDoneInTimeIsLeftAlone() {
        Slow quick = new Slow();
        try (TimedSession timed = new TimedSession(quick, Duration.ofMinutes(1))) {
            Failure own = new Failure(Failure.SYNTAX, "no SQL", 0, "");
            assertEquals(Optional.of(own), failure(timed.told(Answer.failed(own))));
        }
        assertEquals(2, quick.cancels.getCount());
    }
}
