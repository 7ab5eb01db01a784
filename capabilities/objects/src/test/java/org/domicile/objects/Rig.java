package org.domicile.objects;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import org.domicile.blobs.BlobOptions;
import org.domicile.blobs.Blobs;
import org.domicile.bytes.Disk;
import org.domicile.bytes.FaultyDisk;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.KeyspaceOptions;
import org.domicile.request.Append;
import org.domicile.request.Caller;
import org.domicile.request.Outcome;
import org.domicile.request.Pending;
import org.domicile.request.Request;

/** A store on one of its substrates, that can be closed and opened again. */
final class Rig implements AutoCloseable {
    /** Where a rig's use records go. */
    static final String LOG = "use/test";

    private static final BlobOptions SEGMENTS =
            new BlobOptions(1L << 20, 1L << 40, Duration.ofHours(1), 1L << 18);

    /** What lies below. */
    interface Substrate {
        Keyspace keyspace();

        Blobs blobs();

        /** Closes and opens, without a flush in between; a power cut where that can be had. */
        void reopen();

        void close();
    }

    final Substrate substrate;
    Objects objects;
    Instant now = Instant.parse("2026-03-01T10:00:00Z");
    private int made;

    private Rig(Substrate substrate) {
        this.substrate = substrate;
        this.objects = open();
    }

    private Objects open() {
        return Objects.open(
                substrate.keyspace(), substrate.blobs(), () -> now, new SplittableRandom(made++));
    }

    static Rig inMemory() {
        return over(Keyspace.inMemory());
    }

    /** With bodies in memory. */
    static Rig over(Keyspace keyspace) {
        Blobs blobs = Blobs.inMemory(keyspace);
        return new Rig(
                new Substrate() {
                    @Override
                    public Keyspace keyspace() {
                        return keyspace;
                    }

                    @Override
                    public Blobs blobs() {
                        return blobs;
                    }

                    @Override
                    public void reopen() {}

                    @Override
                    public void close() {
                        blobs.close();
                        keyspace.close();
                    }
                });
    }

    /** RocksDB and segment files in a folder. */
    static Rig real(Path folder) {
        KeyspaceOptions options = new KeyspaceOptions(4L << 20, 8L << 20, 8_192, 8L << 20, 1 << 20);
        return new Rig(
                new Substrate() {
                    // One for all openings: ids of blobs do not come back.
                    private final Random ids = new Random(7);
                    private Keyspace keyspace = Keyspace.open(folder.resolve("keyspace"), options);
                    private Blobs blobs = open();

                    private Blobs open() {
                        return Blobs.open(
                                folder.resolve("blobs"),
                                Disk.real(),
                                keyspace,
                                SEGMENTS,
                                ids,
                                Instant::now);
                    }

                    @Override
                    public Keyspace keyspace() {
                        return keyspace;
                    }

                    @Override
                    public Blobs blobs() {
                        return blobs;
                    }

                    @Override
                    public void reopen() {
                        close();
                        keyspace = Keyspace.open(folder.resolve("keyspace"), options);
                        blobs = open();
                    }

                    @Override
                    public void close() {
                        blobs.close();
                        keyspace.close();
                    }
                });
    }

    /** Segments on a bad disk, beside a keyspace that keeps what it committed. */
    static Rig on(FaultyDisk disk) {
        Keyspace keyspace = Keyspace.inMemory();
        return new Rig(
                new Substrate() {
                    private final Random ids = new Random(7);
                    private Blobs blobs = open();

                    private Blobs open() {
                        return Blobs.open(
                                Path.of("/data/blobs"),
                                disk,
                                keyspace,
                                SEGMENTS,
                                ids,
                                () -> Instant.EPOCH);
                    }

                    @Override
                    public Keyspace keyspace() {
                        return keyspace;
                    }

                    @Override
                    public Blobs blobs() {
                        return blobs;
                    }

                    @Override
                    public void reopen() {
                        blobs.close();
                        disk.powerCut();
                        blobs = open();
                    }

                    @Override
                    public void close() {
                        blobs.close();
                        keyspace.close();
                    }
                });
    }

    void reopen() {
        objects.close();
        substrate.reopen();
        objects = open();
    }

    @Override
    public void close() {
        objects.close();
        substrate.close();
    }

    /** The run's seed, printed so that a failure can be played again. */
    static long seed(String test) {
        long seed = Long.getLong("domicile.seed", System.nanoTime());
        System.out.println(test + ": -Ddomicile.seed=" + seed);
        return seed;
    }

