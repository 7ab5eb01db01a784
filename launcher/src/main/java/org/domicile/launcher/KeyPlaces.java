package org.domicile.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import org.domicile.keys.KeyOptions;

/**
 * Where the keys of one installation lie, once defaults are filled in.
 *
 * @param places of the key store @param root the root key's file
 */
record KeyPlaces(List<Path> places, Path root) {
    /** Its environment variable, for those who have a passphrase and no file for it. */
    static final String PASSPHRASE = "DOMICILE_PASSPHRASE";

    private static final int LONGEST_PASSPHRASE = 4_096;

    static KeyPlaces of(Settings.Keeping keeping, Installation installation, Path folder) {
        List<Path> places =
                keeping.places().isEmpty()
                        ? List.of(
                                Folder.home()
                                        .resolve(".config/domicile")
                                        .resolve(installation.name(folder)))
                        : keeping.places();
        for (Path place : places) {
            if (place.startsWith(folder)) {
                throw new Problem(
                        "keys.places names %s, which lies in the data folder: who copies the folder would copy its keys; name a folder outside of it"
                                .formatted(place));
            }
        }
        Path root = keeping.root().orElse(places.getFirst().resolve("root.key"));
        if (root.startsWith(folder)) {
            throw new Problem(
                    "keys.root names %s, which lies in the data folder; name a file outside of it"
                            .formatted(root));
        }
        return new KeyPlaces(places, root);
    }

    Path firstCredential() {
        return places.getFirst().resolve(FirstCredential.FILE);
    }

    KeyOptions options(Settings.Keeping keeping) throws IOException {
        char[] passphrase = passphrase(keeping);
        return new KeyOptions(
                places,
                passphrase.length == 0
                        ? new KeyOptions.Root.KeyFile(root)
                        : new KeyOptions.Root.Passphrase(root, passphrase));
    }

    private static char[] passphrase(Settings.Keeping keeping) throws IOException {
        if (keeping.passphrase().isEmpty()) {
            String said = System.getenv(PASSPHRASE);
            return said == null ? new char[0] : said.toCharArray();
        }
        Path file = keeping.passphrase().get();
        if (!Files.isRegularFile(file) || Files.size(file) > LONGEST_PASSPHRASE) {
            throw new Problem("keys.passphrase.file: " + file + " is no file of one line");
        }
        if (Files.getPosixFilePermissions(file).stream().anyMatch(KeyPlaces::othersMayRead)) {
            throw new Problem(
                    "keys.passphrase.file: others may read %s; make it yours alone with: chmod 600 %s"
                            .formatted(file, file));
        }
        String line = Files.readString(file).stripTrailing();
        if (line.isEmpty()) {
            throw new Problem("keys.passphrase.file: " + file + " is empty");
        }
        return line.toCharArray();
    }

    private static boolean othersMayRead(PosixFilePermission permission) {
        return permission == PosixFilePermission.GROUP_READ
                || permission == PosixFilePermission.OTHERS_READ;
    }
}
