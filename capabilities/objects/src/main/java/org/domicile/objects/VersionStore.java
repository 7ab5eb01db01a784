package org.domicile.objects;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.domicile.blobs.BlobReader;
import org.domicile.blobs.Blobs;
import org.domicile.bytes.CrashPoint;
import org.domicile.bytes.StorageFailure;
import org.domicile.events.Event;
import org.domicile.events.Outbox;
import org.domicile.keyspace.Committed;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Reading;
import org.domicile.keyspace.Snapshot;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.domicile.keyspace.Write;
import org.domicile.objects.BucketTable.Home;
import org.domicile.objects.Seen.Standing;
import org.domicile.request.Outcome;
import org.domicile.request.Request;
import org.jspecify.annotations.Nullable;

/**
 * The engine: every change is decided from what was read, committed under the condition that it is
 * still so, and decided anew when it is not.
 *
 * <p>The first attempt takes no lock. Later ones queue for the name's stripe of {@code contended},
 * so that many writers of one name do not use up one another's attempts.
 */
final class VersionStore implements Objects {
    // What a client may say of an object is small, but the guard seals sixteen bytes a part with
    // it.
    static final int ATTRIBUTES_LIMIT = 512 << 10;

    private static final int STATE_LIMIT = 64 << 10;
    private static final int ATTEMPTS = 256;
    private static final int STRIPES = 256;

    private final Keyspace keyspace;
    private final Blobs blobs;
    private final InstantSource clock;
    private final InstantSource present;
    private final BucketTable buckets;
    private final Garbage garbage;
    private final QuotaTable quotas;
    private final UploadTable uploads;
    private final Outbox outbox;
    private final Notice notice;
    private final ReentrantLock[] contended;
    // Body ids: a sequence that begins at the time of opening, so that bodies lie in the order in
    // which they came, and a random number of this opening, so that a clock that was set back does
    // no harm.
    private final AtomicLong sequence;
    private final long opening;
    private final AtomicBoolean closed;

    VersionStore(
            Keyspace keyspace,
            Blobs blobs,
            InstantSource clock,
            InstantSource present,
            RandomGenerator ids) {
        this.keyspace = keyspace;
        this.blobs = blobs;
        this.clock = clock;
        this.present = present;
        this.outbox = Outbox.open(keyspace);
        this.buckets = new BucketTable(keyspace, outbox);
        Census.complete(keyspace, buckets.all());
        this.garbage = new Garbage(keyspace, blobs);
        this.quotas = new QuotaTable(keyspace, buckets);
        this.uploads = new UploadTable(this, keyspace, garbage, quotas, ids);
        this.notice = Notice.NONE;
        this.sequence = new AtomicLong(clock.millis() << 20);
        this.opening = ids.nextLong();
        this.closed = new AtomicBoolean();
        this.contended = new ReentrantLock[STRIPES];
        for (int i = 0; i < STRIPES; i++) {
            contended[i] = new ReentrantLock();
        }
    }

    /** The same one, with somebody who wants to tell of changes. */
    private VersionStore(VersionStore same, Notice notice) {
        this.keyspace = same.keyspace;
        this.blobs = same.blobs;
        this.clock = same.clock;
        this.present = same.present;
        this.buckets = same.buckets;
        this.garbage = same.garbage;
        this.quotas = same.quotas;
        this.uploads = same.uploads.of(this);
        this.outbox = same.outbox;
        this.notice = notice;
        this.sequence = same.sequence;
        this.opening = same.opening;
        this.closed = same.closed;
        this.contended = same.contended;
    }

    @Override
    public Objects telling(Notice told) {
        return new VersionStore(this, told);
    }

    @Override
    public Outbox outbox() {
        return outbox;
    }

    @Override
    public Buckets buckets() {
        return buckets;
    }

    @Override
    public Quotas quotas() {
        return quotas;
    }

