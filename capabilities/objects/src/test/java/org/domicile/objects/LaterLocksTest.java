package org.domicile.objects;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import org.domicile.objects.Lock.Bypass;
import org.domicile.objects.Lock.Hold;
import org.domicile.objects.Lock.Mode;
import org.junit.jupiter.api.Test;

/** Of two locks of one version, the one that a restore keeps shortens neither. */
class LaterLocksTest {
    private static final Instant[] UNTIL = {
        Instant.EPOCH, Instant.ofEpochSecond(100), Instant.ofEpochSecond(200)
    };

    @Test
    void whatEitherKeepsIsKept() {
        int pairs = 0;
        for (Mode mode : Mode.values()) {
            for (Instant until : UNTIL) {
                for (Hold hold : Hold.values()) {
                    for (Mode other : Mode.values()) {
                        for (Instant later : UNTIL) {
                            for (Hold its : Hold.values()) {
                                if (fits(mode, until) && fits(other, later)) {
                                    compare(
                                            new Lock(mode, until, hold),
                                            new Lock(other, later, its));
                                    pairs++;
                                }
                            }
                        }
                    }
                }
            }
        }
        assertEquals(15 * 15, pairs);
    }

    private static boolean fits(Mode mode, Instant until) {
        return (mode == Mode.NONE) == until.equals(Instant.EPOCH);
    }

    private static void compare(Lock here, Lock there) {
        Lock kept = LaterLocks.firmer(here, there);
        for (Instant now : UNTIL) {
            for (Bypass bypass : Bypass.values()) {
                if (kept.opens(now, bypass)) {
                    String why = kept + " of " + here + " and " + there;
                    assertTrue(here.opens(now, bypass) && there.opens(now, bypass), why);
                }
            }
        }
        assertEquals(kept, LaterLocks.firmer(kept, there), "a second time changes nothing");
    }
}
