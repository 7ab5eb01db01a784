package org.domicile.keyspace;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class RocksAdditionsTest extends AdditionsContract {
    @TempDir Path folder;

    @Override
    Keyspace open() {
        return Keyspace.open(folder.resolve("keyspace"), KeyspaceOptions.defaults());
    }
}