    @Override
    public Inspection inspection() {
        return new Inspection() {
            @Override
            public void records(Findings findings) {
                checkOpen();
                try (Snapshot state = keyspace.snapshot()) {
                    new RecordCheck(state, blobs, opening, findings).run();
                }
            }

            @Override
            public Optional<byte[]> bodies(byte[] from, Reader reader, Findings findings) {
                checkOpen();
                return new BodyCheck(VersionStore.this, keyspace, reader, findings).some(from);
            }
        };
    }

    List<Bucket> allBuckets() {
        return buckets.all();
    }

    @Override
    public InstantSource present() {
        return present;
    }

    @Override
    public Uploads uploads() {
        return uploads;
    }

    @Override
    public Staging stage(long expected) {
        checkOpen();
        return new Staged(blobs, expected);
    }

    // ---- changes ----

    @Override
    public Changed put(
            Request request,
            Bucket bucket,
            String name,
            Content content,
            Draft draft,
            Condition condition) {
        checkOpen();
        byte[] raw = Layout.name(name);
        checkSizes(draft);
        Adoption body = adoption(content);
        return settle(
                request,
                bucket,
                name,
                () -> {
                    Home home = buckets.home(bucket).orElse(null);
                    if (home == null) {
                        return Decision.alone(request, Outcome.ABSENT, new Changed.NoSuchBucket());
                    }
                    Seen seen = Seen.of(keyspace, home, raw);
                    replacing(name, seen);
                    Decision<Changed> refusal = judge(request, condition, seen);
                    if (refusal != null) {
                        return refusal;
                    }
                    Entry entry = entry(home, seen, draft, List.of(body.piece()));
                    Usage change = Usage.of(entry).minus(QuotaTable.replaced(seen));
                    Excess excess = quotas.excess(home, change);
                    if (excess != null) {
                        return Refusal.over(request, excess);
                    }
                    Transaction transaction = new Transaction();
                    place(transaction, home, raw, entry, seen);
                    quotas.count(transaction, home, change);
                    body.into(transaction);
                    tell(transaction, home, Effect.Kind.STORED, entry);
                    return new Decision<>(
                            transaction.carrying(request, Outcome.DONE),
                            version -> new Changed.Stored(entry.version(name, version, true)));
                });
    }

    @Override
    public Changed delete(
            Request request,
            Bucket bucket,
            String name,
            Optional<String> version,
            Condition condition,
            Lock.Bypass bypass) {
        checkOpen();
        byte[] raw = Layout.name(name);
        return settle(
                request,
                bucket,
                name,
                () -> {
                    Home home = buckets.home(bucket).orElse(null);
                    if (home == null) {
                        return Decision.alone(request, Outcome.ABSENT, new Changed.NoSuchBucket());
                    }
                    return version.isPresent()
                            ? deleteForGood(
                                    request, home, name, raw, version.get(), condition, bypass)
                            : deleteNewest(request, home, name, raw, condition);
                });
    }

    private Decision<Changed> deleteNewest(
            Request request, Home home, String name, byte[] raw, Condition condition) {
        Seen seen = Seen.of(keyspace, home, raw);
        deleting(name, seen);
        Decision<Changed> refusal = judge(request, condition, seen);
        return refusal == null ? deleteNewest(request, home, name, raw, seen) : refusal;
    }

    private Decision<Changed> deleteNewest(
            Request request, Home home, String name, byte[] raw, Seen seen) {
        Standing unnamed = seen.unnamed();
        return switch (home.bucket().versioning()) {
            case UNVERSIONED -> {
                if (unnamed == null) {
                    yield nothingToDelete(request);
                }
                Transaction transaction = new Transaction();
                seen.conditions().forEach(transaction::when);
                remove(transaction, home, unnamed);
                tell(transaction, home, Effect.Kind.REMOVED, unnamed.entry());
                yield new Decision<>(
                        transaction.carrying(request, Outcome.DONE),
                        _ -> new Changed.Deleted(Optional.empty(), Optional.of(Layout.NULL)));
            }
            case ENABLED, SUSPENDED -> marking(request, home, name, raw, seen, Instant.MAX);
        };
    }

