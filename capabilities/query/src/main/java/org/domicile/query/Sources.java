package org.domicile.query;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/**
 * How the tables that a statement names are reached, for one statement of one caller. Owned by the
 * thread that runs the statement.
 */
public interface Sources {
    /**
     * What a name means to whoever asks; {@link Failure#NO_TABLE} for nothing that it may know of,
     * {@link Failure#REFUSED} for what it may not use. Reads no data but what describes them.
     *
     * @param namespace of a view whose text has the name: what has no namespace lies there; empty
     *     for a name of the statement itself
     */
    Answer<Relation> resolve(TableName name, At at, List<String> namespace);

    /**
     * Files of a table that it resolved, but for those that can hold no row that is wanted. May
     * read what describes them, and no data. Who resolves no {@link CatalogTable} is not asked.
     */
    default Answer<List<TableFile>> files(CatalogTable table, Wanted wanted) {
        throw new IllegalStateException("there is no catalog that has " + table.name());
    }

    /**
     * Asks once, before any data is read, for leave to read all that the statement will; it is on
     * record when this returns. A plan without scans reads nothing, and is a use all the same.
     */
    Answer<Reading> open(Plan plan);

    /**
     * What people are told of a plan that EXPLAIN shows: what lets it be read, and what of it.
     * Lines of text; none when there is nothing to say.
     */
    default List<String> told(Plan plan) {
        return List.of();
    }

    /** What may be read, until it is closed. */
    interface Reading extends AutoCloseable {
        /** Bytes of a file of the plan. @throws IOException when they cannot be read */
        InputStream read(DataFile file, long offset, long length) throws IOException;

        /** Numbers of the rows that a vector deletes, from 0. @throws IOException as reading */
        default long[] rows(TableFile.Deletes.Vector vector) throws IOException {
            throw new IllegalStateException("there is no catalog that has " + vector.place());
        }

        @Override
        void close();
    }
}
