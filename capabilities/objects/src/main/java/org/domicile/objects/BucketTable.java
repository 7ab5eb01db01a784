package org.domicile.objects;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.domicile.events.Outbox;
import org.domicile.keyspace.Committed;
import org.domicile.keyspace.Condition;
import org.domicile.keyspace.Cursor;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Range;
import org.domicile.keyspace.Reading;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.domicile.keyspace.Write;
import org.domicile.objects.Bucket.Versioning;
import org.domicile.request.Outcome;
import org.domicile.request.Request;

/**
 * All buckets, in memory as they are in the keyspace. Changes of buckets are made one at a time
 * under {@code changing} and shown in {@code homes} before the lock is let go, so whoever meets a
 * stale bucket and then takes the lock ({@link #refresh}) sees the new one.
 *
 * <p>A change within a bucket depends on the bucket's <i>live</i> record, which says only that the
 * bucket exists and how it versions: so puts do not conflict with one another, and every one of
 * them conflicts with a removal or a change of the versioning state.
 */
final class BucketTable implements Buckets {
    /** One that is not ordinary has the last, so that older programs refuse it. */
    private static final int FORMAT = 3;

    private static final int ORDINARY_FORMAT = 2;
    private static final int SETTINGS_LIMIT = 1 << 20;
    private static final int LIVE_FORMAT = 1;
    private static final int ENDED_KEY_FORMAT = 1;
    private static final int ATTEMPTS = 64;

    private final Keyspace keyspace;
    private final Outbox outbox;
    private final ConcurrentSkipListMap<String, Home> homes = new ConcurrentSkipListMap<>();
    private final ReentrantLock changing = new ReentrantLock();

    BucketTable(Keyspace keyspace, Outbox outbox) {
        this.keyspace = keyspace;
        this.outbox = outbox;
        try (Cursor cursor = keyspace.scan(Space.RECORDS, Layout.buckets(), Reading.Direction.UP)) {
            while (cursor.next()) {
                Bucket bucket = decode(cursor.key(), cursor.value());
                homes.put(bucket.name(), Home.of(bucket));
            }
        }
    }

    /**
     * A bucket and what its keys begin with.
     *
     * @param versions begins version records
     * @param nulls begins the places of null versions
     * @param uploads begins uploads under way
     * @param finished begins finished uploads
     * @param live holds while the bucket exists and versions as it does
     * @param counters where what it holds is counted
     */
    record Home(
            Bucket bucket,
            byte[] versions,
            byte[] nulls,
            byte[] uploads,
            byte[] finished,
            Condition.Holds live,
            QuotaTable.Counters counters) {
        static Home of(Bucket bucket) {
            byte[] id = idOf(bucket);
            return new Home(
                    bucket,
                    Layout.of("v", id),
                    Layout.of("n", id),
                    Layout.of("u", id),
                    Layout.of("f", id),
                    new Condition.Holds(
                            Space.RECORDS,
                            Layout.live(id),
                            Optional.of(liveValue(bucket.versioning()))),
                    QuotaTable.Counters.of(id, bucket.organisation()));
        }
    }

