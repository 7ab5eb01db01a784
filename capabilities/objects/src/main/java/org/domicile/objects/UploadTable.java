package org.domicile.objects;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.domicile.keyspace.Cursor;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Range;
import org.domicile.keyspace.Reading;
import org.domicile.keyspace.Snapshot;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.domicile.keyspace.Tuple;
import org.domicile.keyspace.Write;
import org.domicile.objects.BucketTable.Home;
import org.domicile.objects.VersionStore.Adoption;
import org.domicile.request.Outcome;
import org.domicile.request.Request;
import org.jspecify.annotations.Nullable;

/**
 * Uploads in parts.
 *
 * <p>Parts of one upload do not conflict with one another: each depends on the upload and on the
 * older part with its number. What ends an upload has to conflict with all of them, without a
 * condition for each: every part writes the upload's <i>touched</i> record anew, and the end
 * depends on that.
 */
final class UploadTable implements Objects.Uploads {
    static final int PARTS = 10_000;

    /** How long a finished upload can be finished again. */
    static final Duration REMEMBERED = Duration.ofDays(1);

    private static final int UPLOAD_FORMAT = 1;
    private static final int PART_FORMAT = 1;
    private static final int TOUCHED_FORMAT = 1;
    private static final int FINISHED_FORMAT = 1;
    // So many parts end by a delete each; more by one delete of the range, which costs later reads.
    private static final int ONE_BY_ONE = 100;

    private final VersionStore store;
    private final Keyspace keyspace;
    private final Garbage garbage;
    private final QuotaTable quotas;
    private final RandomGenerator ids;

    UploadTable(
            VersionStore store,
            Keyspace keyspace,
            Garbage garbage,
            QuotaTable quotas,
            RandomGenerator ids) {
        this.store = store;
        this.keyspace = keyspace;
        this.garbage = garbage;
        this.quotas = quotas;
        this.ids = ids;
    }

    /** The same uploads, whose changes another view of the store makes. */
    UploadTable of(VersionStore view) {
        return new UploadTable(view, keyspace, garbage, quotas, ids);
    }

    /** A part with its piece, which the contract does not show. */
    record StoredPart(byte[] key, byte[] value, Part part, Piece piece) {}

    /** All that an upload is when it ends. */
    private record Whole(
            byte[] key, byte[] value, Optional<byte[]> touched, List<StoredPart> parts) {}

    /** A finished upload. */
    private record Finished(byte[] chosen, String name, long stamp, byte[] entry) {}

    @Override
    public Optional<Upload> create(
            Request request, Bucket bucket, String name, byte[] attributes, String initiator) {
        store.checkOpen();
        byte[] raw = Layout.name(name);
        VersionStore.checkSizes(new byte[0], attributes);
        byte[] id = new byte[Layout.ID_BYTES];
        ids.nextBytes(id);
        Upload upload =
                new Upload(HexFormat.of().formatHex(id), name, attributes, initiator, store.now());
        return store.settle(
                request,
                bucket,
                name,
                () -> {
                    Home home = store.home(bucket).orElse(null);
                    if (home == null) {
                        return Decision.alone(request, Outcome.ABSENT, Optional.<Upload>empty());
                    }
                    Transaction transaction =
                            new Transaction()
                                    .when(home.live())
                                    .write(
                                            new Write.Put(
                                                    Space.RECORDS,
                                                    Layout.upload(home.uploads(), raw, id),
                                                    encode(upload)))
                                    .carrying(request, Outcome.DONE);
                    return new Decision<>(transaction, _ -> Optional.of(upload));
                });
    }

