package org.domicile.objects;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.domicile.blobs.Blobs;
import org.domicile.bytes.StorageFailure;
import org.domicile.keyspace.Condition;
import org.domicile.keyspace.Cursor;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Reading;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.domicile.keyspace.Tuple;
import org.domicile.keyspace.Write;

/**
 * The end of bodies. What ends with few pieces is dropped in the transaction that ends it. A
 * transaction has room for so many writes only, so what ends with more (an object of ten thousand
 * parts) leaves a list of them in that transaction, and they are dropped from the list in further
 * ones.
 */
final class Garbage {
    private static final int FORMAT = 1;
    private static final int AT_ONCE = 1_000;

    private final Keyspace keyspace;
    private final Blobs blobs;
    // A list was written that nobody has swept yet. Owned by nobody: a hint, set and cleared by
    // all.
    private volatile boolean left;

    Garbage(Keyspace keyspace, Blobs blobs) {
        this.keyspace = keyspace;
        this.blobs = blobs;
        this.left = true;
    }

    /** Adds to a transaction what ends these pieces. */
    void drop(Transaction transaction, List<Piece> pieces) {
        if (pieces.size() <= AT_ONCE) {
            pieces.forEach(piece -> drop(transaction, piece.place()));
            return;
        }
        left = true;
        transaction.write(
                new Write.PutStamped(
                        Space.RECORDS,
                        Layout.garbage(),
                        Write.Stamp.NEWEST_FIRST,
                        // Two lists of one transaction have the same stamp.
                        Tuple.of().unsigned(transaction.writes().size()).pack(),
                        encode(pieces.stream().map(Piece::place).toList())));
    }

    private void drop(Transaction transaction, byte[] place) {
        switch (Place.decode(place)) {
            case Place.Inline(byte[] id) ->
                    transaction.write(new Write.Delete(Space.BODIES, Layout.body(id)));
            case Place.Stored(var id) -> transaction.writeAll(blobs.dropping(id));
        }
    }

    /**
     * Sweeps when a change has just left something. It is done already for its caller: what fails
     * here is met again by the next sweep.
     */
    void sweepWhatIsLeft() {
        if (left) {
            try {
                sweep();
            } catch (StorageFailure e) {
                left = true;
            }
        }
    }

    /** Drops what is listed. */
    void sweep() {
        left = false;
        while (true) {
            byte[] key;
            byte[] value;
            try (Cursor cursor =
                    keyspace.scan(Space.RECORDS, Layout.allGarbage(), Reading.Direction.UP)) {
                if (!cursor.next()) {
                    return;
                }
                key = cursor.key();
                value = cursor.value();
            }
            List<byte[]> places = decode(value);
            int now = Math.min(AT_ONCE, places.size());
            // Stale: another sweep was faster, and there is less to do.
            Transaction transaction =
                    new Transaction()
                            .when(new Condition.Holds(Space.RECORDS, key, Optional.of(value)));
            places.subList(0, now).forEach(place -> drop(transaction, place));
            transaction.write(
                    now == places.size()
                            ? new Write.Delete(Space.RECORDS, key)
                            : new Write.Put(
                                    Space.RECORDS,
                                    key,
                                    encode(places.subList(now, places.size()))));
            keyspace.commit(transaction);
        }
    }

    static byte[] encode(List<byte[]> places) {
        Fields.Writer out =
                new Fields.Writer(FORMAT, 5 + places.size() * Place.BYTES).u32(places.size());
        places.forEach(out::raw);
        return out.done();
    }

    static List<byte[]> decode(byte[] value) {
        Fields.Reader in = new Fields.Reader(value, FORMAT, "a list of ended bodies");
        int count = in.u32();
        List<byte[]> places = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            places.add(in.raw(Place.BYTES));
        }
        return places;
    }
}
