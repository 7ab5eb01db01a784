package org.domicile.query;

import java.io.IOException;
import java.io.InputStream;

/**
 * How the tables that a statement names are reached, for one statement of one caller. Owned by the
 * thread that runs the statement.
 */
public interface Sources {
    /**
     * What a name means to whoever asks; {@link Failure#NO_TABLE} for nothing that it may know of,
     * {@link Failure#REFUSED} for what it may not use. Reads no data but what describes them.
     */
    Answer<Table> resolve(TableName name);

    /**
     * Asks once, before any data is read, for leave to read all that the statement will; it is on
     * record when this returns. A plan without scans reads nothing, and is a use all the same.
     */
    Answer<Reading> open(Plan plan);

    /** What may be read, until it is closed. */
    interface Reading extends AutoCloseable {
        /** Bytes of a file of the plan. @throws IOException when they cannot be read */
        InputStream read(DataFile file, long offset, long length) throws IOException;

        @Override
        void close();
    }
}
