package org.domicile.tables;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;

/**
 * Files of one table as the library opens them while it makes a snapshot: manifests and lists of
 * them. Each is written whole when its stream is closed. What was written here, and lists that this
 * program wrote before, are read from memory, so that a table that only this program appends to is
 * appended to without opening anything.
 */
final class WrittenFiles implements FileIO {
    private final Warehouse warehouse;
    private final String id;
    private final Lists lists;
    private final FileIO present;
    private final Map<String, byte[]> written = new ConcurrentHashMap<>();

    WrittenFiles(Warehouse warehouse, String id, Lists lists) {
        this.warehouse = warehouse;
        this.id = id;
        this.lists = lists;
        this.present = new TableFiles(warehouse, id);
    }

    @Override
    public InputFile newInputFile(String path) {
        return Optional.ofNullable(written.get(path))
                .or(() -> lists.find(path))
                .map(bytes -> TableFiles.inMemory(path, bytes))
                .orElseGet(() -> present.newInputFile(path));
    }

    @Override
    public OutputFile newOutputFile(String path) {
        String name = Locations.name(warehouse, id, path);
        return new OutputFile() {
            @Override
            public PositionOutputStream create() {
                return new Stream(path, name);
            }

            @Override
            public PositionOutputStream createOrOverwrite() {
                return create();
            }

            @Override
            public String location() {
                return path;
            }

            @Override
            public InputFile toInputFile() {
                return newInputFile(path);
            }
        };
    }

    @Override
    public void deleteFile(String path) {
        if (written.remove(path) != null) {
            warehouse.remove(Locations.name(warehouse, id, path));
        }
    }

    @Override
    public Map<String, String> properties() {
        return Map.of();
    }

    /** Remembers a list that is the table's now. */
    void keep(String list) {
        byte[] bytes = written.get(list);
        if (bytes != null) {
            lists.keep(list, bytes);
        }
    }

    /** Removes all that was written. */
    void undo() {
        for (String path : List.copyOf(written.keySet())) {
            deleteFile(path);
        }
    }

    /** Gathers a file. */
    private final class Stream extends PositionOutputStream {
        private final String path;
        private final String name;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private boolean closed;

        Stream(String path, String name) {
            this.path = path;
            this.name = name;
        }

        @Override
        public long getPos() {
            return bytes.size();
        }

        @Override
        public void write(int octet) {
            bytes.write(octet);
        }

        @Override
        public void write(byte[] from, int offset, int length) {
            bytes.write(from, offset, length);
        }

        @Override
        public void close() throws IOException {
            if (closed) {
                return;
            }
            closed = true;
            byte[] whole = bytes.toByteArray();
            warehouse.write(name, whole);
            written.put(path, whole);
        }
    }
}
