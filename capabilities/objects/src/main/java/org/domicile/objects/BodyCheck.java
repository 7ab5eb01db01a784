package org.domicile.objects;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.domicile.bytes.StorageFailure;
import org.domicile.keyspace.Cursor;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Reading;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Tuple;
import org.domicile.objects.Finding.Kind;

/**
 * Reads bodies in the order of their records' keys: those of parts, then those of versions. A few
 * records at a time, so that no state of the keyspace is kept; what is wrong with a body is said
 * only if its record is then still the same. Owned by one thread.
 */
final class BodyCheck {
    private static final int ROWS = 256;
    private static final int BYTES = 4 << 20;

    private final VersionStore store;
    private final Keyspace keyspace;
    private final Inspection.Reader reader;
    private final Inspection.Findings findings;

    BodyCheck(
            VersionStore store,
            Keyspace keyspace,
            Inspection.Reader reader,
            Inspection.Findings findings) {
        this.store = store;
        this.keyspace = keyspace;
        this.reader = reader;
        this.findings = findings;
    }

    private record Row(byte[] key, byte[] value) {}

    Optional<byte[]> some(byte[] from) {
        boolean parts = from.length == 0 || isPart(from);
        List<Row> rows;
        try {
            rows = rows(parts ? "p" : "v", from);
        } catch (StorageFailure e) {
            if (e.kind() != StorageFailure.Kind.CORRUPT) {
                throw e;
            }
            // The keyspace's own files are damaged: where the next record is cannot be known.
            findings.found(
                    Finding.of(
                            Kind.UNREADABLE_RECORD,
                            "",
                            "the %s cannot all be read: %s"
                                    .formatted(parts ? "parts" : "versions", e.getMessage())));
            rows = List.of();
        }
        if (rows.isEmpty()) {
            return parts ? Optional.of(Layout.all("v").from()) : Optional.empty();
        }
        Map<String, Bucket> buckets = new HashMap<>();
        store.allBuckets().forEach(bucket -> buckets.put(bucket.id(), bucket));
        for (Row row : rows) {
            boolean goOn = parts ? part(row) : version(row, buckets);
            if (!goOn) {
                return Optional.of(row.key());
            }
        }
        return Optional.of(behind(rows.getLast()));
    }

    private static boolean isPart(byte[] key) {
        byte[] first = Layout.all("v").from();
        return Arrays.compareUnsigned(key, first) < 0;
    }

    private static byte[] behind(Row row) {
        return Arrays.copyOf(row.key(), row.key().length + 1);
    }

    private List<Row> rows(String kind, byte[] from) {
        List<Row> rows = new ArrayList<>();
        int bytes = 0;
        try (Cursor cursor =
                keyspace.scan(
                        Space.RECORDS, RecordCheck.behind(kind, from), Reading.Direction.UP)) {
            while (rows.size() < ROWS && bytes < BYTES && cursor.next()) {
                Row row = new Row(cursor.key(), cursor.value());
                bytes += row.value().length;
                rows.add(row);
            }
        }
        return rows;
    }

    private boolean part(Row row) {
        UploadTable.StoredPart part;
        try {
            part = UploadTable.decodePart(row.key(), row.value());
        } catch (StorageFailure | IllegalArgumentException | IndexOutOfBoundsException e) {
            return true; // said by who looks at the records
        }
        return read(
                row,
                List.of(part.piece()),
                bodies -> reader.part(part.part(), bodies.getFirst()),
                () -> of(row));
    }

    /** Where a part belongs: its upload is looked for, since that is rarely asked. */
    private RecordCheck.Where of(Row row) {
        byte[] id = HexFormat.of().parseHex(Census.uploadOf(row.key()));
        try (Cursor cursor = keyspace.scan(Space.RECORDS, Layout.all("u"), Reading.Direction.UP)) {
            while (cursor.next()) {
                Optional<RecordCheck.Where> owner = upload(cursor.key(), id);
                if (owner.isPresent()) {
                    return owner.get();
                }
            }
        }
        return new RecordCheck.Where("", "", "", "");
    }

