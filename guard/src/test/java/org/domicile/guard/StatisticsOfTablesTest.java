package org.domicile.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.domicile.bytes.StorageFailure;
import org.domicile.ledger.Ledger;
import org.domicile.policy.Marks;
import org.domicile.policy.Policy;
import org.domicile.policy.TableRules;
import org.domicile.query.Failure;
import org.domicile.tables.Distinct;
import org.domicile.tables.Expiry;
import org.domicile.tables.Loaded;
import org.domicile.tables.Once;
import org.domicile.tables.StatisticsChange;
import org.domicile.tables.TableUpkeep;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program counts values of tables: when, of which columns, and what goes on record. */
@Timeout(120)
class StatisticsOfTablesTest {
    private static final GuardedRules.Place PLACE =
            new GuardedRules.Place("city", List.of("travel"), "flights");

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

    private static TableUpkeep.Counted counted(TablesWorld world) {
        return world.tables.upkeep().counted(world.loaded());
    }

    private static String stands(TablesWorld world) {
        return world.told().getOrDefault("statistics", "");
    }

    private static String shown(TablesWorld world) {
        return world.view().inspect(TablesWorld.FLIGHTS).inspection().answer(Map.of(), List.of());
    }

    private static GuardedRules rules(TablesWorld world) {
        return world.sql.rules(world.installation.request(world.installation.guard().operator()));
    }

    /** Long enough for whatever waits, but for what failed. */
    private static void settle(TablesWorld world) {
        world.advance(CompactionOfTables.LOOK.plus(TablesWorld.MOMENT));
    }

    private static Set<String> files(TablesWorld world) {
        Set<String> files = world.below("metadata");
        files.removeIf(each -> !each.endsWith(".stats"));
        return files;
    }

    @Test
    void aTableIsCountedAndItIsOnRecord() {
        TablesWorld world = world();
        assertEquals(0, world.statistics.turn(), "an empty table");
        world.add(10);
        assertEquals(0, world.statistics.turn(), "just changed");
        assertTrue(stands(world).startsWith("due, and waits: somebody"), stands(world));
        world.advance(TablesWorld.QUIET.plus(TablesWorld.MOMENT));
        long snapshot = world.snapshot();
        long entries = world.installation.entries("city");
        assertEquals(1, world.statistics.turn(), "its one column");
        assertEquals(snapshot, world.snapshot(), "no snapshot is added");
        assertEquals(new TableUpkeep.Counted(snapshot, 0, 10, Set.of(1)), counted(world));
        // this engine copies nothing, so there is no statistics:Read
        List<Ledger.Recorded> uses = world.programs(entries);
        assertEquals(
                List.of("statistics:Plan", "statistics:Set"),
                uses.stream().map(Ledger.Recorded::action).toList());
        for (Ledger.Recorded each : uses) {
            assertEquals(Policy.UPKEEP, each.purpose());
            assertEquals("allowed done", each.verdict() + " " + each.outcome(), each::toString);
            assertEquals(each.dataZone(), each.clientZone(), "they stay where they are");
        }
        assertEquals("nothing to do", stands(world));
        assertEquals("1", world.told().get("columns-counted"));
        assertTrue(
                shown(world).contains("\"columns\":[{\"id\":1,\"name\":\"n\",\"distinct\":1}]"),
                shown(world));
        assertEquals(1, files(world).size());
        assertEquals(1, world.statistics.standing().tables());
        settle(world);
        assertEquals(0, world.statistics.turn());
        assertEquals(1, world.queries.begun, "no worker is started in vain");
    }

    @Test
    void onceMoreWhenAFifthHasChanged() {
        TablesWorld world = world();
        world.add(20);
        settle(world);
        assertEquals(1, world.statistics.turn());
        world.add(3);
        settle(world);
        world.statistics.turn();
        assertEquals(0, world.statistics.turn(), "three of twenty-three");
        assertEquals("nothing to do", stands(world));
        long before = counted(world).snapshot();
        world.add(3);
        settle(world);
        assertEquals(0, turns(world), "it was seen to change");
        settle(world);
        assertEquals(1, turns(world));
        assertTrue(before != counted(world).snapshot());
        assertEquals(2, files(world).size(), "that of older rows stays with their snapshot");
    }

    @Test
    void aTableAndTheOperatorSayWhether() {
        TablesWorld world = world();
        world.set("upkeep.statistics", "off");
        world.add(10);
        settle(world);
        assertEquals(0, world.statistics.turn());
        assertEquals("off: upkeep.statistics is off", stands(world));
        world.set("upkeep.statistics", "on");
        StatisticsOfTables off = world.statistics(StatisticsOptions.Mode.OFF);
        settle(world);
        assertEquals(0, off.turn());
        assertEquals("off: upkeep.statistics is off", stands(world));
        assertEquals(-1, counted(world).snapshot());
        assertEquals(0, world.queries.begun);
    }

