package org.domicile.guard;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.domicile.bytes.StorageFailure;
import org.domicile.ledger.Ledger;
import org.domicile.objects.Bucket;
import org.domicile.objects.Listing;
import org.domicile.objects.Version;
import org.domicile.policy.Marks;
import org.domicile.policy.Policy;
import org.domicile.query.Answer;
import org.domicile.query.Failure;
import org.domicile.query.Prepared;
import org.domicile.query.Queries;
import org.domicile.query.Rows;
import org.domicile.query.Session;
import org.domicile.query.Sources;
import org.domicile.query.Target;
import org.domicile.query.TinyParquet;
import org.domicile.query.Value;
import org.domicile.query.WritingQueries;
import org.domicile.query.Written;
import org.domicile.request.Request;
import org.domicile.tables.FilesChange;
import org.domicile.tables.Kind;
import org.domicile.tables.Loaded;
import org.domicile.tables.Moment;
import org.domicile.tables.NamespaceName;
import org.domicile.tables.NewFile;
import org.domicile.tables.Once;
import org.domicile.tables.TableChange;
import org.domicile.tables.TableName;
import org.domicile.tables.Tables;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program compacts tables: when, which, and what goes on record. */
@Timeout(120)
class CompactionOfTablesTest {
    private static final TableName FLIGHTS = new TableName(NamespaceName.of("travel"), "flights");
    private static final byte[] FILE = TinyParquet.bytes('n', "kept");
    private static final Duration QUIET = Duration.ofMinutes(1);
    private static final Duration MOMENT = Duration.ofSeconds(1);

    @TempDir private Path folder;
    private @Nullable World world;

    /** Sessions of which the next one's first file does not come, or comes after something. */
    private static final class Tripping implements Queries {
        private final WritingQueries writing = new WritingQueries();
        Optional<Failure> none = Optional.empty();
        Runnable before = () -> {};
        int begun;
        volatile boolean hangs;
        final CountDownLatch hanging = new CountDownLatch(1);

        @Override
        public Answer<Session> begin(String organisation, String zone) {
            return writing.begin(organisation, zone);
        }

        @Override
        public Answer<Session> beginAside() {
            if (none.isPresent()) {
                return Answer.failed(none.get());
            }
            begun++;
            before.run();
            return hangs ? Answer.of(new Hanging(hanging)) : writing.begin("", "UTC");
        }

        @Override
        public Standing standing() {
            return writing.standing();
        }

        @Override
        public void close() {
            writing.close();
        }
    }

    /** A worker that writes until it is ended. */
    private static final class Hanging implements Session {
        private final CountDownLatch begun;
        private final CountDownLatch closed = new CountDownLatch(1);

        Hanging(CountDownLatch begun) {
            this.begun = begun;
        }

        @Override
        public Answer<Written> write(
                String select, List<Value> parameters, Target target, Sources sources) {
            begun.countDown();
            try {
                closed.await();
            } catch (InterruptedException e) {
                throw new AssertionError("what is under way is not interrupted", e);
            }
            return Answer.failed(Failure.GONE, "The worker has ended.");
        }

        @Override
        public Answer<Prepared> prepare(String sql, Sources sources) {
            throw new AssertionError("nothing is asked");
        }

        @Override
        public Answer<Rows> run(String sql, List<Value> parameters, Sources sources) {
            throw new AssertionError("nothing is asked");
        }

        @Override
        public void cancel() {}

        @Override
        public boolean alive() {
            return true;
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }

    /** An installation with one table. */
    private static final class World implements AutoCloseable {
        final Installation installation;
        final Administration.Issued city;
        final AtomicLong room = new AtomicLong(1L << 40);
        final Tripping queries = new Tripping();
        Tables tables;
        GuardedSql sql;
        CompactionOfTables compaction;
        private int written;

        World(Path folder) {
            installation = Installation.inMemory(folder);
            city = installation.tenant("city");
            tables = installation.tables();
            sql = installation.guard().sql(queries, tables);
            compaction = compaction(CompactionOptions.Mode.ON);
            run("create schema travel");
            run("create table travel.flights (n text)");
        }

        CompactionOfTables compaction(CompactionOptions.Mode mode) {
            return installation
                    .guard()
                    .compactionOf(
                            queries, tables, new CompactionOptions(mode, 12, QUIET, room::get));
        }

        void restart() {
            installation.reopen();
            tables = installation.tables();
            sql = installation.guard().sql(queries, tables);
            compaction = compaction(CompactionOptions.Mode.ON);
        }

