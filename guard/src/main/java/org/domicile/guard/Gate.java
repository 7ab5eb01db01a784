package org.domicile.guard;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;
import org.domicile.bytes.StorageFailure;
import org.domicile.keys.KeyId;
import org.domicile.keys.Keys;
import org.domicile.ledger.Ledger;
import org.domicile.moves.Moves;
import org.domicile.objects.Objects;
import org.domicile.outbound.Outbound;
import org.domicile.people.People;
import org.domicile.policy.Marks;
import org.domicile.policy.Policy;
import org.domicile.policy.Resource;
import org.domicile.query.Queries;
import org.domicile.request.Caller;
import org.domicile.request.Outcome;
import org.domicile.request.Request;
import org.domicile.schemas.Schemas;
import org.domicile.streams.StreamLog;
import org.domicile.streams.Streams;
import org.domicile.tables.Tables;
import org.domicile.watches.WatchEngine;
import org.domicile.watches.Watches;

/** The guard that is wired to capabilities. Its only mutable state is the count of permits. */
final class Gate implements Guard {
    private static final System.Logger LOG = System.getLogger("org.domicile.guard");

    /** Ends of one turn of the lifecycle job, nearly. */
    private static final int ENDS = 10_000;

    /** How long a key's destruction waits for those that are locking something under it. */
    private static final Duration LOCKING = Duration.ofSeconds(5);

    private final GuardOptions options;
    private final Policy policy;
    private final Keys keys;
    private final Ledger ledger;
    private final Objects objects;
    private final People people;
    private final InstantSource clock;
    private final SecureRandom random;
    private final Semaphore permits;
    private final SigningKeys identity;
    private final Issuers issuers;
    private final Vessel vessel;
    private final SqlMemory sqlMemory;
    private final KeyEndings endings = new KeyEndings(LOCKING);
    private final Sharings sharings;
    private final LifecycleRules rules;
    private final Warehouses warehouses;
    private final TableCare care = new TableCare();
    private final LiveTables live = new LiveTables();
    private final StreamGrowth growth = new StreamGrowth();
    private final LifecycleRun lifecycle;
    private final ObjectsView.Telling telling;
    private final Delivery delivery;
    private final PeopleStreams peopleStreams;

    Gate(
            GuardOptions options,
            Policy policy,
            Keys keys,
            Ledger ledger,
            Objects objects,
            People people,
            Outbound outbound,
            InstantSource clock,
            SecureRandom random) {
        this.options = options;
        this.policy = policy;
        this.keys = keys;
        this.ledger = ledger;
        this.objects = objects;
        this.people = people;
        this.clock = clock;
        this.random = random;
        this.permits = new Semaphore(options.permits());
        this.identity =
                new SigningKeys(
                        policy,
                        options,
                        keys.vault(),
                        id -> keys.exists(new KeyId(KeyId.Kind.SUBJECT, id)),
                        random);
        this.issuers = new Issuers(policy, outbound);
        this.vessel = new Vessel(keys, objects, random);
        this.sqlMemory =
                new SqlMemory(
                        new Manifests(objects),
                        new Footers(),
                        new Describing(options.describing()));
        this.sharings = new Sharings(options, policy, objects, vessel);
        this.peopleStreams = new PeopleStreams(options.dataZone());
        this.rules = new LifecycleRules(vessel);
        this.warehouses = new Warehouses(policy, objects.buckets(), keys, random);
        this.delivery =
                new Delivery(
                        policy,
                        objects,
                        vessel,
                        outbound,
                        this::notificationUses,
                        clock,
                        options.dataZone());
        DeliveryRun run = new DeliveryRun(objects.outbox(), delivery);
        Announcements announcements = new Announcements(objects, vessel, run::wake);
        this.telling = new ObjectsView.Telling(announcements, delivery, run);
        this.lifecycle =
                new LifecycleRun(
                        policy,
                        objects,
                        rules,
                        vessel,
                        announcements,
                        objects.present(),
                        this::lifecycleUses,
                        ENDS);
        new Founding(options, policy, keys, ledger, clock.instant()).complete();
        BucketUses.endKeys(objects.buckets(), keys);
        Erasures.complete(people, policy, keys);
        NamedKeys.complete(policy, keys);
    }