    /** A delete marker, before whatever stands there. */
    private Decision<Changed> marking(
            Request request, Home home, String name, byte[] raw, Seen seen, Instant written) {
        Optional<String> removed =
                seen.unnamed() == null ? Optional.empty() : Optional.of(Layout.NULL);
        Transaction transaction = new Transaction();
        Entry marker = Entry.marker(mark(home), later(seen.newest(), written));
        place(transaction, home, raw, marker, seen);
        quotas.count(transaction, home, Usage.NONE.minus(QuotaTable.replaced(seen)));
        tell(transaction, home, Effect.Kind.MARKED, marker);
        return new Decision<>(
                transaction.carrying(request, Outcome.DONE),
                stamp ->
                        new Changed.Deleted(
                                Optional.of(marker.version(name, stamp, true)), removed));
    }

    @Override
    public Changed mark(
            Request request, Bucket bucket, String name, Instant written, Condition condition) {
        checkOpen();
        byte[] raw = Layout.name(name);
        return settle(
                request,
                bucket,
                name,
                () -> {
                    Home home = buckets.home(bucket).orElse(null);
                    if (home == null) {
                        return Decision.alone(request, Outcome.ABSENT, new Changed.NoSuchBucket());
                    }
                    if (home.bucket().versioning() == Bucket.Versioning.UNVERSIONED) {
                        return Refusal.failed(request);
                    }
                    Seen seen = Seen.of(keyspace, home, raw);
                    deleting(name, seen);
                    Decision<Changed> refusal = judge(request, condition, seen);
                    return refusal == null
                            ? marking(request, home, name, raw, seen, written)
                            : refusal;
                });
    }

    private Decision<Changed> deleteForGood(
            Request request,
            Home home,
            String name,
            byte[] raw,
            String version,
            Condition condition,
            Lock.Bypass bypass) {
        Standing standing;
        try (Snapshot snapshot = keyspace.snapshot()) {
            standing = Seen.named(snapshot, home, raw, version);
        }
        ending(name, standing);
        Decision<Changed> refusal = Refusal.of(request, condition, standing);
        if (refusal != null) {
            return refusal;
        }
        if (standing == null) {
            return nothingToDelete(request);
        }
        return standing.entry().lock().opens(present.instant(), bypass)
                ? remove(
                        request, home, name, standing, version, new Transaction().when(home.live()))
                : Refusal.locked(request);
    }

    private Decision<Changed> remove(
            Request request,
            Home home,
            String name,
            Standing standing,
            String version,
            Transaction transaction) {
        transaction.when(standing.stays());
        remove(transaction, home, standing);
        tell(transaction, Effect.Kind.REMOVED, told(home, version));
        Optional<Version> marker =
                standing.entry().kind() == Version.Kind.DELETE_MARKER
                        ? Optional.of(standing.version(name, false))
                        : Optional.empty();
        return new Decision<>(
                transaction.carrying(request, Outcome.DONE),
                _ -> new Changed.Deleted(marker, Optional.of(version)));
    }

    @Override
    public Changed expire(Request request, Bucket bucket, Version seen) {
        checkOpen();
        byte[] raw = Layout.name(seen.name());
        return settle(
                request,
                bucket,
                seen.name(),
                () -> {
                    Home home = buckets.home(bucket).orElse(null);
                    if (home == null) {
                        return Decision.alone(request, Outcome.ABSENT, new Changed.NoSuchBucket());
                    }
                    return seen.latest() && seen.kind() == Version.Kind.OBJECT
                            ? expireNewest(request, home, raw, seen)
                            : expireForGood(request, home, raw, seen);
                });
    }

