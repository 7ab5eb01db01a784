package org.domicile.launcher;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.domicile.admin.AdminDoor;
import org.domicile.admin.AdminOptions;
import org.domicile.blobs.BlobOptions;
import org.domicile.blobs.Blobs;
import org.domicile.bytes.Disk;
import org.domicile.bytes.Durable;
import org.domicile.guard.CompactionOfTables;
import org.domicile.guard.CompactionOptions;
import org.domicile.guard.Guard;
import org.domicile.guard.GuardOptions;
import org.domicile.guard.StatisticsOfTables;
import org.domicile.guard.StatisticsOptions;
import org.domicile.guard.UpkeepOfTables;
import org.domicile.health.HealthDoor;
import org.domicile.http.HttpHandler;
import org.domicile.http.HttpServer;
import org.domicile.http.ListenerOptions;
import org.domicile.http.ListenerOptions.Address;
import org.domicile.iceberg.IcebergDoor;
import org.domicile.iceberg.IcebergOptions;
import org.domicile.ingest.IngestDoor;
import org.domicile.ingest.WatchesDoor;
import org.domicile.keys.Keys;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.KeyspaceOptions;
import org.domicile.ledger.Ledger;
import org.domicile.ledger.LedgerOptions;
import org.domicile.ledger.Outside;
import org.domicile.lifecycle.Lifecycle;
import org.domicile.moves.Moves;
import org.domicile.moving.Mover;
import org.domicile.objects.Objects;
import org.domicile.outbound.Outbound;
import org.domicile.people.People;
import org.domicile.persons.PersonsDoor;
import org.domicile.policy.Policy;
import org.domicile.policy.Purpose;
import org.domicile.query.LimitTable;
import org.domicile.query.Queries;
import org.domicile.register.RegisterDoor;
import org.domicile.registry.RegistryDoor;
import org.domicile.s3.S3Door;
import org.domicile.s3.S3Options;
import org.domicile.schemas.Schemas;
import org.domicile.sql.SqlDoor;
import org.domicile.sql.SqlOptions;
import org.domicile.sql.SqlPage;
import org.domicile.sql.Visible;
import org.domicile.streams.StreamLog;
import org.domicile.tables.Tables;
import org.domicile.tiles.TilesDoor;
import org.domicile.verifier.VerifierPage;

/**
 * One data folder at work: everything wired, top to bottom, in {@link #open}. Closing drains and
 * closes in reverse; an opening that fails half-way closes what it had opened. In a test:
 *
 * {@snippet :
 * try (Cloud cloud = Cloud.open(folder, settings)) { … }
 * }
 */
