package org.domicile.query;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a worker loads, linked and ready (class data sharing, JEP 350), which takes a third off the
 * work of a start. Java looks itself whether it fits the jars, and goes on without it where it does
 * not; so it has another name for each Java and each class path.
 *
 * @param file there or not
 */
record ClassArchive(Path file) {
    /** Bytes; it has 5 MB. */
    static final long LARGEST = 64L << 20;

    private static final String BEGIN = "workers-";
    private static final String END = ".jsa";

    /** How many of other Javas and class paths stay. */
    private static final int KEPT = 4;

    /**
     * Beside the engine's library, where workers can read it.
     *
     * @return none where the class path has folders, of which Java archives nothing
     */
    static Optional<ClassArchive> of(List<Path> classPath) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
        digest.update(Runtime.version().toString().getBytes(StandardCharsets.UTF_8));
        Optional<Path> folder = Optional.empty();
        for (Path place : classPath) {
            if (!Files.isRegularFile(place)) {
                return Optional.empty();
            }
            String which =
                    "%s %d %d\n"
                            .formatted(
                                    place.toAbsolutePath(),
                                    Files.size(place),
                                    Files.getLastModifiedTime(place).toMillis() / 1_000);
            digest.update(which.getBytes(StandardCharsets.UTF_8));
            if (Files.exists(place.resolveSibling(EngineJar.LIBRARY))) {
                folder = Optional.of(place.resolveSibling(""));
            }
        }
        String name = BEGIN + HexFormat.of().formatHex(digest.digest(), 0, 8) + END;
        return folder.map(beside -> new ClassArchive(beside.resolve(name)));
    }

    boolean exists() {
        return Files.isRegularFile(file);
    }

    /** Of no use. */
    void remove() throws IOException {
        Files.deleteIfExists(file);
    }

    /** Takes what a worker wrote; another process may do the same. */
    void take(Path written) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + "." + ProcessHandle.current().pid());
        try {
            Files.copy(written, fresh, StandardCopyOption.REPLACE_EXISTING);
            try (FileChannel whole = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                whole.force(true); // a name without its bytes would stop every worker
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(fresh);
        }
        for (Path other : others()) {
            Files.deleteIfExists(other);
        }
    }

    private List<Path> others() throws IOException {
        try (Stream<Path> all = Files.list(file.resolveSibling(""))) {
            return all.filter(each -> each.getFileName().toString().startsWith(BEGIN))
                    .filter(each -> each.getFileName().toString().endsWith(END))
                    .sorted((a, b) -> Long.compare(age(a), age(b)))
                    .skip(KEPT)
                    .toList();
        }
    }

    /** The newest first; one that went meanwhile is the oldest. */
    private static long age(Path each) {
        return -each.toFile().lastModified();
    }
}
