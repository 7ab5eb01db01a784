package org.domicile.launcher;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.domicile.admin.Checking;
import org.domicile.admin.Running;
import org.domicile.blobs.Blobs;
import org.domicile.bytes.Disk;
import org.domicile.bytes.StorageFailure;
import org.domicile.guard.CompactionOfTables;
import org.domicile.guard.Deliveries;
import org.domicile.guard.StatisticsOfTables;
import org.domicile.health.Figures;
import org.domicile.health.Metric;
import org.domicile.health.Metrics;
import org.domicile.health.Readiness;
import org.domicile.http.HttpServer;
import org.domicile.keys.Keys;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Transaction;
import org.domicile.ledger.Ledger;
import org.domicile.lifecycle.Lifecycle;
import org.domicile.policy.Policy;
import org.domicile.policy.Purpose;
import org.domicile.query.Queries;
import org.domicile.sql.SqlDoor;
import org.jspecify.annotations.Nullable;

/**
 * How the server is: its state, its figures, and what needs an operator. Safe for concurrent use;
 * {@code opened} and {@code stopping} are called by {@link Cloud} alone.
 */
final class Instruments implements Running, Readiness, Figures {
    private static final Duration SOON = Duration.ofDays(14);
    private static final Duration LATE = Duration.ofSeconds(10);
    private static final int NEARLY_FULL = 20; // a twentieth of the disk

    /** What there is to look at. */
    record Parts(
            Settings settings,
            Path folder,
            Disk disk,
            Installation installation,
            Keyspace keyspace,
            Blobs blobs,
            Keys keys,
            Ledger ledger,
            Policy policy,
            AskedWitnesses witnesses,
            DiskForecast forecast,
            SteadyClock steady,
            Checker checker,
            Hold hold,
            Deliveries deliveries,
            Outward outward,
            Queries queries,
            CompactionOfTables compaction,
            StatisticsOfTables statistics) {}

    private record Open(
            HttpServer server,
            SqlDoor sql,
            Streaming streaming,
            Map<String, String> urls,
            Instant since) {
        /** Where it listens now. */
        Map<String, String> present() {
            Map<String, String> present = new TreeMap<>(urls);
            streaming.url().ifPresent(url -> present.put("kafka", url));
            return present;
        }
    }

    private final Parts parts;
    private final InstantSource clock;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final AtomicReference<@Nullable Open> open = new AtomicReference<>();
    private volatile boolean stopping;

    /** Since when entries have been seen to wait, with no newer checkpoint. Guarded by this. */
    private @Nullable Waiting waiting;

    private record Waiting(Instant checkpoint, Instant since) {}

    Instruments(Parts parts, InstantSource clock) {
        this.parts = parts;
        this.clock = clock;
    }

    /** From now on it is ready. */
    void opened(HttpServer server, SqlDoor sql, Streaming streaming, Map<String, String> urls) {
        open.set(new Open(server, sql, streaming, urls, clock.instant()));
    }

    /** From now on it is not any more. */
    void stopping() {
        stopping = true;
        stop.countDown();
    }

    /** Waits until somebody asked for the end. */
    void awaitStop() throws InterruptedException {
        stop.await();
    }

    @Override
    public void stop() {
        stopping();
    }

    @Override
    public Path hold(String holder) {
        return parts.hold().make(holder, parts.keyspace(), parts.blobs(), parts.ledger());
    }

    @Override
    public Told resumeEvents() {
        return parts.outward().resume() ? Told.FROM_NOW_ON : Told.ALREADY;
    }

    @Override
    public Status status() {
        Open now = open.get();
        Map<String, Long> figures = new LinkedHashMap<>();
        List<String> warnings = new ArrayList<>();
        stored(figures, warnings);
        check(figures, warnings);
        ledger(figures, warnings);
        parts.witnesses().tell(figures, warnings, clock.instant());
        keys(figures, warnings);
        register(warnings);
        events(figures, warnings);
        lifecycle(warnings);
        sql(figures, warnings);
        compaction(figures, warnings);
        statistics(figures, warnings);
        parts.steady().doubted().ifPresent(far -> warnings.add(doubt(far)));
        if (now != null) {
            figures.putAll(now.streaming().figures());
            warnings.addAll(now.streaming().warnings());
        }
        process(figures, now);
        return new Status(
                stopping ? "stopping" : now == null ? "starting" : "ready",
                Main.version(),
                now == null ? clock.instant() : now.since(),
                now == null ? Map.of() : now.present(),
                figures,
                warnings);
    }