    /** A count tells of what is not seen; one from before the rule is taken away. */
    @Test
    void nothingIsCountedThatIsUnderRules() {
        TablesWorld world = world();
        world.run("create table travel.two (n text, m text)");
        world.run("drop table travel.flights");
        world.run("alter table travel.two rename to flights");
        world.add(10);
        settle(world);
        assertEquals(2, turns(world));
        assertEquals(Set.of(1, 2), counted(world).fields());
        GuardedRules rules = rules(world);
        rules.classes(PLACE, "m", List.of("name"), TableRules.Otherwise.MASK);
        long entries = world.installation.entries("city");
        assertEquals(1, turns(world), "taken away at once");
        assertEquals(Set.of(), counted(world).fields());
        assertEquals(
                List.of("statistics:Remove"),
                world.programs(entries).stream().map(Ledger.Recorded::action).toList());
        quiet(world);
        assertEquals(1, turns(world));
        assertEquals(Set.of(1), counted(world).fields(), "of the other column alone");
        rules.rows(PLACE, List.of(), "n = 'x'");
        assertEquals(1, turns(world));
        assertEquals(Set.of(), counted(world).fields());
        quiet(world);
        assertEquals(0, turns(world));
        rules.classes(PLACE, "m", List.of(), TableRules.Otherwise.MASK);
        rules.rows(PLACE, List.of(), "");
        assertEquals(2, turns(world), "without rules both come back");
    }

    /** It is seen that the table changed, and then that it did not. */
    private static void quiet(TablesWorld world) {
        settle(world);
        assertEquals(0, turns(world));
        settle(world);
    }

    /** A turn ends behind a table, and the next begins before it. */
    private static long turns(TablesWorld world) {
        long done = world.statistics.turn();
        return done > 0 ? done : world.statistics.turn();
    }

    /** While the rows are read somebody makes a rule. */
    @Test
    void aRuleThatComesMeanwhileWins() {
        TablesWorld world = world();
        world.add(10);
        settle(world);
        world.queries.before =
                () -> rules(world).classes(PLACE, "n", List.of("name"), TableRules.Otherwise.MASK);
        assertEquals(0, world.statistics.turn());
        assertEquals(-1, counted(world).snapshot());
        assertEquals(Set.of(), files(world), "what was written is gone");
        assertEquals(1, world.statistics.standing().conflicts());
        settle(world);
        assertEquals(0, turns(world), "there is no other column");
        assertEquals(0, world.statistics.standing().waiting());
    }

    @Test
    void rowsThatComeMeanwhileAreOfAnotherSnapshot() {
        TablesWorld world = world();
        world.add(10);
        settle(world);
        long before = world.snapshot();
        world.queries.before = () -> world.add(1);
        assertEquals(1, world.statistics.turn());
        assertTrue(before != world.snapshot());
        assertEquals(new TableUpkeep.Counted(before, 1, 11, Set.of(1)), counted(world));
    }

    /** Another engine counts at the same time, or the snapshot ends: it has what it has. */
    @Test
    void whoWasEarlierWins() {
        TablesWorld world = world();
        world.add(10);
        settle(world);
        world.queries.before = () -> analyze(world);
        assertEquals(0, world.statistics.turn());
        assertTrue(stands(world).startsWith("gave way"), stands(world));
        assertEquals(1, world.statistics.standing().conflicts());
        assertTrue(shown(world).contains("\"distinct\":77"), shown(world));
        assertEquals(1, files(world).size(), "and its own file is gone");
        settle(world);
        assertEquals(0, turns(world));
        assertEquals("nothing to do", stands(world));
    }

    private static void analyze(TablesWorld world) {
        TableUpkeep upkeep = world.tables.upkeep();
        Loaded loaded = world.loaded();
        StatisticsChange.Puffin puffin =
                upkeep.puffin(
                        loaded,
                        world.snapshot(),
                        List.of(new Distinct(1, 77, new byte[] {1, 2, 3})));
        String file = loaded.id() + "/metadata/theirs.stats";
        world.warehouse().write(file, puffin.bytes());
        Loaded _ =
                upkeep.set(
                        world.request().nested(),
                        world.warehouse(),
                        new StatisticsChange(
                                TablesWorld.FLIGHTS, loaded.id(), world.snapshot(), file, puffin));
    }

    @Test
    void aSnapshotThatEndedMeanwhileHasNone() {
        TablesWorld world = world();
        world.add(10);
        settle(world);
        world.queries.before =
                () -> {
                    world.add(1);
                    assertFalse(
                            world.view()
                                    .expire(
                                            TablesWorld.FLIGHTS,
                                            new Expiry(Duration.ZERO, 1),
                                            Once.NOT)
                                    .isNothing());
                };
        assertEquals(0, world.statistics.turn());
        assertTrue(stands(world).startsWith("gave way"), stands(world));
        assertEquals(Set.of(), files(world));
        world.queries.before = () -> {};
        settle(world);
        assertEquals(1, turns(world));
    }

