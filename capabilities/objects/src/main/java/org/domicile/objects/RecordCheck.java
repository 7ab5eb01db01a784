package org.domicile.objects;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.domicile.blobs.Blobs;
import org.domicile.bytes.StorageFailure;
import org.domicile.keyspace.Cursor;
import org.domicile.keyspace.Range;
import org.domicile.keyspace.Reading;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Tuple;
import org.domicile.objects.Finding.Kind;

/**
 * Looks at all records in one state of them. The order matters: buckets and uploads are known
 * before what lies in them is looked at, and counters are compared when all is counted. Owned by
 * one thread, for one look.
 */
final class RecordCheck {
    private final Reading state;
    private final Inspection.Findings findings;
    private final BodyNames bodies;
    private final Census census = new Census();
    private final Map<String, Bucket> buckets = new HashMap<>();

    /** Organisations that something is counted for. */
    private final Set<String> counted = new HashSet<>();

    RecordCheck(Reading state, Blobs blobs, long seed, Inspection.Findings findings) {
        this.state = state;
        this.findings = findings;
        this.bodies = new BodyNames(state, blobs, seed, findings);
    }

    void run() {
        boolean whole = true;
        for (Map.Entry<String, Row> each : rows().entrySet()) {
            whole &= each(each.getKey(), each.getValue());
        }
        // What was not all seen cannot be compared.
        if (whole) {
            counters();
            seen("bodies", () -> bodies.compare(buckets));
        }
    }

    /** In the order in which they are looked at. */
    private SequencedMap<String, Row> rows() {
        SequencedMap<String, Row> rows = new LinkedHashMap<>();
        rows.put("b", this::bucket);
        rows.put("l", this::live);
        rows.put("u", this::upload);
        rows.put("f", this::finished);
        rows.put("p", this::part);
        rows.put("t", this::touched);
        rows.put("v", this::version);
        rows.put("n", this::unnamed);
        rows.put("g", (_, value) -> Garbage.decode(value).forEach(bodies::name));
        rows.put("q", this::quota);
        rows.put("c", this::counter);
        return rows;
    }

    private interface Row {
        void at(byte[] key, byte[] value);
    }

    /** Whether all of them were seen. */
    private boolean each(String kind, Row row) {
        return seen(
                "records of kind " + kind,
                () -> {
                    try (Cursor cursor =
                            state.scan(Space.RECORDS, Layout.all(kind), Reading.Direction.UP)) {
                        while (cursor.next()) {
                            byte[] key = cursor.key();
                            byte[] value = cursor.value();
                            try {
                                row.at(key, value);
                            } catch (StorageFailure
                                    | IllegalArgumentException
                                    | IndexOutOfBoundsException e) {
                                unreadable(key, e);
                            }
                        }
                    }
                });
    }

    /** Files of the keyspace itself may be damaged: then what lies behind cannot be seen. */
    private boolean seen(String what, Runnable looking) {
        try {
            looking.run();
            return true;
        } catch (StorageFailure e) {
            if (isNotOfOneRecord(e)) {
                throw e;
            }
            findings.found(
                    Finding.of(
                            Kind.UNREADABLE_RECORD,
                            "",
                            "the %s cannot all be read: %s".formatted(what, e.getMessage())));
            return false;
        }
    }

    private void unreadable(byte[] key, RuntimeException why) {
        if (why instanceof StorageFailure failure && isNotOfOneRecord(failure)) {
            throw failure;
        }
        Where where = Where.of(key, buckets);
        findings.found(
                new Finding(
                        Kind.UNREADABLE_RECORD,
                        where.bucket(),
                        where.key(),
                        where.version(),
                        "the record " + where.record() + " cannot be read: " + why.getMessage()));
    }

    private static boolean isNotOfOneRecord(StorageFailure failure) {
        return switch (failure.kind()) {
            case CORRUPT, FOREIGN -> false;
            case CLOSED, FENCED, FULL, OVERLOADED -> true;
        };
    }

    private void bucket(byte[] key, byte[] value) {
        Bucket bucket = BucketTable.decode(key, value);
        buckets.put(bucket.id(), bucket);
        byte[] live = state.get(Space.RECORDS, Layout.live(BucketTable.idOf(bucket))).orElse(null);
        if (live == null) {
            findings.found(
                    Finding.of(
                            Kind.BROKEN_INDEX,
                            bucket.name(),
                            "no record says that the bucket lives, so nothing in it can change"));
        } else if (live.length < 2 || live[1] != bucket.versioning().ordinal()) {
            findings.found(
                    Finding.of(
                            Kind.BROKEN_INDEX,
                            bucket.name(),
                            "two records say differently how the bucket versions"));
        }
    }

    private void live(byte[] key, byte[] value) {
        inBucket(octets(key, 2), "a record says that it lives");
    }

    /** Says so when what belongs to a bucket belongs to none. */
    private boolean inBucket(String bucket, String what) {
        boolean known = buckets.containsKey(bucket);
        if (!known) {
            findings.found(
                    Finding.of(
                            Kind.DANGLING_RECORD,
                            "",
                            "there is no bucket with the id " + bucket + ", and " + what));
        }
        return known;
    }

    private void upload(byte[] key, byte[] value) {
        String bucket = octets(key, 2);
        String id = octets(key, 4);
        UploadTable.decodeUpload("", id, value);
        if (inBucket(bucket, "the upload " + id + " is under way in it")) {
            census.upload(id, bucket);
        }
    }

    private void finished(byte[] key, byte[] value) {
        UploadTable.checkFinished(key, value);
        inBucket(octets(key, 2), "an upload finished in it");
    }

