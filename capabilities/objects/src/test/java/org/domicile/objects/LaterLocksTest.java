package org.domicile.objects;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import org.domicile.keyspace.Cursor;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Reading;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.domicile.keyspace.Write;
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

    /** One that could not be read ended it, and what had been seen before was not kept. */
    @Test
    void aRecordThatCannotBeReadHidesNoOther() {
        try (Rig restored = Rig.inMemory();
                Rig newer = Rig.inMemory()) {
            Instant until = newer.now.plusSeconds(1_000);
            for (Rig rig : new Rig[] {restored, newer}) {
                Bucket bucket = rig.bucket("b");
                for (String name : new String[] {"a", "b", "c"}) {
                    rig.put(bucket, name, new byte[5]);
                }
            }
            Keyspace theirs = newer.substrate.keyspace();
            for (String name : new String[] {"a", "b", "c"}) {
                byte[] key = key(theirs, name);
                Entry entry = Entry.decode(theirs.get(Space.RECORDS, key).orElseThrow());
                byte[] locked =
                        entry.with(new byte[0], Lock.OPEN.retained(Mode.COMPLIANCE, until))
                                .encode();
                if (name.equals("b")) {
                    locked[locked.length - 13] = 9; // no such mode
                }
                theirs.commit(new Transaction().write(new Write.Put(Space.RECORDS, key, locked)));
            }
            Keyspace here = restored.substrate.keyspace();
            // Both began alike, so their keys are the same.
            LaterLocks.Taken taken = LaterLocks.take(here, theirs, newer.now);
            assertEquals(2, taken.raised());
            assertEquals(1, taken.unreadable());
            assertEquals(LaterLocks.Sight.WHOLE, taken.sight());
            for (String name : new String[] {"a", "c"}) {
                Entry entry = Entry.decode(here.get(Space.RECORDS, key(here, name)).orElseThrow());
                assertEquals(until, entry.lock().until());
            }
        }
    }

    private static byte[] key(Keyspace keyspace, String name) {
        try (Cursor cursor = keyspace.scan(Space.RECORDS, Layout.all("v"), Reading.Direction.UP)) {
            while (cursor.next()) {
                if (Spot.decode(cursor.key()).name().equals(name)) {
                    return cursor.key();
                }
            }
        }
        throw new IllegalStateException("there is no " + name);
    }
}
