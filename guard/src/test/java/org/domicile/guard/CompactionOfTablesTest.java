package org.domicile.guard;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.domicile.bytes.StorageFailure;
import org.domicile.ledger.Ledger;
import org.domicile.policy.Marks;
import org.domicile.policy.Policy;
import org.domicile.query.Failure;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program compacts tables: when, which, and what goes on record. */
@Timeout(120)
class CompactionOfTablesTest {
    @TempDir private Path folder;
    private @Nullable TablesWorld world;

    private TablesWorld world() {
        TablesWorld made = new TablesWorld(folder);
        world = made;
        return made;
    }

    @AfterEach
    void end() {
        if (world != null) {
            world.close();
        }
    }

    @Test
    void enoughSmallFilesBecomeOneAndItIsOnRecord() {
        TablesWorld world = world();
        assertEquals(0, world.compaction.turn(), "an empty table");
        world.add(11);
        world.settle();
        long opened = world.installation.entries("city");
        assertEquals(0, world.compaction.turn(), "too few");
        assertEquals(List.of(), world.programs(opened), "which its snapshot says itself");
        assertEquals("nothing to do", world.stands());
        assertEquals(0, world.queries.begun, "no worker is started in vain");
        world.add(1);
        world.settle();
        long entries = world.installation.entries("city");
        assertEquals(12, world.compaction.turn());
        assertEquals(1, world.files());
        List<Ledger.Recorded> uses = world.programs(entries);
        // this engine copies nothing, so there is no compaction:Read
        assertEquals(
                List.of("compaction:Plan", "compaction:Plan", "compaction:Rewrite"),
                uses.stream().map(Ledger.Recorded::action).toList());
        for (Ledger.Recorded each : uses) {
            assertEquals(Policy.UPKEEP, each.purpose());
        }
        assertEquals(0, world.compaction.turn(), "there is nothing more");
        world.set("self-optimizing.minor.trigger.file-count", "2");
        world.add(1);
        world.settle();
        assertEquals(2, world.compaction.turn());
        CompactionOfTables.Standing standing = world.compaction.standing();
        assertEquals(2, standing.groups());
        assertEquals(14, standing.files());
        assertEquals("14", world.told().get("files-packed"));
        assertTrue(
                world.view()
                        .inspect(TablesWorld.FLIGHTS)
                        .inspection()
                        .answer(Map.of(), List.of())
                        .contains("\"files-before\":2,\"files-after\":1"));
    }

    @Test
    void aTableSaysForItselfWhetherAndWhen() {
        TablesWorld world = world();
        world.set("self-optimizing.enabled", "false");
        world.add(40);
        world.advance(TablesWorld.QUIET.plus(TablesWorld.MOMENT));
        long entries = world.installation.entries("city");
        assertEquals(0, world.compaction.turn());
        assertEquals("off: self-optimizing.enabled is false", world.stands());
        assertEquals(List.of(), world.programs(entries), "nothing of it is opened");
        world.set("self-optimizing.enabled", "true");
        world.set("self-optimizing.minor.trigger.file-count", "41");
        world.settle();
        assertEquals(0, world.compaction.turn());
        assertEquals("nothing to do", world.stands());
        world.set("self-optimizing.minor.trigger.file-count", "40");
        world.settle();
        world.advance(CompactionOfTables.LOOK.plus(TablesWorld.MOMENT));
        assertEquals(40, world.compaction.turn());
    }

    @Test
    void theOperatorSaysWhether() {
        TablesWorld world = world();
        world.add(40);
        world.advance(TablesWorld.QUIET.plus(TablesWorld.MOMENT));
        CompactionOfTables off = world.compaction(CompactionOptions.Mode.OFF);
        assertEquals(0, off.turn());
        assertEquals("off: upkeep.compaction is off", world.stands());
        assertEquals(40, world.files());
    }

    @Test
    void aTableThatIsWrittenIsLeftAloneButNotForEver() {
        TablesWorld world = world();
        world.add(20);
        assertEquals(0, world.compaction.turn());
        assertTrue(world.stands().startsWith("due, and waits: somebody"), world::stands);
        for (int i = 0; i < 10; i++) {
            world.advance(TablesWorld.QUIET.minus(TablesWorld.MOMENT));
            world.add(1);
            assertEquals(0, world.compaction.turn(), "round " + i);
        }
        assertEquals(1, world.compaction.standing().waiting());
        world.advance(TablesWorld.QUIET.minus(TablesWorld.MOMENT));
        world.add(1);
        assertEquals(31, world.compaction.turn());
    }