    private Decision<Changed> expireNewest(
            Request request, Home home, byte[] raw, Version version) {
        Seen seen = Seen.of(keyspace, home, raw);
        deleting(version.name(), seen);
        if (!Refusal.same(seen.newest(), version)) {
            return Refusal.failed(request);
        }
        Decision<Changed> kept = judge(request, new Condition.None(), seen);
        return kept == null ? deleteNewest(request, home, version.name(), raw, seen) : kept;
    }

    private Decision<Changed> expireForGood(
            Request request, Home home, byte[] raw, Version version) {
        Standing standing;
        Standing newest;
        try (Snapshot snapshot = keyspace.snapshot()) {
            newest = Seen.newest(snapshot, home, raw);
            standing = Seen.named(snapshot, home, raw, version.id());
        }
        ending(version.name(), standing);
        if (standing == null
                || newest == null
                || !Refusal.same(standing, version)
                || version.latest() != Arrays.equals(newest.key(), standing.key())) {
            return Refusal.failed(request);
        }
        if (!standing.entry().lock().opens(present.instant(), Lock.Bypass.NO)) {
            return Refusal.locked(request);
        }
        // The bucket's own condition has to come first: it is what a retry looks at.
        Transaction transaction =
                new Transaction().when(home.live()).when(Seen.first(home, raw, newest));
        return remove(request, home, version.name(), standing, version.id(), transaction);
    }

    @Override
    public Changed amend(
            Request request,
            Bucket bucket,
            String name,
            Optional<String> version,
            Amendment amendment) {
        checkOpen();
        byte[] raw = Layout.name(name);
        return settle(
                request,
                bucket,
                name,
                () -> {
                    Home home = buckets.home(bucket).orElse(null);
                    if (home == null) {
                        return Decision.alone(request, Outcome.ABSENT, new Changed.NoSuchBucket());
                    }
                    return amended(request, home, name, raw, version, amendment);
                });
    }

    private Decision<Changed> amended(
            Request request,
            Home home,
            String name,
            byte[] raw,
            Optional<String> version,
            Amendment amendment) {
        Standing standing;
        Standing newest;
        try (Snapshot snapshot = keyspace.snapshot()) {
            newest = Seen.newest(snapshot, home, raw);
            standing = version.isEmpty() ? newest : Seen.named(snapshot, home, raw, version.get());
        }
        if (standing == null) {
            return Decision.alone(request, Outcome.ABSENT, new Changed.NoSuchName());
        }
        boolean latest = newest != null && Arrays.equals(newest.key(), standing.key());
        Entry was = standing.entry();
        if (was.kind() == Version.Kind.DELETE_MARKER) {
            Version marker = standing.version(name, latest);
            return Decision.alone(request, Outcome.ABSENT, new Changed.OnMarker(marker));
        }
        byte[] state = was.state();
        Lock lock = was.lock();
        switch (amendment) {
            case Amendment.State(var change) -> state = change.apply(state);
            case Amendment.Locking(var change) -> {
                Amendment.Next next = change.apply(state, lock);
                lock = next.lock();
                if (!was.lock().admits(lock, present.instant(), next.bypass())) {
                    return Refusal.locked(request);
                }
            }
        }
        checkState(state);
        Entry next = was.with(state, lock);
        Transaction transaction =
                new Transaction()
                        .when(home.live())
                        .when(standing.stays())
                        .write(new Write.Put(Space.RECORDS, standing.key(), next.encode()));
        if (version.isEmpty()) {
            // The newest it was, and is when this is committed.
            transaction.when(Seen.first(home, raw, standing));
        }
        Version changed = next.version(name, Layout.stamp(standing.key()), latest);
        tell(transaction, Effect.Kind.AMENDED, told(home, changed.id()));
        return new Decision<>(
                transaction.carrying(request, Outcome.DONE), _ -> new Changed.Stored(changed));
    }

    /** Shows what a put ends: the null version, where it takes its place. */
    void replacing(String name, Seen seen) {
        ending(name, seen.unnamed());
    }

