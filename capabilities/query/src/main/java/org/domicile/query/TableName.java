package org.domicile.query;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A table as a statement names it.
 *
 * @param parts one to three: table; schema and table; catalog, schema and table. A single part may
 *     be a place, {@code s3://bucket/key.parquet}
 */
public record TableName(List<String> parts) {
    /** Checks the count. */
    public TableName {
        parts = List.copyOf(parts);
        if (parts.isEmpty() || parts.size() > 3) {
            throw new IllegalArgumentException("a name has one to three parts: " + parts);
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
