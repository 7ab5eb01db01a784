package org.domicile.query;

import java.io.IOException;
import java.io.InputStream;

/** Rows of a statement as one file in staging, until it is closed. */
public interface Written extends AutoCloseable {
    /** How many. */
    long rows();

    /** Bytes of the file. */
    long size();

    /** What it says of itself, of Parquet; {@link Measures#NONE} otherwise. */
    Measures measures();

    /** The file from its begin. As it was when it was finished, whatever came of its name. */
    InputStream read() throws IOException;

    @Override
    void close();
}
