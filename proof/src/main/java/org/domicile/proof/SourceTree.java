package org.domicile.proof;

import java.nio.file.Files;
import java.nio.file.Path;

/** The source tree that this program was built from, or runs in. */
final class SourceTree {
    private SourceTree() {}

    /** Its root. */
    static Path root() {
        String home = System.getProperty("domicile.home");
        Path folder = Path.of(home == null ? "" : home).toAbsolutePath();
        while (!Files.isExecutable(folder.resolve("domicile"))
                || !Files.exists(folder.resolve("pom.xml"))) {
            folder = folder.getParent();
            if (folder == null) {
                throw new IllegalStateException("not inside the source tree");
            }
        }
        return folder;
    }
}
