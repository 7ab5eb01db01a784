package org.domicile.backup;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.domicile.bytes.Disk;
import org.domicile.bytes.DiskFull;

/**
 * A real disk of which one changing call fails, and which knows which names are not durable. When a
 * snapshot gets its name, none of an object may be.
 */
final class WatchedDisk implements Disk {
    private final Disk real = Disk.real();
    private final Set<Path> unforced = new TreeSet<>();
    private long changes;
    private long failing = -1;
    private boolean full;

    /** Makes one changing call fail: 1 is the next. */
    void fail(long nth, boolean asFull) {
        failing = changes + nth;
        full = asFull;
    }

    /** Nothing fails any more. */
    void heal() {
        failing = -1;
    }

    /** Whether the call that was to fail was made. */
    boolean hasFailed() {
        return failing >= 0 && changes >= failing;
    }

    private void changing(String what) throws IOException {
        if (++changes == failing) {
            throw full ? new DiskFull("no room: " + what) : new IOException("broken: " + what);
        }
    }

    @Override
    public DiskFile open(Path path) throws IOException {
        changing("open " + path);
        return new Watched(real.open(path));
    }

    @Override
    public DiskFile openForReading(Path path) throws IOException {
        return real.openForReading(path);
    }

    @Override
    public byte[] read(Path path) throws IOException {
        return real.read(path);
    }

    @Override
    public boolean exists(Path path) {
        return real.exists(path);
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        return real.list(directory);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        changing("mkdir " + directory);
        real.createDirectories(directory);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        changing("rename " + to);
        String name = to.toString();
        if (name.contains("/snapshots/")) {
            assertEquals(Set.of(), unforced, "objects whose names are not durable");
        }
        real.rename(from, to);
        if (name.contains("/objects/")) {
            unforced.add(to);
        }
    }

    @Override
    public void delete(Path path) throws IOException {
        changing("unlink " + path);
        real.delete(path);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        changing("fsync " + directory);
        real.forceDirectory(directory);
        unforced.removeIf(each -> directory.equals(each.getParent()));
    }

    @Override
    public long usable(Path directory) throws IOException {
        return real.usable(directory);
    }

    private final class Watched implements DiskFile {
        private final DiskFile file;

        Watched(DiskFile file) {
            this.file = file;
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            return file.read(target, position);
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            changing("write");
            file.write(source, position);
        }

        @Override
        public void force() throws IOException {
            changing("fdatasync");
            file.force();
        }

        @Override
        public void allocate(long length) throws IOException {
            file.allocate(length);
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
