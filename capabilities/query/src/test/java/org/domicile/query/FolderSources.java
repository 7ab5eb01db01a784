package org.domicile.query;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Tables that are Parquet files of a folder, {@code NAME.parquet}; what is asked is written down.
 */
public final class FolderSources implements Sources {
    private final Path folder;

    /** What was opened, in order. */
    public final List<Plan> plans = new ArrayList<>();

    /** Bytes that were read after it was opened. */
    public long read;

    /** Over a folder. */
    public FolderSources(Path folder) {
        this.folder = folder;
    }

    @Override
    public Answer<Relation> resolve(TableName name, At at, List<String> namespace) {
        Path file = folder.resolve(name.table() + ".parquet");
        if (!Files.exists(file)) {
            return Answer.failed(Failure.NO_TABLE, "There is no table " + name + ".");
        }
        try {
            Footer footer =
                    Footer.read(Files.size(file), (from, length) -> range(file, from, length));
            String id = file + "@" + Files.getLastModifiedTime(file);
            return Answer.of(new Table(List.of(new DataFile(id, file.toString(), footer))));
        } catch (NotParquet e) {
            return Answer.failed(Failure.INVALID, name + ": " + e.getMessage());
        } catch (IOException e) {
            return Answer.failed(Failure.SYSTEM, String.valueOf(e.getMessage()));
        }
    }

    @Override
    public Answer<Reading> open(Plan plan) {
        plans.add(plan);
        return Answer.of(
                new Reading() {
                    @Override
                    public InputStream read(DataFile file, long offset, long length)
                            throws IOException {
                        read += length;
                        return range(Path.of(file.place()), offset, length);
                    }

                    @Override
                    public void close() {}
                });
    }

    private static InputStream range(Path file, long offset, long length) throws IOException {
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            byte[] bytes = new byte[(int) length];
            in.seek(offset);
            in.readFully(bytes);
            return new ByteArrayInputStream(bytes);
        }
    }
}
