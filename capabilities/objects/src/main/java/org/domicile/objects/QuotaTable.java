package org.domicile.objects;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.domicile.keyspace.Committed;
import org.domicile.keyspace.Condition;
import org.domicile.keyspace.Cursor;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Reading;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.domicile.keyspace.Write;
import org.domicile.objects.BucketTable.Home;
import org.domicile.request.Outcome;
import org.domicile.request.Request;
import org.jspecify.annotations.Nullable;

/**
 * Counters and quotas. Every change adds what it changes to the counter of its bucket and to that
 * of its organisation; where there is a quota, and the change raises something, the transaction
 * also holds only within it. So a change that was decided with room left is refused by the commit
 * lane when others took the room, and decided anew.
 *
 * <p>Quotas are few and in memory, by the key of their record; they change one at a time under
 * {@code changing} and are shown before the change is answered.
 */
final class QuotaTable implements Quotas {
    private static final int FORMAT = 1;
    private static final int ATTEMPTS = 64;

    private final Keyspace keyspace;
    private final BucketTable buckets;
    private final Map<String, Quota> quotas = new ConcurrentHashMap<>();
    private final ReentrantLock changing = new ReentrantLock();

    QuotaTable(Keyspace keyspace, BucketTable buckets) {
        this.keyspace = keyspace;
        this.buckets = buckets;
        try (Cursor cursor = keyspace.scan(Space.RECORDS, Layout.quotas(), Reading.Direction.UP)) {
            while (cursor.next()) {
                quotas.put(hex(cursor.key()), decode(cursor.value()));
            }
        }
    }

    @Override
    public Usage usage(Bucket bucket) {
        return buckets.home(bucket).map(home -> usage(home.counters().bucket())).orElse(Usage.NONE);
    }

    @Override
    public Usage usage(String organisation) {
        return usage(Layout.counter(organisation));
    }

    private Usage usage(byte[] counter) {
        return keyspace.get(Space.RECORDS, counter).map(QuotaTable::counted).orElse(Usage.NONE);
    }

    /** What a counter's record says; one that is no counter counts nothing. */
    static Usage counted(byte[] value) {
        ByteBuffer numbers = ByteBuffer.wrap(Arrays.copyOf(value, 2 * Long.BYTES));
        return new Usage(numbers.getLong(), numbers.getLong());
    }

    @Override
    public Quota quota(Bucket bucket) {
        return buckets.home(bucket).map(home -> at(home.counters().quota())).orElse(Quota.NONE);
    }

    @Override
    public Quota quota(String organisation) {
        return at(hex(Layout.quota(organisation)));
    }

    private Quota at(String key) {
        return quotas.getOrDefault(key, Quota.NONE);
    }

