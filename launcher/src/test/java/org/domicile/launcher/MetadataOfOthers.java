package org.domicile.launcher;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileMetadata;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestWriter;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;

/**
 * Metadata, made with Iceberg's own client, that name a file of another table where their own
 * should be: as data, as deletes of each kind, as a manifest. Each with its like that names its
 * own.
 */
final class MetadataOfOthers {
    private static final String TEN =
            "select i as id, 'north' as region, 'x' as passenger, 'planted-own-' || i as note from"
                    + " range(10) t(i)";
    private static final String SIGN = "planted-own-";

    private final Lake lake;

    MetadataOfOthers(Lake lake) {
        this.lake = lake;
    }

    /** Commits something to a table. */
    interface Naming {
        void commit(Table table) throws IOException;
    }

    /**
     * One way to name a file.
     *
     * @param format of the table @param readings what is tried then @param sign of rows
     */
    record Named(
            String what,
            String format,
            Naming attempt,
            Naming control,
            List<String> readings,
            String sign) {}

    /**
     * @param theirs the location of a data file of another table @param size of it
     */
    List<Named> ways(String theirs, long size, List<String> readings) {
        List<String> few =
                List.of("select * from {t}", "alter table {t} execute optimize;select * from {t}");
        String table = theirs.substring(theirs.indexOf('/', 5) + 1);
        return List.of(
                new Named(
                        "data",
                        "2",
                        mine -> data(mine, theirs, size),
                        mine -> {
                            byte[] bytes = parquet();
                            data(mine, Lake.write(mine, "own.parquet", bytes), bytes.length);
                        },
                        readings,
                        SIGN),
                new Named(
                        "dots",
                        "2",
                        mine -> data(mine, mine.location() + "/../" + table, size),
                        mine -> {
                            byte[] bytes = parquet();
                            data(mine, Lake.write(mine, "own.parquet", bytes), bytes.length);
                        },
                        few,
                        SIGN),
                new Named(
                        "objects",
                        "2",
                        mine -> data(mine, "s3://ordinary/rows.parquet", size),
                        mine -> {
                            byte[] bytes = parquet();
                            data(mine, Lake.write(mine, "own.parquet", bytes), bytes.length);
                        },
                        few,
                        SIGN),
                new Named(
                        "positions",
                        "2",
                        mine -> {
                            lake.append(mine, TEN, 10);
                            mine.newRowDelta()
                                    .addDeletes(
                                            deletes(mine, theirs, size).ofPositionDeletes().build())
                                    .commit();
                        },
                        mine -> lake.deletePositions(mine, lake.append(mine, TEN, 10), "1"),
                        few,
                        SIGN),
                new Named(
                        "equality",
                        "2",
                        mine -> {
                            lake.append(mine, TEN, 10);
                            mine.newRowDelta()
                                    .addDeletes(
                                            deletes(mine, theirs, size)
                                                    .ofEqualityDeletes(4)
                                                    .build())
                                    .commit();
                        },
                        mine -> {
                            lake.append(mine, TEN, 10);
                            lake.deleteEqual(mine, "select 1::bigint as id", "id: 1", 1, 1);
                        },
                        few,
                        SIGN),
                new Named(
                        "vector",
                        "3",
                        mine -> {
                            DataFile file = lake.append(mine, TEN, 10);
                            mine.newRowDelta()
                                    .addDeletes(
                                            FileMetadata.deleteFileBuilder(mine.spec())
                                                    .ofPositionDeletes()
                                                    .withFormat(FileFormat.PUFFIN)
                                                    .withPath(theirs)
                                                    .withFileSizeInBytes(size)
                                                    .withReferencedDataFile(file.location())
                                                    .withContentOffset(4)
                                                    .withContentSizeInBytes(40)
                                                    .withRecordCount(1)
                                                    .build())
                                    .commit();
                        },
                        mine -> lake.deleteVector(mine, lake.append(mine, TEN, 10), 1),
                        List.of("select * from {t}"),
                        SIGN),
                new Named(
                        "manifest",
                        "2",
                        mine -> manifest(mine, theirs.replace(".parquet", ".avro")),
                        mine -> manifest(mine, mine.location() + "/metadata/own-m0.avro"),
                        Stream.concat(
                                        few.stream(),
                                        Stream.of(
                                                "catalog POST namespaces/travel/tables/{t}/plan {}",
                                                "catalog GET"
                                                    + " namespaces/travel/tables/{t}/inspection"))
                                .toList(),
                        SIGN));
    }

    private byte[] parquet() {
        return lake.parquet(TEN, "id: 1, region: 2, passenger: 3, note: 4");
    }

    private static DataFile named(String location, long size) {
        return DataFiles.builder(PartitionSpec.unpartitioned())
                .withPath(location)
                .withFormat(FileFormat.PARQUET)
                .withFileSizeInBytes(size)
                .withRecordCount(10)
                .build();
    }

    private static void data(Table mine, String location, long size) {
        mine.newAppend().appendFile(named(location, size)).commit();
        mine.manageSnapshots().createBranch("side", mine.currentSnapshot().snapshotId()).commit();
    }

    private static FileMetadata.Builder deletes(Table mine, String location, long size) {
        return FileMetadata.deleteFileBuilder(mine.spec())
                .withPath(location)
                .withFormat(FileFormat.PARQUET)
                .withFileSizeInBytes(size)
                .withRecordCount(10);
    }

    /** It lies where its like lies, whatever is said of its place. */
    private void manifest(Table mine, String said) throws IOException {
        byte[] bytes = parquet();
        Kept kept = new Kept(said);
        ManifestWriter<DataFile> writer = ManifestFiles.write(2, mine.spec(), kept, null);
        try (writer) {
            writer.add(named(Lake.write(mine, "own.parquet", bytes), bytes.length));
        }
        ManifestFile manifest = writer.toManifestFile();
        if (said.startsWith(mine.location())) {
            try (var out = mine.io().newOutputFile(said).create()) {
                out.write(kept.bytes.toByteArray());
            }
        }
        mine.newFastAppend().appendManifest(manifest).commit();
    }

    /** A file in memory that says that it lies somewhere. */
    private static final class Kept implements OutputFile {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final String said;

        Kept(String said) {
            this.said = said;
        }

        @Override
        public PositionOutputStream create() {
            return new PositionOutputStream() {
                @Override
                public long getPos() {
                    return bytes.size();
                }

                @Override
                public void write(int b) {
                    bytes.write(b);
                }
            };
        }

        @Override
        public PositionOutputStream createOrOverwrite() {
            return create();
        }

        @Override
        public String location() {
            return said;
        }

        @Override
        public org.apache.iceberg.io.InputFile toInputFile() {
            throw new AssertionError("nobody reads it here");
        }
    }
}
