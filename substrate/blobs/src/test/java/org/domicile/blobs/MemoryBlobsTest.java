package org.domicile.blobs;

import org.domicile.keyspace.Keyspace;

class MemoryBlobsTest extends BlobsContract {
    @Override
    protected Blobs engine(Keyspace keyspace) {
        return Blobs.inMemory(keyspace);
    }
}