    /** Shows what a delete without a version ends or hides. */
    private void deleting(String name, Seen seen) {
        Standing newest = seen.newest();
        Standing unnamed = seen.unnamed();
        if (newest == null || unnamed == null || Arrays.equals(newest.key(), unnamed.key())) {
            ending(name, newest == null ? unnamed : newest);
        } else {
            notice.ending(Stream.of(newest, unnamed).flatMap(each -> shown(name, each)).toList());
        }
    }

    // Most have nobody to show it to.
    @SuppressWarnings("ReferenceEquality")
    private void ending(String name, @Nullable Standing standing) {
        if (notice != Notice.NONE) {
            notice.ending(standing == null ? List.of() : shown(name, standing).toList());
        }
    }

    private static Stream<Version> shown(String name, Standing standing) {
        return standing.entry().kind() == Version.Kind.OBJECT
                ? Stream.of(standing.version(name, false))
                : Stream.empty();
    }

    /**
     * Adds what is to be told of an entry that comes, or of the null version that goes. It happens
     * now, whenever what comes was written: an event of years ago would be given up at once.
     */
    void tell(Transaction transaction, Home home, Effect.Kind kind, Entry entry) {
        Event.Version version =
                entry.mark() == Entry.Mark.NULL
                        ? told(home, Layout.NULL)
                        : new Event.Version.Fresh();
        tell(transaction, kind, version);
    }

    private void tell(Transaction transaction, Effect.Kind kind, Event.Version version) {
        notice.of(new Effect(kind, version, now()))
                .ifPresent(row -> transaction.write(outbox.write(row)));
    }

    private static Event.Version told(Home home, String version) {
        return home.bucket().versioning() == Bucket.Versioning.UNVERSIONED
                ? new Event.Version.None()
                : new Event.Version.Known(version);
    }

    private static Decision<Changed> nothingToDelete(Request request) {
        return Decision.alone(
                request, Outcome.ABSENT, new Changed.Deleted(Optional.empty(), Optional.empty()));
    }

    /**
     * The refusal that a condition demands of a put or a delete without a version, or the lock of
     * what it would replace; null when there is none.
     */
    @Nullable Decision<Changed> judge(Request request, Condition condition, Seen seen) {
        Decision<Changed> refusal = Refusal.of(request, condition, seen.newest());
        boolean kept =
                seen.unnamed() != null
                        && !seen.unnamed().entry().lock().opens(present.instant(), Lock.Bypass.NO);
        return refusal == null && kept ? Refusal.locked(request) : refusal;
    }

    Entry entry(Home home, Seen seen, Draft draft, List<Piece> pieces) {
        return new Entry(
                Version.Kind.OBJECT,
                mark(home),
                later(seen.newest(), draft.written()),
                draft.token(),
                draft.attributes(),
                draft.state(),
                draft.lock(),
                pieces);
    }

    private static Entry.Mark mark(Home home) {
        return switch (home.bucket().versioning()) {
            case UNVERSIONED, SUSPENDED -> Entry.Mark.NULL;
            case ENABLED -> Entry.Mark.STAMPED;
        };
    }

    /** When it was written, or now if that is earlier; but never before what stands there. */
    private Instant later(@Nullable Standing newest, Instant written) {
        Instant now = now();
        Instant date = written.isBefore(now) ? written : now;
        return newest == null || newest.entry().modified().isBefore(date)
                ? Instant.ofEpochMilli(date.toEpochMilli())
                : newest.entry().modified();
    }

    /** What is new is never older than the time by which rules end it, whatever the clock says. */
    Instant now() {
        return Instant.ofEpochMilli(Math.max(clock.millis(), present.millis()));
    }

