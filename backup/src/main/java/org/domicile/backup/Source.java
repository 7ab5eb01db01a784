package org.domicile.backup;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.function.Predicate;

/**
 * What is backed up: folders and files that stand still while they are copied, each under a name of
 * its own.
 */
public record Source(List<Root> roots) {
    /** The names differ. */
    public Source {
        roots = List.copyOf(roots);
        if (roots.stream().map(Root::name).distinct().count() != roots.size()) {
            throw new IllegalArgumentException("two roots have one name: " + roots);
        }
    }

    /**
     * One of them.
     *
     * @param name in the snapshot
     * @param path of the folder or file, which is there
     * @param taken which files below it, by their path from there, with slashes
     */
    public record Root(String name, Path path, Predicate<String> taken) {
        /** All of it. */
        public Root(String name, Path path) {
            this(name, path, _ -> true);
        }
    }

    /**
     * How much there is.
     *
     * @param files count @param bytes their sizes
     */
    public record Size(long files, long bytes) {}

    /** Counts it all. */
    public Size size() throws IOException {
        long[] count = new long[2];
        for (Root root : roots) {
            Path start = root.path().toRealPath();
            Files.walkFileTree(
                    start,
                    new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult visitFile(Path file, BasicFileAttributes is) {
                            String below = start.relativize(file).toString();
                            if (is.isRegularFile() && root.taken().test(below)) {
                                count[0]++;
                                count[1] += is.size();
                            }
                            return FileVisitResult.CONTINUE;
                        }
                    });
        }
        return new Size(count[0], count[1]);
    }
}
