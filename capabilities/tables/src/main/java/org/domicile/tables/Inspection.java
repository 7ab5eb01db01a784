package org.domicile.tables;

import java.util.List;
import java.util.Map;

/**
 * A table, looked into: what its current snapshot holds, and what its metadata say for people.
 *
 * @param files of data @param bytes in them @param rows in them, deleted ones too
 * @param smallFiles files of data under three quarters of the size that writers aim at
 * @param smallBytes in those
 * @param aim that size, {@code write.target-file-size-bytes}
 * @param deleteFiles files and vectors that delete rows @param deletedRows rows that they name
 * @param manifests of the snapshot
 * @param snapshots that the table keeps
 * @param metadataFiles that the metadata's log keeps, with the current one
 */
public record Inspection(
        TableName name,
        String description,
        long files,
        long bytes,
        long rows,
        long smallFiles,
        long smallBytes,
        long aim,
        long deleteFiles,
        long deletedRows,
        long manifests,
        long snapshots,
        long metadataFiles) {

    /**
     * All of it as JSON: what the metadata say (see {@link Describing}), the counts by their names
     * here, with hyphens, and how upkeep stands.
     *
     * @param upkeep by name
     * @param rules for people, one a line
     */
    public String answer(Map<String, String> upkeep, List<String> rules) {
        return Describing.answer(this, upkeep, rules);
    }
}