    /**
     * Adds what makes an entry the newest of its name, and ends what it replaces; the caller counts
     * it.
     */
    void place(Transaction transaction, Home home, byte[] name, Entry entry, Seen seen) {
        seen.conditions().forEach(transaction::when);
        byte[] value = entry.encode();
        switch (home.bucket().versioning()) {
            case UNVERSIONED -> {
                if (seen.unnamed() != null) {
                    garbage.drop(transaction, seen.unnamed().entry().pieces());
                }
                transaction.write(
                        new Write.Put(
                                Space.RECORDS,
                                Layout.stamped(home.versions(), name, Layout.UNVERSIONED),
                                value));
            }
            case ENABLED -> transaction.write(stamped(home.versions(), name, value));
            case SUSPENDED -> {
                if (seen.unnamed() != null) {
                    end(transaction, seen.unnamed());
                }
                transaction
                        .write(stamped(home.versions(), name, value))
                        .write(stamped(home.nulls(), name, new Fields.Writer(1, 1).done()));
            }
        }
    }

    private static Write stamped(byte[] prefix, byte[] name, byte[] value) {
        return new Write.PutStamped(
                Space.RECORDS,
                Layout.stamping(prefix, name),
                Write.Stamp.NEWEST_FIRST,
                new byte[0],
                value);
    }

    /** Ends a version that nothing replaces. */
    private void remove(Transaction transaction, Home home, Standing standing) {
        end(transaction, standing);
        quotas.count(transaction, home, Usage.NONE.minus(Usage.of(standing.entry())));
    }

    private void end(Transaction transaction, Standing standing) {
        transaction.write(new Write.Delete(Space.RECORDS, standing.key()));
        if (standing.index() != null) {
            transaction.write(new Write.Delete(Space.RECORDS, standing.index()));
        }
        garbage.drop(transaction, standing.entry().pieces());
    }

    /** Commits what {@code decide} decides, as often as it takes until it is still true. */
    <T> T settle(Request request, Bucket bucket, String name, Supplier<Decision<T>> decide) {
        T answer = attempt(bucket, decide);
        if (answer != null) {
            return answer;
        }
        int stripe = Math.floorMod(31 * bucket.id().hashCode() + name.hashCode(), STRIPES);
        ReentrantLock lock = contended[stripe];
        lock.lock();
        try {
            for (int attempt = 1; attempt < ATTEMPTS; attempt++) {
                if (clock.instant().isAfter(request.deadline())) {
                    break;
                }
                answer = attempt(bucket, decide);
                if (answer != null) {
                    return answer;
                }
            }
        } finally {
            lock.unlock();
        }
        throw overloaded("a name in bucket " + bucket.name());
    }

    private <T> @Nullable T attempt(Bucket bucket, Supplier<Decision<T>> decide) {
        Decision<T> decision = decide.get();
        Transaction transaction = decision.transaction();
        if (transaction.writes().isEmpty() && transaction.appends().isEmpty()) {
            return decision.answer().apply(0);
        }
        CrashPoint.at("objects.before-commit");
        return switch (keyspace.commit(transaction)) {
            case Committed.Applied applied -> {
                CrashPoint.at("objects.after-commit");
                notice.committed();
                garbage.sweepWhatIsLeft();
                yield decision.answer().apply(applied.version());
            }
            case Committed.Stale stale -> {
                // The one condition that our memory of buckets stands behind comes first.
                if (stale.condition() == transaction.conditions().getFirst()) {
                    buckets.refresh(bucket.name());
                }
                yield null;
            }
        };
    }

    static void commitAlone(Keyspace keyspace, Request request, Outcome outcome) {
        if (request.pending().isPresent()) {
            keyspace.commit(new Transaction().carrying(request, outcome));
        }
    }

    static StorageFailure overloaded(String what) {
        return new StorageFailure(
                StorageFailure.Kind.OVERLOADED,
                what + " is changed by too many at once; come back later");
    }

    static void checkSizes(Draft draft) {
        checkSizes(draft.token(), draft.attributes());
        checkState(draft.state());
    }

