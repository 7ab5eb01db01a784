package org.domicile.tables;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.ManifestContent;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.PartitionStatisticsFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.StatisticsFile;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.util.PropertyUtil;

/** All that a table's metadata refer to. Owned by one thread. */
final class Walking {
    private static final List<String> PATHS = List.of("file_path");
    private static final List<String> COUNTS =
            List.of("file_path", "record_count", "file_size_in_bytes");

    private final Warehouse warehouse;
    private final LoadedTable loaded;
    private final TableFiles files;

    Walking(Warehouse warehouse, LoadedTable loaded) {
        this.warehouse = warehouse;
        this.loaded = loaded;
        this.files = new TableFiles(warehouse, loaded.id());
    }

    Referred referred() {
        TableMetadata metadata = loaded.metadata();
        return AvroFiles.reading(() -> {
            Referred referred = new Referred();
            add(referred, loaded.metadataLocation());
            metadata.previousFiles().forEach(each -> add(referred, each.file()));
            for (StatisticsFile each : metadata.statisticsFiles()) {
                add(referred, each.path());
            }
            for (PartitionStatisticsFile each : metadata.partitionStatisticsFiles()) {
                add(referred, each.path());
            }
            Set<String> seen = new HashSet<>();
            for (Snapshot snapshot : metadata.snapshots()) {
                add(referred, snapshot.manifestListLocation());
                for (ManifestFile manifest : snapshot.allManifests(files)) {
                    if (seen.add(manifest.path())) {
                        add(referred, manifest.path());
                        each(manifest, PATHS, file -> add(referred, file.location()));
                    }
                }
            }
            return referred;
        });
    }

    /** What is spelt in another way may be a file of ours: then nothing can be said to be none. */
    private void add(Referred referred, @org.jspecify.annotations.Nullable String location) {
        if (location == null) {
            return;
        }
        String scheme = Locations.scheme(warehouse);
        if (!location.startsWith(scheme)) {
            throw new Refusal(
                    Refusal.Kind.UNREADABLE,
                    "It refers to a file that is not spelt as ours are: " + location);
        }
        referred.add(location.substring(scheme.length()));
    }

    private void each(ManifestFile manifest, List<String> columns, Consumer<ContentFile<?>> taken) {
        try (ManifestReader<?> reader = reader(manifest).select(columns)) {
            for (ContentFile<?> each : reader) {
                taken.accept(each);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ManifestReader<?> reader(ManifestFile manifest) {
        return manifest.content() == ManifestContent.DATA
                ? ManifestFiles.read(manifest, files, loaded.metadata().specsById())
                : ManifestFiles.readDeleteManifest(manifest, files, loaded.metadata().specsById());
    }

    /** Sums of the current snapshot. */
    private static final class Sums {
        private final long small;
        private long count;
        private long bytes;
        private long rows;
        private long smallFiles;
        private long smallBytes;

        Sums(long small) {
            this.small = small;
        }

        void take(ContentFile<?> file) {
            count++;
            bytes += file.fileSizeInBytes();
            rows += file.recordCount();
            if (file.fileSizeInBytes() < small) {
                smallFiles++;
                smallBytes += file.fileSizeInBytes();
            }
        }
    }

    Inspection inspection() {
        TableMetadata metadata = loaded.metadata();
        return AvroFiles.reading(() -> {
            long aim = aim(metadata.properties());
            Sums data = new Sums(aim - aim / 4);
            Sums deletes = new Sums(0);
            long manifests = 0;
            Snapshot current = metadata.currentSnapshot();
            if (current != null) {
                for (ManifestFile manifest : current.allManifests(files)) {
                    manifests++;
                    each(
                            manifest,
                            COUNTS,
                            manifest.content() == ManifestContent.DATA
                                    ? data::take
                                    : deletes::take);
                }
            }
            return new Inspection(
                    loaded.name(),
                    Describing.metadata(loaded),
                    data.count,
                    data.bytes,
                    data.rows,
                    data.smallFiles,
                    data.smallBytes,
                    aim,
                    deletes.count,
                    deletes.rows,
                    manifests,
                    metadata.snapshots().size(),
                    metadata.previousFiles().size() + 1L);
        });
    }

    /** The size that writers aim at. */
    static long aim(Map<String, String> properties) {
        return Math.max(
                1,
                PropertyUtil.propertyAsLong(
                        properties,
                        TableProperties.WRITE_TARGET_FILE_SIZE_BYTES,
                        TableProperties.WRITE_TARGET_FILE_SIZE_BYTES_DEFAULT));
    }
}