    /** They say who may use the data; counts stand where bounds of columns stand. */
    @Test
    void labelsDoNotStopIt() {
        TablesWorld world = world();
        Marks marks = new Marks(List.of("health"), List.of("installation/upkeep"), List.of());
        world.add(10);
        world.installation.admin().label(world.warehouse().bucket(), world.id() + "/", marks);
        settle(world);
        assertEquals(1, world.statistics.turn());
    }

    @Test
    void whatIsTooLargeIsTriedMoreAndMoreSeldom() {
        TablesWorld world = world();
        for (String state : List.of(Failure.OVER_LIMIT, Failure.MEMORY, Failure.CANCELLED)) {
            world.queries.fails = Optional.of(Failure.of(state, "It is too large."));
            int begun = world.queries.begun;
            world.add(10);
            world.advance(Duration.ofDays(1));
            assertEquals(0, turns(world), "it was seen to change");
            quiet(world);
            assertEquals(0, turns(world));
            assertTrue(world.queries.begun > begun, state);
            assertEquals("not here: It is too large.", stands(world), state);
            assertEquals(0, world.statistics.standing().failing());
        }
        // it was tried three times, and who writes to it does not hurry the fourth
        world.queries.fails = Optional.empty();
        assertEquals(0, seldom(world, 3), "an hour has not passed");
        assertEquals(1, seldom(world, 8));
    }

    /** Turns of a table that changes every ten minutes. */
    private static long seldom(TablesWorld world, int times) {
        long counted = 0;
        for (int i = 0; i < times && counted == 0; i++) {
            world.add(1);
            settle(world);
            counted += turns(world);
        }
        return counted;
    }

    @Test
    void aTurnThatIsInterruptedEnds() throws InterruptedException {
        TablesWorld world = world();
        world.add(10);
        settle(world);
        world.queries.hangs = true;
        AtomicLong counted = new AtomicLong(-1);
        Thread turn = Thread.ofVirtual().start(() -> counted.set(world.statistics.turn()));
        world.queries.hanging.await();
        turn.interrupt();
        turn.join();
        assertEquals(0, counted.get());
        assertEquals(-1, counted(world).snapshot());
        assertEquals(0, world.statistics.standing().failing());
        world.queries.hangs = false;
        settle(world);
        assertEquals(1, turns(world));
    }

    /** The disk is full from each commit of a turn on, until there is room again. */
    @Test
    void aFullDiskLeavesTheTableAsItWas() {
        int commits = 0;
        boolean whole = false;
        while (!whole) {
            try (TablesWorld world = new TablesWorld(folder.resolve("full-" + commits))) {
                world.add(10);
                settle(world);
                world.installation.keyspace().fullAfter(commits);
                whole = world.statistics.turn() == 1;
                world.installation.keyspace().heal();
                if (!whole) {
                    assertEquals(-1, counted(world).snapshot(), "after " + commits + " commits");
                    assertEquals(1, world.statistics.standing().failing());
                    // what records uses may take a moment to find that there is room again
                    for (int i = 0; i < 200 && counted(world).snapshot() < 0; i++) {
                        LockSupport.parkNanos(20_000_000);
                        world.advance(CompactionOfTables.AFTER_FAILURE);
                        world.statistics.turn();
                    }
                }
                assertEquals(world.snapshot(), counted(world).snapshot());
            }
            commits++;
        }
        assertTrue(commits > 3, commits + " commits of a turn");
    }

    /** The disk fails after each commit of a turn: between the file and the commit, too. */
    @Test
    void aDeathInTheMiddleLeavesNothingHalfDone() {
        int commits = 0;
        boolean whole = false;
        while (!whole) {
            try (TablesWorld world = new TablesWorld(folder.resolve("after-" + commits))) {
                world.add(10);
                settle(world);
                world.installation.keyspace().fenceAfter(commits);
                try {
                    assertEquals(1, world.statistics.turn());
                    whole = true;
                } catch (StorageFailure fenced) {
                    assertEquals(StorageFailure.Kind.FENCED, fenced.kind());
                }
                world.restart();
                settle(world);
                turns(world);
                assertEquals(
                        new TableUpkeep.Counted(world.snapshot(), 0, 10, Set.of(1)),
                        counted(world),
                        "after " + commits + " commits");
                UpkeepOfTables upkeep = world.installation.guard().upkeepOf(world.tables);
                world.advance(UpkeepOfTables.UNREFERRED.plus(TablesWorld.MOMENT));
                upkeep.turn();
                world.advance(UpkeepOfTables.GRACE.plus(TablesWorld.MOMENT));
                upkeep.turn();
                assertEquals(1, files(world).size(), "what a death left is gone");
            }
            commits++;
        }
        assertTrue(commits > 3, commits + " commits of a turn");
    }
}
