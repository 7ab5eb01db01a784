package org.domicile.launcher;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.domicile.bytes.Disk;
import org.domicile.guard.Guard;
import org.domicile.guard.GuardedSchemas;
import org.domicile.guard.GuardedStreams;
import org.domicile.guard.GuardedWatches;
import org.domicile.http.Certificates;
import org.domicile.http.ListenerOptions;
import org.domicile.http.ListenerOptions.Address;
import org.domicile.kafka.KafkaDoor;
import org.domicile.keyspace.Keyspace;
import org.domicile.query.Queries;
import org.domicile.schemas.Schemas;
import org.domicile.streams.LogOptions;
import org.domicile.streams.StreamLog;
import org.domicile.streams.Streams;
import org.domicile.streams.Volume;
import org.domicile.tables.Tables;
import org.domicile.watches.EngineOptions;
import org.domicile.watches.WatchEngine;
import org.domicile.watches.Watches;
import org.domicile.watches.WorkerPlaces;
import org.jspecify.annotations.Nullable;

/**
 * Streams of one data folder. Their log starts with the first stream, or in the background when
 * there are some already.
 */
final class Streaming implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("org.domicile.launcher");
    private static final long CERTIFICATES_MILLIS = 1_000;
    private static final long ENDING_SECONDS = 60;

    private final StreamLog log;
    private final Streams streams;
    private final KafkaDoor door;
    private final GuardedStreams guarded;
    private final WatchEngine engine;
    private final GuardedWatches watches;
    private final GuardedSchemas schemas;
    private final String host;
    private final AtomicReference<@Nullable String> url = new AtomicReference<>();
    private final AtomicReference<@Nullable Consumer<String>> told = new AtomicReference<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean closed;
    private @Nullable Thread settling;
    private @Nullable Thread renewing;

    private Streaming(
            Folder folder,
            Settings settings,
            Guard guard,
            Keyspace keyspace,
            Parts parts,
            java.time.Clock clock)
            throws IOException {
        Path java = // before anything is open
                settings.watches()
                        .java()
                        .map(OtherJava::checked)
                        .orElseGet(() -> Path.of(System.getProperty("java.home")));
        Address.Tcp address = settings.doors().kafka();
        this.host = address.host().indexOf(':') >= 0 ? "[" + address.host() + "]" : address.host();
        Optional<Certificates> certificates = certificates(settings.doors().tls());
        this.streams = Streams.open(keyspace, clock);
        this.door = new KafkaDoor(guard, clock);
        this.log =
                StreamLog.embedded(
                        new LogOptions(
                                folder.streams(),
                                address.host(),
                                address.port(),
                                settings.doors().kafkaTold(),
                                settings.limits().kafka(),
                                settings.limits().volume(),
                                new StreamRoom(
                                        parts.disk(),
                                        folder.streams(),
                                        settings.limits().reserve()),
                                certificates.map(each -> each::current)),
                        door,
                        this::begun);
        if (log.volume().encryption() == Volume.Encryption.STATED) {
            guard.upkeep("upkeep:StateEncryption", () -> 1);
        }
        guard.tabling(
                new Guard.Tabling(
                        streams,
                        log,
                        parts.schemas(),
                        parts.queries(),
                        parts.tables(),
                        settings.limits().commit(),
                        settings.limits().commitSize()));
        this.guarded = guard.streams(streams, log);
        this.schemas = guard.schemas(parts.schemas(), streams);
        door.open(guarded);
        this.engine = engine(settings.watches(), java, folder, log, clock);
        this.watches =
                guard.watches(
                        streams,
                        log,
                        guarded,
                        Watches.open(keyspace),
                        engine,
                        new StreamColumns(parts.schemas()),
                        parts.queries(),
                        parts.tables());
        door.open(watches.logins());
        certificates.ifPresent(
                each -> renewing = Thread.ofVirtual().name("kafka tls").start(() -> renew(each)));
    }

    private static WatchEngine engine(
            Settings.Watching settings,
            Path java,
            Folder folder,
            StreamLog log,
            java.time.Clock clock) {
        Optional<Path> jars = settings.engine().or(WorkerPlaces::beside);
        if (jars.isEmpty()) {
            return WatchEngine.none(
                    "This program comes without Apache Flink, which runs watches; name a folder"
                            + " with its jars (watches.engine).");
        }
        return WatchEngine.inWorkers(
                new EngineOptions(
                        java,
                        new WorkerPlaces(jars.get()),
                        folder.path().resolve("watches"),
                        settings.memory(),
                        settings.state(),
                        settings.workers(),
                        settings.pace(),
                        settings.tables(),
                        log::startForWorkers,
                        clock));
    }

    private static Optional<Certificates> certificates(Optional<ListenerOptions.Tls> tls)
            throws IOException {
        return tls.isPresent()
                ? Optional.of(new Certificates(KafkaDoor.LISTENER, tls.get()))
                : Optional.empty();
    }

    /** Wires them; nothing runs yet. */
    static Streaming open(
            Folder folder,
            Settings settings,
            Guard guard,
            Keyspace keyspace,
            Parts parts,
            java.time.Clock clock)
            throws IOException {
        return new Streaming(folder, settings, guard, keyspace, parts, clock);
    }

    /** What streams become tables with, and the disk that they lie on. */
    record Parts(Schemas schemas, Queries queries, Tables tables, Disk disk) {}

    private void renew(Certificates certificates) {
        while (!closed) {
            try {
                Thread.sleep(CERTIFICATES_MILLIS);
            } catch (InterruptedException e) {
                return;
            }
            certificates.check();
        }
    }

    private void begun(int port) {
        String now = "kafka://" + host + ":" + port;
        url.set(now);
        Consumer<String> listener = told.get();
        if (listener != null) {
            listener.accept(now);
        }
    }

    /** Where clients find it; empty before it has started. */
    Optional<String> url() {
        return Optional.ofNullable(url.get());
    }

    /**
     * Starts the log if there are streams, or files of some. @param listener told each time where
     * it is
     */
    void begin(Consumer<String> listener) {
        told.set(listener);
        url().ifPresent(listener);
        if (streams.all().isEmpty() && streams.gone().isEmpty() && !streams.hasLeft()) {
            ended.countDown();
            return;
        }
        settling =
                Thread.ofPlatform()
                        .name("streams start")
                        .start(() -> {
                            try {
                                settled(guarded::settle); // what fails is tried again there
                                // also where one stream did not start: they are of others
                                settled(watches::settle);
                            } finally {
                                ended.countDown();
                            }
                        });
    }

    private void settled(Runnable settle) {
        try {
            settle.run();
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "streams did not start", e);
        } catch (LinkageError e) {
            // parts of Kafka do not load once the program is ending
            LOG.log(closed ? Level.DEBUG : Level.ERROR, "streams did not start", e);
        }
    }

    StreamLog log() {
        return log;
    }

    GuardedStreams guarded() {
        return guarded;
    }

    GuardedWatches watches() {
        return watches;
    }

    GuardedSchemas schemas() {
        return schemas;
    }

    Map<String, Long> figures() {
        Map<String, Long> figures = new LinkedHashMap<>();
        figures.put("streams", (long) streams.all().size());
        figures.put("streams.running", log.port().isPresent() ? 1L : 0L);
        figures.putAll(engine.figures());
        engine.standing().forEach(wall -> figures.put("watches.wall." + wall, 1L));
        door.asked().forEach((what, count) -> figures.put("kafka." + what, count));
        return figures;
    }

    List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        log.failure()
                .ifPresent(each ->
                        warnings.add(
                                "streams are not all served: "
                                        + each
                                        + "; mend that and start the program again"));
        warnings.addAll(guarded.troubles());
        engine.obstacles().forEach(each -> warnings.add("watches do not run: " + each));
        return warnings;
    }

    @Override
    public void close() {
        closed = true;
        Thread renews = renewing;
        if (renews != null) {
            renews.interrupt();
        }
        try {
            if (settling != null && !ended.await(ENDING_SECONDS, TimeUnit.SECONDS)) {
                LOG.log(Level.WARNING, "streams were still starting");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        watches.close();
        guarded.rest(); // what is being read of streams, before they end
        log.close();
        guarded.close(); // counts of the last requests are in by now
    }
}
