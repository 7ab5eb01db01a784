package org.domicile.guard;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.domicile.blobs.BlobOptions;
import org.domicile.blobs.Blobs;
import org.domicile.bytes.Disk;
import org.domicile.bytes.StorageFailure;
import org.domicile.keys.FolderMark;
import org.domicile.keys.KeyOptions;
import org.domicile.keys.Keys;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.KeyspaceOptions;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.domicile.keyspace.Write;
import org.domicile.ledger.Ledger;
import org.domicile.ledger.LedgerOptions;
import org.domicile.moves.Moves;
import org.domicile.objects.Objects;
import org.domicile.people.People;
import org.domicile.policy.Credential;
import org.domicile.policy.Kinds;
import org.domicile.policy.Policy;
import org.domicile.policy.Purpose;
import org.domicile.query.LimitTable;
import org.domicile.query.ReadingQueries;
import org.domicile.request.Caller;
import org.domicile.request.Request;
import org.domicile.streams.StreamLog;
import org.domicile.streams.Streams;
import org.domicile.tables.Tables;
import org.domicile.watches.WatchEngine;
import org.domicile.watches.Watches;
import org.jspecify.annotations.Nullable;

/**
 * A whole installation in one folder, wired by hand as the launcher does it: {@code data}
 * (keyspace, blobs, ledger) and, beside it, {@code keys} (key store and root key). Doors test
 * before it.
 */
public final class Installation implements AutoCloseable {
    /** This machine's name. */
    public static final String NODE = "node-1";

    /** The zone that the data lie in. */
    public static final String HOME = "home";

    private static final byte[] MARK = "installation".getBytes(StandardCharsets.US_ASCII);
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Where durable things lie. */
    private enum Substrate {
        MEMORY,
        DISK
    }

    /** A clock that goes as the machine's and can be put forward. */
    public static final class Time extends Clock {
        private volatile Duration ahead = Duration.ZERO;

        /** Puts it forward. */
        public void advance(Duration by) {
            ahead = ahead.plus(by);
        }