    @Override
    public boolean limit(Request request, Bucket bucket, Quota quota) {
        byte[] key = Layout.quota(BucketTable.idOf(bucket));
        changing.lock();
        try {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                Optional<Home> home = buckets.home(bucket);
                if (home.isEmpty()) {
                    VersionStore.commitAlone(keyspace, request, Outcome.ABSENT);
                    return false;
                }
                Transaction transaction = new Transaction().when(home.get().live());
                if (committed(transaction, request, key, quota)) {
                    return true;
                }
                buckets.refresh(bucket.name());
            }
            throw VersionStore.overloaded("bucket " + bucket.name());
        } finally {
            changing.unlock();
        }
    }

    @Override
    public void limit(Request request, String organisation, Quota quota) {
        changing.lock();
        try {
            committed(new Transaction(), request, Layout.quota(organisation), quota);
        } finally {
            changing.unlock();
        }
    }

    private boolean committed(Transaction transaction, Request request, byte[] key, Quota quota) {
        transaction.write(
                quota.equals(Quota.NONE)
                        ? new Write.Delete(Space.RECORDS, key)
                        : new Write.Put(Space.RECORDS, key, encode(quota)));
        if (keyspace.commit(transaction.carrying(request, Outcome.DONE))
                instanceof Committed.Stale) {
            return false;
        }
        if (quota.equals(Quota.NONE)) {
            quotas.remove(hex(key));
        } else {
            quotas.put(hex(key), quota);
        }
        return true;
    }

    @Override
    public Optional<Excess> foreseen(Bucket bucket, String name, long bytes) {
        Home home = buckets.home(bucket).orElse(null);
        if (home == null || isEmpty()) {
            return Optional.empty();
        }
        Seen seen = Seen.of(keyspace, home, Layout.name(name));
        return Optional.ofNullable(excess(home, new Usage(bytes, 1).minus(replaced(seen))));
    }

    /** Whether nobody has a quota. */
    boolean isEmpty() {
        return quotas.isEmpty();
    }

    /** What a put or a delete without a version ends. */
    static Usage replaced(Seen seen) {
        return seen.unnamed() == null ? Usage.NONE : Usage.of(seen.unnamed().entry());
    }

    /** What a change would pass, as things stand; null when it has room. */
    @Nullable Excess excess(Home home, Usage change) {
        if (isEmpty() || change.bytes() <= 0 && change.objects() <= 0) {
            return null;
        }
        Bucket bucket = home.bucket();
        Excess own =
                excess(
                        Excess.Of.BUCKET,
                        bucket.name(),
                        at(home.counters().quota()),
                        home.counters().bucket(),
                        change);
        return own != null
                ? own
                : excess(
                        Excess.Of.ORGANISATION,
                        bucket.organisation(),
                        at(home.counters().organisationQuota()),
                        home.counters().organisation(),
                        change);
    }

    private @Nullable Excess excess(
            Excess.Of of, String name, Quota quota, byte[] counter, Usage change) {
        if (quota.equals(Quota.NONE)) {
            return null;
        }
        Usage present = usage(counter);
        return quota.refuses(present, change) ? new Excess(of, name, quota, present, change) : null;
    }

    /** Adds to a transaction what it makes of the counters, and what it must stay within. */
    void count(Transaction transaction, Home home, Usage change) {
        Counters counters = home.counters();
        count(transaction, counters.bucket(), at(counters.quota()), change);
        count(transaction, counters.organisation(), at(counters.organisationQuota()), change);
    }

    private static void count(Transaction transaction, byte[] counter, Quota quota, Usage change) {
        if (change.equals(Usage.NONE)) {
            return;
        }
        transaction.write(new Write.Add(Space.RECORDS, counter, change.numbers()));
        if (!quota.equals(Quota.NONE) && (change.bytes() > 0 || change.objects() > 0)) {
            transaction.when(new Condition.Within(Space.RECORDS, counter, quota.numbers()));
        }
    }

    /**
     * Keys of what is counted of one bucket.
     *
     * @param bucket its counter
     * @param organisation that of all buckets of its organisation
     * @param quota where its quota lies in {@link #quotas}
     * @param organisationQuota where its organisation's lies
     */
    record Counters(byte[] bucket, byte[] organisation, String quota, String organisationQuota) {
        static Counters of(byte[] id, String organisation) {
            return new Counters(
                    Layout.counter(id),
                    Layout.counter(organisation),
                    hex(Layout.quota(id)),
                    hex(Layout.quota(organisation)));
        }

        /** What a bucket's end ends. */
        List<Write> ended(byte[] id) {
            return List.of(
                    new Write.Delete(Space.RECORDS, bucket),
                    new Write.Delete(Space.RECORDS, Layout.quota(id)));
        }
    }

    private static String hex(byte[] key) {
        return HexFormat.of().formatHex(key);
    }

    static byte[] encode(Quota quota) {
        return new Fields.Writer(FORMAT, 1 + 2 * Long.BYTES)
                .u64(quota.bytes())
                .u64(quota.objects())
                .done();
    }

    static Quota decode(byte[] value) {
        Fields.Reader in = new Fields.Reader(value, FORMAT, "a quota");
        return new Quota(in.u64(), in.u64());
    }
}
