package org.domicile.iceberg;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.domicile.tables.NamespaceName;
import org.domicile.tables.TableName;
import org.junit.jupiter.api.Test;

class TurnsTest {
    private static final Turns.Table TABLE = table("flights");

    private final Turns turns = new Turns(System::nanoTime);
    private final List<String> order = Collections.synchronizedList(new ArrayList<>());

    private static Turns.Table table(String name) {
        return new Turns.Table("main", new TableName(new NamespaceName(List.of("travel")), name));
    }

    /** A step on a thread of its own, which says when it is done. */
    private CountDownLatch step(String name, Runnable step) {
        CountDownLatch done = new CountDownLatch(1);
        Thread.ofVirtual()
                .start(() -> {
                    step.run();
                    order.add(name);
                    done.countDown();
                });
        return done;
    }

    private static void over(CountDownLatch step) throws InterruptedException {
        assertTrue(step.await(10, TimeUnit.SECONDS), "it waits for ever");
    }

    private static void waits(CountDownLatch step) throws InterruptedException {
        assertFalse(step.await(60, TimeUnit.MILLISECONDS), "it did not wait");
    }

    @Test
    void whereNobodyWasTooLateNobodyWaits() {
        turns.load(TABLE, "a");
        turns.commit(TABLE, "a");
        turns.ended(TABLE, "a");
        assertEquals(0, turns.tables());
    }

    @Test
    void othersCommitAfterWhoeverHasTheTurn() throws InterruptedException {
        turns.tooLate(TABLE, "a");
        turns.load(TABLE, "a");
        CountDownLatch other = step("b", () -> turns.commit(TABLE, "b"));
        waits(other);
        turns.load(TABLE, "c"); // a reader does not wait
        turns.commit(table("other"), "b"); // nor does anybody at another table
        turns.commit(TABLE, "a");
        turns.ended(TABLE, "a");
        over(other);
        turns.ended(TABLE, "b");
        assertEquals(0, turns.tables());
    }

    @Test
    void thoseWhoAreOwedATurnGetOneInTheirOrder() throws InterruptedException {
        for (String each : List.of("a", "b", "c")) {
            turns.tooLate(TABLE, each);
        }
        turns.load(TABLE, "b");
        CountDownLatch second = step("c", () -> turns.load(TABLE, "c"));
        waits(second);
        CountDownLatch third = step("a", () -> turns.load(TABLE, "a"));
        waits(third);
        turns.ended(TABLE, "b");
        over(second);
        waits(third);
        turns.tooLate(TABLE, "c"); // ends its turn too, and is owed another
        over(third);
        turns.ended(TABLE, "a");
        assertEquals(List.of("c", "a"), order);
        assertEquals(1, turns.tables());
        turns.load(TABLE, "c");
        turns.ended(TABLE, "c");
        assertEquals(0, turns.tables());
    }

    @Test
    void aTurnEndsByItself() throws InterruptedException {
        turns.tooLate(TABLE, "gone");
        turns.load(TABLE, "gone");
        long begin = System.nanoTime();
        turns.commit(TABLE, "b");
        long waited = System.nanoTime() - begin;
        assertTrue(waited >= Turns.TURN.toNanos() / 2, "it waited " + waited);
        assertTrue(waited < 4 * Turns.TURN.toNanos(), "it waited " + waited);
        turns.ended(TABLE, "b");
        assertEquals(0, turns.tables());
    }

    @Test
    void twoOfOneNameAreOwedTwoTurns() throws InterruptedException {
        turns.tooLate(TABLE, "a");
        turns.tooLate(TABLE, "a");
        turns.load(TABLE, "a");
        CountDownLatch second = step("a", () -> turns.load(TABLE, "a"));
        waits(second);
        turns.ended(TABLE, "a");
        over(second);
    }
}
