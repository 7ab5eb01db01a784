package org.domicile.tables;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.iceberg.BlobMetadata;
import org.apache.iceberg.DataOperations;
import org.apache.iceberg.GenericBlobMetadata;
import org.apache.iceberg.GenericStatisticsFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.StatisticsFile;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.inmemory.InMemoryOutputFile;
import org.apache.iceberg.puffin.Blob;
import org.apache.iceberg.puffin.Puffin;
import org.apache.iceberg.puffin.PuffinWriter;
import org.apache.iceberg.puffin.StandardBlobTypes;

/**
 * Statistics files of a table: counts of distinct values, one blob a column. Functions of its
 * metadata alone.
 */
final class Counting {
    static final String TYPE = StandardBlobTypes.APACHE_DATASKETCHES_THETA_V1;

    /** Of a blob: its estimate, so that no reader needs the library. */
    static final String VALUES = "ndv";

    /** What changes rows, as writers say it of a snapshot. */
    private static final List<String> CHANGED =
            List.of(
                    "added-records",
                    "deleted-records",
                    "added-position-deletes",
                    "added-equality-deletes");

    private Counting() {}

    /**
     * Statistics, and the snapshot that they are of.
     *
     * @param changed rows since, as {@link TableUpkeep.Counted} has it
     */
    record Found(StatisticsFile file, Snapshot of, long changed) {}

    /**
     * The newest on the way to the current snapshot that have counts; empty for none. What somebody
     * gave the current one itself stands, counts or not: a snapshot has one file of statistics.
     */
    static Optional<Found> found(TableMetadata metadata) {
        long changed = 0;
        Snapshot at = metadata.currentSnapshot();
        while (at != null) {
            for (StatisticsFile each : metadata.statisticsFiles()) {
                if (each.snapshotId() == at.snapshotId()
                        && (at == metadata.currentSnapshot()
                                || each.blobMetadata().stream().anyMatch(Counting::counts))) {
                    return Optional.of(new Found(each, at, changed));
                }
            }
            changed = sum(changed, at);
            at = at.parentId() == null ? null : metadata.snapshot(at.parentId());
        }
        return Optional.empty();
    }

    /** What another snapshot changed, too; a sum without an end where its writer did not say it. */
    private static long sum(long before, Snapshot snapshot) {
        if (DataOperations.REPLACE.equals(snapshot.operation())) {
            return before;
        }
        long own = 0;
        boolean said = false;
        for (String each : CHANGED) {
            OptionalLong count = Describing.said(snapshot, each);
            said |= count.isPresent();
            own += count.orElse(0);
        }
        boolean none = !said && Describing.said(snapshot, "total-records").isPresent();
        return !said && !none || before > Long.MAX_VALUE - own ? Long.MAX_VALUE : before + own;
    }

    static boolean counts(BlobMetadata blob) {
        return blob.type().equals(TYPE)
                && blob.fields().size() == 1
                && blob.properties() != null
                && blob.properties().getOrDefault(VALUES, "").matches("\\d{1,18}");
    }

    static TableUpkeep.Counted counted(TableMetadata metadata) {
        Snapshot current = metadata.currentSnapshot();
        if (current == null) {
            return new TableUpkeep.Counted(-1, 0, 0, Set.of());
        }
        long rows = Describing.said(current, "total-records").orElse(-1);
        Set<Integer> fields = new HashSet<>();
        for (StatisticsFile each : metadata.statisticsFiles()) {
            each.blobMetadata().forEach(blob -> fields.addAll(blob.fields()));
        }
        return found(metadata)
                .map(found ->
                        new TableUpkeep.Counted(
                                found.of().snapshotId(), found.changed(), rows, fields))
                .orElseGet(() -> new TableUpkeep.Counted(-1, Long.MAX_VALUE, rows, fields));
    }

    /** Without all that counts one of these columns. */
    static TableMetadata without(TableMetadata metadata, Set<Integer> fields) {
        TableMetadata.Builder builder = TableMetadata.buildFrom(metadata);
        for (StatisticsFile each : metadata.statisticsFiles()) {
            boolean counts =
                    each.blobMetadata().stream()
                            .anyMatch(blob -> blob.fields().stream().anyMatch(fields::contains));
            if (counts) {
                builder.removeStatistics(each.snapshotId());
            }
        }
        return builder.build();
    }

    /** A Puffin file of counts. @throws Refusal COMMIT_FAILED when the snapshot has ended */
    static StatisticsChange.Puffin puffin(
            TableMetadata metadata, long snapshot, List<Distinct> columns) {
        Snapshot of = snapshot(metadata, snapshot);
        InMemoryOutputFile file = new InMemoryOutputFile();
        try (PuffinWriter writer = Puffin.write(file).createdBy("Domicile").build()) {
            for (Distinct each : columns) {
                writer.add(
                        new Blob(
                                TYPE,
                                List.of(each.field()),
                                snapshot,
                                of.sequenceNumber(),
                                ByteBuffer.wrap(each.theta()),
                                null,
                                properties(each)));
            }
            writer.finish();
            return new StatisticsChange.Puffin(file.toByteArray(), writer.footerSize(), columns);
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
    }

    private static Map<String, String> properties(Distinct column) {
        return Map.of(VALUES, Long.toString(column.values()));
    }

    private static Snapshot snapshot(TableMetadata metadata, long id) {
        Snapshot found = metadata.snapshot(id);
        if (found == null) {
            throw new Refusal(
                    Refusal.Kind.COMMIT_FAILED, "The snapshot that was counted has ended: " + id);
        }
        return found;
    }

    /**
     * With statistics.
     *
     * @throws Refusal COMMIT_FAILED when the snapshot has ended or somebody else's are there
     */
    static TableMetadata with(
            Warehouse warehouse, TableMetadata metadata, StatisticsChange change) {
        Snapshot of = snapshot(metadata, change.snapshot());
        if (metadata.statisticsFiles().stream()
                .anyMatch(each -> each.snapshotId() == change.snapshot())) {
            throw new Refusal(
                    Refusal.Kind.COMMIT_FAILED,
                    "The snapshot has statistics by now: " + change.snapshot());
        }
        List<BlobMetadata> blobs = new ArrayList<>();
        for (Distinct each : change.puffin().columns()) {
            blobs.add(
                    new GenericBlobMetadata(
                            TYPE,
                            change.snapshot(),
                            of.sequenceNumber(),
                            List.of(each.field()),
                            properties(each)));
        }
        return TableMetadata.buildFrom(metadata)
                .setStatistics(
                        new GenericStatisticsFile(
                                change.snapshot(),
                                Locations.scheme(warehouse) + change.file(),
                                change.puffin().bytes().length,
                                change.puffin().footer(),
                                blobs))
                .build();
    }
}
