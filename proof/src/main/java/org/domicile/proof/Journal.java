package org.domicile.proof;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/** What all writers have seen since it was last drained. Safe for concurrent use. */
final class Journal {
    private final ConcurrentLinkedQueue<String> uses = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<String> violations = new ConcurrentLinkedQueue<>();
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();

    /** An answer came: its use must be on record for ever. */
    void answered(S3Client.Answer answer) {
        acknowledged.incrementAndGet();
        if (!answer.use().isEmpty()) {
            uses.add(answer.use());
        } else if (answer.status() < 300) {
            violated("an answer of %d without x-domicile-use".formatted(answer.status()));
        }
    }

    /** The server could not do it and said so. */
    void failed() {
        failures.incrementAndGet();
    }

    /** Something is as it must never be. */
    void violated(String what) {
        violations.add(what);
    }

    /** Acknowledged uses since the last call. */
    Set<String> drainUses() {
        Set<String> drained = new HashSet<>();
        for (String use = uses.poll(); use != null; use = uses.poll()) {
            drained.add(use);
        }
        return drained;
    }

    /** Violations since the last call. */
    List<String> drainViolations() {
        List<String> drained = new ArrayList<>();
        for (String each = violations.poll(); each != null; each = violations.poll()) {
            drained.add(each);
        }
        return drained;
    }

    long acknowledged() {
        return acknowledged.get();
    }

    long failures() {
        return failures.get();
    }
}
