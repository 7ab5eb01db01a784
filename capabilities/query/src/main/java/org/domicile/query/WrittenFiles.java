package org.domicile.query;

import java.io.InputStream;
import java.util.List;

/** A file for each partition of the rows of a statement. */
record WrittenFiles(List<Written> files) implements Written {
    WrittenFiles {
        files = List.copyOf(files);
    }

    @Override
    public long rows() {
        return files.stream().mapToLong(Written::rows).sum();
    }

    @Override
    public long size() {
        return files.stream().mapToLong(Written::size).sum();
    }

    private static IllegalStateException several() {
        return new IllegalStateException("it is several files, each for itself");
    }

    @Override
    public Measures measures() {
        throw several();
    }

    @Override
    public InputStream read() {
        throw several();
    }

    @Override
    public void close() {
        files.forEach(Written::close);
    }
}
