package org.domicile.query;

import java.util.List;

/** Some rows of a result: a vector for each column, all of one size. */
public record Batch(int rows, List<Vector> columns) {
    /** They are the record's own. */
    public Batch {
        columns = List.copyOf(columns);
    }
}