    private void sql(Map<String, Long> figures, List<String> warnings) {
        Queries.Standing standing = parts.queries().standing();
        figures.put("sql.sessions", (long) standing.sessions());
        figures.put("sql.warm", (long) standing.warm());
        figures.put("sql.staged", standing.staged());
        parts.queries()
                .limits()
                .all()
                .forEach((organisation, own) ->
                        figures.put("sql.most." + organisation, (long) own.sessions()));
        parts.queries()
                .taken()
                .forEach((organisation, count) ->
                        figures.put("sql.of." + organisation, (long) count));
        standing.walls().forEach(wall -> figures.put("sql.wall." + wall, 1L));
        standing.missing().forEach(wall -> warnings.add("SQL does not run: " + wall));
    }

    private void compaction(Map<String, Long> figures, List<String> warnings) {
        CompactionOfTables.Standing standing = parts.compaction().standing();
        figures.put("tables.compacted", standing.groups());
        figures.put("tables.compacted.files", standing.files());
        figures.put("tables.compacted.last", standing.last().getEpochSecond());
        figures.put("tables.compaction.conflicts", standing.conflicts());
        figures.put("tables.compaction.waiting", standing.waiting());
        figures.put("tables.compaction.failing", standing.failing());
        if (standing.failing() > 0) {
            warnings.add(
                    "%d %s could not be compacted the last time: the log names them, 'domicile table show' says why"
                            .formatted(
                                    standing.failing(),
                                    standing.failing() == 1 ? "table" : "tables"));
        }
    }

    private void statistics(Map<String, Long> figures, List<String> warnings) {
        StatisticsOfTables.Standing standing = parts.statistics().standing();
        figures.put("tables.counted", standing.tables());
        figures.put("tables.counted.columns", standing.columns());
        figures.put("tables.counted.last", standing.last().getEpochSecond());
        figures.put("tables.statistics.conflicts", standing.conflicts());
        figures.put("tables.statistics.waiting", standing.waiting());
        figures.put("tables.statistics.failing", standing.failing());
        if (standing.failing() > 0) {
            warnings.add(
                    "%d %s could not be counted the last time: the log names them, 'domicile table show' says why"
                            .formatted(
                                    standing.failing(),
                                    standing.failing() == 1 ? "table" : "tables"));
        }
    }

    private void stored(Map<String, Long> figures, List<String> warnings) {
        try {
            Keyspace.Usage keyspace = parts.keyspace().usage();
            figures.put("keyspace.bytes", keyspace.bytesOnDisk());
            figures.put("keyspace.memory", keyspace.memory());
            figures.put("keyspace.commits", keyspace.commits());
            figures.put("keyspace.syncs", keyspace.syncs());
            Blobs.Usage blobs = parts.blobs().usage();
            figures.put("blobs.bytes", blobs.bytesOnDisk());
            figures.put("blobs.live", blobs.live());
            figures.put("blobs.segments", (long) blobs.segments());
            room(figures, warnings);
        } catch (IOException | StorageFailure e) {
            warnings.add("the store does not answer: " + e.getMessage());
        }
    }

    private void check(Map<String, Long> figures, List<String> warnings) {
        Checking.State check = parts.checker().state();
        figures.put("check.running", check.running() ? 1L : 0L);
        figures.put("check.ended", check.ended().getEpochSecond());
        figures.put("check.done", check.done());
        figures.put("check.total", check.total());
        figures.put("check.wrong", check.wrong());
        if (check.wrong() > 0) {
            warnings.add(
                    "the check of what is stored found %d %s wrong: 'domicile check --last' says which, and what to do"
                            .formatted(check.wrong(), check.wrong() == 1 ? "thing" : "things"));
        }
        long days = parts.checker().days();
        if (days > parts.settings().upkeep().scrub().toDays()) {
            warnings.add(
                    "at upkeep.rate, reading all that is stored takes %d days, longer than upkeep.scrub says: raise the rate, or the time"
                            .formatted(days));
        }
    }

