package org.domicile.objects;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.domicile.keyspace.Committed;
import org.domicile.keyspace.Cursor;
import org.domicile.keyspace.Keyspace;
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
     */
    public record Taken(long raised, long missing, List<String> named) {}

    /**
     * Does it; doing it again changes nothing.
     *
     * @param now locks that are over by then are not looked at
     */
    public static Taken take(Keyspace restored, Keyspace newer, Instant now) {
        return new LaterLocks(restored, newer, now).take();
    }

    private Taken take() {
        try (Cursor cursor = newer.scan(Space.RECORDS, Layout.buckets(), Reading.Direction.UP)) {
            while (cursor.next()) {
                Bucket bucket = BucketTable.decode(cursor.key(), cursor.value());
                buckets.put(bucket.id(), bucket.name());
            }
        }
        try (Cursor cursor =
                newer.scan(
                        Space.RECORDS,
                        Tuple.of().text("o").text("v").range(),
                        Reading.Direction.UP)) {
            while (cursor.next()) {
                Entry entry = Entry.decode(cursor.value());
                if (!entry.lock().opens(now, Lock.Bypass.NO)) {
                    compare(cursor.key(), entry);
                }
            }
        }
        commit();
        return new Taken(raised, missing, List.copyOf(named));
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
                if (waiting.writes().size() == BATCH) {
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
