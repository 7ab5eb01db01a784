package org.domicile.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/**
 * A secret in the first line of a file that is its owner's alone, or of standard input: never on
 * the command line, where every user of the machine sees it.
 */
final class SecretFile {
    private static final Path STANDARD_INPUT = Path.of("-");
    private static final int LONGEST = 4_096;
    private static final Set<PosixFilePermission> OTHERS =
            Set.of(
                    PosixFilePermission.GROUP_READ,
                    PosixFilePermission.GROUP_WRITE,
                    PosixFilePermission.OTHERS_READ,
                    PosixFilePermission.OTHERS_WRITE);

    private SecretFile() {}

    /**
     * @param file {@code -} for standard input
     */
    static String read(Path file) {
        if (file.equals(STANDARD_INPUT)) {
            return Input.quiet("-");
        }
        try {
            if (Files.getPosixFilePermissions(file).stream().anyMatch(OTHERS::contains)) {
                throw new Problem(
                        "others may read or write %s; make it yours alone with: chmod 600 %s"
                                .formatted(file, file));
            }
            try (InputStream in = Files.newInputStream(file)) {
                String begin = new String(in.readNBytes(LONGEST), StandardCharsets.UTF_8);
                return begin.lines().findFirst().orElse("").strip();
            }
        } catch (IOException e) {
            throw new Problem("cannot read " + file + ": " + e.getMessage());
        }
    }
}