    private void room(Map<String, Long> figures, List<String> warnings) throws IOException {
        long usable = parts.disk().usable(parts.folder());
        long whole = Files.getFileStore(parts.folder()).getTotalSpace();
        figures.put("disk.usable", usable);
        figures.put("disk.total", whole);
        long reserve = parts.settings().limits().reserve();
        OptionalDouble days = parts.forecast().days(clock.instant(), usable, reserve);
        if (days.isPresent()) {
            figures.put("disk.days", (long) days.getAsDouble());
            if (days.getAsDouble() < SOON.toDays()) {
                warnings.add(
                        "the disk lasts %d more days at the rate of the last week: give it more room, delete something, or keep uses for a shorter time ('domicile ledger retention')"
                                .formatted((long) days.getAsDouble()));
            }
        }
        if (usable < Math.max(whole / NEARLY_FULL, 2 * reserve)) {
            warnings.add(
                    "the disk is nearly full: %d MiB are left, and below %d MiB nothing new is stored or published; delete something or give it more room"
                            .formatted(usable >> 20, reserve >> 20));
        }
    }

    private void events(Map<String, Long> figures, List<String> warnings) {
        Deliveries deliveries = parts.deliveries();
        figures.put("events.told", deliveries.told());
        figures.put("events.failed", deliveries.failed());
        figures.put("events.givenup", deliveries.givenUp());
        long waiting = 0;
        try {
            for (Deliveries.Waiting each : deliveries.waiting()) {
                waiting += each.events();
                if (each.room() != Deliveries.Room.ENOUGH) {
                    warnings.add(
                            each.room() == Deliveries.Room.NONE
                                    ? "%,d events wait for %s, and no more are kept: what comes is given up, on record as notification:GiveUp. Let it answer, or take the notification away"
                                            .formatted(Deliveries.MOST, each.destination())
                                    : "more than four fifths of the %,d events that may wait for %s do: let it answer, or take the notification away; beyond that events are given up"
                                            .formatted(Deliveries.MOST, each.destination()));
                }
                if (!each.problem().isEmpty()) {
                    warnings.add(
                            "events do not reach %s (%s): %s%d wait, the oldest since %s; each is given up after %d days"
                                    .formatted(
                                            each.destination(),
                                            each.problem(),
                                            each.events() < Deliveries.Waiting.COUNTED
                                                    ? ""
                                                    : "at least ",
                                            each.events(),
                                            each.oldest(),
                                            Deliveries.KEPT.toDays()));
                }
            }
        } catch (StorageFailure e) {
            warnings.add("the store does not say which events wait: " + e.getMessage());
        }
        figures.put("events.waiting", waiting);
        figures.put("events.held", parts.outward().held() ? 1L : 0L);
        if (parts.outward().held()) {
            warnings.add(
                    "this data folder was restored, or is another older copy, so no events are told (%d wait) and its moves were stopped: what waits may have been told before. See that the former server is off, then say 'domicile resume', which is put on record"
                            .formatted(waiting));
        }
        if (deliveries.givenUp() > 0) {
            warnings.add(
                    "since the start %d events were given up, for they did not reach their destination in %d days, or too many waited for it; 'domicile uses' shows them, as notification:GiveUp"
                            .formatted(deliveries.givenUp(), Deliveries.KEPT.toDays()));
        }
    }

    private void ledger(Map<String, Long> figures, List<String> warnings) {
        Ledger.State ledger = parts.ledger().state();
        figures.put("ledger.logs", (long) ledger.logs());
        figures.put("ledger.entries", ledger.entries());
        figures.put("ledger.unpublished", ledger.unpublished());
        if (stuck(ledger)) {
            warnings.add(
                    "%d entries wait for a checkpoint since %s: the log says why; when it is the disk, make room and restart"
                            .formatted(ledger.unpublished(), ledger.newestCheckpoint()));
        }
        try {
            recordable();
        } catch (StorageFailure e) {
            warnings.add(
                    "nothing can be recorded, so nothing is served: "
                            + e.getMessage()
                            + "; mend the disk, then restart with 'domicile down' and 'domicile"
                            + " up'");
        }
    }

