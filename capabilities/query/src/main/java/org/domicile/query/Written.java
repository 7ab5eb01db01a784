package org.domicile.query;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/**
 * Rows of a statement as one file in staging, until it is closed; or, where their target has keys,
 * as several, which are read one by one.
 */
public interface Written extends AutoCloseable {
    /** The files: itself, or one for each partition that has rows. */
    default List<Written> files() {
        return List.of(this);
    }

    /**
     * What its rows have in common: for each key of the target a {@link Value.Text} or {@link
     * Value.Null}. Whole numbers in decimal; of dates the days, of times and timestamps the
     * microseconds (nanoseconds where the type has them) from their begin; decimals without their
     * point; bytes in hexadecimal.
     */
    default List<Value> partition() {
        return List.of();
    }

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