        OpenedWarehouse warehouse() {
            Bucket bucket =
                    installation.objects().buckets().buckets("city").stream()
                            .filter(each -> each.keeping() == Bucket.Keeping.TABLES)
                            .findFirst()
                            .orElseThrow();
            SecureRandom random = new SecureRandom();
            Vessel vessel = new Vessel(installation.keys(), installation.objects(), random);
            return new OpenedWarehouse(
                    new OpenedWarehouse.Parts(
                            installation.keys(), installation.objects(), vessel, random),
                    request(),
                    bucket,
                    () -> {
                        throw new AssertionError("nothing is read");
                    });
        }

        Request request() {
            return installation.request(installation.caller(city));
        }

        String id() {
            return tables.id(warehouse(), Kind.TABLE, FLIGHTS);
        }

        /** Files of one row each, in one commit. */
        void add(int count) {
            OpenedWarehouse warehouse = warehouse();
            List<NewFile> files = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                String name = id() + "/data/" + written++ + ".parquet";
                warehouse.write(name, FILE);
                files.add(new NewFile(name, FILE.length, 1, 0, List.of(), List.of(), List.of(4L)));
            }
            tables.commit(
                    request().nested(),
                    warehouse,
                    new FilesChange(
                            FLIGHTS,
                            id(),
                            new FilesChange.Append(Map.of()),
                            files,
                            Map.of(),
                            UnaryOperator.identity()));
        }

        String run(String statement) {
            if (!(sql.connect(request(), "UTC")
                    instanceof Answer.Given<GuardedSql.Connection>(GuardedSql.Connection it))) {
                throw new AssertionError("no session");
            }
            try (it) {
                return assertInstanceOf(Answer.Given.class, it.run(request(), statement, List.of()))
                                        .value()
                                instanceof GuardedSql.Result result
                        ? result.tag()
                        : "";
            }
        }

        void set(String name, String value) {
            view().commit(
                            List.of(
                                    TableChange.parse(
                                            FLIGHTS,
                                            "{\"requirements\":[],\"updates\":[{\"action\":\"set-properties\",\"updates\":{\"%s\":\"%s\"}}]}"
                                                    .formatted(name, value))),
                            Once.NOT);
        }

        Loaded loaded() {
            return tables.load(warehouse(), Kind.TABLE, FLIGHTS);
        }

        long files() {
            return tables.upkeep().wear(loaded()).files();
        }

        long snapshot() {
            return tables.shape(warehouse(), loaded(), new Moment.Now()).snapshot();
        }

        GuardedTables view() {
            return installation.guard().tables(request(), tables);
        }

        Map<String, String> told() {
            return view().inspect(FLIGHTS).upkeep();
        }

        String stands() {
            return told().getOrDefault("compaction", "");
        }

        Set<String> data() {
            String prefix = id() + "/data/";
            Set<String> names = new TreeSet<>();
            for (Version each :
                    installation
                            .objects()
                            .list(
                                    warehouse().source(),
                                    new Listing.Query(prefix, "", "", "", 1_000))
                            .versions()) {
                names.add(each.name().substring(prefix.length()));
            }
            return names;
        }

        void advance(Duration by) {
            installation.time().advance(by);
        }

        /** It is seen that the table changed, and then that it did not for a while. */
        void settle() {
            assertEquals(0, compaction.turn(), "just changed");
            advance(QUIET.plus(MOMENT));
        }

        /** Later turns; what records uses may take a moment to find that there is room again. */
        void again() {
            for (int i = 0; i < 200 && files() > 1; i++) {
                LockSupport.parkNanos(20_000_000);
                advance(CompactionOfTables.AFTER_FAILURE);
                compaction.turn();
            }
        }

        List<Ledger.Recorded> programs(long since) {
            return installation.usesSince("city", since).stream()
                    .filter(use -> use.action().startsWith("compaction:"))
                    .toList();
        }

        @Override
        public void close() {
            installation.close();
        }
    }