    /** What every use needs: a commit that becomes durable. An empty one asks just that. */
    private void recordable() {
        parts.keyspace().commit(new Transaction());
    }

    @Override
    public Optional<String> obstacle() {
        if (stopping) {
            return Optional.of("the program is ending");
        }
        if (open.get() == null) {
            return Optional.of("the program is starting");
        }
        Optional<String> unrecordable = parts.ledger().obstacle();
        if (unrecordable.isEmpty()) {
            recordable();
        }
        return unrecordable;
    }

    @Override
    public List<Metric> now() {
        Instant now = clock.instant();
        List<Metric> metrics = new ArrayList<>();
        Open at = open.get();
        if (at != null) {
            metrics.addAll(Metrics.http(at.server().figures()));
            metrics.addAll(Metrics.process(at.since()));
        }
        metrics.addAll(Metrics.ledger(parts.ledger().state(), now));
        metrics.addAll(parts.witnesses().metrics(now));
        lasting(now)
                .ifPresent(days ->
                        metrics.add(
                                Metric.gauge(
                                        "domicile_disk_days",
                                        "Days until the disk is full, if it fills as in the last"
                                                + " week.",
                                        days)));
        metrics.add(Metrics.expiring(parts.policy().register(), now));
        events(metrics);
        Keyspace.Usage keyspace = parts.keyspace().usage();
        Blobs.Usage blobs = parts.blobs().usage();
        metrics.add(
                Metric.counter(
                        "domicile_commits_total",
                        "Transactions applied since the start.",
                        keyspace.commits()));
        metrics.add(
                Metric.counter(
                        "domicile_syncs_total",
                        "Syncs of the keyspace's log since the start; each served all who waited.",
                        keyspace.syncs()));
        metrics.add(
                Metric.gauge(
                        "domicile_keyspace_bytes",
                        "Size of the keyspace's files.",
                        keyspace.bytesOnDisk()));
        metrics.add(
                Metric.gauge(
                        "domicile_blob_bytes",
                        "Size of the files of large bodies.",
                        blobs.bytesOnDisk()));
        Checking.State check = parts.checker().state();
        metrics.add(
                Metric.gauge(
                        "domicile_check_ended_seconds",
                        "When the last check of all that is stored went through, since 1970.",
                        check.ended().getEpochSecond()));
        metrics.add(
                Metric.gauge(
                        "domicile_check_read_bytes",
                        "Plain bytes that the present check, or the last one, has read.",
                        check.done()));
        metrics.add(
                Metric.gauge(
                        "domicile_check_wrong",
                        "Things that the check of what is stored found wrong.",
                        check.wrong()));
        metrics.add(
                Metric.gauge(
                        "domicile_key_store_generation",
                        "Generation of the key store; grows with each birth and death of a key.",
                        parts.keys().state().generation()));
        return metrics;
    }

    private void events(List<Metric> metrics) {
        Deliveries deliveries = parts.deliveries();
        metrics.add(
                Metric.counter(
                        "domicile_events_told_total",
                        "Events of buckets that reached their destination since the start.",
                        deliveries.told()));
        metrics.add(
                Metric.counter(
                        "domicile_event_failures_total",
                        "Tries to tell an event that failed since the start.",
                        deliveries.failed()));
        metrics.add(
                Metric.counter(
                        "domicile_events_given_up_total",
                        "Events that were given up since the start.",
                        deliveries.givenUp()));
        metrics.add(
                Metric.gauge(
                        "domicile_events_waiting",
                        "Events that wait, of each destination up to a thousand.",
                        deliveries.waiting().stream().mapToInt(Deliveries.Waiting::events).sum()));
    }

    private OptionalDouble lasting(Instant now) {
        try {
            return parts.forecast()
                    .days(
                            now,
                            parts.disk().usable(parts.folder()),
                            parts.settings().limits().reserve());
        } catch (IOException e) {
            return OptionalDouble.empty(); // status says that the store does not answer
        }
    }

