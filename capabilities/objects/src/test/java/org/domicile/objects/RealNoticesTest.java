package org.domicile.objects;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** On RocksDB and segment files. */
class RealNoticesTest extends NoticesContract {
    @TempDir private Path folder;

    @Override
    Rig open() {
        return Rig.real(folder);
    }
}
