package org.domicile.objects;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.domicile.bytes.StorageFailure;
import org.domicile.keyspace.Cursor;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Reading;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.domicile.keyspace.Tuple;
import org.domicile.keyspace.Write;

/**
 * Counts what lies in each bucket by looking at all of it: once for a folder from before there were
 * counters, and whenever a check compares them with the truth. Holds a few numbers for each bucket
 * and for each upload under way.
 */
final class Census {
    private static final System.Logger LOG = System.getLogger("org.domicile.objects");
    private static final int AT_ONCE = 1_000;
    private static final byte[] DONE = {1};

    private final Map<String, Usage> buckets = new HashMap<>();
    private final Map<String, String> uploads = new HashMap<>();
    private long seen;

    /** A version lies in a bucket. */
    void version(String bucket, Entry entry) {
        buckets.merge(bucket, Usage.of(entry), Usage::plus);
    }

    /** An upload is under way in a bucket. */
    void upload(String upload, String bucket) {
        uploads.put(upload, bucket);
    }

    /** Whether there is such an upload. */
    boolean knows(String upload) {
        return uploads.containsKey(upload);
    }

    /** A part of so many bytes belongs to an upload; without one it counts nowhere. */
    void part(String upload, long bytes) {
        String bucket = uploads.get(upload);
        if (bucket != null) {
            buckets.merge(bucket, Usage.bytes(bytes), Usage::plus);
        }
    }

    /** What was counted in a bucket. */
    Usage of(String bucket) {
        return buckets.getOrDefault(bucket, Usage.NONE);
    }

    /** The id of the upload that a key of a part, or of its touched record, names. */
    static String uploadOf(byte[] key) {
        if (Tuple.unpack(key).get(2) instanceof Tuple.Part.Octets(byte[] id)) {
            return HexFormat.of().formatHex(id);
        }
        throw new StorageFailure(StorageFailure.Kind.CORRUPT, "no part has this key");
    }

    /** Gives a folder its counters, unless it has them. Nobody else writes meanwhile. */
    static void complete(Keyspace keyspace, List<Bucket> buckets) {
        if (keyspace.get(Space.RECORDS, Layout.counted()).isPresent()) {
            return;
        }
        Census census = of(keyspace);
        if (census.seen > 0) {
            LOG.log(
                    System.Logger.Level.INFO,
                    "counted the {0} versions and parts of a folder that had no counters",
                    census.seen);
        }
        Map<String, Usage> organisations = new HashMap<>();
        Transaction writing =
                new Transaction().write(new Write.DeleteRange(Space.RECORDS, Layout.counters()));
        for (Bucket bucket : buckets) {
            Usage usage = census.of(bucket.id());
            organisations.merge(bucket.organisation(), usage, Usage::plus);
            writing.write(setting(Layout.counter(BucketTable.idOf(bucket)), usage));
            if (writing.writes().size() >= AT_ONCE) {
                keyspace.commit(writing);
                writing = new Transaction();
            }
        }
        for (Map.Entry<String, Usage> each : organisations.entrySet()) {
            writing.write(setting(Layout.counter(each.getKey()), each.getValue()));
        }
        keyspace.commit(writing.write(new Write.Put(Space.RECORDS, Layout.counted(), DONE)));
    }

    /** Has {@link #complete} do its work again. */
    static void forget(Keyspace keyspace) {
        keyspace.commit(new Transaction().write(new Write.Delete(Space.RECORDS, Layout.counted())));
    }

    /** Set, and not added to: what was counted wrongly, or by a start that was cut short, goes. */
    private static Write setting(byte[] counter, Usage usage) {
        byte[] numbers =
                ByteBuffer.allocate(2 * Long.BYTES)
                        .putLong(usage.bytes())
                        .putLong(usage.objects())
                        .array();
        return new Write.Put(Space.RECORDS, counter, numbers);
    }

    /** Of all that there is. */
    static Census of(Reading reading) {
        Census census = new Census();
        each(
                reading,
                "v",
                (key, value) -> {
                    census.version(Spot.decode(key).bucket(), Entry.decode(value));
                    census.seen++;
                });
        each(
                reading,
                "u",
                (key, _) -> {
                    var parts = Tuple.unpack(key);
                    if (parts.get(2) instanceof Tuple.Part.Octets(byte[] bucket)
                            && parts.getLast() instanceof Tuple.Part.Octets(byte[] upload)) {
                        census.upload(
                                HexFormat.of().formatHex(upload), HexFormat.of().formatHex(bucket));
                    }
                });
        each(
                reading,
                "p",
                (key, value) -> {
                    census.part(uploadOf(key), UploadTable.decodePart(key, value).part().size());
                    census.seen++;
                });
        return census;
    }

    private interface Row {
        void at(byte[] key, byte[] value);
    }

    /** What cannot be read is not counted, and a check names it: it must not keep a server down. */
    private static void each(Reading reading, String kind, Row row) {
        try (Cursor cursor = reading.scan(Space.RECORDS, Layout.all(kind), Reading.Direction.UP)) {
            while (cursor.next()) {
                byte[] key = cursor.key();
                try {
                    row.at(key, cursor.value());
                } catch (StorageFailure | IllegalArgumentException | IndexOutOfBoundsException e) {
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "not counted: the record {0}: {1}",
                            new String(key, UTF_8),
                            e.getMessage());
                }
            }
        }
    }
}
