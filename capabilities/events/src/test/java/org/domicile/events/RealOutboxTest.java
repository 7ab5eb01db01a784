package org.domicile.events;

import java.nio.file.Path;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.KeyspaceOptions;
import org.junit.jupiter.api.io.TempDir;

/** In RocksDB, opened again on what is there. */
class RealOutboxTest extends OutboxContract {
    @TempDir private Path folder;

    @Override
    Keyspace open() {
        return Keyspace.open(
                folder.resolve("keyspace"),
                new KeyspaceOptions(4L << 20, 8L << 20, 8_192, 8L << 20, 1 << 20));
    }
}
