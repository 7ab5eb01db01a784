package org.domicile.tables;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.apache.iceberg.BlobMetadata;
import org.apache.iceberg.DataOperations;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.SortField;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.types.Types;

/**
 * A table's metadata for people, as JSON.
 *
 * <pre>
 * name, id, uuid, format, location, metadata-location   texts; format is a number
 * columns        [{id, name, type, required, doc}]      types as SQL of Iceberg names them
 * partitioning   [text]                                 such as "day(at)"
 * order          [text]                                 such as "at desc nulls last"
 * snapshot       number, when there is one
 * history        [{id, parent, at, operation, current, added-rows, rows, added-files, files}]
 * statistics     {snapshot, at, current, changed-rows, bytes, columns: [{id, name, distinct}]}
 *                                                       the newest, when there are some
 * compacted      {snapshot, at, files-before, files-after}  the last one, when there was one
 * references     [{name, kind, snapshot}]
 * properties     {text: text}
 * </pre>
 */
final class Describing {
    private Describing() {}

    private interface Writing {
        void to(JsonGenerator out) throws IOException;
    }

    private static String text(Writing writing) {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = Document.MAPPER.createGenerator(text)) {
            writing.to(out);
        } catch (IOException e) {
            throw new UncheckedIOException("a string does not fail", e);
        }
        return text.toString();
    }

    /** The members of an object, without its braces. */
    static String metadata(LoadedTable table) {
        String whole =
                text(out -> {
                    out.writeStartObject();
                    write(out, table);
                    out.writeEndObject();
                });
        return whole.substring(1, whole.length() - 1);
    }

    private static void write(JsonGenerator out, LoadedTable table) throws IOException {
        TableMetadata metadata = table.metadata();
        out.writeStringField("name", table.name().text());
        out.writeStringField("id", table.id());
        out.writeStringField("uuid", table.uuid());
        out.writeNumberField("format", metadata.formatVersion());
        out.writeStringField("location", metadata.location());
        out.writeStringField("metadata-location", table.metadataLocation());
        out.writeArrayFieldStart("columns");
        for (Types.NestedField each : metadata.schema().columns()) {
            out.writeStartObject();
            out.writeNumberField("id", each.fieldId());
            out.writeStringField("name", each.name());
            out.writeStringField("type", each.type().toString());
            out.writeBooleanField("required", each.isRequired());
            if (each.doc() != null) {
                out.writeStringField("doc", each.doc());
            }
            out.writeEndObject();
        }
        out.writeEndArray();
        out.writeArrayFieldStart("partitioning");
        for (PartitionField each : metadata.spec().fields()) {
            String column = metadata.schema().findColumnName(each.sourceId());
            out.writeString(
                    each.transform().isIdentity() ? column : each.transform() + "(" + column + ")");
        }
        out.writeEndArray();
        out.writeArrayFieldStart("order");
        for (SortField each : metadata.sortOrder().fields()) {
            String column = metadata.schema().findColumnName(each.sourceId());
            out.writeString(
                    (each.transform().isIdentity() ? column : each.transform() + "(" + column + ")")
                            + (each.direction() == org.apache.iceberg.SortDirection.ASC
                                    ? " asc"
                                    : " desc")
                            + (each.nullOrder() == org.apache.iceberg.NullOrder.NULLS_FIRST
                                    ? " nulls first"
                                    : " nulls last"));
        }
        out.writeEndArray();
        history(out, metadata);
        out.writeObjectFieldStart("properties");
        for (Map.Entry<String, String> each : new TreeMap<>(metadata.properties()).entrySet()) {
            out.writeStringField(each.getKey(), each.getValue());
        }
        out.writeEndObject();
    }

    private static void history(JsonGenerator out, TableMetadata metadata) throws IOException {
        Snapshot current = metadata.currentSnapshot();
        if (current != null) {
            out.writeNumberField("snapshot", current.snapshotId());
        }
        out.writeArrayFieldStart("history");
        for (Snapshot each : metadata.snapshots()) {
            out.writeStartObject();
            out.writeNumberField("id", each.snapshotId());
            if (each.parentId() != null) {
                out.writeNumberField("parent", each.parentId());
            }
            out.writeStringField("at", Instant.ofEpochMilli(each.timestampMillis()).toString());
            out.writeStringField("operation", String.valueOf(each.operation()));
            out.writeBooleanField(
                    "current", current != null && current.snapshotId() == each.snapshotId());
            summed(out, each, "added-rows", "added-records");
            summed(out, each, "deleted-rows", "deleted-records");
            summed(out, each, "rows", "total-records");
            summed(out, each, "added-files", "added-data-files");
            summed(out, each, "files", "total-data-files");
            out.writeEndObject();
        }
        out.writeEndArray();
        compacted(out, metadata);
        statistics(out, metadata);
        out.writeArrayFieldStart("references");
        for (Map.Entry<String, SnapshotRef> each : new TreeMap<>(metadata.refs()).entrySet()) {
            out.writeStartObject();
            out.writeStringField("name", each.getKey());
            out.writeStringField("kind", each.getValue().isTag() ? "tag" : "branch");
            out.writeNumberField("snapshot", each.getValue().snapshotId());
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    /** What the writer of a snapshot said of it; nothing when it said nothing. */
    private static void summed(JsonGenerator out, Snapshot snapshot, String name, String said)
            throws IOException {
        OptionalLong value = said(snapshot, said);
        if (value.isPresent()) {
            out.writeNumberField(name, value.getAsLong());
        }
    }

    /** A count of a snapshot's summary; empty when its writer did not say it. */
    static OptionalLong said(Snapshot snapshot, String said) {
        String value = snapshot.summary() == null ? null : snapshot.summary().get(said);
        return value != null && value.matches("\\d{1,18}")
                ? OptionalLong.of(Long.parseLong(value))
                : OptionalLong.empty();
    }

    /** Whoever did it: the last snapshot on the way to the current one that holds the same rows. */
    private static void compacted(JsonGenerator out, TableMetadata metadata) throws IOException {
        Snapshot at = metadata.currentSnapshot();
        while (at != null && !DataOperations.REPLACE.equals(at.operation())) {
            at = at.parentId() == null ? null : metadata.snapshot(at.parentId());
        }
        if (at != null) {
            out.writeObjectFieldStart("compacted");
            out.writeNumberField("snapshot", at.snapshotId());
            out.writeStringField("at", Instant.ofEpochMilli(at.timestampMillis()).toString());
            summed(out, at, "files-before", "deleted-data-files");
            summed(out, at, "files-after", "added-data-files");
            out.writeEndObject();
        }
    }

    /** Whoever counted. */
    private static void statistics(JsonGenerator out, TableMetadata metadata) throws IOException {
        Optional<Counting.Found> counted = Counting.found(metadata);
        if (counted.isEmpty()) {
            return;
        }
        Counting.Found found = counted.get();
        out.writeObjectFieldStart("statistics");
        out.writeNumberField("snapshot", found.of().snapshotId());
        out.writeStringField("at", Instant.ofEpochMilli(found.of().timestampMillis()).toString());
        out.writeBooleanField(
                "current", found.of().snapshotId() == metadata.currentSnapshot().snapshotId());
        if (found.changed() < Long.MAX_VALUE) {
            out.writeNumberField("changed-rows", found.changed());
        }
        out.writeNumberField("bytes", found.file().fileSizeInBytes());
        out.writeArrayFieldStart("columns");
        for (BlobMetadata each : found.file().blobMetadata()) {
            String name =
                    Counting.counts(each)
                            ? metadata.schema().findColumnName(each.fields().getFirst())
                            : null;
            if (name != null) { // it was not dropped since
                out.writeStartObject();
                out.writeNumberField("id", each.fields().getFirst());
                out.writeStringField("name", name);
                out.writeNumberField(
                        "distinct",
                        Long.parseLong(each.properties().getOrDefault(Counting.VALUES, "0")));
                out.writeEndObject();
            }
        }
        out.writeEndArray();
        out.writeEndObject();
    }

    static String answer(Inspection of, Map<String, String> upkeep, List<String> rules) {
        String counts =
                text(out -> {
                    out.writeStartObject();
                    out.writeNumberField("files", of.files());
                    out.writeNumberField("bytes", of.bytes());
                    out.writeNumberField("rows", of.rows());
                    out.writeNumberField("small-files", of.smallFiles());
                    out.writeNumberField("small-bytes", of.smallBytes());
                    out.writeNumberField("aim", of.aim());
                    out.writeNumberField("delete-files", of.deleteFiles());
                    out.writeNumberField("deleted-rows", of.deletedRows());
                    out.writeNumberField("manifests", of.manifests());
                    out.writeNumberField("snapshots", of.snapshots());
                    out.writeNumberField("metadata-files", of.metadataFiles());
                    out.writeObjectFieldStart("upkeep");
                    for (Map.Entry<String, String> each : upkeep.entrySet()) {
                        out.writeStringField(each.getKey(), each.getValue());
                    }
                    out.writeEndObject();
                    out.writeArrayFieldStart("rules");
                    for (String each : rules) {
                        out.writeString(each);
                    }
                    out.writeEndArray();
                    out.writeEndObject();
                });
        return "{" + of.description() + "," + counts.substring(1);
    }
}
