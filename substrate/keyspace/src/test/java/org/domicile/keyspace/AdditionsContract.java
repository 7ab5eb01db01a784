package org.domicile.keyspace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.domicile.bytes.StorageFailure;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every engine makes of additions, and of limits to their sums. */
abstract class AdditionsContract {
    private Keyspace keyspace;

    /** A fresh, empty keyspace. */
    abstract Keyspace open() throws Exception;

    @BeforeEach
    void start() throws Exception {
        keyspace = open();
    }

    @AfterEach
    void stop() {
        keyspace.close();
    }

    @Test
    void additionsAddUp() {
        apply(add("n", 5, 1));
        assertArrayEquals(new long[] {5, 1}, numbers("n"));
        apply(add("n", -2));
        apply(add("n", 0, 2, -7), add("m", 1), put("x", "1"));
        assertArrayEquals(new long[] {3, 3, -7}, numbers("n"));
        assertArrayEquals(new long[] {1}, numbers("m"));
        apply(delete("n"));
        apply(add("n", 4));
        assertArrayEquals(new long[] {4}, numbers("n"));
    }

    @Test
    void aSumIsHeldWithinItsLimits() {
        apply(add("n", 6, 1));
        Condition within = new Condition.Within(Space.RECORDS, key("n"), new long[] {10, 2});
        apply(new Transaction().when(within).write(add("n", 4, 1)));
        Transaction more = new Transaction().when(within).write(add("n", 1)).write(put("x", "1"));
        assertSame(
                within, assertInstanceOf(Committed.Stale.class, keyspace.commit(more)).condition());
        assertEquals(Optional.empty(), keyspace.get(Space.RECORDS, key("x")));
        // What is not raised may be above its limit.
        Condition smaller = new Condition.Within(Space.RECORDS, key("n"), new long[] {5, 9});
        apply(new Transaction().when(smaller).write(add("n", -1, 3)));
        apply(new Transaction().when(smaller).write(put("y", "1")));
        assertArrayEquals(new long[] {9, 5}, numbers("n"));
        Condition most = new Condition.Within(Space.RECORDS, key("n"), new long[] {15});
        Transaction huge = new Transaction().when(most).write(add("n", Long.MAX_VALUE));
        assertInstanceOf(Committed.Stale.class, keyspace.commit(huge));
    }

    @Test
    void whatIsNoNumberIsNotAddedTo() {
        apply(put("n", "abc"));
        Transaction adding = new Transaction().write(put("x", "1")).write(add("n", 1));
        assertEquals(
                StorageFailure.Kind.CORRUPT,
                assertThrows(StorageFailure.class, () -> keyspace.commit(adding)).kind());
        assertArrayEquals(key("abc"), keyspace.get(Space.RECORDS, key("n")).orElseThrow());
        assertEquals(Optional.empty(), keyspace.get(Space.RECORDS, key("x")));
        assertThrows(
                IllegalArgumentException.class,
                () -> keyspace.commit(new Transaction().write(add("m"))));
    }

    @Test
    void manyWhoAddAtOncePassNoLimit() throws Exception {
        Condition within = new Condition.Within(Space.RECORDS, key("n"), new long[] {100});
        List<Callable<Integer>> callers = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            int own = i;
            callers.add(() -> {
                int applied = 0;
                for (int j = 0; j < 10; j++) {
                    Transaction adding =
                            new Transaction()
                                    .when(within)
                                    .write(add("n", 1))
                                    .write(add("all", 1))
                                    .write(put(own + "/" + j, ""));
                    applied += keyspace.commit(adding) instanceof Committed.Applied ? 1 : 0;
                }
                return applied;
            });
        }
        int applied = 0;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Integer> each : threads.invokeAll(callers)) {
                applied += each.get(30, TimeUnit.SECONDS);
            }
        }
        assertEquals(100, applied);
        assertArrayEquals(new long[] {100}, numbers("n"));
        assertArrayEquals(new long[] {100}, numbers("all"));
    }

    private static Write add(String name, long... amounts) {
        return new Write.Add(Space.RECORDS, key(name), amounts);
    }

    private long[] numbers(String name) {
        ByteBuffer value = ByteBuffer.wrap(keyspace.get(Space.RECORDS, key(name)).orElseThrow());
        long[] numbers = new long[value.remaining() / Long.BYTES];
        value.asLongBuffer().get(numbers);
        return numbers;
    }

    private void apply(Write... writes) {
        apply(new Transaction().writeAll(List.of(writes)));
    }

    private void apply(Transaction transaction) {
        assertInstanceOf(Committed.Applied.class, keyspace.commit(transaction));
    }

    private static Write put(String name, String value) {
        return new Write.Put(Space.RECORDS, key(name), key(value));
    }

    private static Write delete(String name) {
        return new Write.Delete(Space.RECORDS, key(name));
    }

    private static byte[] key(String text) {
        return text.getBytes(UTF_8);
    }
}
