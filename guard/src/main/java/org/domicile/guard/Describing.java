package org.domicile.guard;

import java.util.concurrent.atomic.AtomicLong;
import org.domicile.query.Failure;
import org.domicile.tables.Memory;

/**
 * Room in the server's heap for what describes the files of all statements that run, and of plans
 * that clients of the catalog ask for: plans, what is known of each file, footers, the manifest
 * that is read. Sessions are many and tables wide, so each statement takes what it holds, and gives
 * it back when it ends. One statement gets three quarters of the room at most, so that others go on
 * beside it. What is remembered between statements, and may go at any time, has bounds of its own
 * ({@link Manifests}, {@link Footers}).
 */
final class Describing {
    private final long most;
    private final AtomicLong taken = new AtomicLong();

    /**
     * @param most bytes of all statements ({@code sql.describing})
     */
    Describing(long most) {
        this.most = most;
    }

    /** Bytes that are taken. */
    long taken() {
        return taken.get();
    }

    /** Room for one statement. */
    Share share() {
        return new Share();
    }

    /** Whose room is used up. */
    enum Whose {
        /** It takes more than one may. */
        OWN,
        /** Others have it, for now. */
        ALL
    }

    /** There is no room. */
    static final class Full extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient Failure failure;
        private final Whose whose;

        Full(Whose whose, Failure failure) {
            super(failure.message(), null, false, false);
            this.failure = failure;
            this.whose = whose;
        }

        Whose whose() {
            return whose;
        }

        Failure failure() {
            return failure;
        }
    }

    /**
     * What one statement holds. Any thread: the library reads manifests with threads of its own.
     */
    final class Share implements Memory, AutoCloseable {
        private long held;
        private long peak;

        /** Takes bytes until they are given back. @throws Full when there is no room */
        @Override
        public synchronized void take(long bytes) {
            if (held + bytes > most / 4 * 3) {
                throw new Full(
                        Whose.OWN,
                        new Failure(
                                Failure.OVER_LIMIT,
                                "What describes the files of this statement takes more than %,d KiB."
                                        .formatted(most / 4 * 3 >> 10),
                                0,
                                "Ask for less (a condition on columns that files are told apart"
                                        + " by), compact the table first (alter table … execute"
                                        + " optimize), or ask the operator for more"
                                        + " (sql.describing)."));
            }
            if (taken.addAndGet(bytes) > most) {
                taken.addAndGet(-bytes);
                throw new Full(
                        Whose.ALL,
                        new Failure(
                                Failure.OVER_LIMIT,
                                "What describes the files of all statements that run takes more"
                                        + " than %,d KiB.".formatted(most >> 10),
                                0,
                                "Try again when others have ended, or ask the operator for more"
                                        + " (sql.describing)."));
            }
            held += bytes;
        }

        /** What is needed one after the other counts by its largest. */
        synchronized void passing(long bytes) {
            if (bytes > peak) {
                take(bytes - peak);
                peak = bytes;
            }
        }

        /** Gives some back. */
        synchronized void giveBack(long bytes) {
            held -= bytes;
            taken.addAndGet(-bytes);
        }

        /** Gives back what it took since it held so much. */
        synchronized void backTo(long before) {
            giveBack(held - before);
            peak = 0; // it may lie behind that
        }

        synchronized long held() {
            return held;
        }

        /** Bytes that this statement may still take, if others leave them. */
        synchronized long left() {
            return Math.max(0, most / 4 * 3 - held);
        }

        /** Gives all back. */
        @Override
        public synchronized void close() {
            giveBack(held);
            peak = 0;
        }
    }
}