    /**
     * Whether no checkpoint came for a while though entries waited. The age of the newest one says
     * nothing: before this very question nobody may have done anything for hours.
     */
    private synchronized boolean stuck(Ledger.State ledger) {
        Instant now = clock.instant();
        Waiting before = waiting;
        if (ledger.unpublished() == 0) {
            waiting = null;
            return false;
        }
        if (before == null || !before.checkpoint().equals(ledger.newestCheckpoint())) {
            waiting = new Waiting(ledger.newestCheckpoint(), now);
            return false;
        }
        return before.since().plus(LATE).isBefore(now);
    }

    private void keys(Map<String, Long> figures, List<String> warnings) {
        Keys.State keys = parts.keys().state();
        figures.put("keys.generation", keys.generation());
        figures.put("keys.living", keys.living());
        figures.put("keys.places", (long) keys.places().size());
        if (keys.places().size() == 1) {
            warnings.add(
                    "the key store lies in one place only (%s), and without it the data cannot be opened: name a second one, on another disk, in keys.places"
                            .formatted(keys.places().getFirst()));
        }
    }

    private void register(List<String> warnings) {
        Instant now = clock.instant();
        var register = parts.policy().register();
        register.purposes().values().stream()
                .filter(each -> !each.withdrawn() && each.expires().isBefore(now.plus(SOON)))
                .map(each -> expiry(each, now))
                .sorted()
                .forEach(warnings::add);
        Set<String> zones = new TreeSet<>(parts.settings().zones().listeners().values());
        parts.settings().zones().networks().forEach(each -> zones.add(each.zone()));
        zones.removeAll(register.zones().keySet());
        for (String zone : zones) {
            warnings.add(
                    "the configuration names the zone %s, which does not exist, so its clients are refused: make it with 'domicile zone create %s'"
                            .formatted(zone, zone));
        }
    }

    private static String doubt(Duration far) {
        return "the system's clock is %d hours ahead of what this server last knew, so no retention ends and no lifecycle rule is carried out: set the clock right, or, if it is right, start once with --set clock.jump=accept, which is put on record"
                .formatted(far.toHours());
    }

    private void lifecycle(List<String> warnings) {
        Duration day = parts.settings().upkeep().day();
        if (!day.equals(Lifecycle.DAY)) {
            warnings.add(
                    "a day of lifecycle rules lasts %d seconds here, so they end things too early: take s3.lifecycle.day out, unless this server is for tests alone"
                            .formatted(day.toSeconds()));
        }
    }

    private static String expiry(Purpose purpose, Instant now) {
        return purpose.expires().isAfter(now)
                ? "the purpose %s expires at %s, and uses under it are refused from then on: register a new one with 'domicile purpose create' and credentials for it"
                        .formatted(purpose.id(), purpose.expires())
                : "the purpose %s expired at %s, and uses under it are refused: register a new one with 'domicile purpose create', or end it with 'domicile purpose withdraw'"
                        .formatted(purpose.id(), purpose.expires());
    }

    private void process(Map<String, Long> figures, @Nullable Open now) {
        var heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        figures.put("memory.heap", heap.getUsed());
        figures.put("memory.resident", resident());
        if (now != null) {
            figures.put("uptime", Duration.between(now.since(), clock.instant()).toSeconds());
            for (HttpServer.Figures each : now.server().figures()) {
                String name = "http." + each.listener() + ".";
                figures.put(name + "open", (long) each.open());
                figures.put(name + "requests", each.requests());
                figures.put(name + "bytes.in", each.bytesIn());
                figures.put(name + "bytes.out", each.bytesOut());
            }
            figures.put("sql.open", (long) now.sql().open());
            figures.put("sql.statements", now.sql().statements());
            figures.put("sql.bytes.in", now.sql().bytesIn());
            figures.put("sql.bytes.out", now.sql().bytesOut());
        }
    }

    /** Memory of the whole process; 0 where the system does not tell it. */
    private static long resident() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) << 10;
                }
            }
            return 0;
        } catch (IOException e) {
            return 0;
        }
    }
}
