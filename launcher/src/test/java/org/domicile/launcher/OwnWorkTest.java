package org.domicile.launcher;

import static org.domicile.launcher.DataPathWorld.MARKS;
import static org.domicile.launcher.DataPathWorld.purpose;
import static org.domicile.launcher.DataPathWorld.stored;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.domicile.bytes.StorageFailure;
import org.domicile.guard.Administration;
import org.domicile.guard.CompactionOfTables;
import org.domicile.guard.CompactionOptions;
import org.domicile.guard.Deliveries;
import org.domicile.guard.Guard;
import org.domicile.guard.GuardedArrivals;
import org.domicile.guard.GuardedCheck;
import org.domicile.guard.GuardedSql;
import org.domicile.guard.Identity;
import org.domicile.guard.Installation;
import org.domicile.guard.Match;
import org.domicile.guard.MovesAtWork;
import org.domicile.guard.Receiver;
import org.domicile.guard.Refused;
import org.domicile.guard.StatisticsOfTables;
import org.domicile.guard.StatisticsOptions;
import org.domicile.guard.Stored;
import org.domicile.guard.UpkeepOfTables;
import org.domicile.guard.WorkerLogins;
import org.domicile.launcher.EveryDoor.Place;
import org.domicile.launcher.EveryDoor.Reply;
import org.domicile.ledger.Ledger;
import org.domicile.lifecycle.Lifecycle;
import org.domicile.policy.Marks;
import org.domicile.policy.Target;
import org.domicile.query.Answer;
import org.domicile.query.WritingQueries;
import org.domicile.request.Caller;
import org.domicile.request.Request;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the program does to data by itself, or for a move, behind no door: each has its line in
 * {@link #lines}, is on record as the line says, does nothing without its record, and carries
 * labels where it copies. A contract of the guard that neither a door nor a line here uses fails.
 */
@Timeout(120)
class OwnWorkTest {
    /** Contracts that reach no data, with the reason. */
    private static final Map<Class<?>, String> NO_DATA =
            Map.of(
                    Identity.class, "tells who somebody is, before anything is asked",
                    MovesAtWork.class, "how far a move came; its data go by the other contracts",
                    WorkerLogins.class, "who a worker acts for; what it does the streams judge");

    private static final Match ANY = new Match.Any();
    private static final byte[] BODY = EveryDoor.SECRET.getBytes(StandardCharsets.UTF_8);
    private static final String RULES =
            "<LifecycleConfiguration><Rule><Filter><Prefix>old/</Prefix></Filter>"
                    + "<Status>Enabled</Status><Expiration><Days>1</Days></Expiration>"
                    + "</Rule></LifecycleConfiguration>";
    private static final String EVENTS =
            "<NotificationConfiguration><TopicConfiguration>"
                    + "<Topic>arn:aws:sns:home:city:hook</Topic>"
                    + "<Event>s3:ObjectCreated:*</Event></TopicConfiguration>"
                    + "</NotificationConfiguration>";

    @TempDir private Path folder;
    private EveryDoor doors;
    private Installation installation;
    private Administration.Issued city;
    private Receiver hook;
    private boolean begun;
    private boolean appended;
    private final WritingQueries queries = new WritingQueries();

    /** One piece of work. */
    private interface Work {
        void act() throws Exception;
    }

    /**
     * @param method what of the guard's contracts does it
     * @param action as which it is on record
     * @param organisation in whose log
     */
    private record Line(
            Class<?> contract, String method, String action, String organisation, Work work) {
        String name() {
            return contract.getSimpleName() + "." + method;
        }
    }

    @BeforeEach
    void begin() throws IOException {
        doors = new EveryDoor(folder);
        installation = doors.installation;
        city = installation.tenant("city");
        hook = new Receiver();
        installation.admin().createBucket("city", "archive", List.of());
    }

    @AfterEach
    void end() throws IOException {
        installation.guard().deliveries().close();
        doors.close();
        hook.close();
    }

    /** Every piece of work, in an order in which each finds something to do. */
    private List<Line> lines() {
        return List.of(
                new Line(
                        GuardedArrivals.class,
                        "put",
                        "s3:PutObject",
                        "city",
                        () -> arrive(city, Installation.HOME, "moved/n", Marks.NONE)),
                new Line(
                        GuardedArrivals.class,
                        "mark",
                        "s3:DeleteObject",
                        "city",
                        () ->
                                arrivals(city, Installation.HOME, Marks.NONE)
                                        .mark(
                                                "archive",
                                                "moved/n",
                                                installation.time().instant(),
                                                ANY)),
                new Line(
                        Guard.class,
                        "lifecycle",
                        "lifecycle:ExpireObject",
                        "city",
                        () -> installation.guard().lifecycle(Lifecycle.DAY)),
                new Line(
                        UpkeepOfTables.class,
                        "turn",
                        "lifecycle:LookForFiles",
                        "city",
                        this::lookForFiles),
                new Line(
                        CompactionOfTables.class,
                        "turn",
                        "compaction:Rewrite",
                        "city",
                        this::compact),
                new Line(Guard.class, "tabling", "tabling:Append", "city", this::append),
                new Line(StatisticsOfTables.class, "turn", "statistics:Set", "city", this::count),
                new Line(
                        GuardedCheck.class,
                        "records",
                        "",
                        "",
                        () -> installation.guard().check().records(_ -> {})),
                new Line(
                        GuardedCheck.class,
                        "bodies",
                        "upkeep:OpenToVerify",
                        "installation",
                        this::check),
                new Line(Deliveries.class, "start", "notification:Deliver", "city", this::deliver),
                new Line(
                        Guard.class,
                        "upkeep",
                        "upkeep:Test",
                        "installation",
                        () -> installation.guard().upkeep("upkeep:Test", () -> 1)));
    }

    /** A table that was looked at is left alone for a while, also where the look failed. */
    private void lookForFiles() {
        installation.time().advance(UpkeepOfTables.PAUSE.plusMinutes(1));
        installation.guard().upkeepOf(installation.tables()).turn();
    }

    /**
     * One that could not be looked at waits, and so does one in which there is too little to do.
     */
    private void compact() {
        installation.time().advance(CompactionOfTables.LOOK);
        installation
                .guard()
                .compactionOf(
                        queries,
                        installation.tables(),
                        new CompactionOptions(
                                CompactionOptions.Mode.ON,
                                2,
                                Duration.ofMinutes(1),
                                () -> Long.MAX_VALUE / 2))
                .turn();
    }

    /** Rows of a stream are committed once they have waited for long enough. */
    private void append() {
        long since = installation.entries("city");
        boolean first = !appended;
        appended = true;
        installation.time().advance(Duration.ofMinutes(6));
        await(() -> {
            // it may have been read only now
            installation.time().advance(Duration.ofMinutes(1));
            return first
                    ? !doors.streams().troubles().isEmpty()
                    : installation.usesSince("city", since).stream()
                            .anyMatch(use -> use.action().equals("tabling:Append"));
        });
    }

    private void count() {
        installation.time().advance(CompactionOfTables.LOOK);
        installation
                .guard()
                .statisticsOf(
                        queries,
                        installation.tables(),
                        new StatisticsOptions(StatisticsOptions.Mode.ON, Duration.ofMinutes(1)))
                .turn();
    }

    /** A table of two files. */
    private void fill() {
        Request request = installation.request(installation.caller(city));
        if (!(installation.guard().sql(queries, installation.tables()).connect(request, "UTC")
                instanceof Answer.Given<GuardedSql.Connection>(GuardedSql.Connection it))) {
            throw new AssertionError("no session");
        }
        try (it) {
            for (String each :
                    List.of(
                            "create schema worn",
                            "create table worn.worn (n text)",
                            "insert into worn.worn select 1",
                            "insert into worn.worn select 1")) {
                assertInstanceOf(Answer.Given.class, it.run(request, each, List.of()), each);
            }
        }
    }

    private void check() {
        GuardedCheck.Pace pace =
                new GuardedCheck.Pace() {
                    @Override
                    public boolean read(long bytes) {
                        return true;
                    }

                    @Override
                    public void verified(long bytes) {}
                };
        List<Object> found = new ArrayList<>();
        GuardedCheck check = installation.guard().check();
        Optional<byte[]> next = Optional.of(new byte[0]);
        while (next.isPresent()) {
            next = check.bodies(next.get(), pace, found::add);
        }
        assertEquals(List.of(), found);
    }

    /**
     * Begins, which fails where nothing is recorded; then tells. A failure of before may still be
     * on its way and begin another pause, so time goes on until something was told.
     */
    private void deliver() throws IOException {
        Deliveries deliveries = installation.guard().deliveries();
        if (!begun) {
            deliveries.start();
            begun = true;
            await(() -> deliveries.failed() > 0);
            return;
        }
        long since = installation.entries("city"); // what waited may have been told by now
        ask("PUT", "/archive/told", EveryDoor.SECRET);
        await(() -> {
            installation.time().advance(Duration.ofMinutes(1));
            return deliveries.told() > 0
                    && installation.usesSince("city", since).stream()
                            .anyMatch(each -> each.action().equals("notification:Deliver"));
        });
    }

    private static void await(BooleanSupplier done) {
        for (int i = 0; i < 2_000 && !done.getAsBoolean(); i++) {
            LockSupport.parkNanos(10_000_000);
        }
    }

    private GuardedArrivals arrivals(Administration.Issued as, String zone, Marks marks) {
        return installation
                .guard()
                .arrivals(installation.request(installation.caller(as), zone), marks);
    }

    private void arrive(Administration.Issued as, String zone, String name, Marks marks) {
        assertInstanceOf(
                Stored.Done.class,
                arrivals(as, zone, marks)
                        .put(
                                "archive",
                                name,
                                Installation.draft(),
                                installation.time().instant(),
                                Installation.upstream(BODY),
                                ANY));
    }

    /** Something old, something to tell, a table, and a day later. */
    private void prepare() throws IOException {
        ask(
                "PUT",
                "/archive?versioning=",
                "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>");
        doors.prepare(city, "archive", "whole");
        installation
                .admin()
                .createTarget(
                        new Target(
                                "city",
                                "hook",
                                hook.url(),
                                "home",
                                List.of("127.0.0.0/8"),
                                Instant.EPOCH,
                                false));
        hook.trust(installation.admin().makeTargetSecret("city/hook"));
        ask("PUT", "/archive?lifecycle=", RULES);
        ask("PUT", "/archive/old/n", EveryDoor.SECRET);
        ask("PUT", "/archive?notification=", EVENTS);
        ask("PUT", "/archive/told", EveryDoor.SECRET);
        fill();
        stream("PUT", "/streams/water.levels/table", "");
        stream("POST", "/streams/water.levels", "{\"n\":\"a row\"}");
        installation.time().advance(Duration.ofDays(4));
    }

    private void ask(String method, String target, String body) throws IOException {
        ask("s3", method, target, body);
    }

    private void stream(String method, String target, String body) throws IOException {
        ask("ingest", method, target, body);
    }

    private void ask(String door, String method, String target, String body) throws IOException {
        DataPaths.Line line =
                new DataPaths.Line(
                        door,
                        "",
                        DataPaths.Flow.NONE,
                        DataPaths.Recording.COMMIT,
                        method,
                        target,
                        body);
        Reply reply = doors.ask(line, Place.HOME, Optional.of(city), Map.of());
        assertTrue(reply.done(), reply::toString);
    }

    // ---- the closed list ----

    @Test
    void everyContractOfTheGuardIsReachedByADoorOrHasALine() {
        Set<Class<?>> known = new LinkedHashSet<>(EveryDoor.CONTRACTS);
        known.addAll(NO_DATA.keySet());
        Set<String> lines = new TreeSet<>();
        lines().forEach(line -> {
            known.add(line.contract());
            lines.add(line.name());
        });
        Set<String> forgotten = new TreeSet<>();
        for (Class<?> contract : contracts()) {
            if (!known.contains(contract)) {
                forgotten.add(contract.getSimpleName());
            }
            if (!EveryDoor.CONTRACTS.contains(contract)
                    && !NO_DATA.containsKey(contract)
                    && !contract.equals(Guard.class)) {
                for (Method each : contract.getMethods()) {
                    if (!COUNTS.contains(each.getName())
                            && !lines.contains(contract.getSimpleName() + "." + each.getName())) {
                        forgotten.add(contract.getSimpleName() + "." + each.getName());
                    }
                }
            }
        }
        assertEquals(
                Set.of(),
                forgotten,
                "doors call these (EveryDoor.CONTRACTS), or they have a line here, or NO_DATA says"
                        + " why they need none");
        for (Method each : Guard.class.getMethods()) {
            if (each.getReturnType().equals(void.class)
                    || each.getReturnType().equals(long.class)) {
                assertTrue(
                        lines.contains("Guard." + each.getName())
                                || each.getName().equals("stranger"),
                        () -> "no line for " + each);
            }
        }
    }

    /** What only counts, or ends it. */
    private static final Set<String> COUNTS =
            Set.of("waiting", "told", "failed", "givenUp", "close", "standing");

    /** The guard, and every contract that it or one of them gives. */
    private static Set<Class<?>> contracts() {
        Set<Class<?>> found = new LinkedHashSet<>();
        Deque<Class<?>> left = new ArrayDeque<>(List.of(Guard.class));
        while (!left.isEmpty()) {
            Class<?> at = left.pop();
            if (found.add(at)) {
                Arrays.stream(at.getMethods())
                        .map(Method::getReturnType)
                        .filter(OwnWorkTest::isContract)
                        .forEach(left::push);
            }
        }
        return found;
    }

    private static boolean isContract(Class<?> type) {
        return type.isInterface()
                && !type.isSealed()
                && type.getEnclosingClass() == null
                && Modifier.isPublic(type.getModifiers())
                && type.getPackageName().equals(Guard.class.getPackageName());
    }

    // ---- recording ----

    /** With recording disabled nothing happens; and then, on the same data, each is on record. */
    @Test
    void noWorkIsDoneWithoutItsRecord() throws Exception {
        prepare();
        installation.keyspace().recordNothing();
        for (Line line : lines()) {
            Set<String> before = stored(doors);
            try {
                line.work().act();
            } catch (StorageFailure expected) {
                assertTrue(String.valueOf(expected.getMessage()).length() > 1, line::name);
            }
            assertEquals(before, stored(doors), line::name);
            hook.expectNothing();
        }
        installation.keyspace().heal();
        Map<String, String> missing = new LinkedHashMap<>();
        for (Line line : lines()) {
            long since =
                    line.organisation().isEmpty() ? 0 : installation.entries(line.organisation());
            line.work().act();
            if (line.action().isEmpty()) {
                continue; // it looks at what names no data, and its turn is the next one's
            }
            List<String> actions =
                    installation.usesSince(line.organisation(), since).stream()
                            .map(Ledger.Recorded::action)
                            .toList();
            if (!actions.contains(line.action())) {
                missing.put(line.name(), "is not " + line.action() + " but " + actions);
            }
        }
        assertEquals(Map.of(), missing);
        assertTrue(hook.next().body().contains("archive"));
    }

    // ---- purposes and zones ----

    @Test
    void nothingArrivesWithoutAValidPurposeOrAcrossZones() throws Exception {
        installation.admin().createPurpose(purpose("brief", List.of("home"), installation));
        Administration.Issued brief = DataPathWorld.credential(doors, city, "city/brief");
        arrive(brief, Installation.HOME, "first", Marks.NONE);
        Set<String> before = stored(doors);
        assertThrows(Refused.class, () -> arrive(brief, "abroad", "second", Marks.NONE));
        assertThrows(
                Refused.class,
                () ->
                        arrivals(brief, "abroad", Marks.NONE)
                                .mark("archive", "first", installation.time().instant(), ANY));
        installation.admin().withdrawPurpose("city/brief");
        assertEquals(without(before), without(stored(doors)));
        Caller.Known known = installation.caller(brief);
        assertThrows(
                Refused.class,
                () ->
                        installation
                                .guard()
                                .arrivals(installation.request(known), Marks.NONE)
                                .put(
                                        "archive",
                                        "third",
                                        Installation.draft(),
                                        installation.time().instant(),
                                        Installation.upstream(BODY),
                                        ANY));
        assertEquals(without(before), without(stored(doors)));
    }

    /** Objects alone: a withdrawal is itself a change. */
    private static Set<String> without(Set<String> all) {
        Set<String> objects = new TreeSet<>(all);
        objects.removeIf(each ->
                !each.contains("first") && !each.contains("second") && !each.contains("third"));
        return objects;
    }

    // ---- labels ----

    /** What is known of data that move in travels with them, or they do not come. */
    @Test
    void labelsOfWhatArrivesAreKept() {
        Administration admin = installation.admin();
        arrive(city, Installation.HOME, "labelled", MARKS);
        assertEquals(MARKS, admin.labelled("archive", "labelled").carried());
        admin.createPurpose(purpose("figures", List.of("home"), installation).ofKind("statistics"));
        admin.label(
                "archive",
                "only/",
                new Marks(List.of(), List.of(), List.of(List.of("city/figures", "city/tests"))));
        assertThrows(Refused.class, () -> arrive(city, Installation.HOME, "only/n", MARKS));
        assertEquals(
                Optional.empty(),
                installation
                        .objects()
                        .buckets()
                        .bucket("archive")
                        .flatMap(bucket ->
                                installation
                                        .objects()
                                        .version(bucket, "only/n", Optional.empty())));
    }
}
