package org.domicile.query;

import java.util.List;

/**
 * All that a statement will read.
 *
 * @param kind of the statement
 * @param sql its text
 * @param scans one for each table
 */
public record Plan(Kind kind, String sql, List<Scan> scans) {
    /** They are the record's own. */
    public Plan {
        scans = List.copyOf(scans);
    }

    /** Bytes of the planned columns, as they lie in the files. */
    public long bytes() {
        return scans.stream().mapToLong(Scan::bytes).sum();
    }

    /**
     * What is read of one table.
     *
     * @param name as the statement has it
     * @param place as it is called on record: a table, or an object
     * @param files of data and of deletes
     * @param columns top-level columns, in the table's order
     * @param rows of the files
     * @param bytes of these columns, as they lie in the files, and of what deletes rows
     */
    public record Scan(
            TableName name,
            String place,
            List<DataFile> files,
            List<String> columns,
            long rows,
            long bytes) {
        /** They are the record's own. */
        public Scan {
            files = List.copyOf(files);
            columns = List.copyOf(columns);
        }
    }
}
