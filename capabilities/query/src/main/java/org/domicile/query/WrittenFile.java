package org.domicile.query;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * A file that a worker writes. The program makes it, empty, and keeps it open: what the worker may
 * put in place of its name is never opened here. The name is gone as soon as the rows are there.
 */
final class WrittenFile implements Written {
    private final Path path;
    private final FileChannel channel;
    private final Staging staging;
    private volatile long most;
    private long held;
    private long rows;
    private long size;
    private Measures measures = Measures.NONE;
    private List<Value> partition = List.of();

    private WrittenFile(Path path, FileChannel channel, Staging staging) {
        this.path = path;
        this.channel = channel;
        this.staging = staging;
        this.most = staging.left();
    }

    static WrittenFile in(Path folder, long number, Staging staging) throws IOException {
        Path path = folder.resolve("w" + number);
        return new WrittenFile(
                path,
                FileChannel.open(
                        path,
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE),
                staging);
    }

    String path() {
        return path.toString();
    }

    /** Whether it is larger than there is room, also where others give way. Any thread. */
    boolean over() {
        try {
            long now = channel.isOpen() ? channel.size() : 0;
            if (now > most) {
                staging.widen(2 * now);
                most = staging.left();
            }
            return now > most;
        } catch (IOException _) {
            return false; // closed just now
        }
    }

    /** All rows are in it; its name stays, for the engine to read it again, until it is closed. */
    WrittenFile kept(long count) throws IOException {
        rows = count;
        size = channel.size();
        staging.hold(size, "what is written");
        held = size;
        return this;
    }

    /** What its rows have in common. */
    WrittenFile of(List<Value> common) {
        partition = List.copyOf(common);
        return this;
    }

    /** All rows are in it. */
    WrittenFile finished(long count, Target target) throws IOException {
        rows = count;
        size = channel.size();
        staging.hold(size, "what is written");
        held = size;
        Files.deleteIfExists(path);
        if (target instanceof Target.Parquet) {
            measures = Measures.of(Footer.read(size, this::range));
            if (measures.rows() != rows) {
                throw new NotParquet(
                        "it has " + measures.rows() + " rows, and " + rows + " were written");
            }
        }
        return this;
    }

    private InputStream range(long offset, long length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(length));
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, offset + bytes.position()) < 0) {
                throw new EOFException("it ends before its length");
            }
        }
        return new java.io.ByteArrayInputStream(bytes.array());
    }

    @Override
    public List<Value> partition() {
        return partition;
    }

    @Override
    public long rows() {
        return rows;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public Measures measures() {
        return measures;
    }

    @Override
    public InputStream read() throws IOException {
        return Channels.newInputStream(channel.position(0));
    }

    @Override
    public void close() {
        try (channel) {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            System.getLogger("org.domicile.query")
                    .log(System.Logger.Level.WARNING, path + " stays until the session ends", e);
        }
        staging.release(held);
        held = 0;
    }
}
