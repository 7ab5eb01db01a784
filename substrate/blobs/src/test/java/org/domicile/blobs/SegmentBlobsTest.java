package org.domicile.blobs;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import org.domicile.bytes.Disk;
import org.domicile.keyspace.Keyspace;
import org.junit.jupiter.api.io.TempDir;

class SegmentBlobsTest extends BlobsContract {
    private static final BlobOptions SMALL =
            new BlobOptions(16L << 16, 1L << 40, Duration.ofHours(1));

    @TempDir Path folder;

    @Override
    protected Blobs engine(Keyspace keyspace) {
        return Blobs.open(
                folder, Disk.real(), keyspace, SMALL, new SecureRandom(), InstantSource.system());
    }
}
