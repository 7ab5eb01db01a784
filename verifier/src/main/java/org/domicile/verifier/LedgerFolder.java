package org.domicile.verifier;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * All logs of one installation below a folder: {@code public}, and {@code use/ORGANISATION/NODE}.
 * Each log's origin is the installation's own beginning with the log's name after it, and one pair
 * of keys signs them all under the name of each.
 *
 * @param folder where {@code public} lies
 */
public record LedgerFolder(Path folder) {
    /** Name of the public log. */
    public static final String PUBLIC = "public";

    /** Names of the logs whose files are there, the public one first. */
    public List<String> logs() throws IOException {
        List<String> names = new ArrayList<>();
        Files.walkFileTree(
                folder,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(
                            Path directory, BasicFileAttributes attributes) {
                        // tiles, of which there may be a million, hold no checkpoints
                        return directory.endsWith("tile")
                                ? FileVisitResult.SKIP_SUBTREE
                                : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        Path log = file.getParent();
                        if (file.endsWith("checkpoint") && log != null) {
                            names.add(folder.relativize(log).toString());
                        }
                        return FileVisitResult.CONTINUE;
                    }
                });
        names.sort(
                Comparator.comparing((String name) -> !name.equals(PUBLIC))
                        .thenComparing(Comparator.naturalOrder()));
        return names;
    }

    /** Whether an origin ends as that of the log of this name does. */
    public static boolean belongs(String origin, String log) {
        return origin.endsWith("/" + log);
    }

    /** The keys for one log: those of its own name, or those of its installation's public log. */
    public static List<VerifierKey> keys(List<VerifierKey> given, String origin) {
        List<VerifierKey> own = given.stream().filter(key -> key.name().equals(origin)).toList();
        return own.isEmpty()
                ? given.stream()
                        .filter(key ->
                                belongs(key.name(), PUBLIC)
                                        && origin.startsWith(beginning(key.name())))
                        .map(key -> key.named(origin))
                        .toList()
                : own;
    }

    private static String beginning(String publicOrigin) {
        return publicOrigin.substring(0, publicOrigin.length() - PUBLIC.length());
    }
}
