package org.domicile.objects;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.domicile.blobs.Blobs;
import org.domicile.bytes.StorageFailure;
import org.domicile.keyspace.Cursor;
import org.domicile.keyspace.Reading;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Tuple;
import org.domicile.objects.Finding.Kind;

/**
 * Whether each body that a record names is there, each that is there is named, and none is named
 * twice. One walk finds whether all is well ({@link Tally}); only if it is not, a second finds
 * which bodies differ, and a third whose they are. Owned by one thread, for one look.
 */
final class BodyNames {
    /** Places that the second walk may hold. */
    private static final int HELD = 200_000;

    private final Reading state;
    private final Blobs blobs;
    private final Inspection.Findings findings;
    private final Tally tally;
    private final Map<String, Blobs.Fault> misplaced = new HashMap<>();
    private long more;

    BodyNames(Reading state, Blobs blobs, long seed, Inspection.Findings findings) {
        this.state = state;
        this.blobs = blobs;
        this.findings = findings;
        this.tally = new Tally(seed);
    }

    private interface Seen {
        void at(byte[] place);
    }

    /** A record names a body. */
    void name(byte[] place) {
        tally.name(place);
    }

    /** When all records were seen: compares them with the bodies. */
    void compare(Map<String, Bucket> buckets) {
        inline(tally::exists);
        blobs.inspect(
                state,
                (id, fault) -> {
                    byte[] place = new Place.Stored(id).encode();
                    tally.exists(place);
                    if (fault.isPresent()) {
                        if (misplaced.size() < Inspection.MOST_NAMED) {
                            misplaced.put(hex(place), fault.get());
                        } else {
                            more++;
                        }
                    }
                });
        Map<String, Count> differing = differing();
        if (!differing.isEmpty() || !misplaced.isEmpty()) {
            tell(differing, buckets);
        }
        if (more > 0) {
            findings.found(
                    Finding.of(
                            Kind.MISSING_BODY,
                            "",
                            "at least %d more bodies are missing, misplaced, shared or nobody's"
                                    .formatted(more)));
        }
    }

    private void inline(Seen seen) {
        try (Cursor cursor = state.scan(Space.BODIES, Layout.all("d"), Reading.Direction.UP)) {
            while (cursor.next()) {
                if (Tuple.unpack(cursor.key()).getLast() instanceof Tuple.Part.Octets(byte[] id)) {
                    seen.at(new Place.Inline(id).encode());
                }
            }
        }
    }

    private static final class Count {
        int named;
        int there;
    }

    /** The second walk: what is in the slots that differ, less what is well in them. */
    private Map<String, Count> differing() {
        Set<Integer> slots = new HashSet<>(tally.differing(HELD));
        Map<String, Count> counts = new HashMap<>();
        if (slots.isEmpty()) {
            return counts;
        }
        more += tally.differences() - slots.size();
        references((place, _) -> {
            if (slots.contains(tally.slot(place))) {
                counts.computeIfAbsent(hex(place), _ -> new Count()).named++;
            }
        });
        Seen there =
                place -> {
                    if (slots.contains(tally.slot(place))) {
                        counts.computeIfAbsent(hex(place), _ -> new Count()).there++;
                    }
                };
        inline(there);
        blobs.inspect(state, (id, _) -> there.at(new Place.Stored(id).encode()));
        counts.values().removeIf(count -> count.named == 1 && count.there == 1);
        if (counts.size() > Inspection.MOST_NAMED) {
            more += counts.size() - Inspection.MOST_NAMED;
            List<String> beyond =
                    new ArrayList<>(counts.keySet()).subList(Inspection.MOST_NAMED, counts.size());
            beyond.forEach(counts::remove);
        }
        return counts;
    }

    /** The third walk: whose they are. */
    private void tell(Map<String, Count> differing, Map<String, Bucket> buckets) {
        references((place, key) -> {
            String id = hex(place);
            Count count = differing.get(id);
            if (count != null && count.there == 0) {
                tell(Kind.MISSING_BODY, key, buckets, "its body " + id + " is not there");
            } else if (count != null && count.named > 1) {
                tell(
                        Kind.SHARED_BODY,
                        key,
                        buckets,
                        "its body %s is named by %d records".formatted(id, count.named));
            }
            Blobs.Fault fault = misplaced.get(id);
            if (fault != null) {
                Kind kind =
                        switch (fault.harm()) {
                            case LOST -> Kind.MISSING_BODY;
                            case AT_RISK -> Kind.BROKEN_INDEX;
                        };
                tell(kind, key, buckets, "of its body " + id + ": " + fault.what());
            }
        });
        differing.forEach((id, count) -> {
            if (count.named == 0) {
                findings.found(Finding.of(Kind.ORPHAN_BODY, "", "no record names the body " + id));
            }
        });
    }

    private void tell(Kind kind, byte[] key, Map<String, Bucket> buckets, String what) {
        RecordCheck.Where where = RecordCheck.Where.of(key, buckets);
        findings.found(
                where.bucket().isEmpty() && where.key().isEmpty()
                        ? Finding.of(kind, "", "of the record " + where.record() + ": " + what)
                        : new Finding(kind, where.bucket(), where.key(), where.version(), what));
    }

    private interface Reference {
        void at(byte[] place, byte[] key);
    }

    /** Every place that a record names, and the record's key. */
    private void references(Reference reference) {
        each(
                "v",
                (key, value) -> {
                    for (Piece piece : Entry.decode(value).pieces()) {
                        reference.at(piece.place(), key);
                    }
                });
        each(
                "p",
                (key, value) ->
                        reference.at(UploadTable.decodePart(key, value).piece().place(), key));
        each("g", (key, value) -> Garbage.decode(value).forEach(place -> reference.at(place, key)));
    }

    private interface Row {
        void at(byte[] key, byte[] value);
    }

    private void each(String kind, Row row) {
        try (Cursor cursor = state.scan(Space.RECORDS, Layout.all(kind), Reading.Direction.UP)) {
            while (cursor.next()) {
                try {
                    row.at(cursor.key(), cursor.value());
                } catch (StorageFailure | IllegalArgumentException | IndexOutOfBoundsException e) {
                    // That it cannot be read is said already.
                    continue;
                }
            }
        }
    }

    private static String hex(byte[] place) {
        return HexFormat.of().formatHex(place);
    }
}
