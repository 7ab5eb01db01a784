package org.domicile.objects;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The contract over RocksDB and segment files. */
final class RealObjectsTest extends ObjectsContract {
    @TempDir private Path folder;

    @Override
    Rig open() {
        return Rig.real(folder);
    }
}