    @Override
    public Identity identity() {
        return identity;
    }

    @Override
    public GuardedObjects objects(Request request) {
        return objects(request, List.of(), Asking.NOTHING);
    }

    @Override
    public GuardedObjects objects(Request request, List<String> stated, Asking asking) {
        return view(request, stated, asking);
    }

    private ObjectsView view(Request request, List<String> stated, Asking asking) {
        return new ObjectsView(
                uses(request, stated, asking),
                objects,
                keys,
                vessel,
                rules,
                endings,
                telling,
                random);
    }

    @Override
    public GuardedArrivals arrivals(Request request, Marks marks) {
        return new DraftedArrivals(
                request.at(),
                asking -> view(request, List.of(), asking).arrivals(objects, vessel, marks));
    }

    @Override
    public GuardedSql sql(Queries queries, Tables tables) {
        return sqlView(queries, tables);
    }

    private SqlView sqlView(Queries queries, Tables tables) {
        return new SqlView(
                this::uses,
                queries,
                tables,
                warehouses,
                objects,
                keys,
                vessel,
                random,
                sqlMemory,
                live,
                request -> view(request, List.of(), Asking.NOTHING));
    }

    @Override
    public GuardedStreams streams(Streams streams, StreamLog log) {
        return streams(streams, log, StreamMinutes.STEP, StreamsView.FIRST_PAUSE);
    }

    /**
     * The same with other pauses: tests, which put the clock forward, need not wait for them.
     *
     * @param step between two looks at which minutes are over
     * @param firstPause before what the log did not take is brought to it again
     */
    GuardedStreams streams(Streams streams, StreamLog log, Duration step, Duration firstPause) {
        StreamPlaces places = new StreamPlaces(log.volume(), options.dataZone());
        delivery.into(streams, log, places, live);
        peopleStreams.in(streams);
        return new StreamsView(
                this::uses,
                policy,
                streams,
                log,
                new StreamMinutes(
                        streams, ledger, keys.vault(), clock, random, StreamMinutes.MOST, step),
                places,
                live,
                warehouses,
                growth,
                random,
                firstPause);
    }

    @Override
    public void tabling(Tabling with) {
        LiveTables.With parts =
                new LiveTables.With(
                        new LiveTables.Options(with.every(), with.most()),
                        with.queries(),
                        new SqlCatalog.Parts(
                                with.tables(),
                                warehouses,
                                new OpenedWarehouse.Parts(keys, objects, vessel, random),
                                sqlMemory.manifests(),
                                sqlMemory.footers(),
                                sqlMemory.describing(),
                                live),
                        warehouses,
                        clock,
                        organisation -> turnsUses().upkeepOf(organisation, Gate::tabling),
                        this::reads,
                        with.streams(),
                        with.log(),
                        new StreamPlaces(with.log().volume(), options.dataZone()),
                        with.schemas(),
                        new LiveWorker(with.queries(), clock),
                        new LiveWorker(with.queries(), clock),
                        live.room());
        live.begin(parts);
    }

    /** An act of a statement, as that of what makes rows of a stream's records. */
    private static String tabling(String action) {
        return switch (action) {
            case LiveTable.READ -> LiveTable.READ;
            case LiveTable.APPEND -> LiveTable.APPEND;
            case LiveStore.PLAN -> LiveStore.PLAN;
            default ->
                    throw new IllegalStateException("a stream's table does nothing like " + action);
        };
    }

    @Override
    public GuardedWatches watches(
            Streams streams,
            StreamLog log,
            GuardedStreams guarded,
            Watches watches,
            WatchEngine engine,
            GuardedWatches.Columns columns,
            Queries queries,
            Tables tables) {
        growth.tell(engine);
        return new WatchesView(
                this::uses,
                policy,
                streams,
                log,
                guarded,
                watches,
                engine,
                columns,
                new WatchStates(
                        policy,
                        warehouses,
                        new OpenedWarehouse.Parts(keys, objects, vessel, random),
                        organisation -> turnsUses().upkeepOf(organisation, action -> action),
                        clock),
                new WatchTables(sqlView(queries, tables)),
                clock,
                random,
                options.dataZone());
    }

