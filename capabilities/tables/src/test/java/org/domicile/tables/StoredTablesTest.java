package org.domicile.tables;

import java.time.InstantSource;
import java.util.random.RandomGenerator;
import org.domicile.keyspace.Keyspace;

/** The engine over a keyspace in memory; opened anew it knows what stands there and no more. */
class StoredTablesTest extends TablesContract {
    private final Keyspace keyspace = Keyspace.inMemory();

    @Override
    Tables open() {
        return Tables.open(keyspace, InstantSource.system(), RandomGenerator.getDefault());
    }
}
