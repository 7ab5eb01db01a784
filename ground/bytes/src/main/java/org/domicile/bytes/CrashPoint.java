package org.domicile.bytes;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Named places where the program can be made to die at once, as a power cut would: nothing is
 * flushed, no hook runs, no finally block. The system property {@code domicile.crash=NAME:N} arms
 * the point {@code NAME}; the process halts with {@link #STATUS} the Nth time that any thread
 * passes it ({@code NAME} alone means the first time). Without the property a point costs nothing:
 * the constant folds away.
 *
 * <p>Names are {@code module.place}, for example {@code keyspace.before-sync}. Each module lists
 * its points in its package's page, so that a crash run can visit all of them.
 */
public final class CrashPoint {
    /** Exit status of a process that died at a point; 128 + 9 would be the kernel's own kill. */
    public static final int STATUS = 86;

    private static final String PROPERTY = "domicile.crash";
    private static final @Nullable String SPEC = System.getProperty(PROPERTY);
    private static final boolean ARMED = SPEC != null;
    private static final String NAME = SPEC == null ? "" : name(SPEC);
    private static final AtomicLong LEFT = new AtomicLong(SPEC == null ? 0 : passes(SPEC));

    private CrashPoint() {}

    /** Halts the process here when this point is the armed one and its count is reached. */
    public static void at(String name) {
        if (ARMED && NAME.equals(name) && LEFT.decrementAndGet() == 0) {
            Runtime.getRuntime().halt(STATUS);
        }
    }

    static String name(String spec) {
        int colon = spec.lastIndexOf(':');
        return colon < 0 ? spec : spec.substring(0, colon);
    }

    static long passes(String spec) {
        int colon = spec.lastIndexOf(':');
        long passes = colon < 0 ? 1 : Long.parseLong(spec.substring(colon + 1));
        if (passes < 1) {
            throw new IllegalArgumentException(
                    "-D" + PROPERTY + "=NAME:N counts from 1, not from " + passes);
        }
        return passes;
    }
}