    @Override
    public GuardedSchemas schemas(Schemas schemas, Streams streams) {
        return new SchemasView(this::uses, schemas, streams);
    }

    @Override
    public GuardedMoves moves(Request request, Moves moves) {
        return new MovesView(uses(request), policy, moves, random);
    }

    @Override
    public GuardedTables tables(Request request, Tables tables) {
        return new TablesView(
                uses(request),
                tables,
                warehouses,
                new TableSessions(policy, keys.vault(), random),
                new OpenedWarehouse.Parts(keys, objects, vessel, random),
                care,
                live,
                sqlMemory);
    }

    @Override
    public UpkeepOfTables upkeepOf(Tables tables) {
        return new TableUpkeepRun(
                policy,
                tables,
                warehouses,
                new OpenedWarehouse.Parts(keys, objects, vessel, random),
                care,
                objects.present(),
                this::lifecycleUses);
    }

    @Override
    public CompactionOfTables compactionOf(
            Queries queries, Tables tables, CompactionOptions options) {
        return new TableCompactionRun(turns(queries, tables, care.compaction()), options);
    }

    @Override
    public StatisticsOfTables statisticsOf(
            Queries queries, Tables tables, StatisticsOptions options) {
        return new TableStatisticsRun(turns(queries, tables, care.statistics()), options);
    }

    private TableTurns.With turns(Queries queries, Tables tables, TurnsCare care) {
        return new TableTurns.With(
                policy,
                queries,
                new SqlCatalog.Parts(
                        tables,
                        warehouses,
                        new OpenedWarehouse.Parts(keys, objects, vessel, random),
                        sqlMemory.manifests(),
                        sqlMemory.footers(),
                        sqlMemory.describing(),
                        live),
                care,
                objects.present(),
                this::turnsUses,
                this::reads);
    }

    /** Reads of files within uses. */
    private NestedReads reads(Uses uses) {
        return new NestedReads(
                uses, objects, keys, vessel, new SecondKeys(uses, keys, vessel, random));
    }

    @Override
    public MovesAtWork atWork(Moves moves) {
        return new MovesUnderWay(moves, policy, identity);
    }

    @Override
    public GuardedPeople people(Request request) {
        return administration(request).people();
    }

    @Override
    public GuardedSessions sessions(Request request) {
        return new SessionsView(request, this::uses, policy, keys, issuers, random);
    }

    @Override
    public GuardedLogs logs(Request request) {
        return new LogsView(uses(request), ledger);
    }

    @Override
    public PublicRegister publicRegister() {
        return new PublicRegisterView(policy, ledger);
    }

    @Override
    public Optional<CorsDocument> cors(String bucket) {
        return objects.buckets()
                .bucket(bucket)
                .filter(each -> each.settings().containsKey(BucketSetting.CORS.key()))
                .map(each -> new CorsDocument(each, vessel));
    }

    @Override
    public Sealing sealing(Request request) {
        return new SealingView(uses(request), policy, new FreshKeys(random));
    }

    @Override
    public Administration administration(Request request) {
        Uses uses = uses(request);
        return new AdministrationView(
                uses,
                new PeopleView.Parts(policy, keys, ledger, objects, people, peopleStreams),
                new HoldingsView(uses, objects, keys, vessel),
                new Labelling(policy, objects, vessel),
                new NamedKeys(objects, vessel, endings),
                random);
    }

    @Override
    public void stranger(String action, String reason) {
        ledger.countStranger(action, reason);
    }

    @Override
    public Optional<String> receipt(String use) {
        int end = use.lastIndexOf('/');
        int begin = use.indexOf('/');
        if (begin < 0 || end == begin) {
            return Optional.empty();
        }
        try {
            return ledger.receipt(use.substring(0, begin), Long.parseLong(use.substring(end + 1)))
                    .map(text ->
                            Base64.getEncoder()
                                    .encodeToString(text.getBytes(StandardCharsets.UTF_8)));
        } catch (StorageFailure e) {
            // What was asked for is done and on record; an answer without a receipt promises none.
            LOG.log(System.Logger.Level.ERROR, "no receipt for the use " + use, e);
            return Optional.empty();
        }
    }