    /** A row that is deleted while its file is packed stays deleted: the writer wins. */
    @Test
    void aWriterWinsAndTheCompactionComesAgainLater() {
        TablesWorld world = world();
        world.add(20);
        world.advance(TablesWorld.QUIET.plus(TablesWorld.MOMENT));
        world.queries.before = () -> world.run("delete from travel.flights where n = 'x'");
        long before = world.snapshot();
        assertEquals(0, world.compaction.turn());
        assertTrue(world.snapshot() != before, "the writer's snapshot");
        assertTrue(world.stands().startsWith("gave way to a writer"), world::stands);
        assertEquals(1, world.compaction.standing().conflicts());
        Set<String> left = world.data();
        world.queries.before = () -> {};
        world.add(20);
        world.advance(CompactionOfTables.WAIT.minus(TablesWorld.MOMENT));
        assertEquals(0, world.compaction.turn(), "not at once");
        world.advance(TablesWorld.QUIET);
        assertTrue(world.compaction.turn() >= 20, world::stands);
        assertEquals(1, world.files());
        assertTrue(left.size() > 1, "what was read stays for readers");
    }

    @Test
    void rowsThatComeMeanwhileStandBeside() {
        TablesWorld world = world();
        world.add(20);
        world.advance(TablesWorld.QUIET.plus(TablesWorld.MOMENT));
        world.queries.before = () -> world.add(3);
        assertEquals(20, world.compaction.turn());
        assertEquals(4, world.files());
    }

    /** Two compactions of the same files: one of them gives way. */
    @Test
    void twoAtOnceAreOne() {
        TablesWorld world = world();
        world.add(20);
        world.advance(TablesWorld.QUIET.plus(TablesWorld.MOMENT));
        world.queries.before =
                () ->
                        assertEquals(
                                "OPTIMIZE 20",
                                world.run("alter table travel.flights execute optimize"));
        assertEquals(0, world.compaction.turn());
        assertTrue(world.stands().startsWith("gave way to a writer"), world::stands);
        assertEquals(1, world.files());
        world.queries.before = () -> {};
        world.advance(CompactionOfTables.LOOK);
        assertEquals(0, world.compaction.turn());
        assertEquals("nothing to do", world.stands());
    }

    /** They say who may use the data; that they lie in fewer files is no use of anybody's. */
    @Test
    void labelsNeitherStopItNorChange() {
        TablesWorld world = world();
        Marks marks = new Marks(List.of("health"), List.of("installation/upkeep"), List.of());
        world.add(20);
        byte[] before = world.tables.carried(world.warehouse(), world.id());
        world.installation.admin().label(world.warehouse().bucket(), world.id() + "/", marks);
        world.advance(TablesWorld.QUIET.plus(TablesWorld.MOMENT));
        long entries = world.installation.entries("city");
        assertEquals(20, world.compaction.turn(), () -> world.programs(entries).toString());
        for (Ledger.Recorded each : world.programs(entries)) {
            assertEquals("allowed done", each.verdict() + " " + each.outcome(), each::toString);
            assertEquals(each.dataZone(), each.clientZone(), "they stay where they are");
        }
        assertArrayEquals(before, world.tables.carried(world.warehouse(), world.id()));
    }

    @Test
    void waitsGrow() {
        Duration most = CompactionOfTables.AFTER_CONFLICT;
        assertEquals(Duration.ofMinutes(1), TableTurns.wait(0, most));
        assertEquals(Duration.ofMinutes(8), TableTurns.wait(3, most));
        assertEquals(most, TableTurns.wait(6, most));
        assertEquals(most, TableTurns.wait(100, most));
    }

    @Test
    void withoutRoomNothingBegins() {
        TablesWorld world = world();
        world.add(20);
        world.advance(TablesWorld.QUIET.plus(TablesWorld.MOMENT));
        world.room.set(TablesWorld.FILE.length * 20L);
        assertEquals(0, world.compaction.turn());
        assertEquals("due, and waits: there is no room on the disk for it", world.stands());
        assertEquals(0, world.queries.begun);
        world.room.set(1L << 30);
        world.advance(CompactionOfTables.WAIT);
        assertEquals(20, world.compaction.turn());
    }

