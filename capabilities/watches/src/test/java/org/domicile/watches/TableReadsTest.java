package org.domicile.watches;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What workers, which may be another's by now, ask of tables. */
@Timeout(30)
final class TableReadsTest {
    private static final WatchEngine.Read ROWS = new WatchEngine.Read.Rows(new byte[100]);

    private record Answer(int number, WatchEngine.Read read) {}

    private record Turn(boolean came) implements Workers.Turn {
        @Override
        public void close() {}
    }

    private final Object worker = new Object();
    private final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
    private final AtomicInteger began = new AtomicInteger();
    private final CountDownLatch reading = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);
    private Supplier<WatchEngine.Read> table = () -> ROWS;
    private boolean turn = true;
    private final Job job = job();
    private final TableReads reads =
            new TableReads(
                    worker,
                    () -> new Turn(turn),
                    id -> id.equals("a") ? job : null,
                    (number, read) -> answers.add(new Answer(number, read)));

    private Job job() {
        return Jobs.on(
                worker,
                List.of(new Watch.Table("geo.stations", Map.of("id", "STRING"))),
                new WatchEngine.Kept() {
                    @Override
                    public WatchEngine.Keeping begin() {
                        throw new IllegalStateException("nothing is kept here");
                    }

                    @Override
                    public Optional<WatchEngine.Last> last() {
                        return Optional.empty();
                    }
                },
                new WatchEngine.Contents() {
                    @Override
                    public Optional<byte[]> schema(String stream, int id) {
                        return Optional.empty();
                    }

                    @Override
                    public int partitions(String stream) {
                        return 1;
                    }

                    @Override
                    public WatchEngine.Read rows(String name) {
                        began.incrementAndGet();
                        return table.get();
                    }
                });
    }

    private Answer answer() throws InterruptedException {
        Answer next = answers.poll(20, TimeUnit.SECONDS);
        if (next == null) {
            throw new IllegalStateException("no answer");
        }
        return next;
    }

    private WatchEngine.Read slow() {
        reading.countDown();
        try {
            assertTrue(go.await(20, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return ROWS;
    }

    @Test
    void whoAsksMeanwhileGetsTheSameRows() throws Exception {
        table = this::slow;
        reads.ask("a", 1, "geo.stations");
        assertTrue(reading.await(20, TimeUnit.SECONDS));
        for (int i = 2; i <= 64; i++) {
            reads.ask("a", i, "geo.stations");
        }
        assertThrows(IOException.class, () -> reads.ask("a", 65, "geo.stations"));
        go.countDown();
        for (int i = 1; i <= 64; i++) {
            assertEquals(new Answer(i, ROWS), answer());
        }
        assertEquals(1, began.get());
        assertEquals(6_400, job.rows());
    }

    @Test
    void whatItDoesNotLookIntoIsNotRead() throws Exception {
        reads.ask("a", 1, "geo.other");
        reads.ask("b", 2, "geo.stations");
        for (int i = 1; i <= 2; i++) {
            assertInstanceOf(WatchEngine.Read.Not.class, answer().read());
        }
        assertEquals(0, began.get());
    }

    @Test
    void whereTheWatchDoesNotRunNothingIsRead() throws Exception {
        job.starts(new Object());
        reads.ask("a", 1, "geo.stations");
        assertInstanceOf(WatchEngine.Read.Not.class, answer().read());
        job.starts(worker);
        reads.close();
        reads.ask("a", 2, "geo.stations");
        assertInstanceOf(WatchEngine.Read.Not.class, answer().read());
        assertEquals(0, began.get());
    }

    @Test
    void withoutATurnItIsToldToComeAgain() throws Exception {
        turn = false;
        reads.ask("a", 1, "geo.stations");
        assertTrue(
                answer().read() instanceof WatchEngine.Read.Not(String why)
                        && why.contains("again"));
        assertEquals(0, began.get());
    }

    @Test
    void anyFailureIsAnAnswer() throws Exception {
        table =
                () -> {
                    throw new IllegalStateException("nobody thought of that");
                };
        reads.ask("a", 1, "geo.stations");
        assertInstanceOf(WatchEngine.Read.Not.class, answer().read());
    }
}