    @Override
    public boolean wantsReceipts(Caller caller) {
        return caller instanceof Caller.Known known && policy.wantsReceipts(known.credential());
    }

    @Override
    public Caller.Known operator() {
        return new Caller.Known(
                Policy.INSTALLATION, Founding.OPERATOR, "operator", Policy.ADMINISTRATION);
    }

    @Override
    public Optional<Administration.Issued> firstSteps(String kept) {
        Instant now = clock.instant();
        Request request =
                new Request(
                        "first-steps",
                        operator(),
                        "program",
                        options.dataZone(),
                        "",
                        now,
                        now.plus(Duration.ofMinutes(1)),
                        Optional.empty());
        return new FirstSteps(administration(request), policy, options.dataZone(), now)
                .complete(kept);
    }

    @Override
    public GuardedCheck check() {
        String action = "upkeep:OpenToVerify";
        return new StoredCheck(
                policy,
                objects,
                keys,
                vessel,
                () -> {
                    Uses uses = upkeepUses();
                    try (Admitted use = uses.admit(action, new Resource.Installation(), "")) {
                        return use.record(Outcome.DONE, 0);
                    }
                });
    }

    @Override
    public void upkeep(String action, LongSupplier work) {
        Uses uses = upkeepUses();
        uses.check(action, new Resource.Installation(), "");
        long handled;
        try {
            handled = work.getAsLong();
        } catch (RuntimeException e) {
            try {
                uses.admit(action, new Resource.Installation(), "").close();
            } catch (RuntimeException unrecorded) {
                e.addSuppressed(unrecorded);
            }
            throw e;
        }
        if (handled > 0) {
            try (Admitted use = uses.admit(action, new Resource.Installation(), "")) {
                use.record(Outcome.DONE, handled);
            }
        }
    }

    @Override
    public long lifecycle(Duration day) {
        return lifecycle.turn(day);
    }

    @Override
    public Deliveries deliveries() {
        return telling.run();
    }

    private Uses lifecycleUses() {
        return programUses(
                new Caller.Program("system:lifecycle", Policy.LIFECYCLE), options.dataZone());
    }

    /** It acts under the purpose of whoever asked to be told. */
    private Uses notificationUses(String purpose, String zone) {
        return programUses(new Caller.Program("system:notification", purpose), zone);
    }

    /** What acts for the program's own upkeep. */
    private Uses upkeepUses() {
        return programUses(new Caller.Program("system:upkeep", Policy.UPKEEP), options.dataZone());
    }

    /**
     * A view of the program's own uses for one thread, with a permit of its own: work that was done
     * must not go unrecorded because clients are many.
     *
     * @param zone where data go
     */
    private Uses programUses(Caller.Program caller, String zone) {
        return programUses(caller, zone, 1);
    }

    /** What acts for work on tables: while it commits, it may have to open manifests. */
    private Uses turnsUses() {
        return programUses(
                new Caller.Program("system:upkeep", Policy.UPKEEP), options.dataZone(), 2);
    }

    /** The same for work in which one use begins within another. */
    private Uses programUses(Caller.Program caller, String zone, int atOnce) {
        Instant now = clock.instant();
        Request request =
                new Request(
                        caller.name(),
                        caller,
                        "program",
                        zone,
                        "",
                        now,
                        Instant.MAX,
                        Optional.empty());
        return new Uses(
                policy,
                ledger,
                options,
                new Semaphore(atOnce),
                request,
                new Concerned(policy, keys, people, request.caller(), List.of()),
                sharings,
                Asking.NOTHING,
                clock,
                live);
    }

    /** The uses of a request in which nobody states anything. */
    Uses uses(Request request) {
        return uses(request, List.of(), Asking.NOTHING);
    }

    private Uses uses(Request request, List<String> stated, Asking asking) {
        return new Uses(
                policy,
                ledger,
                options,
                permits,
                request,
                new Concerned(policy, keys, people, request.caller(), stated),
                sharings,
                asking,
                clock,
                live);
    }
}
