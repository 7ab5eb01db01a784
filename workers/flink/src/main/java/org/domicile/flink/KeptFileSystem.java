package org.domicile.flink;

import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.flink.core.fs.BlockLocation;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/**
 * Where Flink believes its checkpoints to lie: {@code kept:///WATCH/…}, in memory. What is called
 * {@code _metadata} is a whole checkpoint, and is handed to the program before it counts as
 * written.
 */
final class KeptFileSystem extends FileSystem {
    static final String SCHEME = "kept";
    static final URI ROOT = URI.create(SCHEME + ":///");

    /** A checkpoint, whole. */
    private static final String CHECKPOINT = "_metadata";

    /** Takes checkpoints. */
    interface Keeper {
        /** Keeps one. @throws IOException when it is not kept */
        void keep(String watch, byte[] checkpoint) throws IOException;
    }

    private static final ConcurrentMap<String, byte[]> FILES = new ConcurrentHashMap<>();
    private static volatile Keeper keeper =
            (watch, checkpoint) -> {
                throw new IOException("nobody keeps checkpoints yet");
            };

    static void keeper(Keeper now) {
        keeper = now;
    }

    /** Puts a checkpoint where a watch can begin with it. @return where */
    static String restored(String watch, byte[] checkpoint) {
        String folder = "/" + watch + "/before";
        FILES.put(folder + "/" + CHECKPOINT, checkpoint);
        return SCHEME + "://" + folder;
    }

    /** Nothing of a watch stays. */
    static void forget(String watch) {
        FILES.keySet().removeIf(each -> each.startsWith("/" + watch + "/"));
    }

    private static String name(Path path) {
        return path.toUri().getPath();
    }

    @Override
    public Path getWorkingDirectory() {
        return new Path(ROOT);
    }

    @Override
    public Path getHomeDirectory() {
        return new Path(ROOT);
    }

    @Override
    public URI getUri() {
        return ROOT;
    }

    @Override
    public FileStatus getFileStatus(Path path) throws IOException {
        byte[] file = FILES.get(name(path));
        if (file != null) {
            return new Status(path, file.length, false);
        }
        String below = name(path).endsWith("/") ? name(path) : name(path) + "/";
        if (FILES.keySet().stream().anyMatch(each -> each.startsWith(below))) {
            return new Status(path, 0, true);
        }
        throw new FileNotFoundException(path.toString());
    }

    @Override
    public BlockLocation[] getFileBlockLocations(FileStatus file, long start, long length) {
        return new BlockLocation[0];
    }

    @Override
    public FSDataInputStream open(Path path, int bufferSize) throws IOException {
        return open(path);
    }

    @Override
    public FSDataInputStream open(Path path) throws IOException {
        byte[] file = FILES.get(name(path));
        if (file == null) {
            throw new FileNotFoundException(path.toString());
        }
        return new Input(file);
    }

    @Override
    public FileStatus[] listStatus(Path path) {
        String below = name(path) + "/";
        return FILES.entrySet().stream()
                .filter(each -> each.getKey().startsWith(below))
                .map(each ->
                        new Status(
                                new Path(SCHEME + "://" + each.getKey()),
                                each.getValue().length,
                                false))
                .toArray(FileStatus[]::new);
    }

    @Override
    public boolean delete(Path path, boolean recursive) {
        String below = name(path) + "/";
        return FILES.keySet().removeIf(each -> each.equals(name(path)) || each.startsWith(below));
    }

    @Override
    public boolean mkdirs(Path path) {
        return true;
    }

    @Override
    public FSDataOutputStream create(Path path, WriteMode mode) {
        return new Output(path);
    }

    @Override
    public boolean rename(Path from, Path to) {
        byte[] file = FILES.remove(name(from));
        if (file == null) {
            return false;
        }
        FILES.put(name(to), file);
        return true;
    }

    @Override
    public boolean isDistributedFS() {
        return true; // and what is in it outlives this process
    }

    private record Status(Path path, long length, boolean folder) implements FileStatus {
        @Override
        public long getLen() {
            return length;
        }

        @Override
        public long getBlockSize() {
            return length;
        }

        @Override
        public short getReplication() {
            return 1;
        }

        @Override
        public long getModificationTime() {
            return 0;
        }

        @Override
        public long getAccessTime() {
            return 0;
        }

        @Override
        public boolean isDir() {
            return folder;
        }

        @Override
        public Path getPath() {
            return path;
        }
    }

    /** Owned by one thread. */
    private static final class Output extends FSDataOutputStream {
        private final Path path;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private boolean closed;

        Output(Path path) {
            this.path = path;
        }

        @Override
        public long getPos() {
            return bytes.size();
        }

        @Override
        public void write(int one) {
            bytes.write(one);
        }

        @Override
        public void write(byte[] some, int from, int length) {
            bytes.write(some, from, length);
        }

        @Override
        public void flush() {}

        @Override
        public void sync() {}

        @Override
        public void close() throws IOException {
            if (closed) {
                return;
            }
            closed = true;
            byte[] file = bytes.toByteArray();
            String name = name(path);
            if (path.getName().equals(CHECKPOINT)) {
                keeper.keep(name.split("/", 3)[1], file);
            }
            FILES.put(name, file);
        }
    }

    /** Owned by one thread. */
    private static final class Input extends FSDataInputStream {
        private final byte[] file;
        private int at;

        Input(byte[] file) {
            this.file = file;
        }

        @Override
        public void seek(long to) throws IOException {
            if (to < 0 || to > file.length) {
                throw new IOException("no place in the file: " + to);
            }
            at = (int) to;
        }

        @Override
        public long getPos() {
            return at;
        }

        @Override
        public int read() {
            return at < file.length ? file[at++] & 0xff : -1;
        }

        @Override
        public int read(byte[] into, int from, int length) {
            if (at >= file.length) {
                return length == 0 ? 0 : -1;
            }
            int count = Math.min(length, file.length - at);
            System.arraycopy(file, at, into, from, count);
            at += count;
            return count;
        }

        @Override
        public int available() {
            return file.length - at;
        }
    }
}