final class Cloud implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("org.domicile.launcher");
    private static final int LONGEST_SOCKET = 107;
    private static final int WAITING_COMMITS = 8_192;
    private static final Duration ADOPT_WITHIN = Duration.ofHours(1);
    private static final Duration REMEMBER_UPLOADS = Duration.ofDays(1);
    private static final Duration HOURLY = Duration.ofHours(1);
    private static final Duration MINUTELY = Duration.ofMinutes(1);

    private final Deque<AutoCloseable> opened;
    private final Instruments instruments;
    private final Endpoints endpoints;
    private final Guard guard;
    private final Checker checker;
    private final Streaming streaming;
    private boolean closed;

    private Cloud(
            Deque<AutoCloseable> opened,
            Instruments instruments,
            Endpoints endpoints,
            Guard guard,
            Checker checker,
            Streaming streaming) {
        this.opened = opened;
        this.instruments = instruments;
        this.endpoints = endpoints;
        this.guard = guard;
        this.checker = checker;
        this.streaming = streaming;
    }

    /** On the real disk, with the real time. */
    static Cloud open(Path folder, Settings settings) throws IOException {
        return open(folder, settings, Disk.real(), Clock.systemUTC(), new SecureRandom());
    }

    /**
     * Opens a data folder and serves it.
     *
     * @throws Problem when the folder or the configuration is not right
     * @throws Folder.Taken when another process has the folder
     * @throws org.domicile.bytes.StorageFailure when something that is stored is not right, or the
     *     disk is not: with a sentence
     * @throws IOException when an address cannot be used
     */
    static Cloud open(Path path, Settings settings, Disk disk, Clock clock, SecureRandom random)
            throws IOException {
        Deque<AutoCloseable> opened = new ArrayDeque<>();
        try {
            return wire(new Folder(path), settings, disk, clock, random, opened);
        } catch (IOException | RuntimeException | Error e) {
            closeAll(opened);
            throw e;
        }
    }

    /** What lies in a folder, open, and nothing that serves it or works on it by itself. */
    record Core(
            Keyspace keyspace,
            Blobs blobs,
            Installation installation,
            KeyPlaces places,
            Keys keys,
            AskedWitnesses witnesses,
            Ledger ledger,
            Policy policy,
            SteadyClock steady,
            Objects objects,
            Guard guard) {}

    private static Core core(
            Folder folder,
            Settings settings,
            Disk disk,
            Clock clock,
            SecureRandom random,
            Deque<AutoCloseable> opened)
            throws IOException {
        // the folder: its format, its lock
        folder.check(disk);
        folder.create(disk);
        opened.push(folder.lock());
        folder.mark(disk);
        new Hold(folder, disk).prepare();

        // the substrate
        Keyspace keyspace = Keyspace.open(folder.keyspace(), keyspaceOptions(settings));
        opened.push(keyspace);
        Blobs blobs =
                Blobs.open(folder.blobs(), disk, keyspace, blobOptions(settings), random, clock);
        opened.push(blobs);

        // the capabilities
        Installation installation = Installation.open(keyspace, random);
        KeyPlaces places = KeyPlaces.of(settings.keys(), installation, folder.path());
        Keys keys = Keys.open(places.options(settings.keys()), installation, disk, random);
        opened.push(keys);
        LedgerHistory history =
                new LedgerHistory(installation, keyspace, places.places(), folder, disk);
        LedgerOptions ledgerOptions =
                LedgerOptions.of(folder.ledger(), settings.names().node(), history.origin(settings))
                        .after(installation.formerOrigins());
        AskedWitnesses witnesses = AskedWitnesses.of(settings.witnessing(), clock);
        opened.push(witnesses);
        Optional<Duration> jump = SteadyClock.jump(clock.instant(), installation.clock());
        SteadyClock steady = new SteadyClock(clock, installation.clock(), settings.upkeep().jump());
        Ledger ledger =
                Ledger.open(
                        keyspace,
                        keys.vault(),
                        keys.subjects(),
                        keys.passes(),
                        disk,
                        clock,
                        steady,
                        random,
                        ledgerOptions,
                        new Outside(history.mark(ledgerOptions.origin()), witnesses));
        opened.push(ledger);
        history.tell(ledger);
        Policy policy = Policy.open(keyspace, keys.vault(), keys.subjects(), clock);
        checkHome(policy, settings.zones().home());
        Objects objects = Objects.open(keyspace, blobs, clock, steady, random);
        opened.push(objects);

        // the guard, and on the first start somebody who may pass it
        Guard guard =
                Guard.open(
                        guardOptions(settings),
                        policy,
                        keys,
                        ledger,
                        objects,
                        People.open(keyspace, keys.vault()),
                        clock,
                        random);
        if (settings.upkeep().jump() == SteadyClock.Jump.ACCEPT) {
            jump.ifPresent(far -> guard.upkeep("upkeep:AcceptClock", far::toSeconds));
        }
        installation.clock(steady.instant());
        FirstCredential.complete(
                installation, guard, disk, places.firstCredential(), settings.zones().home());
        return new Core(
                keyspace,
                blobs,
                installation,
                places,
                keys,
                witnesses,
                ledger,
                policy,
                steady,
                objects,
                guard);
    }

    /**
     * Opens a data folder for somebody who wants no server: nothing listens, and nothing of the
     * program's own work begins.
     *
     * @throws Problem, Folder.Taken and others as {@link #open} does
     */
    static <T> T withCore(Path path, Settings settings, Function<Core, T> work) throws IOException {
        Deque<AutoCloseable> opened = new ArrayDeque<>();
        try {
            return work.apply(
                    core(
                            new Folder(path),
                            settings,
                            Disk.real(),
                            Clock.systemUTC(),
                            new SecureRandom(),
                            opened));
        } finally {
            closeAll(opened);
        }
    }

    private static Cloud wire(
            Folder folder,
            Settings settings,
            Disk disk,
            Clock clock,
            SecureRandom random,
            Deque<AutoCloseable> opened)
            throws IOException {
        Core core = core(folder, settings, disk, clock, random, opened);
        Keyspace keyspace = core.keyspace();
        Blobs blobs = core.blobs();
        Installation installation = core.installation();
        KeyPlaces places = core.places();
        Ledger ledger = core.ledger();
        Policy policy = core.policy();
        SteadyClock steady = core.steady();
        Objects objects = core.objects();
        Guard guard = core.guard();
        Upkeep upkeep = new Upkeep(guard, clock);
        Checker checker =
                new Checker(
                        guard,
                        upkeep,
                        installation,
                        () -> stored(policy, objects),
                        settings.upkeep().rate(),
                        settings.upkeep().scrub(),
                        clock);

        Hold hold = new Hold(folder, disk);

        // the doors
        Moves moves = Moves.open(keyspace, core.keys().vault());
        opened.push(guard.deliveries());
        Outward outward = Outward.begin(installation, guard.deliveries(), moves);
        Tables tables = Tables.open(keyspace, clock, random);
        Schemas schemas = Schemas.open(keyspace, clock);
        Queries queries = SqlWorkers.open(settings.sql(), folder.path(), LimitTable.open(keyspace));
        opened.push(queries);
        CompactionOfTables compaction =
                guard.compactionOf(queries, tables, compaction(settings, disk, folder.path()));
        StatisticsOfTables statistics =
                guard.statisticsOf(
                        queries,
                        tables,
                        new StatisticsOptions(
                                settings.upkeep().statistics(),
                                settings.upkeep().compaction().quiet()));
        DiskForecast forecast = installation.forecast();
        Instruments instruments =
                new Instruments(
                        new Instruments.Parts(
                                settings,
                                folder.path(),
                                disk,
                                installation,
                                keyspace,
                                blobs,
                                core.keys(),
                                ledger,
                                policy,
                                core.witnesses(),
                                forecast,
                                steady,
                                checker,
                                hold,
                                guard.deliveries(),
                                outward,
                                queries,
                                compaction,
                                statistics),
                        clock);
        HttpHandler admin =
                new AdminDoor(
                        guard,
                        instruments,
                        new LedgerLogs(ledger),
                        checker,
                        request -> guard.moves(request, moves),
                        guard.sql(queries, tables),
                        new AdminOptions(
                                freshToken(folder, disk, random), settings.doors().adminHosts()),
                        clock);
        RegisterDoor register = RegisterDoor.open(guard.publicRegister(), clock);
        opened.push(register);
        FileAddress files = new FileAddress();
        HttpHandler iceberg =
                new IcebergDoor(
                        guard,
                        request -> guard.tables(request, tables),
                        new IcebergOptions(settings.zones().home(), files),
                        clock);
        Streaming streaming =
                Streaming.open(
                        folder,
                        settings,
                        guard,
                        keyspace,
                        new Streaming.Parts(schemas, queries, tables, disk),
                        clock);
        opened.push(streaming);
        Visible visible = Visible.of(guard.sql(queries, tables));
        Path socket = socket(folder, settings, opened);
        HttpServer server =
                HttpServer.open(
                        listeners(
                                settings,
                                socket,
                                s3Door(guard, settings, clock),
                                webDoor(
                                        guard,
                                        instruments,
                                        register,
                                        iceberg,
                                        new SqlPage(
                                                guard, guard.sql(queries, tables), visible, clock),
                                        new IngestDoor(
                                                guard,
                                                streaming.guarded(),
                                                settings.limits().kafka(),
                                                clock),
                                        new WatchesDoor(guard, streaming.watches(), clock),
                                        new RegistryDoor(guard, streaming.schemas(), clock),
                                        clock),
                                admin),
                        clock,
                        random);
        keyspace.company(server::underWay);
        opened.push(() -> server.drain(settings.limits().drain()));
        SqlDoor sql =
                SqlDoor.open(
                        new SqlOptions(tcp("sql", settings.doors().sql(), settings)),
                        guard,
                        guard.sql(queries, tables),
                        visible,
                        clock,
                        random);
        opened.push(sql);

        // the program's own work
        opened.push(
                Mover.open(
                        guard.atWork(moves),
                        guard,
                        Outbound.open(),
                        new BucketDocuments(),
                        settings.zones().home(),
                        clock,
                        random));
        opened.push(
                upkeep(upkeep, settings, blobs, objects, tables, clock)
                        .start(checker.job())
                        .start(retention(ledger, hold, settings, clock))
                        .start(lifecycle(guard, settings, clock))
                        .start(keptTables(guard.upkeepOf(tables), settings, clock))
                        .start(whenQuiet("upkeep:CompactTables", compaction::turn, settings, clock))
                        .start(whenQuiet("upkeep:Statistics", statistics::turn, settings, clock))
                        .start(keepingTime(installation, clock, steady))
                        .start(measuring(forecast, installation, disk, hold, clock)));

        // ready: commands may come
        Map<String, String> urls = new TreeMap<>(urls(settings, server.addresses()));
        urls.put("sql", "postgresql://" + host(sql.address()) + ":" + sql.address().getPort());
        files.is(urls.getOrDefault("s3", ""));
        instruments.opened(server, sql, streaming, urls);
        Endpoints endpoints = endpoints(settings, urls, socket, places, policy, clock.instant());
        endpoints.write(disk, folder);
        streaming.begin(url -> tell(endpoints.with("kafka", url), disk, folder));
        opened.push(() -> Files.deleteIfExists(folder.endpoints()));
        LOG.log(Level.INFO, "ready: " + urls);
        return new Cloud(opened, instruments, endpoints, guard, checker, streaming);
    }

    private static void tell(Endpoints endpoints, Disk disk, Folder folder) {
        try {
            endpoints.write(disk, folder);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "commands are not told where Kafka's clients go", e);
        }
    }

    // doors

    private static HttpHandler s3Door(Guard guard, Settings settings, Clock clock) {
        return new S3Door(
                guard, new S3Options(settings.zones().home(), settings.doors().domain()), clock);
    }

    /** Doors of the web listener, each below its path. */
    private static HttpHandler webDoor(
            Guard guard,
            Instruments instruments,
            HttpHandler register,
            HttpHandler iceberg,
            HttpHandler sql,
            HttpHandler streams,
            HttpHandler watches,
            HttpHandler schemas,
            Clock clock) {
        HttpHandler health = new HealthDoor(instruments, instruments);
        HttpHandler tiles = new TilesDoor(guard, VerifierPage.html(), clock);
        HttpHandler persons = new PersonsDoor(guard, clock);
        List<WebRoutes.Route> routes = new ArrayList<>();
        HealthDoor.PATHS.forEach(path -> routes.add(new WebRoutes.Route(path, health)));
        PersonsDoor.PATHS.forEach(path -> routes.add(new WebRoutes.Route(path, persons)));
        TilesDoor.PATHS.forEach(path -> routes.add(new WebRoutes.Route(path, tiles)));
        RegisterDoor.PATHS.forEach(path -> routes.add(new WebRoutes.Route(path, register)));
        IcebergDoor.PATHS.forEach(path -> routes.add(new WebRoutes.Route(path, iceberg)));
        SqlPage.PATHS.forEach(path -> routes.add(new WebRoutes.Route(path, sql)));
        IngestDoor.PATHS.forEach(path -> routes.add(new WebRoutes.Route(path, streams)));
        WatchesDoor.PATHS.forEach(path -> routes.add(new WebRoutes.Route(path, watches)));
        RegistryDoor.PATHS.forEach(path -> routes.add(new WebRoutes.Route(path, schemas)));
        return new WebRoutes(List.copyOf(routes));
    }

    // options

    private static KeyspaceOptions keyspaceOptions(Settings settings) {
        return new KeyspaceOptions(
                settings.limits().cache(),
                settings.limits().writes(),
                WAITING_COMMITS,
                KeyspaceOptions.defaults().batchBytes(),
                settings.limits().reserve());
    }

    private static BlobOptions blobOptions(Settings settings) {
        return new BlobOptions(
                settings.limits().segment(),
                settings.upkeep().rate(),
                ADOPT_WITHIN,
                settings.limits().reserve());
    }

    private static GuardOptions guardOptions(Settings settings) {
        return new GuardOptions(
                settings.names().node(),
                settings.zones().home(),
                settings.zones().listeners(),
                settings.zones().networks(),
                settings.limits().requests(),
                settings.shared().ownership(),
                settings.shared().publicPurposes(),
                settings.sql().describing());
    }

    private static CompactionOptions compaction(Settings settings, Disk disk, Path folder) {
        long reserve = settings.limits().reserve();
        return new CompactionOptions(
                settings.upkeep().compaction().mode(),
                settings.upkeep().compaction().files(),
                settings.upkeep().compaction().quiet(),
                () -> {
                    try {
                        return Math.max(0, disk.usable(folder) - 2 * reserve);
                    } catch (IOException e) {
                        return 0; // a disk that says nothing gets nothing that can wait
                    }
                });
    }

    /** Data that lie in a zone do not move because a line of the configuration changed. */
    private static void checkHome(Policy policy, String home) {
        var zones = policy.register().zones();
        if (!zones.isEmpty() && !zones.containsKey(home)) {
            throw new Problem(
                    "zone.default is %s, and this installation knows only %s: start it with its old zone.default, make the new one with 'domicile zone create', then change the setting"
                            .formatted(home, String.join(", ", zones.keySet())));
        }
    }

    private static String freshToken(Folder folder, Disk disk, SecureRandom random)
            throws IOException {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        String token = HexFormat.of().formatHex(bytes);
        Durable.replace(disk, folder.token(), (token + "\n").getBytes(US_ASCII));
        return token;
    }

    // listeners

    private static List<HttpServer.Listener> listeners(
            Settings settings, Path socket, HttpHandler s3, HttpHandler web, HttpHandler admin) {
        List<HttpServer.Listener> listeners = new ArrayList<>();
        Settings.Doors doors = settings.doors();
        listeners.add(new HttpServer.Listener(tcp("s3", doors.s3(), settings), s3));
        listeners.add(new HttpServer.Listener(tcp("web", doors.web(), settings), web));
        listeners.add(
                new HttpServer.Listener(
                        new ListenerOptions(
                                "admin",
                                new Address.Unix(socket),
                                Optional.empty(),
                                settings.limits().connections(),
                                settings.limits().head()),
                        admin));
        doors.admin()
                .ifPresent(address ->
                        listeners.add(
                                new HttpServer.Listener(
                                        tcp("admin-tcp", address, settings), admin)));
        return listeners;
    }

    private static ListenerOptions tcp(String name, Address.Tcp address, Settings settings) {
        return new ListenerOptions(
                name,
                address,
                settings.doors().tls(),
                settings.limits().connections(),
                settings.limits().head());
    }

    /**
     * Where the admin API's socket is made. A Unix socket's path has at most 107 bytes; where the
     * data folder lies deeper, the socket lies in a fresh folder of mode 700 among the system's
     * temporary ones, and {@code run/endpoints.json} tells commands where.
     */
    private static Path socket(Folder folder, Settings settings, Deque<AutoCloseable> opened)
            throws IOException {
        Path usual = settings.doors().socket().orElse(folder.socket());
        if (usual.toString().getBytes(UTF_8).length <= LONGEST_SOCKET) {
            return usual;
        }
        String runtime = System.getenv("XDG_RUNTIME_DIR");
        Path above =
                runtime != null && Files.isWritable(Path.of(runtime))
                        ? Path.of(runtime)
                        : Path.of(System.getProperty("java.io.tmpdir"));
        Endpoints.read(folder)
                .map(old -> old.socket().getParent())
                .filter(old -> old != null && old.startsWith(above))
                .ifPresent(Cloud::deleteFolder);
        Path own = Files.createTempDirectory(above, "domicile-"); // mode 700
        opened.push(() -> deleteFolder(own));
        return own.resolve("admin.sock");
    }

    /** What a server that was killed left, or this one leaves: a folder with at most a socket. */
    private static void deleteFolder(Path own) {
        try {
            Files.deleteIfExists(own.resolve("admin.sock"));
            Files.deleteIfExists(own);
        } catch (IOException e) {
            LOG.log(Level.WARNING, own + " stays behind: " + e);
        }
    }

    private static Map<String, String> urls(
            Settings settings, Map<String, SocketAddress> addresses) {
        Map<String, String> urls = new TreeMap<>();
        String scheme = settings.doors().tls().isPresent() ? "https://" : "http://";
        addresses.forEach((name, address) ->
                urls.put(
                        name,
                        address instanceof InetSocketAddress tcp
                                ? scheme + host(tcp) + ":" + tcp.getPort()
                                : "unix:" + address));
        return urls;
    }

    /** A host that clients on this machine can use. */
    private static String host(InetSocketAddress address) {
        if (address.getAddress().isAnyLocalAddress()) {
            return "localhost";
        }
        String host = address.getAddress().getHostAddress();
        return host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    }

    private static Endpoints endpoints(
            Settings settings,
            Map<String, String> urls,
            Path socket,
            KeyPlaces places,
            Policy policy,
            Instant now) {
        Instant firstSteps =
                Optional.ofNullable(policy.register().purposes().get("main/first-steps"))
                        .filter(each -> !each.withdrawn() && each.expires().isAfter(now))
                        .map(Purpose::expires)
                        .orElse(Instant.EPOCH);
        ProcessHandle self = ProcessHandle.current();
        return new Endpoints(
                self.pid(),
                Endpoints.processStarted(self),
                Main.version(),
                now,
                settings.zones().home(),
                urls,
                socket,
                places.places(),
                places.root(),
                places.firstCredential(),
                firstSteps);
    }

    // upkeep

    private static Upkeep upkeep(
            Upkeep upkeep,
            Settings settings,
            Blobs blobs,
            Objects objects,
            Tables tables,
            Clock clock) {
        Instant now = clock.instant();
        Duration pause = settings.upkeep().pause();
        Duration busy = pause.dividedBy(10);
        // Whoever deletes on a full disk waits for the next look: it costs little, and comes soon.
        Upkeep.Rhythm soon = Upkeep.backingOff(busy, pause, pause.multipliedBy(6));
        Upkeep.Rhythm often = Upkeep.backingOff(busy, pause, pause.multipliedBy(60));
        return upkeep.start(
                        new Upkeep.Job(
                                "upkeep:Compact",
                                now.plus(pause),
                                soon,
                                () -> {
                                    Blobs.Compaction done = blobs.compact();
                                    return done.moved() + done.freed();
                                }))
                .start(
                        new Upkeep.Job(
                                "upkeep:Expire",
                                now.plus(pause.multipliedBy(3)),
                                often,
                                () ->
                                        objects.uploads()
                                                        .sweep(
                                                                clock.instant()
                                                                        .minus(REMEMBER_UPLOADS))
                                                + tables.sweep()));
    }

    /** Plain bytes of all organisations' buckets. */
    private static long stored(Policy policy, Objects objects) {
        return policy.register().organisations().keySet().stream()
                .mapToLong(each -> objects.quotas().usage(each).bytes())
                .sum();
    }

    /** Not while a backup is copied: it counts on the files of the logs that were there. */
    private static Upkeep.Job retention(Ledger ledger, Hold hold, Settings settings, Clock clock) {
        Duration pause = settings.upkeep().pause();
        return new Upkeep.Job(
                "upkeep:Prune",
                clock.instant().plus(pause.multipliedBy(2)),
                turn -> turn.at().plus(turn.handled() > 0 ? pause : pause.multipliedBy(360)),
                () -> hold.inUse() ? 0 : ledger.prune());
    }

    /**
     * Ends what buckets' rules end: each hour, or ten times in a day that is shorter; again soon
     * while there is more. A shorter day is on record from the start.
     */
    private static Upkeep.Job lifecycle(Guard guard, Settings settings, Clock clock) {
        Duration day = settings.upkeep().day();
        if (!day.equals(Lifecycle.DAY)) {
            guard.upkeep("upkeep:ShortenDay", day::toSeconds);
        }
        Duration tenth = day.dividedBy(10);
        Duration rest = tenth.compareTo(HOURLY) < 0 ? tenth : HOURLY;
        Duration pause = settings.upkeep().pause();
        return new Upkeep.Job(
                "upkeep:Lifecycle",
                clock.instant().plus(pause.compareTo(rest) < 0 ? pause : rest),
                turn ->
                        turn.at()
                                .plus(
                                        turn.handled() > 0 && pause.compareTo(rest) < 0
                                                ? pause
                                                : rest),
                () -> guard.lifecycle(day));
    }

    /** Tables are looked at each hour; again soon while there is more to do. */
    private static Upkeep.Job keptTables(UpkeepOfTables tables, Settings settings, Clock clock) {
        Duration pause = settings.upkeep().pause();
        Duration first = pause.multipliedBy(4);
        return new Upkeep.Job(
                "upkeep:Tables",
                clock.instant().plus(first),
                turn -> turn.at().plus(turn.handled() > 0 ? pause : HOURLY),
                tables::turn);
    }

    /**
     * Tables are looked at each minute, or as often as one is quiet that may be worked on; while
     * there is something to do, as long after each group of files, or each table that was counted,
     * as other work pauses.
     */
    private static Upkeep.Job whenQuiet(
            String action, LongSupplier work, Settings settings, Clock clock) {
        Duration quiet = settings.upkeep().compaction().quiet();
        Duration rest = quiet.compareTo(MINUTELY) < 0 ? quiet : MINUTELY;
        Duration pause = settings.upkeep().pause();
        Duration busy = pause.compareTo(rest) < 0 ? pause : rest;
        return new Upkeep.Job(
                action,
                clock.instant().plus(rest),
                turn -> turn.at().plus(turn.handled() > 0 ? busy : rest),
                work);
    }

    /** So that no start goes back behind it by more than a minute. It is no use. */
    private static Upkeep.Job keepingTime(
            Installation installation, Clock clock, SteadyClock steady) {
        return new Upkeep.Job(
                "upkeep:KeepTime",
                clock.instant(),
                turn -> turn.at().plus(Duration.ofMinutes(1)),
                () -> {
                    installation.clock(steady.instant());
                    return 0;
                });
    }

    /** It touches nobody's data, and so is no use. */
    private static Upkeep.Job measuring(
            DiskForecast forecast, Installation installation, Disk disk, Hold hold, Clock clock) {
        return new Upkeep.Job(
                "upkeep:Measure",
                clock.instant(),
                turn -> turn.at().plus(Duration.ofMinutes(10)),
                () -> {
                    try {
                        hold.clearUnused();
                        Path folder = hold.folder().path();
                        if (forecast.sample(clock.instant(), disk.usable(folder))) {
                            installation.forecast(forecast);
                        }
                        return 0;
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                });
    }

    // at work

    /** What commands are told. */
    Endpoints endpoints() {
        return endpoints;
    }

    /** How it is. */
    Instruments instruments() {
        return instruments;
    }

    /** The way in, for tests that need no wire. */
    Guard guard() {
        return guard;
    }

    /** The check of what is stored, for tests that want it now. */
    Checker checker() {
        return checker;
    }

    /** What streams are kept in, for tests that let records go before they are old. */
    StreamLog streams() {
        return streaming.log();
    }

    /** Waits until an operator asks for the end. */
    void awaitStop() throws InterruptedException {
        instruments.awaitStop();
    }

    /** Serves what is under way, stops, and closes everything in reverse. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            instruments.stopping();
            closeAll(opened);
            LOG.log(Level.INFO, "stopped");
        }
    }

    /** One that fails does not keep the others open. */
    private static void closeAll(Deque<AutoCloseable> opened) {
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                LOG.log(Level.ERROR, "closing failed", e);
            }
        }
    }
}