    private static void checkState(byte[] state) {
        if (state.length > STATE_LIMIT) {
            throw new IllegalArgumentException(
                    "the state of a version has at most 64 KiB, not " + state.length + " bytes");
        }
    }

    static void checkSizes(byte[] token, byte[] sealed) {
        if (token.length > 255 || sealed.length > ATTRIBUTES_LIMIT) {
            throw new IllegalArgumentException(
                    "a token has at most 255 bytes and sealed attributes 512 KiB, not "
                            + token.length
                            + " and "
                            + sealed.length);
        }
    }

    // ---- bodies ----

    /** A staged body on its way into a transaction. */
    record Adoption(Piece piece, Supplier<List<Write>> writes) {
        void into(Transaction transaction) {
            transaction.writeAll(writes.get());
        }
    }

    Adoption adoption(Content content) {
        return switch (content) {
            case Content.Inline(long size, byte[] sealed) -> {
                byte[] id =
                        ByteBuffer.allocate(Layout.ID_BYTES)
                                .putLong(sequence.getAndIncrement())
                                .putLong(opening)
                                .array();
                List<Write> write = List.of(new Write.Put(Space.BODIES, Layout.body(id), sealed));
                yield new Adoption(new Piece(size, new Place.Inline(id).encode()), () -> write);
            }
            case Content.Stored(long size, var blob) ->
                    new Adoption(
                            new Piece(size, new Place.Stored(blob.id()).encode()),
                            () -> blobs.adopting(blob));
        };
    }

    @Override
    public Optional<Body> open(Bucket bucket, Version version, int piece) {
        checkOpen();
        return open(version.pieces().get(piece));
    }

    Optional<Body> open(Piece piece) {
        return switch (Place.decode(piece.place())) {
            case Place.Inline(byte[] id) ->
                    keyspace.get(Space.BODIES, Layout.body(id)).map(InlineBody::new);
            case Place.Stored(var id) -> blobs.open(id).map(BlobBody::new);
        };
    }

    private record InlineBody(byte[] sealed) implements Body {
        @Override
        public long length() {
            return sealed.length;
        }

        @Override
        public int read(ByteBuffer target, long position) {
            if (position >= sealed.length) {
                return -1;
            }
            int count = (int) Math.min(target.remaining(), sealed.length - position);
            target.put(sealed, (int) position, count);
            return count;
        }

        @Override
        public void close() {}
    }

    private record BlobBody(BlobReader reader) implements Body {
        @Override
        public long length() {
            return reader.length();
        }

        @Override
        public int read(ByteBuffer target, long position) {
            return reader.read(target, position);
        }

        @Override
        public void close() {
            reader.close();
        }
    }

    // ---- reads ----

    @Override
    public Optional<Version> version(Bucket bucket, String name, Optional<String> version) {
        checkOpen();
        byte[] raw = Layout.name(name);
        return buckets.home(bucket)
                .flatMap(home ->
                        version.isEmpty()
                                ? Optional.ofNullable(Seen.newest(keyspace, home, raw))
                                        .map(standing -> standing.version(name, true))
                                : named(home, name, raw, version.get()));
    }

    Optional<Version> named(Home home, String name, byte[] raw, String id) {
        try (Snapshot snapshot = keyspace.snapshot()) {
            Standing standing = Seen.named(snapshot, home, raw, id);
            if (standing == null) {
                return Optional.empty();
            }
            Standing newest = Seen.newest(snapshot, home, raw);
            boolean latest = newest != null && Arrays.equals(newest.key(), standing.key());
            return Optional.of(standing.version(name, latest));
        }
    }

