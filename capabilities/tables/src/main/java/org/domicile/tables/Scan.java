package org.domicile.tables;

import java.util.List;
import java.util.Map;

/**
 * What has to be read of a table to answer a question, as of one snapshot.
 *
 * @param table its id, 20 hexadecimal digits; all files lie below it
 * @param uuid of the table, as its metadata says
 * @param format of the table, 1 to 3
 * @param schema of the snapshot, as Iceberg writes a schema in JSON, with the ids of its fields
 * @param snapshot its id; -1 of a table that has none, which is empty
 * @param columns of the schema, outermost ones, in order
 * @param files that may hold rows
 * @param properties of the table
 */
public record Scan(
        String table,
        String uuid,
        int format,
        String schema,
        long snapshot,
        List<Column> columns,
        List<DataFile> files,
        Map<String, String> properties) {
    /**
     * A column.
     *
     * @param id of the field in files
     * @param type as Iceberg writes it, such as {@code long}, {@code decimal(9,2)}, {@code
     *     list<string>}
     */
    public record Column(int id, String name, String type, Presence presence) {}

    /** Whether a column is in each row. */
    public enum Presence {
        REQUIRED,
        OPTIONAL
    }

    /**
     * A file of rows.
     *
     * @param name in the warehouse's bucket, without {@code s3://BUCKET/}
     * @param location as the metadata has it
     * @param format PARQUET, AVRO or ORC
     * @param size in bytes
     * @param records how many rows it holds, those that are deleted too
     * @param spec id of the partitioning that it was written by
     * @param partition by the name of the partition's field: the value as a text; an absent one is
     *     null and has no entry
     * @param constants by the id of a column that the file is partitioned by as it is: the value as
     *     a text, as {@link Field.Initial} has it; it holds where the file has no such column
     * @param firstRow id of its first row, where the table keeps lineage; -1 otherwise
     * @param sequence data sequence number
     * @param written file sequence number: of the commit that brought it
     * @param deletes what applies to it
     * @param residual what is left to be asked of each row of what was asked, in Iceberg's JSON;
     *     the text {@code true} where nothing is
     */
    public record DataFile(
            String name,
            String location,
            String format,
            long size,
            long records,
            int spec,
            Map<String, String> partition,
            Map<Integer, String> constants,
            long firstRow,
            long sequence,
            long written,
            List<DeleteFile> deletes,
            String residual) {}

    /**
     * What says that rows are deleted.
     *
     * @param name in the warehouse's bucket
     * @param location as the metadata has it
     * @param format PARQUET, AVRO, ORC or PUFFIN
     * @param size in bytes, of the whole file
     * @param records how many it deletes
     * @param offset of a vector in its file; -1 otherwise
     * @param length of a vector in its file; -1 otherwise
     * @param equality ids of the fields by which rows are equal, of equality deletes; empty
     *     otherwise
     */
    public record DeleteFile(
            Deletes deletes,
            String name,
            String location,
            String format,
            long size,
            long records,
            long offset,
            long length,
            List<Integer> equality) {}

    /** How rows are named that are deleted. */
    public enum Deletes {
        /** By file and position. */
        POSITIONS,
        /** By what they hold. */
        EQUALITY,
        /** By a bitmap of positions in a Puffin file ("deletion-vector-v1"). */
        VECTOR
    }
}
