package org.domicile.query;

import java.util.List;
import java.util.Optional;

/**
 * The rows of one statement, pulled batch by batch. The session runs nothing else before it is
 * closed. Owned by one thread.
 */
public interface Rows extends AutoCloseable {
    /** Columns of the result. */
    List<Column> columns();

    /** The next rows; empty after the last. */
    Answer<Optional<Batch>> next();

    /** Ends the work, if there is any left. */
    @Override
    void close();
}
