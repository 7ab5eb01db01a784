package org.domicile.flink;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.flink.core.fs.BlockLocation;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.fs.RecoverableFsDataOutputStream;
import org.apache.flink.core.fs.RecoverableWriter;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.domicile.watches.Wire;

/**
 * Where Flink believes its checkpoints to lie: {@code kept:///WATCH/…}. What is called {@code
 * _metadata} is a whole checkpoint: it is handed to the program in pieces, as it is written, and is
 * there once the program has kept it; what it was is not in memory here. A checkpoint that a watch
 * begins with is, in pieces, until the first of its own.
 */
final class KeptFileSystem extends FileSystem {
    static final String SCHEME = "kept";
    static final URI ROOT = URI.create(SCHEME + ":///");

    /** A checkpoint, whole. */
    private static final String CHECKPOINT = "_metadata";

    private static final String BEFORE = "before";

    /** Takes checkpoints. */
    interface Keeper {
        /** Begins one. */
        Keeping begin(String watch) throws IOException;
    }

    /** A checkpoint on its way. */
    interface Keeping {
        /** Takes bytes, which are the caller's again afterwards. */
        void write(byte[] piece, int length) throws IOException;

        /** Has it kept. @throws IOException when it is not */
        void keep() throws IOException;
    }

    /** What is there. @param pieces of one that the program handed over; none of others */
    private record File(List<byte[]> pieces, long length) {}

    private static final ConcurrentMap<String, File> FILES = new ConcurrentHashMap<>();
    private static volatile Keeper keeper =
            watch -> {
                throw new IOException("nobody keeps checkpoints yet");
            };

    static void keeper(Keeper now) {
        keeper = now;
    }

    /** Puts a checkpoint where a watch can begin with it. @return where */
    static String restored(String watch, List<byte[]> pieces) {
        String folder = "/" + watch + "/" + BEFORE;
        long length = pieces.stream().mapToLong(each -> each.length).sum();
        FILES.put(folder + "/" + CHECKPOINT, new File(List.copyOf(pieces), length));
        return SCHEME + "://" + folder;
    }

    /** Nothing of a watch stays. */
    static void forget(String watch) {
        FILES.keySet().removeIf(each -> each.startsWith("/" + watch + "/"));
    }

    /** It has a checkpoint of its own. */
    private static void forgetRestored(String watch) {
        FILES.remove("/" + watch + "/" + BEFORE + "/" + CHECKPOINT);
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
        File file = FILES.get(name(path));
        if (file != null) {
            return new Status(path, file.length(), false);
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
        File file = FILES.get(name(path));
        if (file == null || file.pieces().isEmpty()) {
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
                                each.getValue().length(),
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

    /** Closing such a stream would not say whether what it was given is whole. */
    @Override
    public FSDataOutputStream create(Path path, WriteMode mode) throws IOException {
        throw new IOException("nothing is written here but checkpoints: " + path);
    }

    @Override
    public RecoverableWriter createRecoverableWriter() {
        return new Writer();
    }

    @Override
    public boolean rename(Path from, Path to) {
        return false;
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

    /** Says when a stream is whole, and goes on with none. */
    private static final class Writer implements RecoverableWriter {
        @Override
        public RecoverableFsDataOutputStream open(Path path) throws IOException {
            if (!path.getName().equals(CHECKPOINT)) {
                throw new IOException("nothing is written here but checkpoints: " + path);
            }
            return new Output(path);
        }

        @Override
        public RecoverableFsDataOutputStream recover(ResumeRecoverable resumable)
                throws IOException {
            throw new IOException("a checkpoint is written anew");
        }

        @Override
        public boolean requiresCleanupOfRecoverableState() {
            return false;
        }

        @Override
        public boolean cleanupRecoverableState(ResumeRecoverable resumable) {
            return false;
        }

        @Override
        public RecoverableFsDataOutputStream.Committer recoverForCommit(CommitRecoverable resumable)
                throws IOException {
            throw new IOException("a checkpoint is written anew");
        }

        @Override
        public SimpleVersionedSerializer<CommitRecoverable> getCommitRecoverableSerializer() {
            throw new IllegalStateException("a checkpoint is written anew");
        }

        @Override
        public SimpleVersionedSerializer<ResumeRecoverable> getResumeRecoverableSerializer() {
            throw new IllegalStateException("a checkpoint is written anew");
        }

        @Override
        public boolean supportsResume() {
            return false;
        }
    }

    /** Owned by one thread. */
    private static final class Output extends RecoverableFsDataOutputStream {
        private final Path path;
        private final String watch;
        private final Keeping keeping;
        private final byte[] piece = new byte[Wire.PIECE_BYTES];
        private int filled;
        private long handed;

        Output(Path path) throws IOException {
            this.path = path;
            this.watch = name(path).split("/", 3)[1];
            this.keeping = keeper.begin(watch);
        }

        @Override
        public long getPos() {
            return handed + filled;
        }

        @Override
        public void write(int one) throws IOException {
            if (filled == piece.length) {
                hand();
            }
            piece[filled++] = (byte) one;
        }

        @Override
        public void write(byte[] some, int from, int length) throws IOException {
            int at = from;
            while (at < from + length) {
                if (filled == piece.length) {
                    hand();
                }
                int count = Math.min(piece.length - filled, from + length - at);
                System.arraycopy(some, at, piece, filled, count);
                filled += count;
                at += count;
            }
        }

        private void hand() throws IOException {
            if (filled > 0) {
                keeping.write(piece, filled);
                handed += filled;
                filled = 0;
            }
        }

        @Override
        public void flush() {}

        @Override
        public void sync() {}

        @Override
        public RecoverableWriter.ResumeRecoverable persist() throws IOException {
            throw new IOException("a checkpoint is written anew");
        }

        @Override
        public Committer closeForCommit() throws IOException {
            hand();
            return new Committer() {
                @Override
                public void commit() throws IOException {
                    keeping.keep();
                    FILES.put(name(path), new File(List.of(), handed));
                    forgetRestored(watch);
                }

                @Override
                public void commitAfterRecovery() throws IOException {
                    throw new IOException("a checkpoint is written anew");
                }

                @Override
                public RecoverableWriter.CommitRecoverable getRecoverable() {
                    throw new IllegalStateException("a checkpoint is written anew");
                }
            };
        }

        /** What was not whole the program lets go, when the next comes at the latest. */
        @Override
        public void close() {}
    }

    /** Owned by one thread. */
    private static final class Input extends FSDataInputStream {
        private final File file;
        private long at;
        private int piece;
        private int within; // of that piece

        Input(File file) {
            this.file = file;
        }

        @Override
        public void seek(long to) throws IOException {
            if (to < 0 || to > file.length()) {
                throw new IOException("no place in the file: " + to);
            }
            at = to;
            piece = 0;
            long before = to;
            while (piece < file.pieces().size() && before >= file.pieces().get(piece).length) {
                before -= file.pieces().get(piece).length;
                piece++;
            }
            within = (int) before;
        }

        @Override
        public long getPos() {
            return at;
        }

        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int from, int length) {
            if (at >= file.length()) {
                return length == 0 ? 0 : -1;
            }
            byte[] now = file.pieces().get(piece);
            int count = Math.min(length, now.length - within);
            System.arraycopy(now, within, into, from, count);
            at += count;
            within += count;
            if (within == now.length) {
                piece++;
                within = 0;
            }
            return count;
        }

        @Override
        public int available() {
            return (int) Math.min(file.length() - at, Integer.MAX_VALUE);
        }
    }
}
