package org.domicile.tables;

import java.time.InstantSource;
import java.util.random.RandomGenerator;
import org.domicile.keyspace.Keyspace;

/** Rows over a keyspace in memory. */
class StoredRowsTest extends RowsContract {
    private final Keyspace keyspace = Keyspace.inMemory();

    @Override
    Tables open() {
        return Tables.open(keyspace, InstantSource.system(), RandomGenerator.getDefault());
    }
}