    static byte[] idOf(Bucket bucket) {
        return Layout.id(bucket.id())
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "a bucket's id is 32 hexadecimal digits, not " + bucket.id()));
    }

    private static byte[] liveValue(Versioning versioning) {
        return new Fields.Writer(LIVE_FORMAT, 2).u8(versioning.ordinal()).done();
    }

    /** The bucket as it is now; empty when it was removed, also when another has its name. */
    Optional<Home> home(Bucket bucket) {
        return Optional.ofNullable(homes.get(bucket.name()))
                .filter(home -> home.bucket.id().equals(bucket.id()));
    }

    /** Reads a bucket anew, after the changes that are under way. */
    void refresh(String name) {
        changing.lock();
        try {
            load(name);
        } finally {
            changing.unlock();
        }
    }

    private Optional<Home> load(String name) {
        byte[] key = Layout.bucket(name);
        Optional<Home> home =
                keyspace.get(Space.RECORDS, key).map(value -> Home.of(decode(key, value)));
        home.ifPresentOrElse(present -> homes.put(name, present), () -> homes.remove(name));
        return home;
    }

    @Override
    public boolean create(Request request, Bucket wanted) {
        if (wanted.versioning() == Versioning.SUSPENDED || wanted.zones().isEmpty()) {
            throw new IllegalArgumentException(
                    "a bucket does not begin with versioning suspended, and has a zone");
        }
        checkSettings(wanted);
        Home home = Home.of(wanted);
        byte[] key = Layout.bucket(wanted.name());
        changing.lock();
        try {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                if (homes.containsKey(wanted.name())) {
                    refuse(request, Outcome.CONFLICT);
                    return false;
                }
                Transaction transaction =
                        new Transaction()
                                .when(new Condition.Holds(Space.RECORDS, key, Optional.empty()))
                                .write(new Write.Put(Space.RECORDS, key, encode(home.bucket)))
                                .write(
                                        new Write.Put(
                                                Space.RECORDS,
                                                home.live.key(),
                                                liveValue(wanted.versioning())))
                                .carrying(request, Outcome.DONE);
                if (keyspace.commit(transaction) instanceof Committed.Applied) {
                    homes.put(wanted.name(), home);
                    return true;
                }
                load(wanted.name());
            }
            throw VersionStore.overloaded("bucket " + wanted.name());
        } finally {
            changing.unlock();
        }
    }

    @Override
    public Removed remove(Request request, Bucket bucket) {
        String name = bucket.name();
        changing.lock();
        try {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                Optional<Home> found = home(bucket);
                if (found.isEmpty()) {
                    refuse(request, Outcome.ABSENT);
                    return Removed.NO_SUCH_BUCKET;
                }
                Home home = found.get();
                Range versions = Range.prefix(home.versions);
                Range uploads = Range.prefix(home.uploads);
                if (any(versions) || any(uploads)) {
                    refuse(request, Outcome.CONFLICT);
                    return Removed.NOT_EMPTY;
                }
                Transaction transaction =
                        new Transaction()
                                .when(home.live)
                                .when(
                                        new Condition.First(
                                                Space.RECORDS, versions, Optional.empty()))
                                .when(new Condition.First(Space.RECORDS, uploads, Optional.empty()))
                                .write(new Write.Delete(Space.RECORDS, Layout.bucket(name)))
                                .write(new Write.Delete(Space.RECORDS, home.live.key()))
                                .writeAll(home.counters.ended(idOf(home.bucket)))
                                .write(
                                        new Write.Put(
                                                Space.RECORDS,
                                                Layout.endedKey(home.bucket.key()),
                                                new Fields.Writer(ENDED_KEY_FORMAT, 1).done()));
                Range finished = Range.prefix(home.finished);
                if (any(finished)) {
                    transaction.write(new Write.DeleteRange(Space.RECORDS, finished));
                }
                if (keyspace.commit(transaction.carrying(request, Outcome.DONE))
                        instanceof Committed.Applied) {
                    homes.remove(name);
                    return Removed.REMOVED;
                }
                load(name);
            }
            throw VersionStore.overloaded("bucket " + name);
        } finally {
            changing.unlock();
        }
    }

    @Override
    public List<String> endedKeys() {
        List<String> ended = new ArrayList<>();
        int kind = Layout.endedKey("").length - 1;
        try (Cursor cursor =
                keyspace.scan(Space.RECORDS, Layout.endedKeys(), Reading.Direction.UP)) {
            while (cursor.next()) {
                byte[] key = cursor.key();
                byte[] text = Layout.unescape(key, kind, key.length - 1);
                ended.add(new String(text, java.nio.charset.StandardCharsets.UTF_8));
            }
        }
        return ended;
    }

    @Override
    public void destroyed(List<String> keys) {
        Transaction transaction = new Transaction();
        keys.forEach(
                key -> transaction.write(new Write.Delete(Space.RECORDS, Layout.endedKey(key))));
        if (!keys.isEmpty()) {
            keyspace.commit(transaction);
        }
    }

    @Override
    public boolean version(Request request, Bucket bucket, Versioning versioning) {
        if (versioning == Versioning.UNVERSIONED) {
            throw new IllegalArgumentException("a bucket does not return to being unversioned");
        }
        return revise(request, bucket, present -> Optional.of(present.versioned(versioning)))
                == Revised.DONE;
    }

    @Override
    public boolean set(
            Request request,
            Bucket bucket,
            String setting,
            Optional<byte[]> value,
            List<Outbox.Row> told) {
        return revise(request, bucket, present -> Optional.of(present.set(setting, value)), told)
                == Revised.DONE;
    }

    @Override
    public Revised revise(
            Request request, Bucket bucket, Function<Bucket, Optional<Bucket>> change) {
        return revise(request, bucket, change, List.of());
    }

    private Revised revise(
            Request request,
            Bucket bucket,
            Function<Bucket, Optional<Bucket>> change,
            List<Outbox.Row> told) {
        String name = bucket.name();
        changing.lock();
        try {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                Optional<Home> found = home(bucket);
                if (found.isEmpty()) {
                    refuse(request, Outcome.ABSENT);
                    return Revised.NO_SUCH_BUCKET;
                }
                Home home = found.get();
                Optional<Bucket> changed = change.apply(home.bucket);
                if (changed.isEmpty()) {
                    refuse(request, Outcome.CONFLICT);
                    return Revised.REFUSED;
                }
                Home next = Home.of(changed.get());
                checkSame(home.bucket, next.bucket);
                checkSettings(next.bucket);
                Transaction transaction =
                        new Transaction()
                                .when(home.live)
                                .write(
                                        new Write.Put(
                                                Space.RECORDS,
                                                Layout.bucket(name),
                                                encode(next.bucket)));
                told.forEach(row -> transaction.write(outbox.write(row)));
                Versioning versioning = next.bucket.versioning();
                if (versioning != home.bucket.versioning()) {
                    transaction.write(
                            new Write.Put(Space.RECORDS, home.live.key(), liveValue(versioning)));
                }
                if (keyspace.commit(transaction.carrying(request, Outcome.DONE))
                        instanceof Committed.Applied) {
                    homes.put(name, next);
                    return Revised.DONE;
                }
                load(name);
            }
            throw VersionStore.overloaded("bucket " + name);
        } finally {
            changing.unlock();
        }
    }

    private static void checkSame(Bucket was, Bucket next) {
        Bucket back = next.versioned(was.versioning()).settings(was.settings());
        if (!back.equals(was)) {
            throw new IllegalArgumentException(
                    "of a bucket its versioning and its settings change, and nothing else");
        }
    }

    private static void checkSettings(Bucket bucket) {
        long size = 0;
        for (Map.Entry<String, byte[]> setting : bucket.settings().entrySet()) {
            size += Layout.utf8(setting.getKey()).length + setting.getValue().length;
        }
        if (size > SETTINGS_LIMIT) {
            throw new IllegalArgumentException(
                    "the settings of a bucket have at most 1 MiB together, not " + size + " bytes");
        }
    }

    @Override
    public Optional<Bucket> bucket(String name) {
        return Optional.ofNullable(homes.get(name)).map(Home::bucket);
    }

    /** All there are, by name. */
    List<Bucket> all() {
        return homes.values().stream().map(Home::bucket).toList();
    }

    @Override
    public List<Bucket> buckets(String organisation) {
        return homes.values().stream()
                .map(Home::bucket)
                .filter(bucket -> bucket.organisation().equals(organisation))
                .toList();
    }

    private boolean any(Range range) {
        try (Cursor cursor = keyspace.scan(Space.RECORDS, range, Reading.Direction.UP)) {
            return cursor.next();
        }
    }

    private void refuse(Request request, Outcome outcome) {
        VersionStore.commitAlone(keyspace, request, outcome);
    }

    static byte[] encode(Bucket bucket) {
        Fields.Writer out =
                new Fields.Writer(
                                bucket.keeping() == Bucket.Keeping.ORDINARY
                                        ? ORDINARY_FORMAT
                                        : FORMAT,
                                256)
                        .u8(bucket.versioning().ordinal())
                        .u64(bucket.created().toEpochMilli())
                        .raw(idOf(bucket))
                        .text(bucket.organisation())
                        .text(bucket.owner())
                        .text(bucket.key())
                        .u16(bucket.zones().size());
        bucket.zones().forEach(out::text);
        out.u16(bucket.settings().size());
        bucket.settings().forEach((setting, value) -> out.text(setting).bytes(value));
        if (bucket.keeping() != Bucket.Keeping.ORDINARY) {
            out.u8(bucket.keeping().ordinal());
        }
        return out.done();
    }

    static Bucket decode(byte[] key, byte[] value) {
        byte[] kind = Layout.bucket("");
        // The kind's own tuple ends where the empty name's type and terminator begin.
        int from = kind.length - 1;
        String name =
                new String(
                        Layout.unescape(key, from, key.length - 1),
                        java.nio.charset.StandardCharsets.UTF_8);
        Fields.Reader in = new Fields.Reader(value, FORMAT, "a bucket's record");
        Versioning versioning = Versioning.values()[in.u8()];
        Instant created = Instant.ofEpochMilli(in.u64());
        String id = java.util.HexFormat.of().formatHex(in.raw(Layout.ID_BYTES));
        String organisation = in.text();
        String owner = in.text();
        String bucketKey = in.text();
        int count = in.u16();
        List<String> zones = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            zones.add(in.text());
        }
        Map<String, byte[]> settings = new HashMap<>();
        for (int left = in.format() == 1 ? 0 : in.u16(); left > 0; left--) {
            settings.put(in.text(), in.bytes());
        }
        Bucket.Keeping keeping =
                in.format() == FORMAT ? Bucket.Keeping.values()[in.u8()] : Bucket.Keeping.ORDINARY;
        return new Bucket(
                name,
                id,
                organisation,
                owner,
                zones,
                bucketKey,
                versioning,
                created,
                settings,
                keeping);
    }
}
