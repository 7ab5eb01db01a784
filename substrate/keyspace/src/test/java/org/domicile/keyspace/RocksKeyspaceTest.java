package org.domicile.keyspace;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class RocksKeyspaceTest extends KeyspaceContract {
    @TempDir Path folder;

    @Override
    protected Keyspace open() {
        return Keyspace.open(folder.resolve("keyspace"), KeyspaceOptions.defaults());
    }
}