    // ---- requests and their records ----

    /** A record that remembers how it ended. */
    static final class Record implements Pending {
        Optional<Outcome> outcome = Optional.empty();
        private Optional<Outcome> taken = Optional.empty();

        @Override
        public List<Append> take(Outcome how) {
            if (outcome.isPresent()) {
                throw new IllegalStateException("carried twice");
            }
            taken = Optional.of(how);
            byte[] entry = how.name().getBytes(StandardCharsets.UTF_8);
            return List.of(new Append(LOG, entry, new byte[0]));
        }

        @Override
        public void committed(List<Long> indices) {
            outcome = taken;
        }
    }

    /** A request that carries nothing. */
    Request request() {
        return new Request(
                "r",
                new Caller.Known("main", "p1", "K", "main/test"),
                "test",
                "home",
                "127.0.0.1",
                now,
                now.plusSeconds(60),
                Optional.empty());
    }

    Request carrying(Record record) {
        return request().carrying(record);
    }

    // ---- short ways ----

    Bucket bucket(String name) {
        return bucket(name, Bucket.Versioning.UNVERSIONED);
    }

    Bucket bucket(String name, Bucket.Versioning versioning) {
        String id = HexFormat.of().toHexDigits(name.hashCode() * 31L + made++).repeat(2);
        Bucket bucket =
                new Bucket(
                        name,
                        id,
                        "main",
                        "p1",
                        List.of("home"),
                        "ab".repeat(16),
                        Bucket.Versioning.UNVERSIONED,
                        now,
                        Map.of());
        assertEquals(true, objects.buckets().create(request(), bucket));
        if (versioning != Bucket.Versioning.UNVERSIONED) {
            objects.buckets().version(request(), bucket, versioning);
        }
        return objects.buckets().bucket(name).orElseThrow();
    }

    /** Stages a body, and closes staging after the act as the guard does. */
    <T> T staged(byte[] body, java.util.function.Function<Content, T> act) {
        try (Staging staging = objects.stage(body.length)) {
            staging.write(ByteBuffer.wrap(body));
            return act.apply(staging.finish(body.length));
        }
    }

    /** Stores a part whose token is its body's, with an empty state. */
    Objects.PartChanged part(Bucket bucket, Upload upload, int number, byte[] body) {
        return staged(
                body,
                content ->
                        objects.uploads()
                                .put(
                                        request(),
                                        bucket,
                                        upload,
                                        number,
                                        content,
                                        token(body),
                                        new byte[0]));
    }

    Changed put(Bucket bucket, String name, byte[] body) {
        return put(request(), bucket, name, body, new Condition.None());
    }

    Changed put(Request request, Bucket bucket, String name, byte[] body, Condition condition) {
        return staged(
                body,
                content ->
                        objects.put(
                                request,
                                bucket,
                                name,
                                content,
                                new Objects.Draft(token(body), new byte[] {1, 2}),
                                condition));
    }

    Changed delete(Bucket bucket, String name) {
        return objects.delete(
                request(), bucket, name, Optional.empty(), new Condition.None(), Lock.Bypass.NO);
    }

    /** A token that differs for different bodies of these tests. */
    static byte[] token(byte[] body) {
        return Integer.toHexString(java.util.Arrays.hashCode(body))
                .getBytes(StandardCharsets.US_ASCII);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] random(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /** The whole body of a version. */
    Optional<byte[]> body(Bucket bucket, Version version) {
        List<byte[]> pieces = new ArrayList<>();
        int length = 0;
        for (int piece = 0; piece < version.pieces().size(); piece++) {
            Optional<Body> body = objects.open(bucket, version, piece);
            if (body.isEmpty()) {
                return Optional.empty();
            }
            try (Body open = body.get()) {
                ByteBuffer all = ByteBuffer.allocate((int) open.length());
                while (all.hasRemaining() && open.read(all, all.position()) > 0) {
                    continue;
                }
                assertEquals(false, all.hasRemaining(), "a piece ends too early");
                assertEquals(-1, open.read(ByteBuffer.allocate(1), open.length()));
                pieces.add(all.array());
                length += all.capacity();
            }
        }
        ByteBuffer whole = ByteBuffer.allocate(length);
        pieces.forEach(whole::put);
        return Optional.of(whole.array());
    }

    Listing.Page list(Bucket bucket, String prefix, String delimiter, String after, int limit) {
        return objects.list(bucket, new Listing.Query(prefix, delimiter, after, "", limit));
    }
}
