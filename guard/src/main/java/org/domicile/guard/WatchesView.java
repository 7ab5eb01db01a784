package org.domicile.guard;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.domicile.bytes.StorageFailure;
import org.domicile.policy.Credential;
import org.domicile.policy.Marks;
import org.domicile.policy.Policy;
import org.domicile.policy.Resource;
import org.domicile.query.Answer;
import org.domicile.query.Failure;
import org.domicile.request.Caller;
import org.domicile.request.Outcome;
import org.domicile.request.Request;
import org.domicile.streams.Act;
import org.domicile.streams.Admission;
import org.domicile.streams.Stream;
import org.domicile.streams.StreamLog;
import org.domicile.streams.Streams;
import org.domicile.streams.Topic;
import org.domicile.watches.Watch;
import org.domicile.watches.WatchEngine;
import org.domicile.watches.Watches;

/** Watches for doors. Log-ins of those that run are in {@code lent}, by their names. */
final class WatchesView implements GuardedWatches, WorkerLogins {
    private static final System.Logger LOG = System.getLogger("org.domicile.watches");
    private static final String CREATE = "watches:CreateWatch";
    private static final String STOP = "watches:StopWatch";
    private static final String SHOW = "watches:ShowWatch";
    private static final String LIST = "watches:ListWatches";
    private static final String PUBLISH = "streams:Publish";
    private static final String POLL = "streams:Poll";

    /** What reads tables for those that run. */
    private static final String DOOR = "watches";

    /** What names of transactions begin with, before the number of their watch. */
    private static final String TRANSACTIONS = "watch-";

    /** Between a refusal and the look at whether it stands. */
    private static final Duration PAUSE = Duration.ofMinutes(1);

    private static final long STEP_MILLIS = 200;

    /**
     * A log-in.
     *
     * @param read what came with the tables that it looks into when each was read last
     */
    private record Lent(Watch watch, byte[] secret, Map<String, Seen> read) {}

    /** What is known of a table, and what has to be allowed for who reads it. */
    private record Seen(Marks marks, List<SqlStatement.Decided> decided) {}

    private final Function<Request, Uses> acting;
    private final Policy policy;
    private final Streams streams;
    private final StreamLog log;
    private final GuardedStreams guarded;
    private final Watches watches;
    private final WatchEngine engine;
    private final Columns columns;
    private final WatchStates states;
    private final WatchTables tables;
    private final InstantSource clock;
    private final SecureRandom random;
    private final String dataZone;
    private final WatchMaking making = new WatchMaking();
    private final Map<String, Lent> lent = new ConcurrentHashMap<>();

    /** Log-ins that were refused, and are looked at a little later. */
    private final Set<String> doubted = ConcurrentHashMap.newKeySet();

    WatchesView(
            Function<Request, Uses> acting,
            Policy policy,
            Streams streams,
            StreamLog log,
            GuardedStreams guarded,
            Watches watches,
            WatchEngine engine,
            Columns columns,
            WatchStates states,
            WatchTables tables,
            InstantSource clock,
            SecureRandom random,
            String dataZone) {
        this.acting = acting;
        this.policy = policy;
        this.streams = streams;
        this.log = log;
        this.guarded = guarded;
        this.watches = watches;
        this.engine = engine;
        this.columns = columns;
        this.states = states;
        this.tables = tables;
        this.clock = clock;
        this.random = random;
        this.dataZone = dataZone;
    }

    private Resource.Data place(Stream stream) {
        return StreamPlaces.of(stream, dataZone);
    }

    private static Resource.Own own(Uses uses) {
        return new Resource.Own(uses.organisation());
    }

    private static WatchRefusal absent(String name) {
        return new WatchRefusal(
                WatchRefusal.Kind.ABSENT,
                "There is no watch "
                        + name
                        + " of your purpose; 'domicile watch list' shows them.");
    }

    // making one

