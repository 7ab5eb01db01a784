package org.domicile.guard;

import java.util.Optional;
import org.domicile.objects.Bucket;
import org.domicile.policy.Marks;
import org.domicile.policy.Resource;
import org.domicile.tables.Tables;
import org.domicile.tables.Warehouse;

/**
 * What a table's rows carry from what they were derived from, kept with the table: the union of
 * what everything carried that came into it, for as long as it is there. Whoever asks for the table
 * is judged by it as by a label of its place; its files carry the same by themselves, for who reads
 * them through S3.
 */
final class TableMarks {
    private TableMarks() {}

    /** A table's place, with what it carries. */
    static Resource.Data place(Uses uses, Tables tables, OpenedWarehouse warehouse, String id) {
        return place(uses, tables, warehouse.source(), warehouse, id);
    }

    /** The same by whatever opens what is kept. */
    static Resource.Data place(
            Uses uses, Tables tables, Bucket bucket, Warehouse warehouse, String id) {
        Resource.Data place = uses.data(Optional.of(bucket), bucket.name(), id + "/");
        Marks marks = of(tables.carried(warehouse, id));
        return marks.isEmpty() ? place : place.carrying(place.carried().and(marks));
    }

    static Marks of(byte[] kept) {
        return kept.length == 0 ? Marks.NONE : AttributesCodec.state(kept).marks();
    }

    /** What is kept from now on. */
    static byte[] and(byte[] kept, Marks coming) {
        Marks together = of(kept).and(coming);
        return together.isEmpty()
                ? new byte[0]
                : AttributesCodec.encode(State.NONE.carrying(together));
    }
}
