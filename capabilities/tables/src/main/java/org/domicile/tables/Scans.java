package org.domicile.tables;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.IncrementalAppendScan;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Scan;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.SnapshotSummary;
import org.apache.iceberg.StaticTableOperations;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableScan;
import org.apache.iceberg.expressions.ExpressionParser;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.rest.requests.PlanTableScanRequest;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.SnapshotUtil;

/** What has to be read of one table. Owned by one thread. */
final class Scans {
    private static final int MOST_FILES = 100_000;
    private static final long COST = 500;
    private static final long COST_OF_DELETES = 300;
    private static final long COST_OF_COLUMN = 300;

    private final Warehouse warehouse;
    private final LoadedTable loaded;
    private final Table table;

    Scans(Warehouse warehouse, LoadedTable loaded) {
        this.warehouse = warehouse;
        this.loaded = loaded;
        this.table =
                new BaseTable(
                        new StaticTableOperations(
                                loaded.metadata(), new TableFiles(warehouse, loaded.id())),
                        loaded.name().text(),
                        _ -> {});
    }

    /** Tasks as the library has them, and the partitionings that they are written by. */
    record Tasks(List<FileScanTask> files, Map<Integer, PartitionSpec> specs) {}

    // for clients

    /**
     * @param memory what they take, file by file
     */
    Tasks tasks(PlanAsked.Asked asked, Memory memory) {
        PlanTableScanRequest request = asked.request();
        return AvroFiles.reading(() -> {
            boolean incremental =
                    request.startSnapshotId() != null || request.endSnapshotId() != null;
            if (!incremental && table.currentSnapshot() == null && request.snapshotId() == null) {
                return new Tasks(List.of(), table.specs());
            }
            return incremental ? incremental(request, memory) : snapshot(request, memory);
        });
    }

    private Tasks snapshot(PlanTableScanRequest request, Memory memory) {
        TableScan scan = table.newScan();
        if (request.snapshotId() != null) {
            scan = scan.useSnapshot(request.snapshotId());
        }
        if (request.minRowsRequested() != null) {
            scan = scan.minRowsRequested(request.minRowsRequested());
        }
        return new Tasks(files(configured(scan, request).planFiles(), memory), table.specs());
    }

    private Tasks incremental(PlanTableScanRequest request, Memory memory) {
        IncrementalAppendScan scan = table.newIncrementalAppendScan();
        if (request.startSnapshotId() != null) {
            scan = scan.fromSnapshotExclusive(request.startSnapshotId());
        }
        if (request.endSnapshotId() != null) {
            scan = scan.toSnapshot(request.endSnapshotId());
        }
        return new Tasks(files(configured(scan, request).planFiles(), memory), table.specs());
    }

    private static <T extends Scan<T, FileScanTask, ?>> T configured(
            T scan, PlanTableScanRequest request) {
        T configured = scan.caseSensitive(request.caseSensitive());
        if (request.select() != null && !request.select().isEmpty()) {
            configured = configured.select(request.select());
        }
        if (request.filter() != null) {
            configured = configured.filter(request.filter());
        }
        if (request.statsFields() != null && !request.statsFields().isEmpty()) {
            configured = configured.includeColumnStats(request.statsFields());
        }
        return configured;
    }

