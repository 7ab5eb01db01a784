package org.domicile.objects;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.domicile.bytes.StorageFailure;
import org.domicile.keyspace.Committed;
import org.domicile.keyspace.Cursor;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Range;
import org.domicile.keyspace.Reading;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.domicile.keyspace.Tuple;
import org.domicile.keyspace.Write;

/**
 * Takes over into a restored store what a newer copy of it says of locks, so that a restore
 * shortens no retention: of both dates the later one holds, of both modes the firmer, and what
 * either copy holds is held. Nothing else has either store open.
 */
public final class LaterLocks {
    private static final int MOST_NAMED = 100;
    private static final int BATCH = 500;

    private final Keyspace restored;
    private final Keyspace newer;
    private final Instant now;
    private final Map<String, String> buckets = new HashMap<>();
    private final List<String> named = new ArrayList<>();
    private long raised;
    private long missing;
    private long unreadable;
    private Transaction waiting = new Transaction();

    private LaterLocks(Keyspace restored, Keyspace newer, Instant now) {
        this.restored = restored;
        this.newer = newer;
        this.now = now;
    }

    /**
     * What was found.
     *
     * @param raised versions whose lock was made firmer
     * @param missing versions that are locked in the newer copy and that the restored one has not
     * @param named the first hundred of those, as bucket, slash, name
     * @param unreadable records of versions that cannot be read, in either copy: of their locks
     *     nothing is known
     * @param sight how much of the newer copy was seen; what was seen is taken over either way
     */
    public record Taken(
            long raised, long missing, List<String> named, long unreadable, Sight sight) {}

    /** How much was seen. */
    public enum Sight {
        /** Files of the newer copy are damaged, and what lies behind is not known. */
        PART,
        /** All. */
        WHOLE
    }

    /**
     * Does it; doing it again changes nothing.
     *
     * @param now locks that are over by then are not looked at
     */
    public static Taken take(Keyspace restored, Keyspace newer, Instant now) {
        return new LaterLocks(restored, newer, now).take();
    }

    private Taken take() {
        Sight names =
                each(
                        Layout.buckets(),
                        (key, value) -> {
                            Bucket bucket = BucketTable.decode(key, value);
                            buckets.put(bucket.id(), bucket.name());
                        });
        unreadable = 0; // of a bucket only its name is not known then
        Sight versions =
                each(
                        Layout.all("v"),
                        (key, value) -> {
                            Entry entry = Entry.decode(value);
                            if (!entry.lock().opens(now, Lock.Bypass.NO)) {
                                compare(key, entry);
                            }
                        });
        commit();
        return new Taken(
                raised,
                missing,
                List.copyOf(named),
                unreadable,
                names == Sight.WHOLE ? versions : names);
    }

    private interface Row {
        void at(byte[] key, byte[] value);
    }

    /** One that cannot be read hides no other; damage to the files hides what lies behind. */
    private Sight each(Range rows, Row row) {
        try (Cursor cursor = newer.scan(Space.RECORDS, rows, Reading.Direction.UP)) {
            while (cursor.next()) {
                byte[] key = cursor.key();
                byte[] value = cursor.value();
                try {
                    row.at(key, value);
                } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
                    unreadable++;
                } catch (StorageFailure e) {
                    demandReading(e);
                    unreadable++;
                }
            }
            return Sight.WHOLE;
        } catch (StorageFailure e) {
            demandReading(e);
            return Sight.PART;
        }
    }

    private static void demandReading(StorageFailure e) {
        switch (e.kind()) {
            case CORRUPT, FOREIGN -> {}
            case CLOSED, FENCED, FULL, OVERLOADED -> throw e;
        }
    }

    private void compare(byte[] key, Entry later) {
        Optional<byte[]> value = restored.get(Space.RECORDS, key);
        Optional<Entry> here = value.map(Entry::decode);
        // A null version of an unversioned bucket may have been replaced: the same key, another
        // one.
        if (here.isEmpty() || !here.get().modified().equals(later.modified())) {
            missing++;
            if (named.size() < MOST_NAMED) {
                named.add(name(key));
            }
        }
        if (here.isPresent()) {
            Lock firmer = firmer(here.get().lock(), later.lock());
            if (!firmer.equals(here.get().lock())) {
                raised++;
                waiting.write(
                        new Write.Put(
                                Space.RECORDS,
                                key,
                                here.get().with(here.get().state(), firmer).encode()));
                if (waiting.writes().size() >= BATCH) {
                    commit();
                }
            }
        }
    }

    static Lock firmer(Lock a, Lock b) {
        Lock.Mode mode = a.mode().compareTo(b.mode()) >= 0 ? a.mode() : b.mode();
        Instant until = a.until().isAfter(b.until()) ? a.until() : b.until();
        boolean held = a.hold() == Lock.Hold.ON || b.hold() == Lock.Hold.ON;
        return new Lock(mode, until, held ? Lock.Hold.ON : b.hold());
    }

    private void commit() {
        if (waiting.writes().isEmpty()) {
            return;
        }
        switch (restored.commit(waiting)) {
            case Committed.Applied _ -> waiting = new Transaction();
            case Committed.Stale _ -> throw new IllegalStateException("there was no condition");
        }
    }

    private String name(byte[] key) {
        String bucket = "";
        String name = "";
        List<Tuple.Part> parts = Tuple.unpack(key);
        if (parts.get(2) instanceof Tuple.Part.Octets(byte[] id)) {
            String hex = java.util.HexFormat.of().formatHex(id);
            bucket = buckets.getOrDefault(hex, hex);
        }
        if (parts.get(3) instanceof Tuple.Part.Text(String text)) {
            name = text;
        }
        return bucket + "/" + name;
    }
}