    @Override
    public Objects.PartChanged put(
            Request request,
            Bucket bucket,
            Upload upload,
            int number,
            Content content,
            byte[] token,
            byte[] state) {
        store.checkOpen();
        checkNumber(number);
        VersionStore.checkSizes(token, state);
        byte[] raw = Layout.name(upload.name());
        byte[] id = idOf(upload);
        Adoption body = store.adoption(content);
        byte[] partKey = Layout.part(id, number);
        return store.settle(
                request,
                bucket,
                upload.name(),
                () -> {
                    Home home = store.home(bucket).orElse(null);
                    byte[] uploadKey =
                            home == null ? new byte[0] : Layout.upload(home.uploads(), raw, id);
                    byte[] uploadValue =
                            home == null
                                    ? null
                                    : keyspace.get(Space.RECORDS, uploadKey).orElse(null);
                    if (home == null || uploadValue == null) {
                        return Decision.alone(
                                request,
                                Outcome.ABSENT,
                                (Objects.PartChanged) new Objects.PartChanged.NoSuchUpload());
                    }
                    Optional<byte[]> older = keyspace.get(Space.RECORDS, partKey);
                    Transaction transaction =
                            new Transaction()
                                    .when(holds(uploadKey, Optional.of(uploadValue)))
                                    .when(holds(partKey, older));
                    Instant modified = store.now();
                    Usage change = Usage.bytes(content.size());
                    if (older.isPresent()) {
                        StoredPart replaced = decodePart(partKey, older.get());
                        change = change.minus(Usage.bytes(replaced.part().size()));
                        garbage.drop(transaction, List.of(replaced.piece()));
                        if (replaced.part().modified().isAfter(modified)) {
                            modified = replaced.part().modified();
                        }
                    }
                    Excess excess = quotas.excess(home, change);
                    if (excess != null) {
                        return Decision.alone(
                                request,
                                Outcome.CONFLICT,
                                (Objects.PartChanged) new Objects.PartChanged.OverQuota(excess));
                    }
                    quotas.count(transaction, home, change);
                    Part part = new Part(number, content.size(), token, state, modified);
                    byte[] touch = body.piece().place();
                    transaction
                            .write(
                                    new Write.Put(
                                            Space.RECORDS, partKey, encode(part, body.piece())))
                            .write(
                                    new Write.Put(
                                            Space.RECORDS,
                                            Layout.touched(id),
                                            new Fields.Writer(TOUCHED_FORMAT, 1 + touch.length)
                                                    .raw(touch)
                                                    .done()));
                    body.into(transaction);
                    return new Decision<>(
                            transaction.carrying(request, Outcome.DONE),
                            _ -> new Objects.PartChanged.Stored(part));
                });
    }

    @Override
    public Optional<Upload> upload(Bucket bucket, String name, String id) {
        store.checkOpen();
        byte[] raw = Layout.name(name);
        Home home = store.home(bucket).orElse(null);
        if (home == null) {
            return Optional.empty();
        }
        return Layout.id(id)
                .flatMap(bytes ->
                        keyspace.get(Space.RECORDS, Layout.upload(home.uploads(), raw, bytes)))
                .map(value -> decodeUpload(name, id, value));
    }

    @Override
    public List<Part> parts(Upload upload, int after, int limit) {
        store.checkOpen();
        List<Part> parts = new ArrayList<>();
        try (Cursor cursor =
                keyspace.scan(
                        Space.RECORDS,
                        Layout.parts(idOf(upload), Math.clamp(after, 0, PARTS)),
                        Reading.Direction.UP)) {
            while (parts.size() < limit && cursor.next()) {
                parts.add(decodePart(cursor.key(), cursor.value()).part());
            }
        }
        return parts;
    }

    @Override
    public UploadPage list(Bucket bucket, Listing.Query query) {
        store.checkOpen();
        Home home = store.home(bucket).orElse(null);
        List<Upload> found = new ArrayList<>();
        List<String> prefixes = new ArrayList<>();
        if (home == null || query.limit() == 0) {
            return new UploadPage(found, prefixes, Optional.empty());
        }
        byte[] within =
                Layout.id(query.afterVersion())
                        .map(id -> Layout.upload(home.uploads(), Layout.utf8(query.after()), id))
                        .orElse(new byte[0]);
        Listing.Place last = new Listing.Place("", "");
        try (NameWalk walk = new NameWalk(keyspace, home.uploads(), query, within)) {
            while (walk.next()) {
                if (found.size() + prefixes.size() == query.limit()) {
                    return new UploadPage(found, prefixes, Optional.of(last));
                }
                String group = walk.group();
                if (group.isEmpty()) {
                    Upload upload = decodeUpload(walk.name(), id(walk), walk.value());
                    found.add(upload);
                    last = new Listing.Place(upload.name(), upload.id());
                } else {
                    prefixes.add(group);
                    walk.passGroup(group);
                    last = new Listing.Place(group, "");
                }
            }
        }
        return new UploadPage(found, prefixes, Optional.empty());
    }

    private static String id(NameWalk walk) {
        byte[] key = walk.key();
        byte[] id = Layout.unescape(key, walk.behindName() + 1, key.length - 1);
        return HexFormat.of().formatHex(id);
    }