    private static List<FileScanTask> files(CloseableIterable<FileScanTask> tasks, Memory memory) {
        List<FileScanTask> files = new ArrayList<>();
        try (tasks) {
            for (FileScanTask each : tasks) {
                if (files.size() == MOST_FILES) {
                    throw tooMany();
                }
                memory.take(costOfTask(each));
                files.add(each);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }

    private static Refusal tooMany() {
        return new Refusal(
                Refusal.Kind.TOO_LARGE,
                "A plan has at most "
                        + MOST_FILES
                        + " files: ask for less, or compact the table, part by part");
    }

    // for us

    Shape shape(Moment at) {
        return Document.checked(() -> {
            long snapshot = snapshot(at);
            return new Shape(
                    loaded.id(),
                    snapshot,
                    rows(snapshot),
                    new Shapes(loaded.metadata()).of(schema(at, snapshot)));
        });
    }

    /** Deletes that are not carried out yet are not taken off. */
    private long rows(long snapshot) {
        Snapshot found = snapshot < 0 ? null : table.snapshot(snapshot);
        String rows = found == null ? "0" : found.summary().get(SnapshotSummary.TOTAL_RECORDS_PROP);
        return rows != null && rows.matches("[0-9]{1,18}") ? Long.parseLong(rows) : -1;
    }

    private Schema schema(Moment at, long snapshot) {
        return snapshot < 0 || at instanceof Moment.Now
                ? loaded.metadata().schema()
                : SnapshotUtil.schemaFor(table, snapshot);
    }

    /** Those that are worth writing anew, as far as so many. */
    List<org.domicile.tables.Scan.DataFile> worn(long below, int most, Memory memory) {
        return AvroFiles.reading(() -> {
            List<org.domicile.tables.Scan.DataFile> files = new ArrayList<>();
            if (table.currentSnapshot() == null) {
                return files;
            }
            try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
                for (FileScanTask each : tasks) {
                    if (each.file().fileSizeInBytes() >= below && each.deletes().isEmpty()) {
                        continue;
                    }
                    memory.take(cost(each));
                    files.add(file(each));
                    if (files.size() == most) {
                        break;
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return files;
        });
    }

    /** About what a file takes in memory. */
    private static long cost(FileScanTask task) {
        return COST
                + 4L * task.file().location().length()
                + COST_OF_DELETES * task.deletes().size();
    }

    /** The same of a task as the library has it, with whatever bounds came along. */
    static long costOfTask(FileScanTask task) {
        return cost(task)
                + bounds(task.file())
                + task.deletes().stream().mapToLong(Scans::bounds).sum();
    }

    /** Counts and both bounds of each column. */
    private static long bounds(ContentFile<?> file) {
        Map<Integer, ?> counts = file.valueCounts();
        Map<Integer, ?> lower = file.lowerBounds();
        int columns =
                Math.max(counts == null ? 0 : counts.size(), lower == null ? 0 : lower.size());
        return COST_OF_COLUMN * columns;
    }

    org.domicile.tables.Scan scan(Moment at, Filter filter, List<String> columns, Memory memory) {
        return AvroFiles.reading(() -> {
            TableMetadata metadata = loaded.metadata();
            long snapshot = snapshot(at);
            Schema schema = schema(at, snapshot);
            List<org.domicile.tables.Scan.DataFile> files = new ArrayList<>();
            if (snapshot >= 0) {
                TableScan scan = table.newScan();
                if (!(at instanceof Moment.Now)) {
                    scan = scan.useSnapshot(snapshot);
                }
                if (!columns.isEmpty()) {
                    scan = scan.select(columns);
                }
                scan = scan.filter(new Pruning(schema).of(filter)).caseSensitive(false);
                try (CloseableIterable<FileScanTask> tasks = scan.planFiles()) {
                    for (FileScanTask each : tasks) {
                        if (files.size() == MOST_FILES) {
                            throw tooMany();
                        }
                        memory.take(cost(each));
                        files.add(file(each));
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            return new org.domicile.tables.Scan(
                    loaded.id(),
                    loaded.uuid(),
                    metadata.formatVersion(),
                    SchemaParser.toJson(schema),
                    snapshot,
                    schema.columns().stream().map(Scans::column).toList(),
                    files,
                    metadata.properties());
        });
    }

    private long snapshot(Moment at) {
        Snapshot current = table.currentSnapshot();
        return switch (at) {
            case Moment.Now() -> current == null ? -1 : current.snapshotId();
            case Moment.Snapshot(long id) -> {
                if (table.snapshot(id) == null) {
                    throw Document.invalid("The table has no snapshot " + id);
                }
                yield id;
            }
            case Moment.At(java.time.Instant time) ->
                    SnapshotUtil.snapshotIdAsOfTime(table, time.toEpochMilli());
            // the main branch is there from the first snapshot on; before that it is empty
            case Moment.Ref(String name)
                    when current == null && name.equals(SnapshotRef.MAIN_BRANCH) ->
                    -1;
            case Moment.Ref(String name) -> {
                Snapshot named = table.snapshot(name);
                if (named == null) {
                    throw Document.invalid("The table has no branch or tag " + name);
                }
                yield named.snapshotId();
            }
        };
    }

    private static org.domicile.tables.Scan.Column column(Types.NestedField field) {
        return new org.domicile.tables.Scan.Column(
                field.fieldId(),
                field.name(),
                field.type().toString(),
                field.isRequired()
                        ? org.domicile.tables.Scan.Presence.REQUIRED
                        : org.domicile.tables.Scan.Presence.OPTIONAL);
    }

    private org.domicile.tables.Scan.DataFile file(FileScanTask task) {
        org.apache.iceberg.DataFile file = task.file();
        Long first = file.firstRowId();
        Long sequence = file.dataSequenceNumber();
        Long written = file.fileSequenceNumber();
        return new org.domicile.tables.Scan.DataFile(
                Locations.name(warehouse, loaded.id(), file.location()),
                file.location(),
                file.format().name(),
                file.fileSizeInBytes(),
                file.recordCount(),
                file.specId(),
                partition(task.spec(), file.partition()),
                Shapes.constants(task.spec(), file.partition()),
                first == null ? -1 : first,
                sequence == null ? 0 : sequence,
                written == null ? 0 : written,
                task.deletes().stream().map(this::delete).toList(),
                ExpressionParser.toJson(task.residual()));
    }

    private static Map<String, String> partition(PartitionSpec spec, StructLike values) {
        Map<String, String> partition = new HashMap<>();
        for (int i = 0; i < spec.fields().size(); i++) {
            PartitionField field = spec.fields().get(i);
            Type type = spec.partitionType().fields().get(i).type();
            Object value = values.get(i, spec.javaClasses()[i]);
            if (value != null) {
                partition.put(field.name(), human(field, type, value));
            }
        }
        return partition;
    }

    @SuppressWarnings("unchecked") // a field's transform takes the values of its type
    private static String human(PartitionField field, Type type, Object value) {
        return ((org.apache.iceberg.transforms.Transform<?, Object>) field.transform())
                .toHumanString(type, value);
    }

    private org.domicile.tables.Scan.DeleteFile delete(org.apache.iceberg.DeleteFile file) {
        boolean vector = file.format() == FileFormat.PUFFIN;
        Long offset = file.contentOffset();
        Long length = file.contentSizeInBytes();
        List<Integer> equality = ids(file);
        return new org.domicile.tables.Scan.DeleteFile(
                vector
                        ? org.domicile.tables.Scan.Deletes.VECTOR
                        : file.content() == FileContent.EQUALITY_DELETES
                                ? org.domicile.tables.Scan.Deletes.EQUALITY
                                : org.domicile.tables.Scan.Deletes.POSITIONS,
                Locations.name(warehouse, loaded.id(), file.location()),
                file.location(),
                file.format().name(),
                file.fileSizeInBytes(),
                file.recordCount(),
                offset == null ? -1 : offset,
                length == null ? -1 : length,
                equality);
    }

    private static List<Integer> ids(ContentFile<?> file) {
        List<Integer> ids = file.equalityFieldIds();
        return ids == null ? List.of() : List.copyOf(ids);
    }
}