    /** What the key of an upload says, if it is that one and can be read. */
    private Optional<RecordCheck.Where> upload(byte[] key, byte[] id) {
        List<Tuple.Part> parts;
        try {
            parts = Tuple.unpack(key);
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // said by who looks at the records
        }
        if (parts.getLast() instanceof Tuple.Part.Octets(byte[] upload)
                && Arrays.equals(upload, id)
                && parts.get(2) instanceof Tuple.Part.Octets(byte[] bucket)
                && parts.get(3) instanceof Tuple.Part.Text(String name)) {
            String owner = HexFormat.of().formatHex(bucket);
            return Optional.of(
                    new RecordCheck.Where(
                            store.allBuckets().stream()
                                    .filter(each -> each.id().equals(owner))
                                    .map(Bucket::name)
                                    .findFirst()
                                    .orElse(""),
                            name,
                            "",
                            ""));
        }
        return Optional.empty();
    }

    private boolean version(Row row, Map<String, Bucket> buckets) {
        Spot spot;
        Entry entry;
        try {
            spot = Spot.decode(row.key());
            entry = Entry.decode(row.value());
        } catch (StorageFailure | IllegalArgumentException | IndexOutOfBoundsException e) {
            return true; // said by who looks at the records
        }
        Bucket bucket = buckets.get(spot.bucket());
        if (bucket == null || entry.kind() == Version.Kind.DELETE_MARKER) {
            return true;
        }
        // Whether it is the newest does not matter to its bytes.
        Version version = entry.version(spot.name(), spot.stamp(), false);
        return read(
                row,
                entry.pieces(),
                bodies -> reader.version(bucket, version, bodies),
                () -> new RecordCheck.Where(bucket.name(), version.name(), version.id(), ""));
    }

    private interface Act {
        boolean on(List<Body> bodies);
    }

    private interface Naming {
        RecordCheck.Where where();
    }

    /** Whether to go on. */
    private boolean read(Row row, List<Piece> pieces, Act act, Naming naming) {
        List<Body> bodies = new ArrayList<>(pieces.size());
        try {
            for (Piece piece : pieces) {
                Optional<Body> body = store.open(piece);
                if (body.isEmpty()) {
                    tell(Kind.MISSING_BODY, row, pieces, naming, "its body is not there");
                    return true;
                }
                bodies.add(body.get());
            }
            return act.on(bodies);
        } catch (StorageFailure e) {
            switch (e.kind()) {
                case CORRUPT, FOREIGN ->
                        tell(
                                Kind.DAMAGED_BODY,
                                row,
                                pieces,
                                naming,
                                "its body cannot be read: " + e.getMessage());
                case CLOSED, FENCED, FULL, OVERLOADED -> throw e;
            }
            return true;
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            // One record that nobody understands must not end the look at all others.
            tell(
                    Kind.DAMAGED_BODY,
                    row,
                    pieces,
                    naming,
                    "what its record says of its body cannot be understood: " + e.getMessage());
            return true;
        } finally {
            bodies.forEach(Body::close);
        }
    }

    private void tell(Kind kind, Row row, List<Piece> pieces, Naming naming, String what) {
        if (isStillSo(row, pieces)) {
            RecordCheck.Where where = naming.where();
            findings.found(new Finding(kind, where.bucket(), where.key(), where.version(), what));
        }
    }

    /** Whether a record names the same bodies as when it was read: tags and locks may change. */
    private boolean isStillSo(Row row, List<Piece> pieces) {
        Optional<byte[]> now = keyspace.get(Space.RECORDS, row.key());
        if (now.isEmpty()) {
            return false;
        }
        List<Piece> present;
        try {
            present =
                    isPart(row.key())
                            ? List.of(UploadTable.decodePart(row.key(), now.get()).piece())
                            : Entry.decode(now.get()).pieces();
        } catch (StorageFailure | IllegalArgumentException | IndexOutOfBoundsException e) {
            return false; // it has become one that cannot be read
        }
        if (present.size() != pieces.size()) {
            return false;
        }
        for (int i = 0; i < pieces.size(); i++) {
            if (!Arrays.equals(present.get(i).place(), pieces.get(i).place())) {
                return false;
            }
        }
        return true;
    }
}
