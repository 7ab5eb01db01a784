package org.domicile.events;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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

    private final Keyspace keyspace;

    StoredOutbox(Keyspace keyspace) {
        this.keyspace = keyspace;
    }

    static Write write(Row row) {
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
    public void add(Destination to, Event event) {
        keyspace.commit(new Transaction().write(write(new Row(to, event))));
    }

    @Override
    public void remove(Request request, Destination to, long stamp) {
        keyspace.commit(
                new Transaction()
                        .write(new Write.Delete(Space.RECORDS, key(to, stamp)))
                        .carrying(request, Outcome.DONE));
    }
}
