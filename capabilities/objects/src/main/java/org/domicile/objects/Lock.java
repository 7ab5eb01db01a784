package org.domicile.objects;

import java.time.Instant;

/**
 * What keeps a version from being removed or replaced (Amazon S3 User Guide, "Locking objects with
 * Object Lock"). Times are compared with the store's clock, to the millisecond.
 *
 * @param mode who may still end the retention
 * @param until when the retention ends by itself; {@link Instant#EPOCH} where there is none
 * @param hold whether a legal hold lies on it, which has no end of its own
 */
public record Lock(Mode mode, Instant until, Hold hold) {
    /** Nothing keeps it. */
    public static final Lock OPEN = new Lock(Mode.NONE, Instant.EPOCH, Hold.NEVER);

    /** How firm a retention is. */
    public enum Mode {
        /** There is no retention. */
        NONE,
        /** It can be shortened, or passed over, by who may and says so. */
        GOVERNANCE,
        /** Nobody can shorten it. */
        COMPLIANCE
    }

    /** Whether somebody keeps it until saying otherwise. */
    public enum Hold {
        /** Nobody ever said anything of it. */
        NEVER,
        /** Held. */
        ON,
        /** Let go, or said not to be held. */
        OFF
    }

    /** Whether the caller may pass over governance, and says that it wants to. */
    public enum Bypass {
        /** No. */
        NO,
        /** Yes. */
        GOVERNANCE
    }

    /** Times have milliseconds. */
    public Lock {
        until = Instant.ofEpochMilli(until.toEpochMilli());
        if ((mode == Mode.NONE) != until.equals(Instant.EPOCH)) {
            throw new IllegalArgumentException("a retention has a mode and a date, or neither");
        }
    }

    /** With another retention. */
    public Lock retained(Mode newMode, Instant newUntil) {
        return new Lock(newMode, newUntil, hold);
    }

    /** With another hold. */
    public Lock holding(Hold newHold) {
        return new Lock(mode, until, newHold);
    }

    /** Whether the version may be removed at {@code now}. */
    public boolean opens(Instant now, Bypass bypass) {
        return hold != Hold.ON && (passed(now) || bypassed(bypass));
    }

    /** Whether the retention may become that of {@code next}; a hold may come and go. */
    public boolean admits(Lock next, Instant now, Bypass bypass) {
        return passed(now) || bypassed(bypass) || next.mode == mode && !next.until.isBefore(until);
    }

    private boolean passed(Instant now) {
        return mode == Mode.NONE || !now.isBefore(until);
    }

    private boolean bypassed(Bypass bypass) {
        return mode == Mode.GOVERNANCE && bypass == Bypass.GOVERNANCE;
    }
}
