package org.domicile.tables;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.domicile.keyspace.Keyspace;
import org.junit.jupiter.api.Test;

/** Rows over a keyspace in memory. */
class StoredRowsTest extends RowsContract {
    private final Keyspace keyspace = Keyspace.inMemory();

    @Override
    Tables open() {
        return Tables.open(keyspace, InstantSource.system(), RandomGenerator.getDefault());
    }

    /** What a version of a table names never changes: manifests are read once. */
    @Test
    void aScanOfTheSameVersionIsNotMadeAnew() {
        String id = made().id();
        tables.commit(request(), warehouse, append(id, file(id, "a", 1, 10)));
        Scan first = scan(new Filter.All());
        Map<String, byte[]> kept = new HashMap<>(warehouse.files);
        warehouse.files.keySet().removeIf(each -> each.contains("/metadata/"));
        assertEquals(first, scan(new Filter.All()));
        Filter one = new Filter.Compare("n", Filter.Operator.EQUAL, new Filter.Value.Whole(5));
        assertThrows(RuntimeException.class, () -> scan(one), "another question");
        warehouse.files.putAll(kept);
        tables.commit(request(), warehouse, append(id, file(id, "b", 11, 20)));
        assertEquals(2, scan(new Filter.All()).files().size());
        assertEquals(1, first.files().size());
        assertThrows(IllegalStateException.class, () -> scan(new Filter.All(), 400));
        assertEquals(2, scan(new Filter.All(), 4_000).files().size());
    }

    /** Room is asked for again each time. */
    private Scan scan(Filter filter, long room) {
        long[] taken = {0};
        return tables.scan(
                warehouse,
                tables.load(warehouse, Kind.TABLE, FLIGHTS),
                new Moment.Now(),
                filter,
                List.of(),
                bytes -> {
                    taken[0] += bytes;
                    if (taken[0] > room) {
                        throw new IllegalStateException("no room for " + taken[0]);
                    }
                });
    }
}