        @Override
        public Instant instant() {
            return Instant.now().plus(ahead);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    private final Path folder;
    private final Substrate substrate;
    private final GuardOptions options;
    private final Time time = new Time();
    private Keyspace below;
    private FaultyKeyspace keyspace;
    private @Nullable Blobs blobs;
    private Keys keys;
    private Ledger ledger;
    private Policy policy;
    private Objects objects;
    private Guard guard;

    @SuppressWarnings("NullAway.Init") // start() sets all
    private Installation(Path folder, Substrate substrate, GuardOptions options, long cut) {
        this.folder = folder;
        this.substrate = substrate;
        this.options = options;
        below = openKeyspace();
        keyspace = new FaultyKeyspace(below);
        keyspace.fenceAfter(cut);
        try {
            start();
        } catch (StorageFailure fenced) {
            if (cut == Long.MAX_VALUE) {
                throw fenced;
            }
            restart();
        }
    }

    /**
     * A new installation whose disk fails after so many commits, started again on what is there.
     */
    public static Installation founding(Path folder, long cut) {
        return new Installation(folder, Substrate.MEMORY, defaults(), cut);
    }

    /** Keyspace and blobs in memory; keys and ledger files in the folder. */
    public static Installation inMemory(Path folder) {
        return inMemory(folder, defaults());
    }

    /** The same, with options. */
    public static Installation inMemory(Path folder, GuardOptions options) {
        return new Installation(folder, Substrate.MEMORY, options, Long.MAX_VALUE);
    }

    /** Everything on disk. */
    public static Installation onDisk(Path folder) {
        return new Installation(folder, Substrate.DISK, defaults(), Long.MAX_VALUE);
    }

    /** One node in one zone; clients of 127.0.0.2 are abroad. */
    public static GuardOptions defaults() {
        return new GuardOptions(
                NODE,
                HOME,
                Map.of(),
                List.of(new GuardOptions.Network("127.0.0.2/32", "abroad")),
                256);
    }

    private Keyspace openKeyspace() {
        try {
            Files.createDirectories(folder.resolve("data"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return switch (substrate) {
            case MEMORY -> Keyspace.inMemory();
            case DISK ->
                    Keyspace.open(
                            folder.resolve("data/keyspace"),
                            new KeyspaceOptions(4L << 20, 8L << 20, 8_192, 8L << 20, 1 << 20));
        };
    }

    private void start() {
        boolean started = false;
        keys = openKeys();
        try {
            ledger =
                    Ledger.open(
                            keyspace,
                            keys.vault(),
                            keys.subjects(),
                            keys.passes(),
                            Disk.real(),
                            time,
                            RANDOM,
                            LedgerOptions.of(
                                    folder.resolve("data/ledger"), NODE, "test.example/ledger"));
            try {
                policy = Policy.open(keyspace, keys.vault(), keys.subjects(), time);
                Blobs opened = openBlobs();
                blobs = opened;
                objects = Objects.open(keyspace, opened, time, RANDOM);
                guard =
                        Guard.open(
                                options,
                                policy,
                                keys,
                                ledger,
                                objects,
                                People.open(keyspace, keys.vault()),
                                time,
                                RANDOM);
                started = true;
            } finally {
                if (!started) {
                    ledger.close();
                }
            }
        } finally {
            if (!started) {
                keys.close();
            }
        }
    }

    private Blobs openBlobs() {
        return switch (substrate) {
            case MEMORY -> blobs != null ? blobs : Blobs.inMemory(below);
            case DISK ->
                    Blobs.open(
                            folder.resolve("data/blobs"),
                            Disk.real(),
                            below,
                            new BlobOptions(1L << 20, 1L << 40, Duration.ofHours(1), 1L << 18),
                            RANDOM,
                            time);
        };
    }

    /** Buckets that move, as the keyspace has them. */
    public Moves moves() {
        return Moves.open(keyspace, keys.vault());
    }

    /** The catalog of tables, in the same keyspace; one for each call. */
    public Tables tables() {
        return Tables.open(keyspace, time, RANDOM);
    }

    /** Watches of streams, in the same keyspace, whose tables nobody reads. */
    GuardedWatches watches(
            Streams register,
            StreamLog log,
            GuardedStreams guarded,
            WatchEngine engine,
            GuardedWatches.Columns columns) {
        return guard().watches(
                        register,
                        log,
                        guarded,
                        Watches.open(keyspace),
                        engine,
                        columns,
                        new ReadingQueries(),
                        tables());
    }

    /** What SQL of organisations may take, in the same keyspace; one for each call. */
    public LimitTable limits() {
        return LimitTable.open(keyspace);
    }

    private Keys openKeys() {
        Path place = folder.resolve("keys");
        try {
            if (!Files.exists(place)) {
                Files.createDirectory(
                        place,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwx------")));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Keys.open(
                new KeyOptions(List.of(place), new KeyOptions.Root.KeyFile(folder.resolve("root"))),
                new KeyspaceMark(keyspace),
                Disk.real(),
                RANDOM);
    }

    /** The folder's mark where the launcher keeps it too: in the keyspace. */
    private record KeyspaceMark(Keyspace keyspace) implements FolderMark {
        @Override
        public String installation() {
            return text().map(text -> text.split(" ")[0]).orElseGet(this::make);
        }

        private String make() {
            byte[] id = new byte[16];
            RANDOM.nextBytes(id);
            String made = HexFormat.of().formatHex(id);
            write(made + " 0");
            return made;
        }

        @Override
        public long generation() {
            return text().map(text -> Long.parseLong(text.split(" ")[1])).orElse(0L);
        }

        @Override
        public void raise(long generation) {
            write(installation() + " " + generation);
        }

        private Optional<String> text() {
            return keyspace.get(Space.RECORDS, MARK)
                    .map(value -> new String(value, StandardCharsets.US_ASCII));
        }

        private void write(String text) {
            keyspace.commit(
                    new Transaction()
                            .write(
                                    new Write.Put(
                                            Space.RECORDS,
                                            MARK,
                                            text.getBytes(StandardCharsets.US_ASCII))));
        }
    }

    /** Ends without a flush, as far as that can be done within one process, and starts again. */
    public void reopen() {
        stop();
        restart();
    }

    /** Closes everything, so that a test can change files. */
    public void stop() {
        guardless();
        if (substrate == Substrate.DISK) {
            closeBlobs();
            below.close();
        }
    }

    /** Starts after {@link #stop}; what the start throws leaves it stopped. */
    public void restart() {
        keyspace.heal();
        if (substrate == Substrate.DISK) {
            below = openKeyspace();
            keyspace = new FaultyKeyspace(below);
        }
        boolean started = false;
        try {
            start();
            started = true;
        } finally {
            if (!started && substrate == Substrate.DISK) {
                below.close();
            }
        }
    }

    private void closeBlobs() {
        if (blobs != null) {
            blobs.close();
        }
    }

    private void guardless() {
        objects.close();
        ledger.close();
        keys.close();
    }

    @Override
    public void close() {
        guardless();
        closeBlobs();
        below.close();
    }

    /** The guard. */
    public Guard guard() {
        return guard;
    }

    /** Its clock. */
    public Time time() {
        return time;
    }

    /** Below everything: to be fenced. */
    public FaultyKeyspace keyspace() {
        return keyspace;
    }

    /** Key store. */
    public Keys keys() {
        return keys;
    }

    /** Ledger. */
    public Ledger ledger() {
        return ledger;
    }

    /** Register. */
    public Policy policy() {
        return policy;
    }

    /** The store below the guard. */
    public Objects objects() {
        return objects;
    }

    /** Where it all lies. */
    public Path folder() {
        return folder;
    }

    // ---- requests ----

    /** A request of a caller who is at home. */
    public Request request(Caller caller) {
        return request(caller, HOME);
    }

    /** A request of a caller in a zone. */
    public Request request(Caller caller, String zone) {
        Instant now = time.instant();
        return new Request(
                "r-1",
                caller,
                "test",
                zone,
                "127.0.0.1",
                now,
                now.plusSeconds(60),
                Optional.empty());
    }

    /** Administration, as an operator. */
    public Administration admin() {
        return guard.administration(request(guard.operator()));
    }

    /** Who an access key is. */
    public Caller.Known caller(Administration.Issued issued) {
        return guard.identity().caller(issued.credential().accessKey()).orElseThrow();
    }

    /** Objects under a credential, at home. */
    public GuardedObjects as(Administration.Issued issued) {
        return guard.objects(request(caller(issued)));
    }

    /** Objects under a credential, in a zone. */
    public GuardedObjects as(Administration.Issued issued, String zone) {
        return guard.objects(request(caller(issued), zone));
    }

    /** An organisation with one purpose and one principal, and a credential for everything. */
    public Administration.Issued tenant(String organisation, String... zones) {
        admin().createOrganisation(organisation, HOME);
        List<String> places = zones.length == 0 ? List.of(HOME) : List.of(zones);
        Purpose purpose =
                admin().createPurpose(
                                new Purpose(
                                        organisation,
                                        "tests",
                                        "Trying things.",
                                        "the tester",
                                        "consent of nobody",
                                        places,
                                        time.instant(),
                                        time.instant().plus(Duration.ofDays(30)),
                                        false));
        String principal = admin().createPrincipal(organisation, "Ada of " + organisation).id();
        return admin().createCredential(
                        principal, purpose.id(), List.of("*"), List.of("*"), Instant.MAX);
    }

    /**
     * A credential of a principal for everything, under a fresh purpose that may be about people.
     */
    public Administration.Issued caring(String principal, String name, String kind) {
        Purpose purpose =
                new Purpose(
                        "city",
                        name,
                        kind,
                        Kinds.named(kind).orElseThrow().term(),
                        "text",
                        "",
                        "owner",
                        "basis",
                        "",
                        List.of("personal"),
                        List.of("*"),
                        List.of(HOME),
                        "",
                        time.instant(),
                        time.instant().plus(Duration.ofDays(1)),
                        false);
        admin().createPurpose(purpose);
        return admin().createCredential(
                        principal, purpose.id(), List.of("*"), List.of("*"), Instant.MAX);
    }

    /** Another credential of the same principal and purpose, for one action alone. */
    public Administration.Issued person(Administration.Issued other, String action) {
        Credential like = other.credential();
        return admin().createCredential(
                        like.principal(),
                        like.purpose(),
                        List.of(action),
                        List.of("*"),
                        Instant.MAX);
    }

    /** An entry of the register that is there. */
    public static <T> T known(Map<String, T> all, String name) {
        return Optional.ofNullable(all.get(name)).orElseThrow();
    }

    // ---- bodies ----

    /** A draft that says nothing. */
    public static GuardedObjects.Draft draft() {
        return new GuardedObjects.Draft(
                Map.of(), Map.of(), "", Attributes.ChecksumType.FULL_OBJECT);
    }

    /** A body that arrives as it should. */
    public static Upstream upstream(byte[] body) {
        return new Replay(new ByteArrayInputStream(body), body.length, "crc64nvme");
    }

    /** All bytes of what a read found. */
    public static byte[] bytes(GuardedObjects.Got got) {
        if (!(got instanceof GuardedObjects.Got.Object(Found found, GuardedObjects.Content open))) {
            throw new AssertionError("no object: " + got);
        }
        try (GuardedObjects.Content content = open;
                InputStream in = content.read(0, found.size())) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- uses ----

    /** Entries in the use log of an organisation. */
    public long entries(String organisation) {
        return below.logs().size("use/" + organisation + "/" + NODE);
    }

    /** The newest entry of the public log that holds a text; empty when none of the last does. */
    public String lastPublic(String part) {
        long size = below.logs().size("public");
        long first = Math.max(0, size - 1) / 256 * 256;
        return below.logs().entries("public", first, 256).reversed().stream()
                .map(entry -> new String(entry, StandardCharsets.UTF_8))
                .filter(text -> text.contains(part))
                .findFirst()
                .orElse("");
    }

    /**
     * Uses of an organisation after so many entries, oldest first, without the readings of these.
     */
    public List<Ledger.Recorded> usesSince(String organisation, long entries) {
        return admin()
                .uses(organisation, new Ledger.Filter(Instant.EPOCH, Instant.MAX, "", 10_000))
                .reversed()
                .stream()
                .filter(use -> use.index() >= entries)
                .filter(use -> !use.action().equals("admin:ReadUses"))
                .toList();
    }
}
