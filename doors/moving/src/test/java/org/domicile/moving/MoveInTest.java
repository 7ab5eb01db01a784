package org.domicile.moving;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import org.domicile.objects.Lock;
import org.junit.jupiter.api.Test;

/** What becomes of a lock that is here when another one is over there. */
class MoveInTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private static Lock governance(int day) {
        return Lock.OPEN.retained(Lock.Mode.GOVERNANCE, NOON.plusSeconds(86_400L * day));
    }

    private static Lock compliance(int day) {
        return Lock.OPEN.retained(Lock.Mode.COMPLIANCE, NOON.plusSeconds(86_400L * day));
    }

    private static void becomes(Lock wanted, Lock ours, Lock theirs) {
        assertEquals(wanted, MoveIn.firmer(ours, theirs, NOON));
    }

    @Test
    void aLockBecomesLongerAndFirmerAndNeverLess() {
        becomes(governance(2), governance(1), governance(2));
        becomes(governance(2), governance(2), governance(1));
        becomes(compliance(2), compliance(1), compliance(2));
        becomes(compliance(2), governance(1), compliance(2));
        becomes(compliance(3), governance(3), compliance(2));
        // governance keeps nothing longer that compliance keeps
        becomes(compliance(1), compliance(1), governance(2));
        // what is over, or was never there
        becomes(governance(1), Lock.OPEN, governance(1));
        becomes(governance(1), compliance(-1), governance(1));
        becomes(Lock.OPEN, Lock.OPEN, compliance(-1));
        becomes(governance(1), governance(1), Lock.OPEN);
        becomes(
                governance(2).holding(Lock.Hold.ON),
                governance(1).holding(Lock.Hold.ON),
                governance(2));
    }
}
