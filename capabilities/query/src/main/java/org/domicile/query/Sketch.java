package org.domicile.query;

/**
 * How many different values a column has, nulls aside.
 *
 * @param distinct about so many; of 4,096 and less, exactly so many
 * @param theta a compact theta sketch of Apache DataSketches with its default seed, at most {@link
 *     #MOST} bytes; each value went in as Apache Iceberg's table specification serialises it
 *     (appendix D, binary single-value serialization). An empty one goes in as nothing, and is not
 *     counted
 */
public record Sketch(long distinct, byte[] theta) {
    /** Nominal entries of a sketch: twice its standard error is about 3 %. */
    public static final int ENTRIES = 4_096;

    /** Bytes: an entry has eight, and what stands before them is at most 24. */
    public static final int MOST = ENTRIES * 8 + 24;

    /** Columns of one statement: each takes 64 KiB while it runs. */
    public static final int MOST_COLUMNS = 64;

    /** Checks what a worker says. */
    public Sketch {
        if (distinct < 0 || theta.length == 0 || theta.length > MOST) {
            throw new IllegalArgumentException(
                    "no sketch: %d of %d bytes".formatted(distinct, theta.length));
        }
    }
}
