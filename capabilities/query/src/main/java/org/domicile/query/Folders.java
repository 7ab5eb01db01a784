package org.domicile.query;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.domicile.walls.JavaChild;

/**
 * Folders of sessions below the staging folder, each {@code session-N} with {@code files} (what the
 * session reads), {@code spill} (what it sets aside) and {@code out} (files that it makes), for
 * this program's user alone.
 */
final class Folders {
    private static final String SESSION = "session-";

    private final Path staging;
    private long next;

    private Folders(Path staging) {
        this.staging = staging;
    }

    /** Removes what an earlier run left, and nothing that it cannot have made. */
    static Folders in(Path staging) throws IOException {
        make(staging);
        try (Stream<Path> all = Files.list(staging)) {
            List<Path> left =
                    all.filter(each -> each.getFileName().toString().startsWith(SESSION)).toList();
            for (Path each : left) {
                JavaChild.remove(each);
            }
        }
        return new Folders(staging);
    }

    /** A new one. */
    synchronized Path fresh() throws IOException {
        Path folder = staging.resolve(SESSION + ++next);
        make(folder);
        make(files(folder));
        make(spill(folder));
        make(out(folder));
        return folder;
    }

    /** When no session is left the folder itself goes, unless something of others is in it. */
    void leave() throws IOException {
        try {
            Files.deleteIfExists(staging);
        } catch (DirectoryNotEmptyException _) {
            // not ours alone
        }
    }

    static Path files(Path session) {
        return session.resolve("files");
    }

    static Path spill(Path session) {
        return session.resolve("spill");
    }

    static Path out(Path session) {
        return session.resolve("out");
    }

    private static void make(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(
                    folder,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        }
    }

    /** Who writes there could make more than anybody wants to look at. */
    private static final int MOST_FILES = 10_000;

    /** Of the files that lie in it; those that go meanwhile count nothing. */
    static long bytes(Path folder) throws IOException {
        long sum = 0;
        int count = 0;
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
            for (Path each : all) {
                if (++count > MOST_FILES) {
                    break;
                }
                try {
                    BasicFileAttributes file =
                            Files.readAttributes(
                                    each, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                    sum += file.isRegularFile() ? file.size() : 0;
                } catch (NoSuchFileException _) {
                    // it went
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return sum;
    }
}