    @Override
    public Changed complete(
            Request request,
            Bucket bucket,
            Upload upload,
            List<Chosen> parts,
            Objects.Draft draft,
            Condition condition) {
        store.checkOpen();
        VersionStore.checkSizes(draft);
        checkOrder(parts);
        byte[] raw = Layout.name(upload.name());
        byte[] id = idOf(upload);
        byte[] chosen = digest(parts);
        return store.settle(
                request,
                bucket,
                upload.name(),
                () -> {
                    Home home = store.home(bucket).orElse(null);
                    if (home == null) {
                        return Decision.alone(request, Outcome.ABSENT, new Changed.NoSuchBucket());
                    }
                    Whole whole = whole(home, raw, id);
                    if (whole == null) {
                        return again(request, home, upload, id, chosen);
                    }
                    List<Piece> pieces = new ArrayList<>(parts.size());
                    List<Piece> left = new ArrayList<>();
                    int missing = choose(parts, whole.parts(), pieces, left);
                    if (missing > 0) {
                        return Decision.alone(
                                request, Outcome.INVALID, new Changed.NoSuchPart(missing));
                    }
                    Seen seen = Seen.of(keyspace, home, raw);
                    store.replacing(upload.name(), seen);
                    Decision<Changed> refusal = store.judge(request, condition, seen);
                    if (refusal != null) {
                        return refusal;
                    }
                    Entry entry = store.entry(home, seen, draft, pieces);
                    Usage change =
                            Usage.of(entry)
                                    .minus(QuotaTable.replaced(seen))
                                    .minus(taken(whole.parts()));
                    Excess excess = quotas.excess(home, change);
                    if (excess != null) {
                        return Refusal.over(request, excess);
                    }
                    Transaction transaction = new Transaction();
                    store.place(transaction, home, raw, entry, seen);
                    quotas.count(transaction, home, change);
                    end(transaction, id, whole);
                    garbage.drop(transaction, left);
                    store.tell(transaction, home, Effect.Kind.STORED, entry);
                    transaction.write(
                            new Write.PutStamped(
                                    Space.RECORDS,
                                    Layout.stamping(
                                            Layout.join(
                                                    home.finished(), Tuple.of().bytes(id).pack())),
                                    Write.Stamp.NEWEST_FIRST,
                                    new byte[0],
                                    finished(chosen, upload.name(), entry)));
                    return new Decision<>(
                            transaction.carrying(request, Outcome.DONE),
                            version ->
                                    new Changed.Stored(
                                            entry.version(upload.name(), version, true)));
                });
    }

    /** A completion that finds no upload: it may have been carried out before. */
    private Decision<Changed> again(
            Request request, Home home, Upload upload, byte[] id, byte[] chosen) {
        Finished finished = find(home, id);
        if (finished == null
                || !finished.name().equals(upload.name())
                || !Arrays.equals(finished.chosen(), chosen)) {
            return Decision.alone(request, Outcome.ABSENT, new Changed.NoSuchUpload());
        }
        Changed made = new Changed.Stored(version(home, finished));
        return Decision.alone(request, Outcome.DONE, made);
    }

    /**
     * Sorts the parts into those chosen and those left out. The number of a chosen part that is not
     * there, 0 when all are.
     */
    private static int choose(
            List<Chosen> chosen, List<StoredPart> parts, List<Piece> pieces, List<Piece> left) {
        Map<Integer, StoredPart> byNumber = HashMap.newHashMap(parts.size());
        parts.forEach(part -> byNumber.put(part.part().number(), part));
        for (Chosen choice : chosen) {
            StoredPart part = byNumber.remove(choice.number());
            if (part == null || !Arrays.equals(part.part().token(), choice.token())) {
                return choice.number();
            }
            pieces.add(part.piece());
        }
        byNumber.values().forEach(part -> left.add(part.piece()));
        return 0;
    }

    @Override
    public Optional<Excess> foreseen(Bucket bucket, Upload upload, int number, long bytes) {
        Home home = store.home(bucket).orElse(null);
        if (home == null || quotas.isEmpty()) {
            return Optional.empty();
        }
        byte[] key = Layout.part(idOf(upload), number);
        long older =
                keyspace.get(Space.RECORDS, key)
                        .map(value -> decodePart(key, value).part().size())
                        .orElse(0L);
        return Optional.ofNullable(quotas.excess(home, Usage.bytes(bytes - older)));
    }

    private static Usage taken(List<StoredPart> parts) {
        return Usage.bytes(parts.stream().mapToLong(part -> part.part().size()).sum());
    }

