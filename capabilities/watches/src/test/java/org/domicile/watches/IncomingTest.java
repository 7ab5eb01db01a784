package org.domicile.watches;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.domicile.bytes.StorageFailure;
import org.junit.jupiter.api.Test;

/** Checkpoints of workers that may be another's by now. */
final class IncomingTest {
    private static final byte[] PIECE = new byte[100];

    /** Long enough that the next one is too soon. */
    private static final EngineOptions OPTIONS =
            new EngineOptions(
                    Path.of("java"),
                    List::of,
                    Path.of("workers"),
                    1 << 20,
                    1_000,
                    1,
                    Duration.ofHours(1),
                    Duration.ofHours(1),
                    () -> 0,
                    () -> Jobs.NOON);

    private final Object worker = new Object();
    private final Disk disk = new Disk();
    private final Job job = job();
    private final Incoming incoming = new Incoming(worker, OPTIONS, _ -> job);

    /** Counts what is begun, closed and kept; fails on request. */
    private static final class Disk implements WatchEngine.Kept {
        private int begun;
        private int open;
        private int kept;
        private Optional<RuntimeException> failure = Optional.empty();

        @Override
        public WatchEngine.Keeping begin() {
            begun++;
            open++;
            return new WatchEngine.Keeping() {
                @Override
                public void write(byte[] piece) {
                    if (failure.isPresent()) {
                        throw failure.get();
                    }
                }

                @Override
                public void keep() {
                    kept++;
                }

                @Override
                public void close() {
                    open--;
                }
            };
        }

        @Override
        public Optional<WatchEngine.Last> last() {
            return Optional.empty();
        }
    }

    private Job job() {
        return Jobs.on(
                worker,
                List.of(),
                disk,
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
                    public WatchEngine.Read rows(String table) {
                        return new WatchEngine.Read.Not("none");
                    }
                });
    }

    private static String sent(Incoming to, long number) {
        to.piece("a", number, PIECE);
        return to.whole("a", number, PIECE.length);
    }

    @Test
    void oneIsKeptAndTheNextComesAfterAWhile() {
        assertEquals("", sent(incoming, 1));
        assertTrue(sent(incoming, 2).contains("too soon"));
        assertEquals(1, disk.begun);
        assertEquals(1, disk.kept);
        assertEquals(0, disk.open);
    }

    /** Or an organisation without room would have the disk written to all the time. */
    @Test
    void oneThatIsNotKeptIsPacedAsWell() {
        disk.failure = Optional.of(new StorageFailure(StorageFailure.Kind.FULL, "full"));
        assertTrue(sent(incoming, 1).contains("no room"));
        disk.failure = Optional.empty();
        assertTrue(sent(incoming, 2).contains("too soon"));
        assertEquals(1, disk.begun);
        assertEquals(0, disk.open);
    }

    @Test
    void oneThatIsLeftForAnotherIsPacedAsWell() {
        incoming.piece("a", 1, PIECE);
        incoming.piece("a", 2, PIECE);
        assertTrue(incoming.whole("a", 2, PIECE.length).contains("too soon"));
        assertEquals(1, disk.begun);
        assertEquals(0, disk.open);
    }

    /** The worker is heard by one thread, which what goes wrong with a checkpoint does not end. */
    @Test
    void anyFailureEndsThatOneAlone() {
        disk.failure = Optional.of(new IllegalStateException("nobody thought of that"));
        assertTrue(sent(incoming, 1).contains("log"));
        assertEquals(0, disk.open);
    }

    @Test
    void whatIsLateOfOneBeforeItIsLetGo() {
        incoming.piece("a", 2, PIECE);
        incoming.piece("a", 1, PIECE);
        assertNotEquals("", incoming.whole("a", 1, PIECE.length));
        incoming.piece("a", 2, PIECE);
        assertEquals("", incoming.whole("a", 2, 2L * PIECE.length));
        assertEquals(1, disk.begun);
    }

    @Test
    void anotherWorkerDoesNotWaitForWhatThisOneDid() {
        assertEquals("", sent(incoming, 7));
        Object other = new Object();
        job.starts(other);
        try (Incoming fresh = new Incoming(other, OPTIONS, _ -> job)) {
            assertEquals("", sent(fresh, 1));
        }
        assertNotEquals("", sent(incoming, 8));
        assertEquals(2, disk.kept);
    }

    /** A worker without memory ended perhaps because of them. */
    @Test
    void tablesCountAsLongAsItRunsThere() {
        assertEquals("", sent(incoming, 1));
        assertEquals(100, job.holds());
        job.gave(worker, "a.b", 10);
        job.gave(worker, "a.c", 5);
        job.gave(worker, "a.b", 20);
        job.gave(new Object(), "a.b", 1_000);
        assertEquals(25, job.rows());
        assertEquals(100 + 2 * 25, job.holds());
        job.starts(new Object());
        assertEquals(100, job.holds());
    }

    @Test
    void oneThatIsTooLargeIsLetGo() {
        for (int i = 0; i < 11; i++) {
            incoming.piece("a", 1, PIECE);
        }
        assertEquals(0, disk.open);
        assertTrue(incoming.whole("a", 1, 1_100).contains("watches.state"));
    }
}
