package org.domicile.query;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A table as a statement names it.
 *
 * @param parts the levels of its namespace, the outermost first, and the table. A single part may
 *     be a place, {@code s3://bucket/key.parquet}
 */
public record TableName(List<String> parts) {
    /** Parts of the longest: a namespace has at most 16 levels. */
    public static final int MOST_PARTS = 17;

    /** Checks the count. */
    public TableName {
        parts = List.copyOf(parts);
        if (parts.isEmpty() || parts.size() > MOST_PARTS) {
            throw new IllegalArgumentException(
                    "a name has 1 to " + MOST_PARTS + " parts: " + parts);
        }
    }

    /** The last part. */
    public String table() {
        return parts.getLast();
    }

    /** As SQL, each part in double quotes. */
    public String quoted() {
        return parts.stream()
                .map(part -> '"' + part.replace("\"", "\"\"") + '"')
                .collect(Collectors.joining("."));
    }

    @Override
    public String toString() {
        return String.join(".", parts);
    }
}