    private static void checkOrder(List<Chosen> parts) {
        int last = 0;
        for (Chosen part : parts) {
            checkNumber(part.number());
            if (part.number() <= last) {
                throw new IllegalArgumentException("parts are chosen in ascending order");
            }
            last = part.number();
        }
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("an object is made of at least one part");
        }
    }

    private static void checkNumber(int number) {
        if (number < 1 || number > PARTS) {
            throw new IllegalArgumentException("parts are numbered 1 to " + PARTS);
        }
    }

    @Override
    public Optional<Version> finished(Bucket bucket, String name, String id, List<Chosen> parts) {
        store.checkOpen();
        checkOrder(parts);
        Home home = store.home(bucket).orElse(null);
        byte[] bytes = Layout.id(id).orElse(null);
        if (home == null || bytes == null) {
            return Optional.empty();
        }
        Finished finished = find(home, bytes);
        return finished == null
                        || !finished.name().equals(name)
                        || !Arrays.equals(finished.chosen(), digest(parts))
                ? Optional.empty()
                : Optional.of(version(home, finished));
    }

    @Override
    public boolean abort(Request request, Bucket bucket, String name, String id) {
        store.checkOpen();
        byte[] raw = Layout.name(name);
        byte[] bytes = Layout.id(id).orElse(null);
        return store.settle(
                request,
                bucket,
                name,
                () -> {
                    Home home = store.home(bucket).orElse(null);
                    Whole whole = home == null || bytes == null ? null : whole(home, raw, bytes);
                    if (home == null || whole == null || bytes == null) {
                        return Decision.alone(request, Outcome.ABSENT, false);
                    }
                    Transaction transaction = new Transaction();
                    end(transaction, bytes, whole);
                    quotas.count(transaction, home, Usage.NONE.minus(taken(whole.parts())));
                    garbage.drop(
                            transaction, whole.parts().stream().map(StoredPart::piece).toList());
                    return new Decision<>(transaction.carrying(request, Outcome.DONE), _ -> true);
                });
    }

    @Override
    public int sweep(Instant before) {
        store.checkOpen();
        garbage.sweep();
        int forgotten = 0;
        Transaction transaction = new Transaction();
        try (Cursor cursor =
                keyspace.scan(Space.RECORDS, Layout.finished(), Reading.Direction.UP)) {
            while (cursor.next()) {
                Finished finished = decodeFinished(cursor.key(), cursor.value());
                if (Entry.decode(finished.entry()).modified().isBefore(before)) {
                    transaction.write(new Write.Delete(Space.RECORDS, cursor.key()));
                    forgotten++;
                    if (transaction.writes().size() == 1_000) {
                        keyspace.commit(transaction);
                        transaction = new Transaction();
                    }
                }
            }
        }
        if (!transaction.writes().isEmpty()) {
            keyspace.commit(transaction);
        }
        return forgotten;
    }

    // ---- what stands in the keyspace ----

    private static byte[] idOf(Upload upload) {
        return Layout.id(upload.id())
                .orElseThrow(() -> new IllegalArgumentException("no upload is " + upload.id()));
    }

    private static org.domicile.keyspace.Condition holds(byte[] key, Optional<byte[]> value) {
        return new org.domicile.keyspace.Condition.Holds(Space.RECORDS, key, value);
    }

    private @Nullable Whole whole(Home home, byte[] name, byte[] id) {
        byte[] key = Layout.upload(home.uploads(), name, id);
        try (Snapshot snapshot = keyspace.snapshot()) {
            byte[] value = snapshot.get(Space.RECORDS, key).orElse(null);
            if (value == null) {
                return null;
            }
            List<StoredPart> parts = new ArrayList<>();
            try (Cursor cursor =
                    snapshot.scan(Space.RECORDS, Layout.parts(id, 0), Reading.Direction.UP)) {
                while (cursor.next()) {
                    parts.add(decodePart(cursor.key(), cursor.value()));
                }
            }
            return new Whole(key, value, snapshot.get(Space.RECORDS, Layout.touched(id)), parts);
        }
    }

    /** Ends an upload; what becomes of its pieces is the caller's. */
    private static void end(Transaction transaction, byte[] id, Whole whole) {
        transaction
                .when(holds(whole.key(), Optional.of(whole.value())))
                .when(holds(Layout.touched(id), whole.touched()))
                .write(new Write.Delete(Space.RECORDS, whole.key()))
                .write(new Write.Delete(Space.RECORDS, Layout.touched(id)));
        if (whole.parts().size() <= ONE_BY_ONE) {
            whole.parts()
                    .forEach(
                            part -> transaction.write(new Write.Delete(Space.RECORDS, part.key())));
        } else {
            transaction.write(new Write.DeleteRange(Space.RECORDS, Layout.parts(id, 0)));
        }
    }

    private @Nullable Finished find(Home home, byte[] id) {
        Range range = Range.prefix(Layout.join(home.finished(), Tuple.of().bytes(id).pack()));
        try (Cursor cursor = keyspace.scan(Space.RECORDS, range, Reading.Direction.UP)) {
            if (!cursor.next()) {
                return null;
            }
            Finished finished = decodeFinished(cursor.key(), cursor.value());
            Instant forgotten = Entry.decode(finished.entry()).modified().plus(REMEMBERED);
            return store.now().isAfter(forgotten) ? null : finished;
        }
    }

    /** The version that an upload made, also when it is there no more. */
    private Version version(Home home, Finished finished) {
        Entry entry = Entry.decode(finished.entry());
        Version made = entry.version(finished.name(), finished.stamp(), false);
        byte[] raw = Layout.name(finished.name());
        return store.named(home, finished.name(), raw, made.id())
                .filter(present -> Arrays.equals(present.attributes(), made.attributes()))
                .filter(present -> present.modified().equals(made.modified()))
                .orElse(made);
    }

    static byte[] encode(Upload upload) {
        return new Fields.Writer(UPLOAD_FORMAT, 64 + upload.attributes().length)
                .u64(upload.initiated().toEpochMilli())
                .text(upload.initiator())
                .bytes(upload.attributes())
                .done();
    }

    static Upload decodeUpload(String name, String id, byte[] value) {
        Fields.Reader in = new Fields.Reader(value, UPLOAD_FORMAT, "an upload's record");
        Instant initiated = Instant.ofEpochMilli(in.u64());
        String initiator = in.text();
        return new Upload(id, name, in.bytes(), initiator, initiated);
    }

    static byte[] encode(Part part, Piece piece) {
        return new Fields.Writer(PART_FORMAT, 48 + part.token().length + part.state().length)
                .u64(part.modified().toEpochMilli())
                .u64(part.size())
                .raw(piece.place())
                .bytes(part.token())
                .bytes(part.state())
                .done();
    }

    static StoredPart decodePart(byte[] key, byte[] value) {
        int number =
                switch (Tuple.unpack(key).getLast()) {
                    case Tuple.Part.Number(long bits, _) -> (int) bits;
                    case Tuple.Part.Octets _, Tuple.Part.Text _ ->
                            throw new IllegalStateException("a part's key ends with its number");
                };
        Fields.Reader in = new Fields.Reader(value, PART_FORMAT, "a part's record");
        Instant modified = Instant.ofEpochMilli(in.u64());
        long size = in.u64();
        byte[] place = in.raw(Place.BYTES);
        byte[] token = in.bytes();
        byte[] state = in.bytes();
        return new StoredPart(
                key, value, new Part(number, size, token, state, modified), new Piece(size, place));
    }

    static byte[] finished(byte[] chosen, String name, Entry entry) {
        byte[] encoded = entry.encode();
        return new Fields.Writer(FINISHED_FORMAT, 48 + name.length() + encoded.length)
                .raw(chosen)
                .text(name)
                .bytes(encoded)
                .done();
    }

    /**
     * Reads a record of a finished upload.
     *
     * @throws org.domicile.bytes.StorageFailure CORRUPT or FOREIGN when it cannot be read
     */
    static void checkFinished(byte[] key, byte[] value) {
        Entry.decode(decodeFinished(key, value).entry());
    }

    private static Finished decodeFinished(byte[] key, byte[] value) {
        Fields.Reader in = new Fields.Reader(value, FINISHED_FORMAT, "a finished upload's record");
        byte[] chosen = in.raw(32);
        return new Finished(chosen, in.text(), Layout.stamp(key), in.bytes());
    }

    /** SHA-256 of which parts were chosen. */
    static byte[] digest(List<Chosen> parts) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            for (Chosen part : parts) {
                sha256.update(
                        ByteBuffer.allocate(8)
                                .putInt(part.number())
                                .putInt(part.token().length)
                                .array());
                sha256.update(part.token());
            }
            return sha256.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