    private World world() {
        World made = new World(folder);
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
        World world = world();
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
                        .inspect(FLIGHTS)
                        .inspection()
                        .answer(Map.of(), List.of())
                        .contains("\"files-before\":2,\"files-after\":1"));
    }

    @Test
    void aTableSaysForItselfWhetherAndWhen() {
        World world = world();
        world.set("self-optimizing.enabled", "false");
        world.add(40);
        world.advance(QUIET.plus(MOMENT));
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
        world.advance(CompactionOfTables.LOOK.plus(MOMENT));
        assertEquals(40, world.compaction.turn());
    }

    @Test
    void theOperatorSaysWhether() {
        World world = world();
        world.add(40);
        world.advance(QUIET.plus(MOMENT));
        CompactionOfTables off = world.compaction(CompactionOptions.Mode.OFF);
        assertEquals(0, off.turn());
        assertEquals("off: upkeep.compaction is off", world.stands());
        assertEquals(40, world.files());
    }

    @Test
    void aTableThatIsWrittenIsLeftAloneButNotForEver() {
        World world = world();
        world.add(20);
        assertEquals(0, world.compaction.turn());
        assertTrue(world.stands().startsWith("due, and waits: somebody"), world::stands);
        for (int i = 0; i < 10; i++) {
            world.advance(QUIET.minus(MOMENT));
            world.add(1);
            assertEquals(0, world.compaction.turn(), "round " + i);
        }
        assertEquals(1, world.compaction.standing().waiting());
        world.advance(QUIET.minus(MOMENT));
        world.add(1);
        assertEquals(31, world.compaction.turn());
    }

    /** A row that is deleted while its file is packed stays deleted: the writer wins. */
    @Test
    void aWriterWinsAndTheCompactionComesAgainLater() {
        World world = world();
        world.add(20);
        world.advance(QUIET.plus(MOMENT));
        world.queries.before = () -> world.run("delete from travel.flights where n = 'x'");
        long before = world.snapshot();
        assertEquals(0, world.compaction.turn());
        assertTrue(world.snapshot() != before, "the writer's snapshot");
        assertTrue(world.stands().startsWith("gave way to a writer"), world::stands);
        assertEquals(1, world.compaction.standing().conflicts());
        Set<String> left = world.data();
        world.queries.before = () -> {};
        world.add(20);
        world.advance(CompactionOfTables.WAIT.minus(MOMENT));
        assertEquals(0, world.compaction.turn(), "not at once");
        world.advance(QUIET);
        assertTrue(world.compaction.turn() >= 20, world::stands);
        assertEquals(1, world.files());
        assertTrue(left.size() > 1, "what was read stays for readers");
    }

    @Test
    void rowsThatComeMeanwhileStandBeside() {
        World world = world();
        world.add(20);
        world.advance(QUIET.plus(MOMENT));
        world.queries.before = () -> world.add(3);
        assertEquals(20, world.compaction.turn());
        assertEquals(4, world.files());
    }

    /** Two compactions of the same files: one of them gives way. */
    @Test
    void twoAtOnceAreOne() {
        World world = world();
        world.add(20);
        world.advance(QUIET.plus(MOMENT));
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
        World world = world();
        Marks marks = new Marks(List.of("health"), List.of("installation/upkeep"), List.of());
        world.add(20);
        byte[] before = world.tables.carried(world.warehouse(), world.id());
        world.installation.admin().label(world.warehouse().bucket(), world.id() + "/", marks);
        world.advance(QUIET.plus(MOMENT));
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
        assertEquals(Duration.ofMinutes(1), TableCompactionRun.wait(0, most));
        assertEquals(Duration.ofMinutes(8), TableCompactionRun.wait(3, most));
        assertEquals(most, TableCompactionRun.wait(6, most));
        assertEquals(most, TableCompactionRun.wait(100, most));
    }

    @Test
    void withoutRoomNothingBegins() {
        World world = world();
        world.add(20);
        world.advance(QUIET.plus(MOMENT));
        world.room.set(FILE.length * 20L);
        assertEquals(0, world.compaction.turn());
        assertEquals("due, and waits: there is no room on the disk for it", world.stands());
        assertEquals(0, world.queries.begun);
        world.room.set(1L << 30);
        world.advance(CompactionOfTables.WAIT);
        assertEquals(20, world.compaction.turn());
    }

    @Test
    void withoutAWorkerNoTableIsAtFault() {
        World world = world();
        world.add(20);
        world.advance(QUIET.plus(MOMENT));
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
            try (World world = new World(folder.resolve("full-" + commits))) {
                world.add(20);
                world.advance(QUIET.plus(MOMENT));
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
        World world = world();
        world.add(20);
        world.advance(QUIET.plus(MOMENT));
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
            try (World world = new World(folder.resolve("after-" + commits))) {
                world.add(20);
                world.advance(QUIET.plus(MOMENT));
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
                world.advance(UpkeepOfTables.UNREFERRED.plus(MOMENT));
                upkeep.turn();
                world.advance(UpkeepOfTables.GRACE.plus(MOMENT));
                upkeep.turn();
                assertEquals(21, world.data().size(), "what a death left is gone");
            }
            commits++;
        }
        assertTrue(commits > 3, commits + " commits of a turn");
    }
}