    @Override
    public void mayCreate(Request request, String name) {
        Uses uses = acting.apply(request);
        uses.check(CREATE, own(uses), name);
    }

    @Override
    public Made create(Request request, Wanted wanted) {
        Uses uses = acting.apply(request);
        Watch watch;
        Optional<Stream> made = Optional.empty();
        try (Admitted use = uses.admit(CREATE, own(uses), wanted.name());
                WatchMaking.Place _ = makingOne(uses, use)) {
            Caller.Known maker = maker(uses, use);
            Resource.Data to = target(uses, use, wanted.to());
            List<Stream> readable =
                    streams.all().stream()
                            .filter(each -> wanted.sql().contains(each.name()))
                            .filter(each -> !each.name().equals(wanted.to()))
                            .filter(each -> uses.allows(POLL, place(each)))
                            .toList();
            room(use, maker.organisation(), wanted.name());
            if (readable.isEmpty()) { // which no worker need be started for
                throw failed(
                        use,
                        WatchRefusal.Kind.WRONG,
                        "The query reads no stream; a watch is one query over streams, which it"
                                + " names behind FROM."
                                + hint(readable));
            }
            List<Watch.Table> named = named(request, wanted, readable);
            WatchEngine.Looked looked =
                    engine.look(watch(uses, maker, wanted, List.of(), named), readable(readable));
            WatchEngine.Looked.Fine fine =
                    switch (looked) {
                        case WatchEngine.Looked.Fine found -> found;
                        case WatchEngine.Looked.Wrong(String why) ->
                                throw failed(
                                        use,
                                        WatchRefusal.Kind.WRONG,
                                        why + bare(wanted.sql(), readable));
                        case WatchEngine.Looked.Unready(String why) ->
                                throw failed(use, WatchRefusal.Kind.UNREADY, why);
                    };
            List<Marks> coming = new ArrayList<>();
            readable.stream()
                    .filter(each -> fine.sources().contains(each.name()))
                    .forEach(each -> coming.add(uses.labels(place(each))));
            kept(uses, use, to, coming);
            List<Watch.Table> lookedInto =
                    named.stream().filter(each -> fine.tables().contains(each.name())).toList();
            if (lookedInto.size() > Watch.MOST_TABLES) {
                throw failed(
                        use,
                        WatchRefusal.Kind.WRONG,
                        "A watch joins at most "
                                + Watch.MOST_TABLES
                                + " tables of the catalog, each of which it holds whole; make a"
                                + " view that has what it needs of them.");
            }
            lookedInto.forEach(each -> coming.add(tried(use, request, each).marks()));
            kept(uses, use, to, coming);
            watch = watch(uses, maker, wanted, fine.sources(), lookedInto);
            use.confirm(); // it took some seconds
            made = makeTarget(request, uses, use, watch, to, coming);
            Watches.Asked asked = watches.create(use.carrying(() -> 0), watch);
            done(asked, wanted.name(), made);
        }
        begin(watch);
        return new Made(new Shown(watch, engine.told(watch), uses.last()), made);
    }

    /** Results carry no labels of their own: where they go has to say all that is known. */
    private static void kept(Uses uses, Admitted use, Resource.Data to, List<Marks> coming) {
        Marks target = uses.labels(to);
        if (!coming.stream().allMatch(each -> StreamPlaces.keeps(target, each))) {
            use.refuse(Sentences.LABEL_NOT_KEPT);
        }
    }

    /** Whether it would be made: before a worker is asked, and before a stream is made for it. */
    private void room(Admitted use, String organisation, String name) {
        boolean taken = watches.watch(organisation, name).isPresent();
        if (taken || watches.of(organisation).size() >= Watches.MOST) {
            use.record(Outcome.CONFLICT, 0);
            done(
                    taken ? new Watches.Asked.Taken() : new Watches.Asked.TooMany(),
                    name,
                    Optional.empty());
        }
    }

    // where its results go

