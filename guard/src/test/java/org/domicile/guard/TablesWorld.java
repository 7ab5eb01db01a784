package org.domicile.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

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
import org.domicile.ledger.Ledger;
import org.domicile.objects.Bucket;
import org.domicile.objects.Listing;
import org.domicile.objects.Version;
import org.domicile.query.Answer;
import org.domicile.query.Failure;
import org.domicile.query.Prepared;
import org.domicile.query.Queries;
import org.domicile.query.Rows;
import org.domicile.query.Session;
import org.domicile.query.Sketch;
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

/** An installation with one table, which the program works on in turns. */
final class TablesWorld implements AutoCloseable {
    static final TableName FLIGHTS = new TableName(NamespaceName.of("travel"), "flights");
    static final byte[] FILE = TinyParquet.bytes('n', "kept");
    static final Duration QUIET = Duration.ofMinutes(1);
    static final Duration MOMENT = Duration.ofSeconds(1);

    /** Sessions of which the next one's first file does not come, or comes after something. */
    static final class Tripping implements Queries {
        private final WritingQueries writing = new WritingQueries();
        Optional<Failure> none = Optional.empty();
        Optional<Failure> fails = Optional.empty();
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
            return hangs
                    ? Answer.of(new Hanging(hanging))
                    : writing.begin("", "UTC")
                            .then(session ->
                                    Answer.of(
                                            fails.isEmpty()
                                                    ? session
                                                    : new Failing(session, fails.get())));
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

    /** A worker that counts nothing. */
    private record Failing(Session session, Failure failure) implements Session {
        @Override
        public Answer<List<Sketch>> sketch(String select, Sources sources) {
            return Answer.failed(failure);
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
        public void cancel() {
            session.cancel();
        }

        @Override
        public boolean alive() {
            return session.alive();
        }

        @Override
        public void close() {
            session.close();
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
        public Answer<List<Sketch>> sketch(String select, Sources sources) {
            return write(select, List.of(), new Target.PlainParquet(), sources)
                    .then(_ -> Answer.of(List.of()));
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

    final Installation installation;
    final Administration.Issued city;
    final AtomicLong room = new AtomicLong(1L << 40);
    final Tripping queries = new Tripping();
    Tables tables;
    GuardedSql sql;
    CompactionOfTables compaction;
    StatisticsOfTables statistics;
    private int written;

    TablesWorld(Path folder) {
        installation = Installation.inMemory(folder);
        city = installation.tenant("city");
        tables = installation.tables();
        sql = installation.guard().sql(queries, tables);
        compaction = compaction(CompactionOptions.Mode.ON);
        statistics = statistics(StatisticsOptions.Mode.ON);
        run("create schema travel");
        run("create table travel.flights (n text)");
    }

    CompactionOfTables compaction(CompactionOptions.Mode mode) {
        return installation
                .guard()
                .compactionOf(queries, tables, new CompactionOptions(mode, 12, QUIET, room::get));
    }

    StatisticsOfTables statistics(StatisticsOptions.Mode mode) {
        return installation
                .guard()
                .statisticsOf(queries, tables, new StatisticsOptions(mode, QUIET));
    }

    void restart() {
        installation.reopen();
        tables = installation.tables();
        sql = installation.guard().sql(queries, tables);
        compaction = compaction(CompactionOptions.Mode.ON);
        statistics = statistics(StatisticsOptions.Mode.ON);
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
        return below("data");
    }

    /** Names of files of the table. */
    Set<String> below(String part) {
        String prefix = id() + "/" + part + "/";
        Set<String> names = new TreeSet<>();
        for (Version each :
                installation
                        .objects()
                        .list(warehouse().source(), new Listing.Query(prefix, "", "", "", 1_000))
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

    /** Its own acts. */
    List<Ledger.Recorded> programs(long since) {
        return installation.usesSince("city", since).stream()
                .filter(use ->
                        use.action().startsWith("compaction:")
                                || use.action().startsWith("statistics:"))
                .toList();
    }

    @Override
    public void close() {
        installation.close();
    }
}
