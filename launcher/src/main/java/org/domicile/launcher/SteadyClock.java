package org.domicile.launcher;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * The clock that ends retentions and carries out lifecycle rules. It never runs backwards, not over
 * a restart either, and it does not follow a system's clock that is more than a day ahead of what
 * it last said: then it stands still until the system's clock is right again, or until the operator
 * accepts the jump for one start. It guards against clocks that are wrong, not against who changes
 * the data folder. Safe for concurrent use.
 */
final class SteadyClock implements InstantSource {
    static final Duration FARTHEST = Duration.ofDays(1);

    private final InstantSource system;
    private Instant last;

    /** What to do with a jump at the start. */
    enum Jump {
        /** Stand still. */
        REFUSE,
        /** Follow it. */
        ACCEPT
    }

    /**
     * @param mark what it said last before the start; empty when it never ran
     */
    SteadyClock(InstantSource system, Optional<Instant> mark, Jump jump) {
        this.system = system;
        Instant now = system.instant();
        boolean follows = jump == Jump.ACCEPT && mark.filter(now::isAfter).isPresent();
        this.last = follows ? now : mark.orElse(now);
    }

    /** How far the system's clock is ahead of a mark, when that is too far to follow. */
    static Optional<Duration> jump(Instant now, Optional<Instant> mark) {
        return mark.map(was -> Duration.between(was, now))
                .filter(far -> far.compareTo(FARTHEST) > 0);
    }

    @Override
    public synchronized Instant instant() {
        Instant now = system.instant();
        if (now.isAfter(last) && jump(now, Optional.of(last)).isEmpty()) {
            last = now;
        }
        return last;
    }

    /** How far the system's clock is ahead, while that is not believed. */
    Optional<Duration> doubted() {
        return jump(system.instant(), Optional.of(instant()));
    }
}