    /** Where they go, or would, with the right to make that stream. */
    private Resource.Data target(Uses uses, Admitted use, String name) {
        Optional<Stream> found = streams.stream(name);
        Resource.Data to = found.map(this::place).orElseGet(() -> StreamPlaces.fresh(uses, name));
        if (found.isEmpty() && !uses.allows(StreamsView.CREATE, to)) {
            use.record(Outcome.ABSENT, 0);
            throw new WatchRefusal(
                    WatchRefusal.Kind.ABSENT,
                    "There is no stream "
                            + name
                            + " for the results; 'domicile stream create "
                            + name
                            + "' makes one.");
        }
        uses.objection(PUBLISH, to).ifPresent(use::refuse);
        return to;
    }

    /**
     * The stream for its results, made as by anybody who asks for a usual one; empty where it is
     * there. Somebody else may have made it meanwhile: then it is asked about as one that was.
     *
     * @param to where they were to go when that was asked
     */
    private Optional<Stream> makeTarget(
            Request request,
            Uses uses,
            Admitted use,
            Watch watch,
            Resource.Data to,
            List<Marks> coming) {
        if (streams.stream(watch.to()).isEmpty()) {
            room(use, watch.organisation(), watch.name());
            try {
                return Optional.of(guarded.create(request, Topic.usual(watch.to())).stream());
            } catch (StreamRefusal e) {
                if (streams.stream(watch.to()).isEmpty()) {
                    throw failed(use, WatchRefusal.Kind.CONFLICT, e.sentence());
                }
            }
        }
        Resource.Data now = target(uses, use, watch.to());
        if (!now.equals(to)) {
            kept(uses, use, now, coming);
        }
        return Optional.empty();
    }

    // tables that it looks into

    /** An act of its own of whoever made a watch, which runs where data lie. */
    private Request acts(Caller.Known maker) {
        return acts(maker, dataZone, "");
    }

    /** One of whoever makes a watch, from where that is. */
    private Request acts(Request making) {
        return acts(making.caller(), making.zone(), making.address());
    }

    private Request acts(Caller caller, String zone, String address) {
        Instant now = clock.instant();
        byte[] id = new byte[8];
        random.nextBytes(id);
        return new Request(
                HexFormat.of().formatHex(id),
                caller,
                DOOR,
                zone,
                address,
                now,
                now.plus(WatchTables.READING),
                Optional.empty());
    }

    private List<Watch.Table> named(Request request, Wanted wanted, List<Stream> readable) {
        try {
            return tables.named(
                    acts(request), wanted.sql(), readable.stream().map(Stream::name).toList());
        } catch (Refused e) {
            // it may look at no names: then it names none
            LOG.log(System.Logger.Level.DEBUG, "a watch may name no tables: " + e.getMessage());
            return List.of();
        }
    }

    /** Whether all of it can be read now, before anything begins. */
    private WatchTables.Kept tried(Admitted use, Request request, Watch.Table table) {
        return switch (tables.read(() -> acts(request), table)) {
            case Answer.Given<WatchTables.Kept>(WatchTables.Kept kept) -> kept;
            case Answer.Failed<WatchTables.Kept>(Failure failure) ->
                    throw failed(use, WatchRefusal.Kind.WRONG, sentence(table, failure));
        };
    }

    private static String sentence(Watch.Table table, Failure failure) {
        return "The table \""
                + table.name()
                + "\" cannot be read: "
                + failure.message()
                + (failure.hint().isEmpty() ? "" : " " + failure.hint());
    }

