package org.domicile.objects;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** On RocksDB and segment files. */
final class RealAmendmentsTest extends AmendmentsContract {
    @TempDir Path folder;

    @Override
    Rig open() {
        return Rig.real(folder);
    }
}
