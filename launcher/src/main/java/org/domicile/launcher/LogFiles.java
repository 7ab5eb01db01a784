package org.domicile.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The static files of one log, as they lie in the data folder. What its checkpoint says here is not
 * checked yet.
 *
 * @param name of the log; its folder below {@code ledger/}
 * @param folder where its checkpoint lies
 * @param origin first line of the checkpoint
 * @param size second line
 */
record LogFiles(String name, Path folder, String origin, long size) {
    static final String PUBLIC = "public";
    private static final int LARGEST = 1 << 20;

    /** All logs below a ledger's folder, the public one first. */
    static List<LogFiles> in(Path ledger) {
        List<Path> checkpoints = new ArrayList<>();
        try {
            Files.walkFileTree(ledger, new Search(checkpoints));
        } catch (IOException e) {
            throw new Problem(
                    Files.isDirectory(ledger)
                            ? "cannot read " + ledger + ": " + e.getMessage()
                            : "there is no ledger at "
                                    + ledger
                                    + "; name the data folder with --data");
        }
        List<LogFiles> logs = new ArrayList<>();
        for (Path each : checkpoints) {
            logs.add(read(ledger, each));
        }
        logs.sort(
                Comparator.comparing((LogFiles each) -> !each.name().equals(PUBLIC))
                        .thenComparing(LogFiles::name));
        return logs;
    }

    /** Those that a person asked for: one, or all when the name is empty. */
    static List<LogFiles> in(Path ledger, String name) {
        List<LogFiles> all = in(ledger);
        if (name.isEmpty()) {
            if (all.isEmpty()) {
                throw new Problem("there is no log yet in " + ledger);
            }
            return all;
        }
        List<LogFiles> one = all.stream().filter(each -> each.name().equals(name)).toList();
        if (one.isEmpty()) {
            throw new Problem(
                    "there is no log "
                            + name
                            + " in "
                            + ledger
                            + "; there are: "
                            + String.join(", ", all.stream().map(LogFiles::name).toList()));
        }
        return one;
    }

    /** Finds checkpoints without looking at tiles, of which there may be a million. */
    private static final class Search extends SimpleFileVisitor<Path> {
        private final List<Path> checkpoints;

        Search(List<Path> checkpoints) {
            this.checkpoints = checkpoints;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return folder.endsWith("tile")
                    ? FileVisitResult.SKIP_SUBTREE
                    : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.endsWith("checkpoint")) {
                checkpoints.add(file);
            }
            return FileVisitResult.CONTINUE;
        }
    }

    private static LogFiles read(Path ledger, Path checkpoint) {
        Path folder = ledger.resolve(checkpoint).getParent();
        if (folder == null) {
            throw new IllegalStateException(checkpoint + " lies nowhere");
        }
        String name = ledger.relativize(folder).toString();
        String[] lines = text(checkpoint).split("\n", 3);
        boolean two = lines.length == 3 && lines[1].matches("\\d{1,18}");
        return new LogFiles(name, folder, lines[0], two ? Long.parseLong(lines[1]) : 0);
    }

    private static String text(Path checkpoint) {
        try {
            if (Files.size(checkpoint) > LARGEST) {
                throw new Problem(checkpoint + " is no checkpoint: it is too long");
            }
            return new String(Files.readAllBytes(checkpoint), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new Problem("cannot read " + checkpoint + ": " + e.getMessage());
        }
    }
}