    private WatchEngine.Read rows(Watch watch, String name) {
        String login = PREFIX + watch.id();
        Lent known = lent.get(login);
        Optional<Caller.Known> maker = caller(login);
        Optional<Watch.Table> table =
                watch.tables().stream().filter(each -> each.name().equals(name)).findFirst();
        if (known == null || maker.isEmpty() || table.isEmpty()) {
            return new WatchEngine.Read.Not(
                    "The credential that made this watch is not there any more; stop it, and make"
                            + " it under another.");
        }
        return switch (tables.read(() -> acts(maker.get()), table.get())) {
            case Answer.Given<WatchTables.Kept>(
                            WatchTables.Kept(
                                    byte[] rows,
                                    Marks marks,
                                    List<SqlStatement.Decided> decided)) -> {
                known.read().put(name, new Seen(marks, decided));
                yield StreamPlaces.keeps(marks(watch.to()), marks)
                        ? new WatchEngine.Read.Rows(rows)
                        : new WatchEngine.Read.Not(
                                "The stream "
                                        + watch.to()
                                        + " does not keep all that labels say of \""
                                        + name
                                        + "\"; label it so, or stop the watch.");
            }
            case Answer.Failed<WatchTables.Kept>(Failure failure) ->
                    new WatchEngine.Read.Not(sentence(table.get(), failure));
        };
    }

    /** Whether its maker may still read the tables that it looks into. */
    private boolean stillReads(Lent known) {
        if (known.read().isEmpty()) {
            return true;
        }
        Optional<Caller.Known> maker = caller(PREFIX + known.watch().id());
        if (maker.isEmpty()) {
            return false;
        }
        Uses uses = acting.apply(acts(maker.get()));
        return known.read().values().stream()
                .flatMap(each -> each.decided().stream())
                .allMatch(each -> uses.allows(each.action(), each.resource()));
    }

    private WatchMaking.Place makingOne(Uses uses, Admitted use) {
        return making.enter(uses.organisation())
                .orElseThrow(() ->
                        failed(
                                use,
                                WatchRefusal.Kind.UNREADY,
                                "Your organisation makes "
                                        + WatchMaking.MOST
                                        + " watches at this moment, and no more at a time; try"
                                        + " again when one of them is there."));
    }

    /** On record first, so that nobody is told what is not. */
    private static WatchRefusal failed(Admitted use, WatchRefusal.Kind kind, String why) {
        use.record(Outcome.FAILED, 0);
        return new WatchRefusal(kind, why);
    }

    private static Caller.Known maker(Uses uses, Admitted use) {
        if (uses.request().caller() instanceof Caller.Known known
                && known.by() instanceof Caller.By.Credential) {
            return known;
        }
        throw failed(
                use,
                WatchRefusal.Kind.CONFLICT,
                "A watch acts as the credential that made it, for longer than a temporary one"
                        + " lives; make it with a credential of the register.");
    }

    private Watch watch(
            Uses uses,
            Caller.Known maker,
            Wanted wanted,
            List<String> sources,
            List<Watch.Table> stored) {
        byte[] id = new byte[8];
        random.nextBytes(id);
        return new Watch(
                HexFormat.of().formatHex(id),
                maker.organisation(),
                wanted.name(),
                maker.purpose(),
                maker.principal(),
                maker.credential(),
                wanted.sql(),
                wanted.to(),
                sources,
                stored,
                wanted.time(),
                wanted.late(),
                wanted.from(),
                uses.at());
    }

    /** What to write, for who has named streams with a dot as if that were part of SQL. */
    private static String bare(String sql, List<Stream> readable) {
        return readable.stream()
                .map(Stream::name)
                .filter(each -> each.indexOf('.') >= 0)
                .filter(each ->
                        Pattern.compile("(?<![\\w.\"-])" + Pattern.quote(each) + "(?![\\w.\"-])")
                                .matcher(sql)
                                .find())
                .findFirst()
                .map(each ->
                        " A stream's name with a dot stands in double quotes: \"" + each + "\".")
                .orElse("");
    }

    /** Which streams it may name, for who has named none of them. */
    private static String hint(List<Stream> readable) {
        return readable.isEmpty() ? " (It names no stream that your purpose may read.)" : "";
    }

