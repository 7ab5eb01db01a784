package org.domicile.bytes;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The operating system's file system. */
final class RealDisk implements Disk {
    private static final long LARGEST_SMALL_FILE = 16L << 20;
    private static final FileAttribute<?> DIRECTORY_MODE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    @Override
    public DiskFile open(Path path) throws IOException {
        return explained(
                path,
                () ->
                        RealFile.open(
                                path,
                                Set.of(
                                        StandardOpenOption.READ,
                                        StandardOpenOption.WRITE,
                                        StandardOpenOption.CREATE)));
    }

    @Override
    public DiskFile openForReading(Path path) throws IOException {
        return RealFile.open(path, Set.of(StandardOpenOption.READ));
    }

    @Override
    public byte[] read(Path path) throws IOException {
        long size = Files.size(path);
        if (size > LARGEST_SMALL_FILE) {
            throw new IOException(
                    path + " has " + size + " bytes, more than a small file may have");
        }
        // A stream and not a channel: an interrupt cannot close it.
        try (var stream = new java.io.FileInputStream(path.toFile())) {
            return stream.readAllBytes();
        }
    }

    /** Side by side: the file system commits the syncs that wait together as one. */
    @Override
    public void write(Map<Path, byte[]> contents) throws IOException {
        RealFile.write(contents);
    }

    @Override
    public boolean exists(Path path) {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> String.valueOf(entry.getFileName())).sorted().toList();
        }
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        Path parent = directory.toAbsolutePath().getParent();
        if (parent != null) {
            createDirectories(parent);
        }
        try {
            explained(directory, () -> Files.createDirectory(directory, DIRECTORY_MODE));
        } catch (FileAlreadyExistsException e) {
            // somebody else made it meanwhile: two commands start a server on one new folder
            if (!Files.isDirectory(directory)) {
                throw e;
            }
        }
        if (parent != null) {
            forceDirectory(parent);
        }
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        explained(
                to,
                () ->
                        Files.move(
                                from,
                                to,
                                StandardCopyOption.ATOMIC_MOVE,
                                StandardCopyOption.REPLACE_EXISTING));
    }

    @Override
    public void link(Path existing, Path fresh) throws IOException {
        explained(fresh, () -> Files.createLink(fresh, existing));
    }

    @Override
    public void delete(Path path) throws IOException {
        Files.deleteIfExists(path);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        RealFile.forceDirectory(directory);
    }

    @Override
    public long usable(Path directory) throws IOException {
        return Files.getFileStore(directory).getUsableSpace();
    }

    /** Makes {@link DiskFull} of what the system says when there is no room. */
    static <T> T explained(Path path, Call<T> call) throws IOException {
        try {
            return call.run();
        } catch (DiskFull e) {
            throw e;
        } catch (IOException e) {
            throw isFull(e, path) ? new DiskFull(path + ": no room is left", e) : e;
        }
    }

    private static boolean isFull(IOException e, Path path) {
        String message = String.valueOf(e.getMessage());
        if (message.contains("No space left") || message.contains("quota exceeded")) {
            return true;
        }
        if (e instanceof NoSuchFileException
                || e instanceof AccessDeniedException
                || e instanceof FileAlreadyExistsException) {
            return false; // these say for themselves what is wrong
        }
        // The system's sentence comes in the operator's language, so the room itself is asked too.
        try {
            Path directory = path.toAbsolutePath().getParent();
            if (directory == null) {
                return false;
            }
            FileStore store = Files.getFileStore(directory);
            // A file system without any room at all (/proc) is none that could be full.
            return store.getTotalSpace() > 0 && store.getUsableSpace() < 4_096;
        } catch (IOException unknown) {
            e.addSuppressed(unknown);
            return false;
        }
    }

    /** One call of the file system. */
    interface Call<T> {
        T run() throws IOException;
    }
}
