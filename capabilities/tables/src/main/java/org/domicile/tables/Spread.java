package org.domicile.tables;

import java.util.List;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.TableMetadata;

/**
 * How rows are laid into files that are written now.
 *
 * @param format of the table, 1 to 3
 * @param spec id of the partitioning
 * @param parts its fields in order; empty of a table that has none
 */
public record Spread(int format, int spec, List<Part> parts) {
    /** They are the record's own. */
    public Spread {
        parts = List.copyOf(parts);
    }

    /**
     * A field of a partitioning.
     *
     * @param column id of the field that it is of
     * @param transform as Iceberg writes it: {@code identity}, {@code day}, {@code bucket[16]}
     */
    public record Part(int column, String transform) {}

    static Spread of(TableMetadata metadata) {
        PartitionSpec spec = metadata.spec();
        return new Spread(
                metadata.formatVersion(),
                spec.specId(),
                spec.fields().stream()
                        .filter(each -> !each.transform().isVoid())
                        .map(Spread::part)
                        .toList());
    }

    private static Part part(PartitionField field) {
        return new Part(field.sourceId(), field.transform().toString());
    }
}