    /**
     * @param made a stream for its results; it stays when the watch is not made
     */
    private static void done(Watches.Asked asked, String name, Optional<Stream> made) {
        String stays =
                made.map(each -> " The stream " + each.name() + ", which was made for it, stays.")
                        .orElse("");
        switch (asked) {
            case Watches.Asked.Now _ -> {}
            case Watches.Asked.Absent _ -> throw absent(name);
            case Watches.Asked.Taken _ ->
                    throw new WatchRefusal(
                            WatchRefusal.Kind.CONFLICT,
                            "There is a watch "
                                    + name
                                    + " already; stop it, or take another name."
                                    + stays);
            case Watches.Asked.TooMany _ ->
                    throw new WatchRefusal(
                            WatchRefusal.Kind.CONFLICT,
                            "An organisation has at most "
                                    + Watches.MOST
                                    + " watches; 'domicile watch stop' ends one."
                                    + stays);
        }
    }

    private List<WatchEngine.Readable> readable(List<Stream> some) {
        return some.stream()
                .map(each -> {
                    Held held = columns.of(each);
                    return new WatchEngine.Readable(each.name(), held.columns(), held.schema());
                })
                .toList();
    }

    // running it

    private void begin(Watch watch) {
        byte[] secret = new byte[32];
        random.nextBytes(secret);
        String login = PREFIX + watch.id();
        if (lent.putIfAbsent(login, new Lent(watch, secret, new ConcurrentHashMap<>())) != null) {
            return; // it was begun already, with another secret
        }
        engine.start(
                watch,
                readable(
                        watch.sources().stream()
                                .flatMap(each -> streams.stream(each).stream())
                                .toList()),
                new WatchEngine.Login(login, HexFormat.of().formatHex(secret)),
                states.of(watch, this::lives),
                new Contents(watch));
        // it may have been stopped before it had begun
        if (!lives(watch)) {
            lent.remove(login);
            engine.stop(watch);
        }
    }

    /** Of what it reads, and of nothing else. */
    private final class Contents implements WatchEngine.Contents {
        private final Watch watch;

        Contents(Watch watch) {
            this.watch = watch;
        }

        @Override
        public Optional<byte[]> schema(String stream, int id) {
            return watch.sources().contains(stream)
                    ? streams.stream(stream).flatMap(each -> columns.written(each, id))
                    : Optional.empty();
        }

        @Override
        public int partitions(String stream) {
            return streams.stream(stream).map(each -> each.topic().partitions()).orElse(0);
        }

        @Override
        public WatchEngine.Read rows(String table) {
            return WatchesView.this.rows(watch, table);
        }
    }

    private boolean lives(Watch watch) {
        return watches.watch(watch.organisation(), watch.name()).equals(Optional.of(watch));
    }

    @Override
    public void settle() {
        abandonThoseOfNone();
        try {
            states.sweep(this::ids);
        } catch (StorageFailure e) {
            LOG.log(System.Logger.Level.WARNING, "checkpoints of nobody stay for now", e);
        }
        for (Watch each : watches.all()) {
            try {
                begin(each);
            } catch (RuntimeException e) {
                lent.remove(PREFIX + each.id());
                LOG.log(System.Logger.Level.ERROR, "a watch does not begin: " + each.name(), e);
            }
        }
    }

    @Override
    public Shown stop(Request request, String name) {
        Uses uses = acting.apply(request);
        Watch watch;
        try (Admitted use = uses.admit(STOP, own(uses), name)) {
            watch = visible(uses, use, name);
            done(
                    watches.remove(use.carrying(() -> 0), watch.organisation(), watch.name()),
                    watch.name(),
                    Optional.empty());
        }
        Optional<WatchEngine.Told> told = engine.told(watch);
        lent.remove(PREFIX + watch.id()); // it reads and publishes nothing from here on
        engine.stop(watch);
        abandon(watch);
        forget(request, watch);
        return new Shown(watch, told, uses.last());
    }

