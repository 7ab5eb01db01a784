package org.domicile.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a run leaves behind if nobody tidies up: a temporary folder and child processes. Closing it
 * ends and removes all, the newest first; so does the end of this process, by Ctrl-C too.
 */
final class Scratch implements AutoCloseable {
    private static final long GRACE_SECONDS = 20;

    private final Path folder;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final Thread atExit = new Thread(this::end, "scratch");
    private boolean ended;

    private Scratch(Path folder) {
        this.folder = folder;
    }

    /**
     * @param parent where the folder is made; on the disk that is to be measured
     */
    static Scratch in(Path parent) throws IOException {
        Files.createDirectories(parent);
        Scratch scratch = new Scratch(Files.createTempDirectory(parent, "domicile-bench"));
        Runtime.getRuntime().addShutdownHook(scratch.atExit);
        return scratch;
    }

    Path folder() {
        return folder;
    }

    /** Something to close with the rest. */
    synchronized <T extends AutoCloseable> T with(T resource) {
        if (ended) {
            throw new IllegalStateException("the run is over");
        }
        opened.push(resource);
        return resource;
    }

    /** A child process, which ends when its standard input does, and by force if it does not. */
    synchronized Process with(Process child) {
        with((AutoCloseable) () -> end(child));
        return child;
    }

    private static void end(Process child) throws IOException, InterruptedException {
        child.getOutputStream().close();
        if (!child.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) {
            child.destroyForcibly().waitFor(GRACE_SECONDS, TimeUnit.SECONDS);
        }
    }

    @Override
    public void close() {
        end();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // We are ending already, and the hook finds nothing left to do.
            return;
        }
    }

    private synchronized void end() {
        if (ended) {
            return;
        }
        ended = true;
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                System.err.println("bench: tidying up: " + e);
            }
        }
        try {
            remove(folder);
        } catch (IOException | UncheckedIOException e) {
            System.err.println("bench: " + folder + " could not be removed: " + e);
        }
    }

    /** Removes a folder and all in it. */
    static void remove(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        Files.walkFileTree(
                folder,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.deleteIfExists(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException e) {
                        return FileVisitResult.CONTINUE; // gone meanwhile
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(
                            Path directory, @Nullable IOException e) throws IOException {
                        Files.deleteIfExists(directory);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