    @Override
    public Listing.Page list(Bucket bucket, Listing.Query query) {
        checkOpen();
        Home home = buckets.home(bucket).orElse(null);
        if (home == null || query.limit() == 0) {
            return new Listing.Page(List.of(), List.of(), Optional.empty());
        }
        boolean one = home.bucket().versioning() == Bucket.Versioning.UNVERSIONED;
        List<Version> found = new ArrayList<>();
        List<String> prefixes = new ArrayList<>();
        String last = "";
        try (NameWalk walk = new NameWalk(keyspace, home.versions(), query, new byte[0])) {
            while (walk.next()) {
                if (!one && Entry.isMarker(walk.value())) {
                    walk.passName();
                    continue;
                }
                if (found.size() + prefixes.size() == query.limit()) {
                    return new Listing.Page(
                            found, prefixes, Optional.of(new Listing.Place(last, "")));
                }
                String group = walk.group();
                if (group.isEmpty()) {
                    last = walk.name();
                    found.add(
                            Entry.decode(walk.value())
                                    .version(last, Layout.stamp(walk.key()), true));
                    if (!one) {
                        walk.passName();
                    }
                } else {
                    last = group;
                    prefixes.add(group);
                    walk.passGroup(group);
                }
            }
        }
        return new Listing.Page(found, prefixes, Optional.empty());
    }

    @Override
    public Listing.Page listVersions(Bucket bucket, Listing.Query query) {
        checkOpen();
        Home home = buckets.home(bucket).orElse(null);
        if (home == null || query.limit() == 0) {
            return new Listing.Page(List.of(), List.of(), Optional.empty());
        }
        try (Snapshot snapshot = keyspace.snapshot()) {
            byte[] within = within(snapshot, home, query);
            try (NameWalk walk = new NameWalk(snapshot, home.versions(), query, within)) {
                return versionsOf(walk, newestAt(snapshot, home, query, within), query.limit());
            }
        }
    }

    private static Listing.Page versionsOf(NameWalk walk, String midway, int limit) {
        List<Version> found = new ArrayList<>();
        List<String> prefixes = new ArrayList<>();
        Listing.Place last = new Listing.Place("", "");
        String before = midway;
        while (walk.next()) {
            if (found.size() + prefixes.size() == limit) {
                return new Listing.Page(found, prefixes, Optional.of(last));
            }
            String group = walk.group();
            if (group.isEmpty()) {
                String name = walk.name();
                long stamp = Layout.stamp(walk.key());
                found.add(Entry.decode(walk.value()).version(name, stamp, !name.equals(before)));
                before = name;
                // Never "null": that one may move before the next page is asked for.
                last = new Listing.Place(name, Layout.hex(stamp));
            } else {
                prefixes.add(group);
                walk.passGroup(group);
                last = new Listing.Place(group, "");
            }
        }
        return new Listing.Page(found, prefixes, Optional.empty());
    }

    /** The key behind which a listing of versions goes on within a name; empty when it does not. */
    private static byte[] within(Reading reading, Home home, Listing.Query query) {
        byte[] raw = Layout.utf8(query.after());
        if (query.afterVersion().isEmpty() || raw.length == 0) {
            return new byte[0];
        }
        if (query.afterVersion().equals(Layout.NULL)) {
            Standing standing = Seen.named(reading, home, raw, Layout.NULL);
            return standing == null ? new byte[0] : standing.key();
        }
        return Layout.version(query.afterVersion())
                .map(version -> Layout.stamped(home.versions(), raw, version))
                .orElse(new byte[0]);
    }

    /** The name within which a listing goes on, unless its newest version is still to come. */
    private static String newestAt(Reading reading, Home home, Listing.Query query, byte[] within) {
        if (within.length == 0) {
            return "";
        }
        Standing newest = Seen.newest(reading, home, Layout.utf8(query.after()));
        return newest != null && Arrays.compareUnsigned(newest.key(), within) <= 0
                ? query.after()
                : "";
    }

    Optional<Home> home(Bucket bucket) {
        return buckets.home(bucket);
    }

    void checkOpen() {
        if (closed.get()) {
            throw new StorageFailure(StorageFailure.Kind.CLOSED, "the object store is closed");
        }
    }

    @Override
    public void close() {
        closed.set(true);
    }
}