    private Set<String> ids() {
        return watches.all().stream().map(Watch::id).collect(Collectors.toSet());
    }

    /** Whoever stopped a watch may have died before it had abandoned what that left open. */
    private void abandonThoseOfNone() {
        try {
            // in this order: a watch is on record before anything is open in its name
            List<String> open = log.open(TRANSACTIONS);
            Set<String> there =
                    ids().stream().map(TRANSACTIONS::concat).collect(Collectors.toSet());
            open.stream()
                    .map(WatchesView::ofWatch)
                    .distinct()
                    .filter(each -> !there.contains(each))
                    .forEach(log::abandon);
        } catch (StorageFailure e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "results of watches that were stopped may be on their way still; readers wait"
                            + " for them until their time is over",
                    e);
        }
    }

    /** What the names of all transactions of a watch begin with, of one of them. */
    private static String ofWatch(String name) {
        int end = name.indexOf('-', TRANSACTIONS.length());
        return end < 0 ? name : name.substring(0, end);
    }

    /** It is stopped, or refused, whatever becomes of this. @return whether it worked */
    private boolean abandon(Watch watch) {
        try {
            log.abandon(TRANSACTIONS + watch.id());
            return true;
        } catch (StorageFailure e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "results of the watch "
                            + watch.name()
                            + " of "
                            + watch.organisation()
                            + " may be on their way to "
                            + watch.to()
                            + " still; readers wait for them until their time is over",
                    e);
            return false;
        }
    }

    /** It is stopped, whatever becomes of this; what stays is swept at the next start. */
    private void forget(Request request, Watch watch) {
        try {
            states.forget(request, watch);
        } catch (StorageFailure e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "what the watch " + watch.name() + " remembered stays until the next start",
                    e);
        }
    }

    // looking

    private static String purpose(Uses uses) {
        return uses.request().caller() instanceof Caller.Known known ? known.purpose() : "";
    }

    private Watch visible(Uses uses, Admitted use, String name) {
        Optional<Watch> found =
                watches.watch(uses.organisation(), name)
                        .filter(each -> each.purpose().equals(purpose(uses)));
        if (found.isEmpty()) {
            use.record(Outcome.ABSENT, 0);
            throw absent(name);
        }
        return found.get();
    }

    @Override
    public Listed list(Request request) {
        Uses uses = acting.apply(request);
        try (Admitted use = uses.admit(LIST, own(uses), "")) {
            List<Shown> found =
                    watches.of(uses.organisation()).stream()
                            .filter(each -> each.purpose().equals(purpose(uses)))
                            .map(each -> new Shown(each, engine.told(each), ""))
                            .toList();
            use.record(Outcome.DONE, 0);
            return new Listed(found, uses.last());
        }
    }

    @Override
    public Shown show(Request request, String name) {
        Uses uses = acting.apply(request);
        try (Admitted use = uses.admit(SHOW, own(uses), name)) {
            Watch watch = visible(uses, use, name);
            use.record(Outcome.DONE, 0);
            return new Shown(watch, engine.told(watch), uses.last());
        }
    }

    // log-ins

    @Override
    public WorkerLogins logins() {
        return this;
    }

    @Override
    public boolean knows(String login, String secret) {
        Lent known = lent.get(login);
        return known != null
                && MessageDigest.isEqual(
                        HexFormat.of().formatHex(known.secret()).getBytes(StandardCharsets.UTF_8),
                        secret.getBytes(StandardCharsets.UTF_8));
    }

    /** The maker's credential, as long as it is in the register; policy says whether it is good. */
    @Override
    public Optional<Caller.Known> caller(String login) {
        Lent known = lent.get(login);
        if (known == null) {
            return Optional.empty();
        }
        Credential credential = policy.register().credentials().get(known.watch().credential());
        return credential == null
                ? Optional.empty()
                : Optional.of(
                        new Caller.Known(
                                credential.organisation(),
                                credential.principal(),
                                credential.accessKey(),
                                credential.purpose()));
    }

    @Override
    public boolean isFor(String login, Act act, String stream) {
        Lent known = lent.get(login);
        if (known == null) {
            return false;
        }
        Watch watch = known.watch();
        boolean reads = watch.sources().contains(stream);
        boolean publishes = watch.to().equals(stream);
        return switch (act) {
            case LIST, SEE -> reads || publishes;
            case POLL -> reads && stillReads(known);
            case PUBLISH -> publishes && stillKeeps(known) && stillReads(known);
        };
    }

    /** Labels may have changed since it was made. */
    private boolean stillKeeps(Lent known) {
        Marks target = marks(known.watch().to());
        return known.watch().sources().stream()
                        .allMatch(each -> StreamPlaces.keeps(target, marks(each)))
                && known.read().values().stream()
                        .allMatch(each -> StreamPlaces.keeps(target, marks(each)));
    }

    /** As it was read, and what labels say by now. */
    private Marks marks(Seen table) {
        Marks marks = table.marks();
        for (SqlStatement.Decided each : table.decided()) {
            Resource.Data place = each.resource();
            marks =
                    marks.and(
                            policy.register()
                                    .marks(place.organisation(), place.bucket(), place.name()));
        }
        return marks;
    }

    private Marks marks(String name) {
        return streams.stream(name)
                .map(each ->
                        policy.register()
                                .marks(each.organisation(), BucketNames.STREAMS, each.name()))
                .orElse(Marks.NONE);
    }

    @Override
    public boolean isFor(String login, Admission.Shared kind, String name) {
        Lent known = lent.get(login);
        return known != null
                && switch (kind) {
                    case GROUP -> false;
                    case TRANSACTION -> name.startsWith(TRANSACTIONS + known.watch().id());
                };
    }

    @Override
    public void refused(String login) {
        Lent known = lent.get(login);
        if (known != null && doubted.add(login)) {
            Thread.ofVirtual().name("watch refused").start(() -> lookAgain(login, known));
        }
    }

    /**
     * A minute later, abandons what a watch has open that still may not do what it is for. Right
     * after the refusal would be too soon: a label is set on one stream and then on the next, a
     * policy is put and taken back; such a watch goes on by itself, and would have lost the results
     * that its last checkpoint has with it. Where the log does not answer, it is tried again.
     */
    private void lookAgain(String login, Lent known) {
        boolean again = true;
        while (again) {
            boolean waited = isOver(login, known, clock.instant().plus(PAUSE));
            doubted.remove(login); // what is refused from here on is looked at again
            again =
                    waited
                            && lent.get(login) == known
                            && !goesOn(login, known.watch())
                            && !abandon(known.watch())
                            && doubted.add(login);
        }
    }

    /**
     * Waits, by the clock of all that is decided here.
     *
     * @return false when the log-in has ended meanwhile
     */
    private boolean isOver(String login, Lent known, Instant due) {
        try {
            while (lent.get(login) == known) {
                if (!clock.instant().isBefore(due)) {
                    return true;
                }
                Thread.sleep(STEP_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    /** Whether it may do all that it is for. */
    private boolean goesOn(String login, Watch watch) {
        Optional<Caller.Known> maker = caller(login);
        if (maker.isEmpty()) {
            return false;
        }
        Request request = acts(maker.get());
        Uses uses = acting.apply(request);
        return uses.allows(StreamsView.USE_NAME, own(uses))
                && watch.sources().stream().allMatch(each -> may(login, request, Act.POLL, each))
                && may(login, request, Act.PUBLISH, watch.to());
    }

    private boolean may(String login, Request request, Act act, String stream) {
        return isFor(login, act, stream) && guarded.may(request, act, stream);
    }

    @Override
    public void close() {
        lent.clear();
        engine.close();
    }
}
