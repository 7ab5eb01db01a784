package org.domicile.guard;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.domicile.bytes.StorageFailure;
import org.domicile.policy.Credential;
import org.domicile.policy.Marks;
import org.domicile.policy.Policy;
import org.domicile.policy.Resource;
import org.domicile.request.Caller;
import org.domicile.request.Outcome;
import org.domicile.request.Request;
import org.domicile.streams.Act;
import org.domicile.streams.Admission;
import org.domicile.streams.Stream;
import org.domicile.streams.StreamLog;
import org.domicile.streams.Streams;
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

    /** What names of transactions begin with, before the number of their watch. */
    private static final String TRANSACTIONS = "watch-";

    /** Between two times that what a log-in left is abandoned. */
    private static final Duration PAUSE = Duration.ofMinutes(1);

    private record Lent(Watch watch, byte[] secret) {}

    private final Function<Request, Uses> acting;
    private final Policy policy;
    private final Streams streams;
    private final StreamLog log;
    private final Watches watches;
    private final WatchEngine engine;
    private final Columns columns;
    private final WatchStates states;
    private final SecureRandom random;
    private final String dataZone;
    private final WatchMaking making = new WatchMaking();
    private final Map<String, Lent> lent = new ConcurrentHashMap<>();

    /** When it was last, of log-ins that were refused. */
    private final Map<String, Instant> abandoned = new ConcurrentHashMap<>();

    WatchesView(
            Function<Request, Uses> acting,
            Policy policy,
            Streams streams,
            StreamLog log,
            Watches watches,
            WatchEngine engine,
            Columns columns,
            WatchStates states,
            SecureRandom random,
            String dataZone) {
        this.acting = acting;
        this.policy = policy;
        this.streams = streams;
        this.log = log;
        this.watches = watches;
        this.engine = engine;
        this.columns = columns;
        this.states = states;
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
    public Shown create(Request request, Wanted wanted) {
        Uses uses = acting.apply(request);
        Watch watch;
        try (Admitted use = uses.admit(CREATE, own(uses), wanted.name());
                WatchMaking.Place _ = makingOne(uses, use)) {
            Caller.Known maker = maker(uses, use);
            Stream to = target(uses, use, wanted.to());
            Watch asked = watch(uses, maker, wanted, List.of());
            List<Stream> readable =
                    streams.all().stream()
                            .filter(each -> wanted.sql().contains(each.name()))
                            .filter(each -> !each.name().equals(to.name()))
                            .filter(each -> uses.allows(POLL, place(each)))
                            .toList();
            if (watches.watch(maker.organisation(), wanted.name()).isPresent()) {
                use.record(Outcome.CONFLICT, 0);
                done(new Watches.Asked.Taken(), wanted.name());
            }
            if (readable.isEmpty()) { // which no worker need be started for
                throw failed(
                        use,
                        WatchRefusal.Kind.WRONG,
                        "The query reads no stream; a watch is one query over streams, which it"
                                + " names behind FROM."
                                + hint(readable));
            }
            WatchEngine.Looked looked = engine.look(asked, readable(readable));
            List<String> sources =
                    switch (looked) {
                        case WatchEngine.Looked.Fine(List<String> found, Map<String, String> _) ->
                                found;
                        case WatchEngine.Looked.Wrong(String why) ->
                                throw failed(use, WatchRefusal.Kind.WRONG, why + hint(readable));
                        case WatchEngine.Looked.Unready(String why) ->
                                throw failed(use, WatchRefusal.Kind.UNREADY, why);
                    };
            for (Stream each : readable) {
                if (sources.contains(each.name())
                        && !StreamPlaces.keeps(uses.labels(place(to)), uses.labels(place(each)))) {
                    use.refuse(Sentences.LABEL_NOT_KEPT);
                }
            }
            watch = watch(uses, maker, wanted, sources);
            use.confirm(); // it took some seconds
            done(watches.create(use.carrying(() -> 0), watch), wanted.name());
        }
        begin(watch);
        return new Shown(watch, engine.told(watch), uses.last());
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

    private Stream target(Uses uses, Admitted use, String name) {
        Optional<Stream> found = streams.stream(name);
        if (found.isEmpty()) {
            use.record(Outcome.ABSENT, 0);
            throw new WatchRefusal(
                    WatchRefusal.Kind.ABSENT,
                    "There is no stream "
                            + name
                            + " for the results; 'domicile stream create "
                            + name
                            + "' makes one.");
        }
        uses.objection(PUBLISH, place(found.get())).ifPresent(use::refuse);
        return found.get();
    }

    private Watch watch(Uses uses, Caller.Known maker, Wanted wanted, List<String> sources) {
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
                wanted.time(),
                wanted.late(),
                wanted.from(),
                uses.at());
    }

    /** Which streams it may name, for who has named none of them. */
    private static String hint(List<Stream> readable) {
        return readable.isEmpty() ? " (It names no stream that your purpose may read.)" : "";
    }

    private static void done(Watches.Asked asked, String name) {
        switch (asked) {
            case Watches.Asked.Now _ -> {}
            case Watches.Asked.Absent _ -> throw absent(name);
            case Watches.Asked.Taken _ ->
                    throw new WatchRefusal(
                            WatchRefusal.Kind.CONFLICT,
                            "There is a watch "
                                    + name
                                    + " already; stop it, or take another name.");
            case Watches.Asked.TooMany _ ->
                    throw new WatchRefusal(
                            WatchRefusal.Kind.CONFLICT,
                            "An organisation has at most "
                                    + Watches.MOST
                                    + " watches; 'domicile watch stop' ends one.");
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
        if (lent.putIfAbsent(login, new Lent(watch, secret)) != null) {
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
                (stream, schema) -> written(watch, stream, schema));
        // it may have been stopped before it had begun
        if (!lives(watch)) {
            lent.remove(login);
            engine.stop(watch);
        }
    }

    private Optional<byte[]> written(Watch watch, String stream, int schema) {
        return watch.sources().contains(stream)
                ? streams.stream(stream).flatMap(each -> columns.written(each, schema))
                : Optional.empty();
    }

    private boolean lives(Watch watch) {
        return watches.watch(watch.organisation(), watch.name()).equals(Optional.of(watch));
    }

    @Override
    public void settle() {
        abandonThoseOfNone();
        try {
            states.sweep(id -> watches.all().stream().anyMatch(each -> each.id().equals(id)));
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
                    watch.name());
        }
        Optional<WatchEngine.Told> told = engine.told(watch);
        lent.remove(PREFIX + watch.id()); // it reads and publishes nothing from here on
        engine.stop(watch);
        abandoned.remove(PREFIX + watch.id());
        abandon(watch);
        forget(request, watch);
        return new Shown(watch, told, uses.last());
    }

    /** Whoever stopped a watch may have died before it had abandoned what that left open. */
    private void abandonThoseOfNone() {
        try {
            // in this order: a watch is on record before anything is open in its name
            List<String> open = log.open(TRANSACTIONS);
            Set<String> there =
                    watches.all().stream()
                            .map(each -> TRANSACTIONS + each.id())
                            .collect(Collectors.toSet());
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

    /** It is stopped, or refused, whatever becomes of this. */
    private void abandon(Watch watch) {
        try {
            log.abandon(TRANSACTIONS + watch.id());
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
            case POLL -> reads;
            case PUBLISH -> publishes && stillKeeps(watch);
        };
    }

    /** Labels may have changed since it was made. */
    private boolean stillKeeps(Watch watch) {
        Marks target = marks(watch.to());
        return watch.sources().stream().allMatch(each -> StreamPlaces.keeps(target, marks(each)));
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
    public void refused(String login, Instant now) {
        Lent known = lent.get(login);
        if (known != null && isDue(login, now)) {
            Thread.ofVirtual().name("watch refused").start(() -> abandon(known.watch()));
        }
    }

    private boolean isDue(String login, Instant now) {
        Instant before = abandoned.putIfAbsent(login, now);
        return before == null
                || (!now.isBefore(before.plus(PAUSE)) && abandoned.replace(login, before, now));
    }

    @Override
    public void close() {
        lent.clear();
        engine.close();
    }
}