    private void part(byte[] key, byte[] value) {
        UploadTable.StoredPart part = UploadTable.decodePart(key, value);
        String upload = Census.uploadOf(key);
        bodies.name(part.piece().place());
        census.part(upload, part.part().size());
        if (!census.knows(upload)) {
            findings.found(
                    Finding.of(
                            Kind.DANGLING_RECORD,
                            "",
                            "part %d belongs to the upload %s, which is not there"
                                    .formatted(part.part().number(), upload)));
        }
    }

    private void touched(byte[] key, byte[] value) {
        String upload = Census.uploadOf(key);
        if (!census.knows(upload)) {
            findings.found(
                    Finding.of(
                            Kind.DANGLING_RECORD,
                            "",
                            "a part came for the upload " + upload + ", which is not there"));
        }
    }

    private void version(byte[] key, byte[] value) {
        Spot spot = Spot.decode(key);
        Entry entry = Entry.decode(value);
        census.version(spot.bucket(), entry);
        entry.pieces().forEach(piece -> bodies.name(piece.place()));
        if (inBucket(spot.bucket(), "the object " + spot.name() + " lies in it")
                && entry.mark() == Entry.Mark.NULL
                && spot.stamp() != Layout.UNVERSIONED
                && state.get(Space.RECORDS, twin("n", key)).isEmpty()) {
            findings.found(broken(spot, Layout.NULL, "no record says where the null version is"));
        }
    }

    private void unnamed(byte[] key, byte[] value) {
        Spot spot = Spot.decode(key);
        byte[] version = state.get(Space.RECORDS, twin("v", key)).orElse(null);
        if (version == null || Entry.decode(version).mark() != Entry.Mark.NULL) {
            findings.found(
                    broken(spot, Layout.NULL, "the null version is not where a record says"));
        }
    }

    /** The same key of another kind. */
    private static byte[] twin(String kind, byte[] key) {
        byte[] twin = key.clone();
        int at = Tuple.of().text("o").pack().length + 1;
        twin[at] = kind.getBytes(UTF_8)[0];
        return twin;
    }

    private Finding broken(Spot spot, String version, String what) {
        Bucket bucket = buckets.get(spot.bucket());
        return new Finding(
                Kind.BROKEN_INDEX, bucket == null ? "" : bucket.name(), spot.name(), version, what);
    }

    private void quota(byte[] key, byte[] value) {
        QuotaTable.decode(value);
        if (Tuple.unpack(key).get(2) instanceof Tuple.Part.Octets) {
            inBucket(octets(key, 2), "a quota is set for it");
        }
    }

    private void counter(byte[] key, byte[] value) {
        if (value.length != 2 * Long.BYTES) {
            throw new StorageFailure(StorageFailure.Kind.CORRUPT, "no counter");
        }
        switch (Tuple.unpack(key).get(2)) {
            case Tuple.Part.Octets _ -> inBucket(octets(key, 2), "something is counted for it");
            case Tuple.Part.Text(String organisation) -> counted.add(organisation);
            case Tuple.Part.Number _ ->
                    throw new StorageFailure(StorageFailure.Kind.CORRUPT, "nobody's counter");
        }
    }

    private void counters() {
        Map<String, Usage> organisations = new HashMap<>();
        // One that has no bucket any more has nothing, whatever is counted for it.
        counted.forEach(organisation -> organisations.put(organisation, Usage.NONE));
        for (Bucket bucket : buckets.values()) {
            Usage truth = census.of(bucket.id());
            organisations.merge(bucket.organisation(), truth, Usage::plus);
            byte[] key = Layout.counter(BucketTable.idOf(bucket));
            compare(key, truth, bucket.name(), "the bucket");
        }
        organisations.forEach((name, truth) ->
                compare(Layout.counter(name), truth, "", "the organisation " + name));
    }

    private void compare(byte[] counter, Usage truth, String bucket, String whose) {
        Usage counted =
                state.get(Space.RECORDS, counter).map(QuotaTable::counted).orElse(Usage.NONE);
        if (!counted.equals(truth)) {
            findings.found(
                    Finding.of(
                            Kind.WRONG_COUNTER,
                            bucket,
                            "%s is counted with %d bytes in %d objects, and has %d in %d"
                                    .formatted(
                                            whose,
                                            counted.bytes(),
                                            counted.objects(),
                                            truth.bytes(),
                                            truth.objects())));
        }
    }

    private static String octets(byte[] key, int part) {
        List<Tuple.Part> parts = Tuple.unpack(key);
        if (parts.size() > part && parts.get(part) instanceof Tuple.Part.Octets(byte[] id)) {
            return HexFormat.of().formatHex(id);
        }
        throw new StorageFailure(StorageFailure.Kind.CORRUPT, "its key has no id");
    }

    /** What a key's record concerns, as far as the key can be read. */
    record Where(String bucket, String key, String version, String record) {
        static Where of(byte[] key, Map<String, Bucket> buckets) {
            String record = HexFormat.of().formatHex(key);
            try {
                Spot spot = Spot.decode(key);
                Bucket bucket = buckets.get(spot.bucket());
                return new Where(
                        bucket == null ? "" : bucket.name(),
                        spot.name(),
                        spot.stamp() == Layout.UNVERSIONED ? Layout.NULL : Layout.hex(spot.stamp()),
                        record);
            } catch (StorageFailure | IndexOutOfBoundsException e) {
                return new Where("", "", "", record);
            }
        }
    }

    /** All of one kind that come at or behind a key. */
    static Range behind(String kind, byte[] from) {
        Range all = Layout.all(kind);
        return new Range(from.length == 0 ? all.from() : from, all.to());
    }
}
