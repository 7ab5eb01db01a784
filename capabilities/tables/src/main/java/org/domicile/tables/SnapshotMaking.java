package org.domicile.tables;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.DeleteFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.OverwriteFiles;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.RewriteFiles;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotUpdate;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;
import org.apache.iceberg.util.DataFileSet;
import org.apache.iceberg.util.DeleteFileSet;
import org.jspecify.annotations.Nullable;

/**
 * Makes the snapshot of a {@link FilesChange} with the library's own producers, against the table
 * as it is at this moment: they write manifests and a list, and the metadata that they would commit
 * are what the caller commits. For one attempt, and one thread.
 */
final class SnapshotMaking {
    private final Warehouse warehouse;
    private final LoadedTable loaded;
    private final WrittenFiles files;
    private final Operations operations;
    private final Table table;

    SnapshotMaking(Warehouse warehouse, LoadedTable loaded, Lists lists) {
        this.warehouse = warehouse;
        this.loaded = loaded;
        this.files = new WrittenFiles(warehouse, loaded.id(), lists);
        this.operations = new Operations(loaded.metadata(), files);
        this.table = new BaseTable(operations, loaded.name().text(), _ -> {});
    }

    /**
     * The table's metadata as they would be; the same where there is nothing to do.
     *
     * @throws Refusal COMMIT_FAILED when what was read is not so any more; nothing is left then
     */
    TableMetadata next(FilesChange change) {
        boolean made = false;
        try {
            TableMetadata next = AvroFiles.unreadable(() -> decided(change));
            made = true;
            return next;
        } catch (ValidationException | CommitFailedException e) {
            throw new Refusal(
                    Refusal.Kind.COMMIT_FAILED,
                    "The table was changed meanwhile: " + Document.sentence(e));
        } finally {
            if (!made) {
                undo();
            }
        }
    }

    private TableMetadata decided(FilesChange change) {
        @Nullable SnapshotUpdate<?> update =
                switch (change.what()) {
                    case FilesChange.Append _, FilesChange.Feed _ -> {
                        if (change.added().isEmpty()) {
                            yield null;
                        }
                        var append = table.newAppend();
                        change.added().forEach(each -> append.appendFile(file(each)));
                        yield append;
                    }
                    case FilesChange.Replace(long read, List<String> removed) ->
                            replacing(change, read, removed);
                    case FilesChange.Rewrite(long read, List<String> removed) ->
                            rewriting(change, read, removed);
                    case FilesChange.Truncate() -> truncating(change);
                };
        if (update == null) {
            return loaded.metadata();
        }
        change.summary().forEach(update::set);
        update.commit();
        return operations.current();
    }

    /** Whether a snapshot of the current one's line says all this of itself. */
    static boolean committed(TableMetadata metadata, Map<String, String> unless) {
        @Nullable Snapshot each = metadata.currentSnapshot();
        while (each != null) {
            if (each.summary().entrySet().containsAll(unless.entrySet())) {
                return true;
            }
            Long parent = each.parentId();
            each = parent == null ? null : metadata.snapshot(parent);
        }
        return false;
    }

    private @Nullable SnapshotUpdate<?> replacing(
            FilesChange change, long read, List<String> removed) {
        if (removed.isEmpty() && change.added().isEmpty()) {
            return null;
        }
        if (read < 0) {
            if (table.currentSnapshot() != null || !removed.isEmpty()) {
                throw new Refusal(
                        Refusal.Kind.COMMIT_FAILED,
                        "The table was changed meanwhile: it had no rows when it was read");
            }
            var append = table.newAppend();
            change.added().forEach(each -> append.appendFile(file(each)));
            return append;
        }
        OverwriteFiles update = table.newOverwrite();
        remove(read, removed, update::deleteFile);
        update.deleteFiles(DataFileSet.create(), idle(removed));
        change.added().forEach(each -> update.addFile(file(each)));
        return update.validateFromSnapshot(read)
                .conflictDetectionFilter(Expressions.alwaysTrue())
                .validateNoConflictingData()
                .validateNoConflictingDeletes();
    }

    private @Nullable SnapshotUpdate<?> rewriting(
            FilesChange change, long read, List<String> removed) {
        if (removed.isEmpty()) {
            return null;
        }
        RewriteFiles update = table.newRewrite();
        remove(read, removed, update::deleteFile);
        idle(removed).forEach(update::deleteFile);
        change.added().forEach(each -> update.addFile(file(each)));
        return update.validateFromSnapshot(read);
    }

