package org.domicile.tables;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.SeekableInputStream;

/**
 * Files of one table as the library opens them, to be read: manifests and lists of them, whole and
 * in memory. What is not below the table's place is not opened, whatever a manifest says.
 */
final class TableFiles implements FileIO {
    private static final int LONGEST = 32 << 20;

    private final Warehouse warehouse;
    private final String id;

    TableFiles(Warehouse warehouse, String id) {
        this.warehouse = warehouse;
        this.id = id;
    }

    @Override
    public InputFile newInputFile(String path) {
        String name = Locations.name(warehouse, id, path);
        return new InputFile() {
            private byte[] bytes = new byte[0];
            private boolean read;

            private byte[] bytes() {
                if (!read) {
                    bytes = whole(name);
                    read = true;
                }
                return bytes;
            }

            @Override
            public long getLength() {
                return bytes().length;
            }

            @Override
            public SeekableInputStream newStream() {
                return new Stream(bytes());
            }

            @Override
            public String location() {
                return path;
            }

            @Override
            public boolean exists() {
                return true;
            }
        };
    }

    /** One that is there. */
    static InputFile inMemory(String path, byte[] bytes) {
        return new InputFile() {
            @Override
            public long getLength() {
                return bytes.length;
            }

            @Override
            public SeekableInputStream newStream() {
                return new Stream(bytes);
            }

            @Override
            public String location() {
                return path;
            }

            @Override
            public boolean exists() {
                return true;
            }
        };
    }

    private byte[] whole(String name) {
        try (Warehouse.Readable file = warehouse.read(name)) {
            if (file.size() > LONGEST) {
                throw new Refusal(Refusal.Kind.TOO_LARGE, "A manifest has at most 32 MiB: " + name);
            }
            try (InputStream in = file.read(0, file.size())) {
                byte[] all = new byte[(int) file.size()];
                new java.io.DataInputStream(in).readFully(all);
                AvroFiles.check(name, all);
                return all;
            }
        } catch (IOException e) {
            throw new RuntimeIOException(e, "Failed to read %s", name);
        }
    }

    @Override
    public OutputFile newOutputFile(String path) {
        throw new IllegalStateException("a scan writes nothing");
    }

    @Override
    public void deleteFile(String path) {
        throw new IllegalStateException("a scan removes nothing");
    }

    @Override
    public Map<String, String> properties() {
        return Map.of();
    }

    /** Bytes in memory. */
    private static final class Stream extends SeekableInputStream {
        private final byte[] bytes;
        private int at;

        Stream(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public long getPos() {
            return at;
        }

        @Override
        public void seek(long position) throws IOException {
            if (position < 0 || position > bytes.length) {
                throw new EOFException("there is no byte " + position);
            }
            at = (int) position;
        }

        @Override
        public int read() {
            return at < bytes.length ? bytes[at++] & 0xFF : -1;
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            if (length == 0) {
                return 0;
            }
            int count = Math.min(length, bytes.length - at);
            if (count <= 0) {
                return -1;
            }
            System.arraycopy(bytes, at, into, offset, count);
            at += count;
            return count;
        }
    }
}
