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

    /** Whether rules keep something of a table that it reads. */
    public boolean ruled() {
        return scans.stream().anyMatch(each -> !each.rules().isEmpty());
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
     * @param rules that keep something of it from the caller, and what; empty for none. Then what
     *     is read is more than the caller sees, and nobody tells him how much
     */
    public record Scan(
            TableName name,
            String place,
            List<DataFile> files,
            List<String> columns,
            long rows,
            long bytes,
            String rules) {
        /** They are the record's own. */
        public Scan {
            files = List.copyOf(files);
            columns = List.copyOf(columns);
        }
    }
}