    /** Hands on the files of a snapshot that are to go. */
    private void remove(long read, List<String> removed, Consumer<DataFile> going) {
        Set<String> left = new HashSet<>(removed);
        try (CloseableIterable<FileScanTask> tasks =
                table.newScan().useSnapshot(read).planFiles()) {
            for (FileScanTask each : tasks) {
                String name = Locations.name(warehouse, loaded.id(), each.file().location());
                if (left.remove(name)) {
                    going.accept(each.file());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (IllegalArgumentException e) {
            throw new Refusal(
                    Refusal.Kind.COMMIT_FAILED,
                    "The table was changed meanwhile: its snapshot " + read + " is gone");
        }
        if (!left.isEmpty()) {
            throw new IllegalArgumentException("the snapshot that was read has no file " + left);
        }
    }

    /**
     * Files of deletes that apply to no file of the table once these are gone; those of before,
     * too. By itself the library takes out what is older than all rows, and of deletion vectors
     * only those of the manifest that it comes to first: the others would stay for good, since no
     * reader opens them and no compaction has a reason to. The commit is made on the metadata that
     * are planned here, or anew: a file that comes meanwhile, even one that another engine rewrote
     * with an older number, is planned too.
     */
    private DeleteFileSet idle(List<String> removed) {
        DeleteFileSet idle = DeleteFileSet.create();
        @Nullable Snapshot current = table.currentSnapshot();
        if (current == null || removed.isEmpty()) {
            return idle;
        }
        List<ManifestFile> manifests =
                current.deleteManifests(files).stream()
                        .filter(each -> each.hasAddedFiles() || each.hasExistingFiles())
                        .toList();
        if (manifests.isEmpty()) {
            return idle;
        }
        Set<String> gone = new HashSet<>(removed);
        DeleteFileSet needed = DeleteFileSet.create();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            for (FileScanTask each : tasks) {
                if (!gone.contains(
                        Locations.name(warehouse, loaded.id(), each.file().location()))) {
                    needed.addAll(each.deletes());
                }
            }
            for (ManifestFile manifest : manifests) {
                try (ManifestReader<DeleteFile> found =
                        ManifestFiles.readDeleteManifest(manifest, files, table.specs())) {
                    for (DeleteFile each : found) {
                        if (!needed.contains(each)) {
                            idle.add(each.copyWithoutStats());
                        }
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return idle;
    }

    private @Nullable SnapshotUpdate<?> truncating(FilesChange change) {
        if (table.currentSnapshot() == null && change.added().isEmpty()) {
            return null;
        }
        if (change.added().isEmpty()) {
            DeleteFiles delete = table.newDelete();
            return delete.deleteFromRowFilter(Expressions.alwaysTrue());
        }
        OverwriteFiles update = table.newOverwrite();
        change.added().forEach(each -> update.addFile(file(each)));
        return update.overwriteByRowFilter(Expressions.alwaysTrue());
    }

    private DataFile file(NewFile file) {
        PartitionSpec spec = loaded.metadata().spec(file.spec());
        if (spec == null) {
            throw new Refusal(
                    Refusal.Kind.COMMIT_FAILED,
                    "The table was changed meanwhile: it has no partitioning " + file.spec());
        }
        String location = Locations.scheme(warehouse) + file.name();
        Locations.name(warehouse, loaded.id(), location);
        DataFiles.Builder builder =
                DataFiles.builder(spec)
                        .withPath(location)
                        .withFormat(FileFormat.PARQUET)
                        .withFileSizeInBytes(file.size())
                        .withMetrics(Metered.of(loaded.metadata().schema(), file));
        if (!file.offsets().isEmpty()) {
            builder.withSplitOffsets(file.offsets());
        }
        if (spec.isPartitioned()) {
            builder.withPartition(Partitions.of(spec, loaded.metadata().schema(), file));
        }
        return builder.build();
    }

    /** What was made is the table's now. */
    void keep() {
        Snapshot current = operations.current().currentSnapshot();
        if (current != null && current.manifestListLocation() != null) {
            files.keep(current.manifestListLocation());
        }
    }

    /** Removes what was written. */
    void undo() {
        files.undo();
    }

    /** Keeps what is committed to it. */
    private static final class Operations implements TableOperations {
        private final FileIO files;
        private TableMetadata current;

        Operations(TableMetadata current, FileIO files) {
            this.current = current;
            this.files = files;
        }

        @Override
        public TableMetadata current() {
            return current;
        }

        @Override
        public TableMetadata refresh() {
            return current;
        }

        @Override
        public void commit(TableMetadata base, TableMetadata metadata) {
            if (base != current) {
                throw new CommitFailedException("one change at a time");
            }
            current = metadata;
        }

        @Override
        public FileIO io() {
            return files;
        }

        @Override
        public String metadataFileLocation(String name) {
            return current.location() + "/metadata/" + name;
        }

        @Override
        public LocationProvider locationProvider() {
            throw new IllegalStateException("data files are written by others");
        }
    }
}
