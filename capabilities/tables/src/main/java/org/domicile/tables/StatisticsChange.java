package org.domicile.tables;

import java.util.List;

/**
 * Statistics of a snapshot, whose file lies there.
 *
 * @param table of which
 * @param id its id: another table of that name is another table
 * @param snapshot that was counted
 * @param file name in the warehouse's bucket
 * @param puffin what stands in it
 */
public record StatisticsChange(
        TableName table, String id, long snapshot, String file, Puffin puffin) {

    /**
     * A file of statistics, as Iceberg's Puffin specification has it.
     *
     * @param bytes all of it
     * @param footer bytes of its footer
     * @param columns each a blob, in this order
     */
    public record Puffin(byte[] bytes, long footer, List<Distinct> columns) {
        /** They are the record's own. */
        public Puffin {
            columns = List.copyOf(columns);
        }
    }
}
