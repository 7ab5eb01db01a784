package org.domicile.events;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.domicile.keyspace.Cursor;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Range;
import org.domicile.keyspace.Reading;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.domicile.keyspace.Tuple;
import org.domicile.keyspace.Write;
import org.domicile.request.Outcome;
import org.domicile.request.Request;

/** The one engine: rows in the keyspace, and nothing in memory. */
final class StoredOutbox implements Outbox {
    private static final String SPACE = "events";
    private static final String QUEUE = "q";
    private static final int LONGEST = 64 << 10;

    /** While a destination is full, all is counted again after so many that find no room. */
    private static final int RECOUNTED = 1_000;

    private static final String LOST = "l";

    private final Keyspace keyspace;
    private final int most;
    private final Map<Destination, Count> counts = new ConcurrentHashMap<>();

    /** How many wait: exact when it was counted, and later with what may have failed to commit. */
    private static final class Count {
        final AtomicLong waiting = new AtomicLong();
        final AtomicLong refused = new AtomicLong();
    }

    /**
     * @param most as in {@link Outbox#MOST}
     */
    StoredOutbox(Keyspace keyspace, int most) {
        this.keyspace = keyspace;
        this.most = most;
    }

    @Override
    public Write write(Row row) {
        Count count = counted(row.to());
        if (count.waiting.get() >= most && count.refused.getAndIncrement() % RECOUNTED == 0) {
            // It counted what did not commit; nothing else brings it down while nothing is told.
            count.waiting.set(count(row.to(), most));
        }
        if (count.waiting.get() >= most) {
            return new Write.Add(
                    Space.RECORDS, lost(row.to(), row.event().bucket().name()), new long[] {1});
        }
        count.waiting.incrementAndGet();
        return writeOf(row);
    }

    private Count counted(Destination to) {
        return counts.computeIfAbsent(
                to,
                _ -> {
                    Count count = new Count();
                    count.waiting.set(count(to, most));
                    return count;
                });
    }

    @Override
    public long waiting(Destination to) {
        return counted(to).waiting.get();
    }

    private static byte[] lost(Destination to, String bucket) {
        return Tuple.pack(SPACE, LOST, to.arn(), bucket);
    }

    @Override
    public List<Lost> lost() {
        List<Lost> found = new ArrayList<>();
        Range all = Tuple.of().text(SPACE).text(LOST).range();
        try (Cursor cursor = keyspace.scan(Space.RECORDS, all, Reading.Direction.UP)) {
            while (cursor.next()) {
                long events = ByteBuffer.wrap(cursor.value()).getLong();
                List<Tuple.Part> key = Tuple.unpack(cursor.key());
                if (events > 0
                        && key.get(2) instanceof Tuple.Part.Text(String arn)
                        && key.get(3) instanceof Tuple.Part.Text(String bucket)) {
                    Destination.of(arn).ifPresent(to -> found.add(new Lost(to, bucket, events)));
                }
            }
        }
        return found;
    }

    @Override
    public void recorded(Request request, Lost lost) {
        keyspace.commit(
                new Transaction()
                        .write(
                                new Write.Add(
                                        Space.RECORDS,
                                        lost(lost.to(), lost.bucket()),
                                        new long[] {-lost.events()}))
                        .carrying(request, Outcome.DONE));
    }

    static Write writeOf(Row row) {
        byte[] value = EventForm.encode(row.event());
        if (value.length > LONGEST) {
            throw new IllegalArgumentException("an event has at most 64 KiB");
        }
        return new Write.PutStamped(
                Space.RECORDS, queue(row.to()), Write.Stamp.OLDEST_FIRST, new byte[0], value);
    }

    private static byte[] queue(Destination to) {
        return Tuple.pack(SPACE, QUEUE, to.arn());
    }

    private static byte[] key(Destination to, long stamp) {
        byte[] queue = queue(to);
        return ByteBuffer.allocate(queue.length + Long.BYTES).put(queue).putLong(stamp).array();
    }

    private static long stamp(byte[] key) {
        return ByteBuffer.wrap(key).getLong(key.length - Long.BYTES);
    }

    @Override
    public List<Destination> destinations() {
        List<Destination> found = new ArrayList<>();
        Range all = Tuple.of().text(SPACE).text(QUEUE).range();
        try (Cursor cursor = keyspace.scan(Space.RECORDS, all, Reading.Direction.UP)) {
            while (cursor.next()) {
                byte[] key = cursor.key();
                byte[] queue = Arrays.copyOf(key, key.length - Long.BYTES);
                // One of a newer program's kinds waits for that program.
                if (Tuple.unpack(queue).getLast() instanceof Tuple.Part.Text(String arn)) {
                    Destination.of(arn).ifPresent(found::add);
                }
                cursor.seek(Range.prefix(queue).to());
            }
        }
        return found;
    }

    @Override
    public List<Queued> events(Destination to, long after, int limit) {
        List<Queued> found = new ArrayList<>();
        try (Cursor cursor = scan(to, after)) {
            while (found.size() < limit && cursor.next()) {
                found.add(new Queued(stamp(cursor.key()), EventForm.event(cursor.value())));
            }
        }
        return found;
    }

    @Override
    public int count(Destination to, int atMost) {
        int count = 0;
        try (Cursor cursor = scan(to, 0)) {
            while (count < atMost && cursor.next()) {
                count++;
            }
        }
        return count;
    }

    private Cursor scan(Destination to, long after) {
        Range all = Range.prefix(queue(to));
        return keyspace.scan(
                Space.RECORDS, new Range(key(to, after + 1), all.to()), Reading.Direction.UP);
    }

    @Override
    public void remove(Request request, Destination to, long stamp) {
        keyspace.commit(
                new Transaction()
                        .write(new Write.Delete(Space.RECORDS, key(to, stamp)))
                        .carrying(request, Outcome.DONE));
        Count count = counted(to);
        if (count.waiting.decrementAndGet() < most / 5 * 4) {
            count.refused.set(0); // should it fill again, it is counted again first
        }
    }
}
