package org.domicile.blobs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.domicile.bytes.Disk;
import org.domicile.bytes.StorageFailure;
import org.domicile.keyspace.Committed;
import org.domicile.keyspace.Condition;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Reading;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.domicile.keyspace.Write;

/** The embedded engine: segment files, and a keyspace that says what lies where. */
final class SegmentBlobs implements Blobs {
    /** Version of what we keep in the keyspace. */
    private static final byte VERSION = 1;

    private final Keyspace keyspace;
    private final RandomGenerator entropy;
    private final Segments segments;
    private final Pendings pendings;
    private final Upkeep upkeep;
    private final Buffers buffers = new Buffers();

    private SegmentBlobs(
            Keyspace keyspace,
            BlobOptions options,
            RandomGenerator entropy,
            InstantSource clock,
            Segments segments) {
        this.keyspace = keyspace;
        this.entropy = entropy;
        this.segments = segments;
        this.pendings = new Pendings(keyspace, segments, options.adoptWithin(), clock);
        this.upkeep = new Upkeep(keyspace, segments, pendings, buffers, options);
    }

    static SegmentBlobs open(
            Path folder,
            Disk disk,
            Keyspace keyspace,
            BlobOptions options,
            RandomGenerator entropy,
            InstantSource clock) {
        try {
            disk.createDirectories(folder);
            BlobId store = store(folder, disk, keyspace, entropy);
            SegmentFiles files = new SegmentFiles(disk, folder, store);
            Segments segments = new Segments(files, options, files.find());
            return new SegmentBlobs(keyspace, options, entropy, clock, segments);
        } catch (IOException e) {
            throw StorageFailure.of(e, "cannot open the blobs in " + folder);
        }
    }

    @Override
    public BlobWriter create(long expected) {
        segments.checkOpen();
        return new SegmentWriter(this, segments, randomId(entropy), expected);
    }

    @Override
    public List<Write> adopting(Blob blob) {
        segments.checkOpen();
        Place place = pendings.adopting(blob.id());
        List<Write> writes = new ArrayList<>();
        writes.add(new Write.Put(Space.RECORDS, Keys.place(blob.id()), place.encode()));
        place.shares()
                .forEach((segment, share) ->
                        writes.add(
                                new Write.Put(
                                        Space.RECORDS,
                                        Keys.inSegment(segment, blob.id()),
                                        share.encode())));
        segments.touched(place.shares().keySet());
        return writes;
    }

    @Override
    public List<Write> dropping(BlobId id) {
        segments.checkOpen();
        List<Write> writes = new ArrayList<>();
        writes.add(new Write.Delete(Space.RECORDS, Keys.place(id)));
        Optional<byte[]> encoded = keyspace.get(Space.RECORDS, Keys.place(id));
        if (encoded.isPresent()) {
            pendings.adopted(id);
            // Compaction may move the blob before these writes are committed. What it then adds to
            // the index of another segment stays there as a hint that leads nowhere, which
            // compaction of that segment removes.
            Set<Long> numbers = Place.decode(encoded.get()).shares().keySet();
            for (long number : numbers) {
                writes.add(new Write.Delete(Space.RECORDS, Keys.inSegment(number, id)));
            }
            segments.touched(numbers);
        }
        return writes;
    }

    @Override
    public Optional<BlobReader> open(BlobId id) {
        byte[] before = null;
        while (true) {
            segments.checkOpen();
            Optional<byte[]> encoded = keyspace.get(Space.RECORDS, Keys.place(id));
            if (encoded.isEmpty()) {
                return Optional.empty();
            }
            Place place = Place.decode(encoded.get());
            Set<Long> numbers = place.shares().keySet();
            List<Segment> held = segments.hold(numbers);
            if (held.size() == numbers.size()) {
                return Optional.of(new SegmentReader(segments, buffers, id, place, held));
            }
            // A segment goes only after the places in it were changed: read the place again.
            if (Arrays.equals(before, encoded.get())) {
                throw new StorageFailure(
                        StorageFailure.Kind.CORRUPT,
                        id + " lies in a segment that is not there, one of " + numbers);
            }
            before = encoded.get();
        }
    }

    @Override
    public Compaction compact() {
        return upkeep.compact();
    }

    @Override
    public void inspect(Reading state, Look look) {
        new PlaceCheck(keyspace, state, segments.each(segment -> segment)).run(look);
    }

    @Override
    public Held hold() {
        segments.keepFiles();
        return new Held() {
            private boolean closed;

            @Override
            public void linkTo(Path folder) {
                segments.linkTo(folder);
            }

            @Override
            public synchronized void close() {
                if (!closed) {
                    closed = true;
                    segments.letFilesGo();
                }
            }
        };
    }

    @Override
    public Usage usage() {
        return upkeep.usage();
    }

    @Override
    public void close() {
        segments.close();
    }

    /** The bytes are durable: from now on the blob may be adopted. */
    Blob finished(BlobId id, Place place) {
        pendings.add(id, place);
        return new Blob(id, place.length(), place.encode());
    }

    Buffers buffers() {
        return buffers;
    }

    /**
     * The name of the store, written once into the keyspace and then into every segment, so that a
     * keyspace and segments that do not belong together are noticed before anything is deleted.
     */
    private static BlobId store(Path folder, Disk disk, Keyspace keyspace, RandomGenerator entropy)
            throws IOException {
        Optional<byte[]> known = keyspace.get(Space.RECORDS, Keys.store());
        if (known.isEmpty()) {
            if (!SegmentFiles.isEmpty(disk, folder)) {
                throw new StorageFailure(
                        StorageFailure.Kind.FOREIGN,
                        folder + " holds segments, and this key space knows of none");
            }
            BlobId store = randomId(entropy);
            byte[] value =
                    ByteBuffer.allocate(1 + BlobId.BYTES).put(VERSION).put(store.encode()).array();
            Committed committed =
                    keyspace.commit(
                            new Transaction()
                                    .when(
                                            new Condition.Holds(
                                                    Space.RECORDS, Keys.store(), Optional.empty()))
                                    .write(new Write.Put(Space.RECORDS, Keys.store(), value)));
            return switch (committed) {
                case Committed.Applied _ -> store;
                case Committed.Stale _ ->
                        throw new StorageFailure(
                                StorageFailure.Kind.FOREIGN,
                                "another program opens the blobs of this key space");
            };
        }
        ByteBuffer value = ByteBuffer.wrap(known.get());
        byte version = value.get();
        if (version != VERSION) {
            throw new StorageFailure(
                    StorageFailure.Kind.FOREIGN,
                    "the blobs are of format " + version + ", this program knows " + VERSION);
        }
        return BlobId.decode(value);
    }

    private static BlobId randomId(RandomGenerator entropy) {
        return new BlobId(entropy.nextLong(), entropy.nextLong());
    }
}
