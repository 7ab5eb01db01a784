package org.domicile.query;

import java.util.List;
import java.util.Map;

/**
 * A file of rows of a table of the catalog, and what says that some of them are deleted.
 *
 * @param location as delete files call it
 * @param constants by a column's id: what it holds where the file has no such column
 * @param firstRow number of its first row ({@link Lineage}); -1 where the table keeps none
 * @param written sequence number of the commit that brought it
 */
public record TableFile(
        DataFile file,
        String location,
        Map<Integer, String> constants,
        List<Deletes> deletes,
        long firstRow,
        long written) {
    /** Of a table that keeps no lineage. */
    public TableFile(
            DataFile file, String location, Map<Integer, String> constants, List<Deletes> deletes) {
        this(file, location, constants, deletes, -1, 0);
    }

    /** They are the record's own. */
    public TableFile {
        constants = Map.copyOf(constants);
        deletes = List.copyOf(deletes);
    }

    /** How rows are named that are deleted. */
    public sealed interface Deletes {
        /** By the location of a file and the number of the row: a file of Parquet with both. */
        record Positions(DataFile file) implements Deletes {}

        /** By what they hold in some columns. @param ids of these columns */
        record Equal(DataFile file, List<Integer> ids) implements Deletes {
            /** They are the record's own. */
            public Equal {
                ids = List.copyOf(ids);
            }
        }

        /**
         * By the numbers of the rows, which {@link Sources.Reading#rows} reads.
         *
         * @param id another one for another vector @param place as on record @param bytes that it
         *     has @param count how many rows
         */
        record Vector(String id, String place, long bytes, long count) implements Deletes {}
    }
}
