package org.domicile.proof;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A file system in an image file on a loop device, which can lose its power. One folder holds the
 * image and the mount point; its name carries our process id, so that a later run finds and removes
 * what a run that was killed has left behind.
 */
final class LoopVolume implements AutoCloseable {
    private static final String PREFIX = "domicile-power-";

    /** Room for the server's reserve and a few dozen segments; the image is sparse. */
    private static final long BYTES = 2L << 30;

    /** File systems that know the shutdown call. */
    enum FileSystem {
        /** Journal in ordered mode, the default of most systems. */
        EXT4,
        /** Red Hat's default. */
        XFS;

        static FileSystem of(String name) {
            return valueOf(name.toUpperCase(Locale.ROOT));
        }
    }

    private final FileSystem fileSystem;
    private final Path folder;
    private final Path mountPoint;
    private final Path image;
    private final Thread atExit = Thread.ofPlatform().unstarted(this::leave);
    private boolean mounted;

    /** Makes and mounts one. @throws IOException with a sentence when this needs root */
    LoopVolume(FileSystem fileSystem) throws IOException, InterruptedException {
        this(fileSystem, BYTES);
    }

    /** One of this size. */
    LoopVolume(FileSystem fileSystem, long bytes) throws IOException, InterruptedException {
        if (!isRoot()) {
            throw new IOException(
                    "a power cut needs root: it mounts a file system of its own and shuts it down");
        }
        sweep();
        this.fileSystem = fileSystem;
        folder = Files.createTempDirectory(PREFIX + ProcessHandle.current().pid() + "-");
        Runtime.getRuntime().addShutdownHook(atExit);
        mountPoint = Files.createDirectory(folder.resolve("volume"));
        image = folder.resolve("image");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(bytes);
        }
        String program = Foreign.program("mkfs." + fileSystem.name().toLowerCase(Locale.ROOT));
        switch (fileSystem) {
            case EXT4 ->
                    // no lazy work: the kernel would write in the background what we want to lose
                    Foreign.command(
                                    program,
                                    "-q",
                                    "-F",
                                    "-E",
                                    "lazy_itable_init=0,lazy_journal_init=0",
                                    image.toString())
                            .done();
            case XFS -> Foreign.command(program, "-q", "-f", image.toString()).done();
        }
        mount();
    }

    static boolean isRoot() throws IOException {
        return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    }

    /** Where it is mounted; the same after each cut. */
    Path mountPoint() {
        return mountPoint;
    }

    /** Nothing reaches the device from now on; whoever writes gets errors. */
    void cut() throws IOException {
        Shutdown.now(mountPoint);
    }

    /** Takes it off and mounts it again: the journal is replayed. All its users must be gone. */
    void revive() throws IOException, InterruptedException {
        unmount();
        mount();
    }

    private void mount() throws IOException, InterruptedException {
        Foreign.command(
                        Foreign.program("mount"),
                        "-o",
                        "loop",
                        "-t",
                        fileSystem.name().toLowerCase(Locale.ROOT),
                        image.toString(),
                        mountPoint.toString())
                .done();
        mounted = true;
    }

    private void unmount() throws IOException, InterruptedException {
        // a process that was killed a moment ago may still hold it
        for (int attempt = 0; ; attempt++) {
            Foreign.Ended ended =
                    Foreign.command(Foreign.program("umount"), mountPoint.toString()).run();
            if (ended.status() == 0) {
                mounted = false;
                return;
            }
            if (attempt == 100) {
                throw new IOException("could not unmount: " + ended.said());
            }
            LockSupport.parkNanos(50_000_000);
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        try {
            if (mounted) {
                unmount();
            }
        } finally {
            discard(folder);
            Runtime.getRuntime().removeShutdownHook(atExit);
        }
    }

    /** A run that is ended from outside leaves no mount behind. */
    private void leave() {
        try {
            discard(folder);
        } catch (IOException e) {
            System.err.println("left behind: " + folder + ": " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Removes what runs that died have left: their process is gone. */
    static void sweep() throws IOException, InterruptedException {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        try (Stream<Path> all = Files.list(temporary)) {
            for (Path each : all.filter(LoopVolume::leftBehind).toList()) {
                discard(each);
            }
        }
    }

    private static boolean leftBehind(Path folder) {
        String name = folder.getFileName().toString();
        if (!name.startsWith(PREFIX)) {
            return false;
        }
        String pid = name.substring(PREFIX.length()).split("-", 2)[0];
        return pid.matches("\\d{1,9}")
                && ProcessHandle.of(Long.parseLong(pid)).filter(ProcessHandle::isAlive).isEmpty();
    }

    private static void discard(Path folder) throws IOException, InterruptedException {
        Path at = folder.resolve("volume");
        if (Files.readString(Path.of("/proc/self/mounts")).contains(" " + at + " ")) {
            // lazily: whoever still has a file open there must not keep the rest from going
            Foreign.command(Foreign.program("umount"), "-l", at.toString()).run();
        }
        Files.deleteIfExists(folder.resolve("image"));
        Files.deleteIfExists(at);
        Files.deleteIfExists(folder);
    }
}
