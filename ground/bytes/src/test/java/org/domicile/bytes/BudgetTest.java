package org.domicile.bytes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class BudgetTest {
    @Test
    void whatIsTakenIsMissingUntilItIsGivenBack() {
        Budget budget = new Budget(2 << 20);
        assertTrue(budget.tryTake(2 << 20));
        assertFalse(budget.tryTake(1));
        StorageFailure refused =
                assertThrows(StorageFailure.class, () -> budget.take(1, Duration.ofMillis(5)));
        assertEquals(StorageFailure.Kind.OVERLOADED, refused.kind());
        budget.give(2 << 20);
        budget.take(1 << 20, Duration.ofMillis(5));
        assertTrue(budget.tryTake(1 << 20));
    }

    @Test
    void whoWantsMoreThanThereIsGetsAllOfItAndAlone() {
        Budget budget = new Budget(1 << 20);
        assertTrue(budget.tryTake(64 << 20));
        assertFalse(budget.tryTake(1));
        budget.give(64 << 20);
        assertTrue(budget.tryTake(1 << 20));
    }

    @Test
    void whoWaitsGetsWhatComesBack() throws InterruptedException {
        Budget budget = new Budget(1 << 20);
        assertTrue(budget.tryTake(1 << 20));
        Thread waiting = Thread.ofVirtual().start(() -> budget.take(1, Duration.ofSeconds(30)));
        budget.give(1 << 20);
        assertTrue(waiting.join(Duration.ofSeconds(30)));
        assertFalse(budget.tryTake(1 << 20));
    }
}
