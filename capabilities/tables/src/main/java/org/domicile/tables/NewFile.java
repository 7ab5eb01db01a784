package org.domicile.tables;

import java.util.List;

/**
 * A Parquet file of rows that is ready: written whole and durable below the table's place, and no
 * table's yet.
 *
 * @param name in the warehouse's bucket
 * @param size in bytes
 * @param rows that it holds
 * @param spec id of the partitioning that it was written by
 * @param partition the values of that partitioning's fields, in their order, but for those that are
 *     void; empty where there is none
 * @param columns what its footer says of its leaves, by the ids of their fields
 * @param offsets where its row groups begin
 */
public record NewFile(
        String name,
        long size,
        long rows,
        int spec,
        List<Value> partition,
        List<Measured> columns,
        List<Long> offsets) {
    /** They are the record's own. */
    public NewFile {
        partition = List.copyOf(partition);
        columns = List.copyOf(columns);
        offsets = List.copyOf(offsets);
    }

    /** Of a field of a partitioning. */
    public sealed interface Value {
        /** Null. */
        record None() implements Value {}

        /**
         * Whole numbers in decimal; of dates the days, of times and timestamps the microseconds
         * (nanoseconds where the type has them) from their begin, in decimal; decimals without
         * their point; bytes in hexadecimal; all else as it is written.
         */
        record Text(String text) implements Value {}
    }

    /**
     * A leaf of the schema.
     *
     * @param field its id
     * @param stored how its values lie in the file
     * @param groups one for each row group
     */
    public record Measured(int field, Stored stored, List<Group> groups) {
        /** They are the record's own. */
        public Measured {
            groups = List.copyOf(groups);
        }
    }

    /**
     * What is known of a leaf in one row group.
     *
     * @param bytes that it takes
     * @param values of it, nulls among them
     * @param nulls -1 where nobody counted
     * @param least its least value as Parquet encodes it (PLAIN); empty where it is not known
     * @param most the same of its greatest
     */
    public record Group(long bytes, long values, long nulls, byte[] least, byte[] most) {}

    /** Parquet's physical types. */
    public enum Stored {
        BOOLEAN,
        INT32,
        INT64,
        INT96,
        FLOAT,
        DOUBLE,
        BYTE_ARRAY,
        FIXED
    }
}