    @Test
    void withoutAWorkerNoTableIsAtFault() {
        TablesWorld world = world();
        world.add(20);
        world.advance(TablesWorld.QUIET.plus(TablesWorld.MOMENT));
        world.queries.none = Optional.of(Failure.of(Failure.SYSTEM, "There is no wall."));
        assertEquals(0, world.compaction.turn());
        assertEquals("due, and waits: There is no wall.", world.stands());
        assertEquals(0, world.compaction.standing().failing());
        long entries = world.installation.entries("city");
        assertEquals(0, world.compaction.turn());
        assertEquals(List.of(), world.programs(entries), "nothing is opened meanwhile");
        world.queries.none = Optional.empty();
        world.advance(CompactionOfTables.WAIT);
        assertEquals(0, world.compaction.turn(), "it goes on behind the table");
        assertEquals(20, world.compaction.turn());
    }

    /** The disk is full from each commit of a turn on, until there is room again. */
    @Test
    void aFullDiskLeavesTheTableAsItWas() {
        int commits = 0;
        boolean whole = false;
        while (!whole) {
            try (TablesWorld world = new TablesWorld(folder.resolve("full-" + commits))) {
                world.add(20);
                world.advance(TablesWorld.QUIET.plus(TablesWorld.MOMENT));
                long before = world.snapshot();
                world.installation.keyspace().fullAfter(commits);
                whole = world.compaction.turn() == 20;
                world.installation.keyspace().heal();
                if (!whole) {
                    assertEquals(before, world.snapshot(), "after " + commits + " commits");
                    assertEquals(1, world.compaction.standing().failing());
                    world.again();
                }
                assertEquals(1, world.files());
            }
            commits++;
        }
        assertTrue(commits > 3, commits + " commits of a turn");
    }

    /** The server stops in the middle: the turn ends, and the next start begins it anew. */
    @Test
    void aTurnThatIsInterruptedEnds() throws InterruptedException {
        TablesWorld world = world();
        world.add(20);
        world.advance(TablesWorld.QUIET.plus(TablesWorld.MOMENT));
        world.queries.hangs = true;
        AtomicLong packed = new AtomicLong(-1);
        Thread turn =
                Thread.ofVirtual()
                        .start(() -> {
                            long done = world.compaction.turn();
                            assertTrue(Thread.currentThread().isInterrupted());
                            packed.set(done);
                        });
        world.queries.hanging.await();
        turn.interrupt();
        turn.join();
        assertEquals(0, packed.get());
        assertEquals(20, world.files());
        assertEquals(0, world.compaction.standing().failing());
        world.queries.hangs = false;
        world.advance(CompactionOfTables.WAIT);
        world.compaction.turn();
        world.compaction.turn();
        assertEquals(1, world.files());
    }

    /** The disk fails after each commit of a turn in turn: the rows are there, each once. */
    @Test
    void aDeathInTheMiddleLeavesNothingHalfDone() {
        int commits = 0;
        boolean whole = false;
        while (!whole) {
            try (TablesWorld world = new TablesWorld(folder.resolve("after-" + commits))) {
                world.add(20);
                world.advance(TablesWorld.QUIET.plus(TablesWorld.MOMENT));
                long before = world.snapshot();
                world.installation.keyspace().fenceAfter(commits);
                try {
                    assertEquals(20, world.compaction.turn());
                    whole = true;
                } catch (StorageFailure fenced) {
                    assertEquals(StorageFailure.Kind.FENCED, fenced.kind());
                }
                world.restart();
                assertEquals(world.snapshot() == before ? 20 : 1, world.files());
                world.advance(CompactionOfTables.AFTER_CONFLICT);
                world.compaction.turn();
                assertEquals(1, world.files(), "after " + commits + " commits");
                UpkeepOfTables upkeep = world.installation.guard().upkeepOf(world.tables);
                world.advance(UpkeepOfTables.UNREFERRED.plus(TablesWorld.MOMENT));
                upkeep.turn();
                world.advance(UpkeepOfTables.GRACE.plus(TablesWorld.MOMENT));
                upkeep.turn();
                assertEquals(21, world.data().size(), "what a death left is gone");
            }
            commits++;
        }
        assertTrue(commits > 3, commits + " commits of a turn");
    }
}
